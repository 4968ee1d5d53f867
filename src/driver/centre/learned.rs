//! What was learned, as the facts have it, for whoever predicts outside of a call.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::driver::journal::checkpoint;
use crate::driver::journal::checkpoint::CheckpointError;
use crate::driver::journal::schema;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::model::Model;

/// Models by bank, a durable fact behind those of the engine. Copies share them.
#[derive(Clone, Debug)]
pub struct Learned {
    models: Arc<RwLock<BTreeMap<String, Model>>>,
    /// Where what was fitted is.
    database: PathBuf,
}

impl Learned {
    /// What a restart found in this database.
    #[must_use]
    pub fn of(models: BTreeMap<String, Model>, database: &Path) -> Self {
        Self {
            models: Arc::new(RwLock::new(models)),
            database: database.to_owned(),
        }
    }

    /// Learns from a fact that is durable.
    pub fn take(&self, recorded: &Recorded) {
        if let Fact::Learned { bank, outcome } = &recorded.fact {
            self.change(bank, |model| model.learn(outcome));
        } else if let Fact::Fitted {
            bank,
            checkpoint: hash,
            through,
            ..
        } = &recorded.fact
        {
            match self.fitted(hash) {
                Ok(Some(fitted)) => {
                    self.change(bank, |model| model.take(hash.clone(), *through, fitted));
                }
                Ok(None) => tracing::warn!(hash, "the database does not hold what was fitted"),
                Err(error) => tracing::warn!(%error, hash, "what was fitted cannot be read"),
            }
        }
    }

    fn change(&self, bank: &str, how: impl FnOnce(&mut Model)) {
        let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
        how(models.entry(bank.to_owned()).or_default());
    }

    fn fitted(&self, hash: &str) -> Result<Option<Arc<Fitted>>, CheckpointError> {
        let database = schema::open_reading(&self.database)?;
        let fitted = checkpoint::load(&database, hash)?;
        Ok(fitted.map(Arc::new))
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
