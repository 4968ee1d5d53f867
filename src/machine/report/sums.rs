//! What the formulas are made of: counts and times of a queue, a seat or a whole centre.

use serde::Serialize;

/// What is counted, and when a wait is short.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Yardstick {
    /// An answer within this is within the service level, in ms; none: each queue has its own.
    pub target_ms: Option<u64>,
    /// Who gives up within this is not counted against the centre, in ms.
    pub short_ms: u64,
}

impl Default for Yardstick {
    /// Each queue's own, and 5 s.
    fn default() -> Self {
        Self {
            target_ms: None,
            short_ms: 5_000,
        }
    }
}

impl Yardstick {
    /// The target of a queue that says this of itself; 20 s if it says nothing.
    #[must_use]
    pub fn target_of(self, own_ms: Option<u64>) -> u64 {
        self.target_ms.or(own_ms).unwrap_or(TARGET_MS)
    }
}

/// The target of queues that have none.
const TARGET_MS: u64 = 20_000;

/// Counts and times. Contacts count when they enter a queue, work when it is done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Sums {
    /// Contacts that entered a queue.
    pub queued: u64,
    /// Of these: answered by a seat.
    pub answered: u64,
    /// Of these: within the target.
    pub answered_in_target: u64,
    /// Gave up after more than the short time.
    pub abandoned: u64,
    /// Of these: within the target.
    pub abandoned_in_target: u64,
    /// Gave up within the short time.
    pub abandoned_short: u64,
    /// Left by a key or a limit; the dialplan went on.
    pub left: u64,
    /// Taken out by a supervisor.
    pub withdrawn: u64,
    /// Were to be called back, in vain.
    pub not_reached: u64,
    /// Waited when the process ended under them.
    pub cut_off: u64,
    /// Wait or ring still, those between two tries to call them back included.
    pub waiting: u64,
    /// Not taken: the queue was full, closed, or the wait would have been too long.
    pub refused: u64,
    /// Waits of answered contacts, ring time in.
    pub wait_answered_ms: u64,
    /// Of these: while a seat rang that answered.
    pub ring_answered_ms: u64,
    /// The longest wait of an answered contact.
    pub wait_longest_ms: u64,
    /// Talks that ended.
    pub handled: u64,
    /// Their talk.
    pub talk_ms: u64,
    /// Their time on hold.
    pub hold_ms: u64,
    /// After-call work.
    pub wrap_up_ms: u64,
    /// Seats ready for a call, booked or rung.
    pub available_ms: u64,
    /// Seats signed in.
    pub signed_in_ms: u64,
    /// Calls that entered a dialplan and have ended.
    pub calls: u64,
    /// Of these: with no seat and no wait.
    pub calls_in_ivr_only: u64,
}

impl Sums {
    /// Talk, hold and after-call work.
    #[must_use]
    pub const fn work_ms(&self) -> u64 {
        self.talk_ms
            .saturating_add(self.hold_ms)
            .saturating_add(self.wrap_up_ms)
    }

    /// Contacts with a service level event: answered, or given up not at once.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.answered.saturating_add(self.abandoned)
    }
}
