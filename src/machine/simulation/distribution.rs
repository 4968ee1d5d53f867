//! How long things take: distributions of times, in minutes.

use crate::machine::simulation::draw::Draw;

/// Who waits without end waits so long, in minutes.
pub const ENDLESS: f64 = 1e9;

/// A distribution of times in minutes.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Even between two ends.
    Uniform(f64, f64),
    /// The logarithm is normal: its mean and its standard deviation.
    LogNormal(f64, f64),
    /// Gamma with this mean and shape.
    Gamma(f64, f64),
    /// One of these, each as likely.
    Empirical(Vec<f64>),
}

impl Distribution {
    /// The log-normal distribution of this mean and this ratio of standard deviation and mean.
    #[must_use]
    pub fn log_normal(mean: f64, cv: f64) -> Self {
        let variance = (1.0 + cv * cv).ln();
        Self::LogNormal(mean.ln() - variance / 2.0, variance.sqrt())
    }

    /// Draws a time.
    pub fn draw(&self, draw: &mut Draw) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => draw.exponential(*mean),
            Self::Uniform(from, to) => draw.uniform(*from, *to),
            Self::LogNormal(mean, deviation) => (mean + deviation * draw.normal()).exp(),
            Self::Gamma(mean, shape) => draw.gamma(*shape) * mean / shape,
            Self::Empirical(values) => draw.one_of(values).unwrap_or(0.0),
        }
    }

    /// Its mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(mean) | Self::Exponential(mean) | Self::Gamma(mean, _) => *mean,
            Self::Uniform(from, to) => f64::midpoint(*from, *to),
            Self::LogNormal(mean, deviation) => (mean + deviation * deviation / 2.0).exp(),
            Self::Empirical(values) => {
                let count = u32::try_from(values.len()).unwrap_or(u32::MAX).max(1);
                values.iter().sum::<f64>() / f64::from(count)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::simulation::draw::Use;

    #[test]
    fn every_distribution_has_its_mean() {
        let all = [
            Distribution::Constant(2.0),
            Distribution::Exponential(2.0),
            Distribution::Uniform(1.0, 4.0),
            Distribution::log_normal(3.2, 1.55),
            Distribution::Gamma(3.0, 0.7),
            Distribution::Empirical(vec![1.0, 2.0, 6.0]),
        ];
        for one in all {
            let mut draw = Draw::of(1, 0, Use::Day);
            let sum: f64 = (0..60_000).map(|_| one.draw(&mut draw)).sum();
            let (got, mean) = (sum / 60_000.0, one.mean());
            assert!(
                (got / mean - 1.0).abs() < 0.03,
                "{one:?}: {got}, not {mean}"
            );
        }
        let Distribution::LogNormal(mean, deviation) = Distribution::log_normal(3.2, 1.55) else {
            unreachable!()
        };
        let cv = ((deviation * deviation).exp() - 1.0).sqrt();
        assert!((cv - 1.55).abs() < 1e-9);
        assert!(((mean + deviation * deviation / 2.0).exp() - 3.2).abs() < 1e-9);
    }
}
