//! Who of the switchboard sleeps until when.

use std::collections::BTreeSet;

use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// Who sleeps until a deadline.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Sleeper {
    /// A call.
    Call(CallId),
    /// A star code, by its leg.
    Code(LegId),
}

/// Deadlines in order. An entry that its sleeper has left behind is skipped by whoever it wakes.
#[derive(Debug, Default)]
pub struct Sleepers {
    deadlines: BTreeSet<(Now, Sleeper)>,
}

impl Sleepers {
    /// Wakes `sleeper` at `at`.
    pub fn set(&mut self, at: Now, sleeper: Sleeper) {
        self.deadlines.insert((at, sleeper));
    }

    /// The next deadline.
    #[must_use]
    pub fn next_at(&self) -> Option<Now> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Who is due next, and since when; none if all sleep past `now`.
    pub fn wake(&mut self, now: Now) -> Option<(Now, Sleeper)> {
        let due = self.deadlines.first().filter(|(at, _)| *at <= now).copied();
        due.inspect(|due| {
            self.deadlines.remove(due);
        })
    }
}
