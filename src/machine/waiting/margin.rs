//! How far a wait may be from what was foretold.
//!
//! The spread of a wait behind `ahead` contacts is that of as many departures, and some more that
//! no queue length explains. By how many spreads the ends of a range lie off is learned from what
//! was said: each end moves a little with every wait, so that one in ten waits is shorter than was
//! said and one in ten longer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::waiting::range::WaitRange;

/// How many of the waits shall miss each end.
const MISSED: f64 = 0.1;
/// The share of a spread that queue lengths do not explain, squared.
const UNEXPLAINED: f64 = 0.0625;
/// How far an end moves with a wait, in spreads, once much is known.
const STEP: f64 = 0.08;
/// How much farther it moves at first: after so many waits half as far.
const EAGER_WAITS: f64 = 20.0;
/// The least and the most an end lies off, in spreads.
const OFF: (f64, f64) = (0.2, 5.0);

/// The ends of what is said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    below: f64,
    above: f64,
    waits: f64,
}

impl Default for Margin {
    fn default() -> Self {
        // A tenth of a normal distribution lies beyond 1.28 spreads.
        Self {
            below: 1.28,
            above: 1.28,
            waits: 0.0,
        }
    }
}

impl Margin {
    /// What to say of a wait that is expected to last `wait_s` behind `ahead` others.
    #[must_use]
    pub fn around(&self, wait_s: f64, ahead: u32) -> WaitRange {
        let spread = (UNEXPLAINED + 1.0 / (f64::from(ahead) + 1.0)).sqrt();
        let low = wait_s * (-self.below * spread).exp();
        let high = wait_s * (self.above * spread).exp();
        WaitRange::around(low, high)
    }

    /// A wait is over of which this would have been said.
    pub fn learn(&mut self, said: WaitRange, wait: Duration) {
        let step = STEP * (1.0 + 4.0 / (1.0 + self.waits / EAGER_WAITS));
        self.waits += 1.0;
        let moved = |missed: bool| step * if missed { 1.0 - MISSED } else { -MISSED };
        self.below = (self.below + moved(said.is_below(wait))).clamp(OFF.0, OFF.1);
        self.above = (self.above + moved(said.is_above(wait))).clamp(OFF.0, OFF.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::chance::Chance;

    #[test]
    fn eight_to_nine_of_ten_waits_are_as_said_however_badly_they_are_foretold() {
        let mut chance = Chance::from_seed(4);
        for wrong_by in [0.5, 1.0, 2.0] {
            let (mut margin, mut right) = (Margin::default(), 0_u32);
            for wait in 0..2_000 {
                // Between 1 and 15 minutes, and said to be `wrong_by` of 8.
                let seconds = 60 + chance.below(840);
                let actual = Duration::from_secs(seconds);
                let said = margin.around(480.0 * wrong_by, 10);
                right += u32::from(wait >= 200 && said.contains(actual));
                margin.learn(said, actual);
            }
            assert!((1_400..=1_650).contains(&right), "{wrong_by}: {right}");
        }
    }

    #[test]
    fn longer_queues_are_foretold_in_narrower_words() {
        let margin = Margin::default();
        let wide = margin.around(600.0, 2);
        let narrow = margin.around(600.0, 200);
        assert!(narrow.from_min > wide.from_min && narrow.to_min < wide.to_min);
    }
}
