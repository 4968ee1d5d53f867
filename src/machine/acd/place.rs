//! Who goes before whom: contacts by priority and arrival, seats by how long they are idle.

use std::cmp::Reverse;

use crate::vocabulary::time::Now;

/// A contact's place in its queue. It never changes while the contact keeps its class, so who is
/// offered in vain comes back to exactly where it was. Smaller goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ContactPlace {
    /// Larger priorities go first.
    pub priority: Reverse<i32>,
    /// Then who came earlier.
    pub arrived: Now,
    /// Then who was told of earlier in the same turn; makes each place unique.
    pub number: u64,
}

/// A ready seat's place: smaller is idle for longer and goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct SeatPlace {
    /// Since when the seat is idle.
    pub since: Now,
    /// Which of the same turn; makes each place unique.
    pub number: u64,
}

impl SeatPlace {
    /// Before every other.
    pub const FIRST: Self = Self {
        since: Now::START,
        number: 0,
    };
}

/// How much a seat was busy lately, in a form that does not change while it is idle: smaller was
/// less busy. With `b` the busy minutes, each counted half for every hour that has passed since,
/// it is `ln b + t/τ`, in billionths.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Busyness(i64);

/// In which a busy minute comes to count 1/e: an hour over ln 2, in minutes.
const TAU_MIN: f64 = 86.561_702_453_337_8;

impl Busyness {
    /// Of a seat that was never busy.
    pub const NONE: Self = Self(i64::MIN);

    /// The same after being busy from `from` to `to`.
    #[must_use]
    pub fn after(self, from: Now, to: Now) -> Self {
        let minutes = |at: Now| at.since_start().as_secs_f64() / 60.0;
        let (from, to) = (minutes(from) / TAU_MIN, minutes(to) / TAU_MIN);
        let fresh = 1.0 - (from - to).exp();
        let old = if self == Self::NONE {
            0.0
        } else {
            (self.0 as f64 / 1e9 - to).exp()
        };
        let all = old + fresh;
        if all <= 0.0 {
            return self;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
        let key = ((all.ln() + to) * 1e9) as i64;
        Self(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(at: u64) -> Now {
        Now::at_ms(at * 60_000)
    }

    #[test]
    fn who_was_busy_long_ago_was_less_busy_than_who_was_busy_just_now() {
        let busy = |from, to| Busyness::NONE.after(minute(from), minute(to));
        assert!(Busyness::NONE < busy(0, 1));
        assert!(busy(0, 10) < busy(0, 20));
        assert!(busy(0, 10) < busy(60, 70));
        assert!(
            busy(60, 64) < busy(0, 10),
            "4 min now are less than 5 of 10 an hour ago"
        );
        assert!(busy(0, 10) < busy(60, 66), "6 min now are more");
        assert_eq!(busy(3, 3), Busyness::NONE);
    }

    #[test]
    fn two_short_stretches_weigh_as_one_long_one() {
        let one = Busyness::NONE.after(minute(5), minute(15));
        let two = Busyness::NONE
            .after(minute(5), minute(9))
            .after(minute(9), minute(15));
        assert!((one.0 - two.0).abs() < 10, "{one:?} {two:?}");
    }
}
