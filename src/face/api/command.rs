//! Commands to the engine, and their replies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::call::effect::Command;
use crate::call::effect::CommandError;
use crate::call::effect::Event;
use crate::face::api::problem::Problem;

/// Commands that may wait for their replies; one more gets 503.
const WAITING_MAX: usize = 1024;
/// How long a reply may take: the log must be durable first.
const REPLY_MAX: Duration = Duration::from_secs(5);

type Waiting = BTreeMap<u64, oneshot::Sender<Result<(), CommandError>>>;

/// The faces' way to the engine. Copies share it.
#[derive(Clone, Debug)]
pub struct Commands {
    inbox: mpsc::Sender<Event>,
    waiting: Arc<Mutex<(u64, Waiting)>>,
}

impl Commands {
    /// Commands go into this inbox.
    #[must_use]
    pub fn new(inbox: mpsc::Sender<Event>) -> Self {
        Self {
            inbox,
            waiting: Arc::default(),
        }
    }

    /// Tells the engine something and waits until it is done and durable.
    ///
    /// # Errors
    ///
    /// A [`Problem`] to answer with.
    pub async fn tell(&self, command: Command) -> Result<(), Problem> {
        let inbox = &self.inbox;
        self.expect(|id| inbox.try_send(Event::Command { id, command }).is_ok())
            .await
    }

    /// Sends something to the engine under a new id and waits until it is done and durable, however
    /// long that takes: for who must know what came of it.
    ///
    /// # Errors
    ///
    /// A [`Problem`] to answer with.
    pub async fn settle(&self, send: impl FnOnce(u64) -> bool) -> Result<(), Problem> {
        let (id, reply) = self.enter()?;
        if !send(id) {
            self.lock().1.remove(&id);
            return Err(Problem::unavailable("the engine has ended"));
        }
        match reply.await {
            Ok(result) => result.map_err(|error| problem(&error)),
            Err(_) => Err(Problem::unavailable("the engine has ended")),
        }
    }

    async fn expect(&self, send: impl FnOnce(u64) -> bool) -> Result<(), Problem> {
        let (id, reply) = self.enter()?;
        if !send(id) {
            self.lock().1.remove(&id);
            return Err(Problem::unavailable(
                "too much is waiting for the engine; try again",
            ));
        }
        match tokio::time::timeout(REPLY_MAX, reply).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(problem(&error)),
            Ok(Err(_)) | Err(_) => {
                self.lock().1.remove(&id);
                let why = "it was told, but not confirmed to be on disk: look before you repeat it";
                Err(Problem::unavailable(why))
            }
        }
    }

    /// Passes the engine's reply on to whoever waits.
    pub fn reply(&self, id: u64, result: Result<(), CommandError>) {
        if let Some(waiting) = self.lock().1.remove(&id) {
            // Whoever asked may have gone.
            let _ = waiting.send(result);
        }
    }

    fn enter(&self) -> Result<(u64, oneshot::Receiver<Result<(), CommandError>>), Problem> {
        let mut guard = self.lock();
        let (count, waiting) = &mut *guard;
        if waiting.len() >= WAITING_MAX {
            return Err(Problem::unavailable(
                "too many commands are waiting; try again",
            ));
        }
        *count += 1;
        let (sender, reply) = oneshot::channel();
        waiting.insert(*count, sender);
        Ok((*count, reply))
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Waiting)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn problem(error: &CommandError) -> Problem {
    let status = match error {
        CommandError::UnknownSeat | CommandError::UnknownCall => StatusCode::NOT_FOUND,
        CommandError::NotRegistered
        | CommandError::Unfit(_)
        | CommandError::NotWaiting
        | CommandError::WaitsThere(_)
        | CommandError::NotInWrapUp
        | CommandError::Overtaken
        | CommandError::ReleasesFull { .. }
        | CommandError::InUse(_)
        | CommandError::NothingTried
        | CommandError::NothingBefore => StatusCode::CONFLICT,
        CommandError::NotAWish(_)
        | CommandError::NoSuchQueue(_)
        | CommandError::UnknownQueue(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, "not done", error.to_string())
}
