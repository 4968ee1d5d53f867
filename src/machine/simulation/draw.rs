//! Draws from a stream of chance.

use crate::vocabulary::chance::Chance;

/// A stream of draws.
#[derive(Debug)]
pub struct Draw(Chance);

/// What a stream is for: streams of different use, day or type share nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Use {
    /// The busyness of the day.
    Day,
    /// The calls of a type.
    Calls(usize),
    /// Orders in which seats are asked.
    Lots,
}

impl Draw {
    /// The stream of this seed, day and use.
    #[must_use]
    pub fn of(seed: u64, day: u64, what: Use) -> Self {
        let number = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
        let (kind, one) = match what {
            Use::Day => (1_u64, 0),
            Use::Calls(at) => (2, number(at)),
            Use::Lots => (3, 0),
        };
        let mut key = [0; 32];
        let parts = [seed, day, kind, one];
        for (place, part) in key.chunks_exact_mut(8).zip(parts) {
            place.copy_from_slice(&part.to_le_bytes());
        }
        Self(Chance::from_key(key))
    }

    /// The stream that a drawn number names.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(Chance::from_seed(bits))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// A number over 0, up to 1, in steps of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        let bits = self.0.bits();
        let half = |bits: u64| u32::try_from(bits & 0xffff_ffff).map_or(0.0, f64::from);
        // 32 high and 21 low bits.
        let whole = half(bits >> 32) * 2_097_152.0 + half((bits & 0xffff_ffff) >> 11);
        1.0 - whole / 9_007_199_254_740_992.0
    }

    /// Exponential.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    /// Even between two ends.
    pub fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// Normal with mean 0 and variance 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Gamma with this shape and scale 1 (Marsaglia and Tsang, A simple method for generating gamma
    /// variables, 2000; below shape 1 by their boost).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.unit().powf(1.0 / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// One of these, each as likely; none of none.
    pub fn one_of(&mut self, values: &[f64]) -> Option<f64> {
        let count = u64::try_from(values.len()).ok()?;
        let at = usize::try_from(self.0.below(count)).ok()?;
        values.get(at).copied()
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.0.below(end)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mut one: impl FnMut(&mut Draw) -> f64) -> (f64, f64) {
        let mut draw = Draw::of(7, 0, Use::Day);
        let values: Vec<f64> = (0..40_000).map(|_| one(&mut draw)).collect();
        let mean = values.iter().sum::<f64>() / 40_000.0;
        let spread = values.iter().map(|value| (value - mean).powi(2));
        (mean, spread.sum::<f64>() / 40_000.0)
    }

    #[test]
    fn draws_have_the_mean_and_the_variance_they_promise() {
        let table: [(f64, f64, (f64, f64)); 5] = [
            (3.0, 9.0, moments(|draw| draw.exponential(3.0))),
            (5.0, 4.0 / 3.0, moments(|draw| draw.uniform(3.0, 7.0))),
            (0.0, 1.0, moments(Draw::normal)),
            (28.7, 28.7, moments(|draw| draw.gamma(28.7))),
            (0.5, 0.5, moments(|draw| draw.gamma(0.5))),
        ];
        for (mean, variance, got) in table {
            assert!(
                (got.0 - mean).abs() < 0.02 * mean.max(1.0),
                "{got:?}, {mean}"
            );
            assert!((got.1 / variance - 1.0).abs() < 0.05, "{got:?}, {variance}");
        }
    }

    #[test]
    fn streams_of_different_use_differ_and_of_the_same_do_not() {
        let uses = [Use::Day, Use::Calls(0), Use::Calls(1), Use::Lots];
        let mut first: Vec<u64> = uses.map(|what| Draw::of(1, 2, what).bits()).to_vec();
        assert_eq!(first[1], Draw::of(1, 2, Use::Calls(0)).bits());
        first.extend([
            Draw::of(1, 3, Use::Day).bits(),
            Draw::of(2, 2, Use::Day).bits(),
        ]);
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), 6);
    }
}
