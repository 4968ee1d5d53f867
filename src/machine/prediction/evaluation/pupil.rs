//! A learner that goes through calls in their order, as a centre does.

use std::sync::Arc;

use crate::machine::prediction::learning::fitted;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::outcome::Outcome;

/// A model with the calls it has learned.
#[derive(Clone, Debug, Default)]
pub struct Pupil {
    /// The model.
    pub model: Model,
    /// The last ones it learned, those that it is fitted to among them.
    outcomes: Vec<Outcome>,
    fitted: u64,
}

impl Pupil {
    /// Learns from one call.
    pub fn learn(&mut self, outcome: Outcome) {
        self.model.learn(&outcome);
        if self.outcomes.len() >= 2 * fitted::CALLS_MAX {
            self.outcomes.drain(..fitted::CALLS_MAX);
        }
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
        let learned = self.model.learned();
        if self.fitted == learned {
            return;
        }
        self.fitted = learned;
        match Fitted::fit(&self.outcomes) {
            Some(fitted) => {
                let name = learned.to_string();
                self.model.take(name, learned, Arc::new(fitted));
            }
            None => self.model.postpone_fit(),
        }
    }
}
