//! What was learned, as the facts have it, for whoever predicts outside of a call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::machine::prediction::model::Model;

/// Models by bank, a durable fact behind those of the engine. Copies share them.
#[derive(Clone, Debug)]
pub struct Learned {
    models: Arc<RwLock<BTreeMap<String, Model>>>,
}

impl Learned {
    /// What a restart found.
    #[must_use]
    pub fn of(models: BTreeMap<String, Model>) -> Self {
        Self {
            models: Arc::new(RwLock::new(models)),
        }
    }

    /// Learns from a fact that is durable.
    pub fn take(&self, recorded: &Recorded) {
        if let Fact::Learned { bank, outcome } = &recorded.fact {
            let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
            models.entry(bank.clone()).or_default().learn(outcome);
        }
    }

    /// Asks the model of a bank; a new one if nothing was learned.
    pub fn ask<T>(&self, bank: &str, what: impl FnOnce(&Model) -> T) -> T {
        let models = self.models.read().unwrap_or_else(PoisonError::into_inner);
        match models.get(bank) {
            Some(model) => what(model),
            None => what(&Model::default()),
        }
    }
}
