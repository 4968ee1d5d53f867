//! The engine's clock: the only file that reads time.

use std::time::Instant;
use std::time::SystemTime;

use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::vocabulary::time::Wall;

/// Reads time. Copies of one clock agree on [`Now`].
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock whose [`Now`] begins here.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads time")]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The monotonic reading.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads time")]
    pub fn now(self) -> Now {
        Now::at(self.start.elapsed())
    }

    /// Both readings.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads time")]
    pub fn turn(self) -> Turn {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let ms = wall.map_or(0, |since| since.as_millis());
        Turn {
            now: self.now(),
            wall: Wall::from_ms(i64::try_from(ms).unwrap_or(i64::MAX)),
        }
    }

    /// The moment on the system's clock, for sleeps of an async runtime.
    #[must_use]
    pub fn instant(self, now: Now) -> Instant {
        self.start + now.since_start()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_a_clock_agree_and_run_forward() {
        let clock = Clock::start();
        let copy = clock;
        let earlier = clock.now();
        let turn = copy.turn();
        assert!(turn.now >= earlier);
        assert!(turn.wall.as_ms() > 1_500_000_000_000);
        assert!(clock.instant(turn.now) >= clock.instant(earlier));
    }
}
