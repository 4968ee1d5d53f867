//! How well waits were foretold.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::waiting::range::WaitRange;

/// What was foretold of a wait when it began.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Foretold {
    /// The expected wait; in JSON whole milliseconds.
    #[serde(rename = "wait_ms", with = "milliseconds")]
    pub wait: Duration,
    /// What would be said of it.
    pub said: WaitRange,
}

mod milliseconds {
    use std::time::Duration;

    use serde::Deserialize;

    pub(super) fn serialize<S: serde::Serializer>(
        wait: &Duration,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// Sums over waits that were foretold and ended with an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// How many.
    pub waits: u64,
    /// How many were as it was said.
    pub within: u64,
    /// Foretold less actual, in seconds.
    pub error_s: f64,
    /// The same without its sign.
    pub absolute_error_s: f64,
    /// The same squared.
    pub squared_error_s2: f64,
}

impl Accuracy {
    /// A wait that was foretold is over.
    pub fn take(&mut self, foretold: Foretold, wait: Duration) {
        let error = foretold.wait.as_secs_f64() - wait.as_secs_f64();
        self.waits += 1;
        self.within += u64::from(foretold.said.contains(wait));
        self.error_s += error;
        self.absolute_error_s += error.abs();
        self.squared_error_s2 = error.mul_add(error, self.squared_error_s2);
    }

    /// The root of the mean squared error in seconds; none of no waits.
    #[must_use]
    pub fn root_mean_square_s(&self) -> Option<f64> {
        self.mean(self.squared_error_s2).map(f64::sqrt)
    }

    /// The share of waits that were as it was said, 0 to 1; none of no waits.
    #[must_use]
    pub fn share_within(&self) -> Option<f64> {
        let within = u32::try_from(self.within).map_or(f64::INFINITY, f64::from);
        self.mean(within)
    }

    fn mean(&self, sum: f64) -> Option<f64> {
        let waits = u32::try_from(self.waits).map_or(f64::INFINITY, f64::from);
        (self.waits > 0).then(|| sum / waits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_summed_and_ends_belong_to_what_was_said() {
        let mut accuracy = Accuracy::default();
        assert_eq!(accuracy.root_mean_square_s(), None);
        let said = WaitRange::around(100.0, 170.0);
        let wait = Duration::from_secs(120);
        let foretold = Foretold { wait, said };
        for seconds in [90, 130, 180, 200] {
            accuracy.take(foretold, Duration::from_secs(seconds));
        }
        assert_eq!((accuracy.waits, accuracy.within), (4, 3));
        assert_eq!(accuracy.share_within(), Some(0.75));
        let mean: f64 = (900.0 + 100.0 + 3_600.0 + 6_400.0) / 4.0;
        assert_eq!(accuracy.root_mean_square_s(), Some(mean.sqrt()));
        assert!((accuracy.error_s - (-120.0)).abs() < 1e-9);
    }
}
