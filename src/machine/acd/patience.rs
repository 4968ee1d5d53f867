//! How long the callers of a queue are willing to wait, as far as it was seen.

use serde::{Deserialize, Serialize};

/// Those who left count until there are so many; then each counts half.
const LEFT_MAX: f64 = 1_000.0;
/// So many who left after the mean of all queues that share seats are added to a queue's own.
const OWN_MIN: f64 = 10.0;
/// Before anybody left: one, after ten minutes.
const FIRST: Patience = Patience {
    left: 1.0,
    minutes: 10.0,
};

/// What was waited, and who left. Who was answered would have waited longer: their minutes count,
/// they do not (the estimate for exponential patience that is cut off).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    left: f64,
    minutes: f64,
}

impl Patience {
    /// One waited so many minutes, and left or was answered.
    pub fn learn(&mut self, minutes: f64, left: bool) {
        self.minutes += minutes;
        self.left += f64::from(u8::from(left));
        if self.left > LEFT_MAX {
            self.left /= 2.0;
            self.minutes /= 2.0;
        }
    }

    /// Of both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            left: self.left + other.left,
            minutes: self.minutes + other.minutes,
        }
    }

    /// Minutes waited for each who left, of a queue among all that share its seats.
    #[must_use]
    pub fn among(self, all: Self) -> f64 {
        let all = all.and(FIRST);
        let mean = all.minutes / all.left;
        (self.minutes + OWN_MIN * mean) / (self.left + OWN_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(left: u32, minutes: f64) -> Patience {
        let mut seen = Patience::default();
        (0..left).for_each(|_| seen.learn(0.0, true));
        seen.learn(minutes, false);
        seen
    }

    #[test]
    fn a_queue_is_as_patient_as_all_until_its_own_callers_leave_or_stay() {
        let all = seen(89, 890.0);
        assert!((Patience::default().among(all) - 10.0).abs() < 1e-9);
        assert!(seen(30, 60.0).among(all) < 5.0);
        assert!(seen(0, 200.0).among(all) > 20.0);
    }

    #[test]
    fn what_was_long_ago_counts_less() {
        let mut own = seen(1_000, 10_000.0);
        let all = own;
        (0..2_000).for_each(|_| own.learn(2.0, true));
        assert!(own.among(all) < 4.0);
    }
}
