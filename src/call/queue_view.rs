//! A queue as faces show it.

use serde::Serialize;

/// A queue.
#[derive(Clone, Debug, Serialize)]
pub struct QueueView {
    /// Its name.
    pub name: String,
    /// Contacts that wait or ring.
    pub waiting: u64,
    /// Contacts that entered since the start.
    pub offered: u64,
    /// Of these: answered by a seat.
    pub answered: u64,
    /// Of these: gone before an answer.
    pub abandoned: u64,
    /// Of these: left by a key or a limit of the dialplan, which went on.
    pub left: u64,
    /// Of these: moved to another queue, by a supervisor or because this one or a skill was taken
    /// away; or to be called back, and their place went to their next call.
    pub moved: u64,
    /// Of these: taken out by a supervisor.
    pub withdrawn: u64,
    /// Of these: were to be called back, in vain.
    pub not_reached: u64,
    /// Turned away: full.
    pub overflowed: u64,
    /// Sum of the waits of answered contacts, in milliseconds.
    pub answered_wait_ms: u64,
    /// The present release does not have it.
    #[serde(skip)]
    pub is_gone: bool,
}

impl QueueView {
    /// A queue of this name that nobody has entered yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            waiting: 0,
            offered: 0,
            answered: 0,
            abandoned: 0,
            left: 0,
            moved: 0,
            withdrawn: 0,
            not_reached: 0,
            overflowed: 0,
            answered_wait_ms: 0,
            is_gone: false,
        }
    }
}
