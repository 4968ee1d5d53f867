//! Whether a service that keeps failing is asked at all.
//!
//! ```text
//!           enough failures in a row           a rest is over
//!  closed -------------------------> open ---------------------> trying
//!    ^                                ^        one question          |
//!    |                                +---- it fails ----------------+
//!    +------------------------------------- it succeeds -------------+
//! ```

use std::time::Duration;

use crate::vocabulary::time::Now;

/// So many failures in a row open it.
pub const FAILURES_MAX: u32 = 5;
/// So long nobody is asked.
pub const REST: Duration = Duration::from_secs(10);

/// Whether a service that keeps failing is asked at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Breaker {
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// The service is asked; it failed so often in a row.
    Closed(u32),
    /// It is not asked until then.
    Open(Now),
    /// One question is under way; if nobody hears of it, another is let through then.
    Trying(Now),
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed(0),
        }
    }
}

impl Breaker {
    /// Whether a question may be asked now; a yes is followed by what came of it.
    pub fn admits(&mut self, now: Now) -> bool {
        match self.state {
            State::Closed(_) => true,
            State::Open(until) | State::Trying(until) if now < until => false,
            State::Open(_) | State::Trying(_) => {
                self.state = State::Trying(now + REST);
                true
            }
        }
    }

    /// A question was answered; whether the service was resting before.
    pub fn handle_success(&mut self) -> bool {
        let rested = !matches!(self.state, State::Closed(_));
        self.state = State::Closed(0);
        rested
    }

    /// A question failed; whether the service rests from now on and did not before.
    pub fn handle_failure(&mut self, now: Now) -> bool {
        match self.state {
            State::Closed(failures) if failures + 1 < FAILURES_MAX => {
                self.state = State::Closed(failures + 1);
                false
            }
            State::Closed(_) => {
                self.state = State::Open(now + REST);
                true
            }
            State::Open(_) | State::Trying(_) => {
                self.state = State::Open(now + REST);
                false
            }
        }
    }

    /// Whether the service is left alone.
    #[must_use]
    pub const fn is_resting(&self) -> bool {
        !matches!(self.state, State::Closed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> Now {
        Now::at(Duration::from_secs(s))
    }

    #[test]
    fn after_failures_in_a_row_one_question_tries_whether_it_is_better() {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES_MAX {
            assert!(breaker.admits(at(0)));
            assert!(!breaker.handle_failure(at(0)));
        }
        assert!(breaker.handle_failure(at(0)), "it opens once");
        assert!(!breaker.admits(at(9)));
        assert!(breaker.admits(at(10)), "one tries");
        assert!(!breaker.admits(at(10)), "and only one");
        assert!(!breaker.handle_failure(at(11)), "it was open before");
        assert!(!breaker.admits(at(20)));
        assert!(breaker.admits(at(21)));
        assert!(breaker.handle_success());
        assert!(breaker.admits(at(21)) && !breaker.is_resting());
    }

    #[test]
    fn a_success_in_between_forgets_failures() {
        let mut breaker = Breaker::default();
        for _ in 0..3 * FAILURES_MAX {
            assert!(!breaker.handle_failure(at(0)) || breaker.is_resting());
            breaker.handle_success();
        }
        assert!(breaker.admits(at(0)));
    }

    #[test]
    fn a_trial_that_nobody_hears_of_does_not_block_for_ever() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            breaker.handle_failure(at(0));
        }
        assert!(breaker.admits(at(10)) && !breaker.admits(at(19)));
        assert!(breaker.admits(at(20)));
    }
}
