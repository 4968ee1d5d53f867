//! Whether probabilities are what they say: of all that was given 0.3, three in ten should come
//! true.

use serde::Serialize;

/// How many stretches of probability are told apart.
pub const BINS: usize = 15;

/// Predictions by the probability they named, in [`BINS`] equal stretches of 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// From the lowest stretch to the highest.
    pub bins: [Bin; BINS],
}

/// One stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// How many predictions.
    pub count: u64,
    /// Sum of their probabilities.
    pub p_sum: f64,
    /// How many came true.
    pub hits: u64,
}

impl Calibration {
    /// Counts what was held to be likeliest, with its probability, and whether it came true.
    pub fn take(&mut self, p: f64, came_true: bool) {
        // A stretch holds its lower end; 1 belongs to the highest.
        let mut at = 0;
        while at + 1 < BINS && p * number(BINS) >= number(at + 1) {
            at += 1;
        }
        if let Some(bin) = self.bins.get_mut(at) {
            bin.count += 1;
            bin.p_sum += p;
            bin.hits += u64::from(came_true);
        }
    }

    /// Expected calibration error: the mean of |share that came true - mean probability| over
    /// the stretches, each weighed by its count (Naeini et al., AAAI 2015). 0 is perfect, none
    /// before the first prediction.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        let all: u64 = self.bins.iter().map(|bin| bin.count).sum();
        if all == 0 {
            return None;
        }
        let apart = |bin: &Bin| (whole(bin.hits) - bin.p_sum).abs();
        Some(self.bins.iter().map(apart).sum::<f64>() / whole(all))
    }
}

impl Bin {
    /// Mean probability and the share that came true; none if it is empty.
    #[must_use]
    pub fn means(&self) -> Option<(f64, f64)> {
        let count = whole(self.count);
        (self.count > 0).then(|| (self.p_sum / count, whole(self.hits) / count))
    }
}

fn number(small: usize) -> f64 {
    whole(u64::try_from(small).unwrap_or(u64::MAX))
}

/// A count as a real number: exact to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of calls stay below 2^53"
)]
pub(super) const fn whole(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_with_seven_tenths_and_comes_true_seven_times_in_ten_is_calibrated() {
        let mut calibration = Calibration::default();
        assert_eq!(calibration.error(), None);
        for n in 0..10 {
            calibration.take(0.7, n < 7);
        }
        assert!(calibration.error().unwrap() < 1e-9);
        for _ in 0..10 {
            calibration.take(1.0, false);
        }
        assert!((calibration.error().unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(calibration.bins[BINS - 1].count, 10);
        let (p, hits) = calibration.bins[10].means().unwrap();
        assert!((p - 0.7).abs() < 1e-9 && (hits - 0.7).abs() < 1e-9);
    }
}
