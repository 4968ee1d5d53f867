//! Several forecasts as one: their mean, in which those that foretell better come to weigh more.

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;

/// How much each forecast weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    #[serde(with = "exact")]
    weights: Vec<f64>,
}

impl Default for Blend {
    fn default() -> Self {
        Self {
            weights: WEIGHTS.to_vec(),
        }
    }
}

impl Blend {
    /// A table that has this share, and what was fitted the rest.
    #[must_use]
    pub fn of(table_share: f64) -> Self {
        Self {
            weights: vec![table_share, 1.0 - table_share],
        }
    }

    /// The mean of as many of the forecasts as there are, each by its weight, as likely together as these.
    /// A mean of several is less sure than any of them has reason to be: it is sharpened.
    #[must_use]
    pub fn mean(&self, forecasts: &[Vec<f64>]) -> Vec<f64> {
        let weights = self.weights.iter().zip(forecasts);
        let all: f64 = weights.clone().map(|(weight, _)| weight).sum();
        let mut mean = vec![0.0; forecasts.first().map_or(0, Vec::len)];
        for (weight, forecast) in weights {
            for (sum, p) in mean.iter_mut().zip(forecast) {
                *sum += weight / all * p;
            }
        }
        if forecasts.len() > 1 {
            sharpen(&mut mean);
        }
        mean
    }

    /// Learns that what stands at `asked` was asked, if all forecasts are there (exponentiated gradient on the log-loss: Kivinen
    /// and Warmuth 1997).
    pub fn learn(&mut self, forecasts: &[Vec<f64>], mean: &[f64], asked: usize) {
        if forecasts.len() < self.weights.len() {
            return;
        }
        let p = |forecast: &[f64]| forecast.get(asked).copied().unwrap_or(0.0).max(P_MIN);
        let mixed = p(mean);
        for (weight, forecast) in self.weights.iter_mut().zip(forecasts) {
            *weight *= arithmetic::exp(PACE * (p(forecast) / mixed).min(RATIO_MAX));
        }
        let all: f64 = self.weights.iter().sum();
        for weight in &mut self.weights {
            *weight = (*weight / all).max(WEIGHT_MIN);
        }
    }
}

/// Raises each to the power of [`SHARPNESS`]; together they are as likely as before.
fn sharpen(forecast: &mut [f64]) {
    let before: f64 = forecast.iter().sum();
    for p in forecast.iter_mut().filter(|p| **p > 0.0) {
        *p = arithmetic::exp(SHARPNESS * arithmetic::ln(*p));
    }
    let after: f64 = forecast.iter().sum();
    let scale = before / after.max(f64::MIN_POSITIVE);
    forecast.iter_mut().for_each(|p| *p *= scale);
}

/// By which a mean is sharpened: what is best where calls are many, and costs nothing where they are few.
const SHARPNESS: f64 = 1.03;
/// Of the table and of what was fitted, before anything is known of them.
const WEIGHTS: [f64; 2] = [0.1, 0.9];
/// No forecast is forgotten.
const WEIGHT_MIN: f64 = 0.02;
/// How fast weights change.
const PACE: f64 = 0.01;
/// One call does not decide.
const RATIO_MAX: f64 = 10.0;
const P_MIN: f64 = 1e-9;
