//! What every route may use.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use tokio::sync::broadcast;

use crate::call::fact::Recorded;
use crate::call::view::View;
use crate::driver::centre::office::Office;
use crate::driver::journal::writer::JournalState;
use crate::driver::message::store::MessageStore;
use crate::driver::post::PostMeter;
use crate::driver::turn_meter::TurnMeter;
use crate::face::api::command::Commands;
use crate::face::api::knowledge::Knowledge;
use crate::face::api::reason::Reasons;

/// What every route may use. Copies share it.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What faces show.
    pub view: Arc<RwLock<View>>,
    /// The way to the engine.
    pub commands: Commands,
    /// Facts as they become durable.
    pub live: broadcast::Sender<Arc<Recorded>>,
    /// The journal's database.
    pub database: PathBuf,
    /// What callers said who left messages.
    pub messages: MessageStore,
    /// What the journal reports.
    pub journal: Arc<JournalState>,
    /// How the loop fares.
    pub meter: Arc<TurnMeter>,
    /// What became of notices that are sent.
    pub post: Arc<PostMeter>,
    /// Where other releases are asked for.
    pub releases: Office,
    /// Of which calls seats have said what was wanted.
    pub reasons: Reasons,
    /// What questions are ranked and answered by.
    pub knowledge: Knowledge,
}

impl Desk {
    /// Reads from what faces show.
    pub fn look<T>(&self, what: impl FnOnce(&View) -> T) -> T {
        what(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }
}
