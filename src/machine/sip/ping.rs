//! Is a registered flow alive?

use std::time::Duration;

use crate::vocabulary::time::Now;

/// A flow that is asked by OPTIONS again and again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ping {
    failures: u8,
    sent: Now,
    /// When the next one leaves.
    due: Now,
    /// One is on its way.
    is_out: bool,
    /// Whether one has ended.
    probed: bool,
    /// Whether one has been answered.
    answered: bool,
}

/// Unanswered pings in a row after which a flow is dead.
const FAILURES_MAX: u8 = 2;

/// What a ping's end means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pulse {
    /// Ask again after the usual time.
    Alive,
    /// The first was not answered: ask again after the usual time, and count from then on.
    Unknown,
    /// Ask again at once.
    Doubtful,
    /// Its bindings go.
    Dead,
}

impl Ping {
    /// The next one leaves then, and not at any time that was set before.
    pub const fn plan(&mut self, due: Now) {
        self.due = due;
    }

    /// Whether it is time for one, and the last one has ended.
    #[must_use]
    pub fn is_due(&self, now: Now) -> bool {
        !self.is_out && self.due <= now
    }

    /// A ping leaves.
    pub const fn begin(&mut self, now: Now) {
        self.sent = now;
        self.is_out = true;
    }

    /// Whoever is there has answered once: silence says something of them.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        self.answered
    }

    /// Since the last ping left.
    #[must_use]
    pub const fn since(&self, now: Now) -> Duration {
        now.since(self.sent)
    }

    /// A ping has ended with this status; 408 is silence.
    pub const fn ended(&mut self, status: u16) -> Pulse {
        self.is_out = false;
        if status != 408 {
            self.failures = 0;
            self.probed = true;
            self.answered = true;
            return Pulse::Alive;
        }
        if !self.probed {
            self.probed = true;
            return Pulse::Unknown;
        }
        self.failures += 1;
        if self.failures < FAILURES_MAX {
            Pulse::Doubtful
        } else {
            Pulse::Dead
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planned_last_counts_once_nothing_is_on_its_way() {
        let mut ping = Ping::default();
        ping.plan(Now::at_ms(25_000));
        ping.plan(Now::at_ms(5_100));
        assert!(!ping.is_due(Now::at_ms(5_099)));
        assert!(ping.is_due(Now::at_ms(5_100)));
        ping.begin(Now::at_ms(5_100));
        assert!(!ping.is_due(Now::at_ms(25_000)));
        ping.ended(200);
        assert!(ping.is_due(Now::at_ms(25_000)));
    }

    #[test]
    fn two_silences_in_a_row_are_death_and_any_answer_is_life() {
        let mut ping = Ping::default();
        assert_eq!(ping.ended(408), Pulse::Unknown);
        for (status, pulse) in [
            (200, Pulse::Alive),
            (408, Pulse::Doubtful),
            (404, Pulse::Alive),
            (408, Pulse::Doubtful),
            (408, Pulse::Dead),
        ] {
            assert_eq!(ping.ended(status), pulse);
        }
    }
}
