//! Where faces bring wishes for other releases: one at a time.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::mpsc as std_mpsc;

use tokio::sync::Mutex;
use tokio::sync::OwnedMutexGuard;
use tokio::sync::mpsc;

use crate::call::effect::Event;
use crate::call::release::Release;
use crate::call::turnover::Turnover;
use crate::driver::centre::keeper::Keeper;
use crate::driver::centre::keeper::Present;
use crate::driver::stock::Delivery;
use crate::driver::stock::Sounds;

/// The keeper, and the way to the loop. Copies share them.
#[derive(Clone, Debug)]
pub struct Office {
    keeper: Arc<Mutex<Keeper>>,
    present: Present,
    deliveries: std_mpsc::Sender<Delivery>,
    inbox: mpsc::Sender<Event>,
}

impl Office {
    /// An office with its way to the loop.
    #[must_use]
    pub fn new(
        keeper: Keeper,
        deliveries: std_mpsc::Sender<Delivery>,
        inbox: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            present: keeper.present(),
            keeper: Arc::new(Mutex::new(keeper)),
            deliveries,
            inbox,
        }
    }

    /// The keeper, for one wish from its beginning to its end. What it does takes time and waits
    /// for disks: on a thread that may.
    pub async fn keeper(&self) -> OwnedMutexGuard<Keeper> {
        Arc::clone(&self.keeper).lock_owned().await
    }

    /// The release that new calls get, trials aside.
    #[must_use]
    pub fn present(&self) -> Arc<Release> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&present)
    }

    /// Sends a turnover to the loop, its prompts before it. False if the loop has ended.
    #[must_use]
    pub fn send(&self, id: u64, turnover: Turnover, sounds: Sounds) -> bool {
        let turnover = Box::new(turnover);
        let event = Event::TurnOver { id, turnover };
        let sent = [Delivery::Sounds(sounds), Delivery::Event(event)]
            .into_iter()
            .all(|delivery| self.deliveries.send(delivery).is_ok());
        // A full inbox means that the loop is awake.
        let _ = self.inbox.try_send(Event::Wake);
        sent
    }
}
