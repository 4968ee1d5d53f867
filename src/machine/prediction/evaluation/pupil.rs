//! A learner that goes through calls in their order, as a centre does.

use std::sync::Arc;

use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::outcome::Outcome;

/// A model with the calls it has learned.
#[derive(Clone, Debug, Default)]
pub struct Pupil {
    /// The model.
    pub model: Model,
    outcomes: Vec<Outcome>,
    fitted: usize,
}

impl Pupil {
    /// Learns from one call.
    pub fn learn(&mut self, outcome: Outcome) {
        self.model.learn(&outcome);
        self.outcomes.push(outcome);
    }

    /// Learns from one call, and fits whenever a centre would do so.
    pub fn live(&mut self, outcome: Outcome) {
        self.learn(outcome);
        if self.model.is_fit_due() {
            self.fit();
        }
    }

    /// Fits to all that was learned, unless that was just done.
    pub fn fit(&mut self) {
        if self.fitted == self.outcomes.len() {
            return;
        }
        self.fitted = self.outcomes.len();
        if let Some(fitted) = Fitted::fit(&self.outcomes) {
            let through = u64::try_from(self.fitted).unwrap_or(u64::MAX);
            let name = through.to_string();
            self.model.take(name, through, Arc::new(fitted));
        }
    }
}
