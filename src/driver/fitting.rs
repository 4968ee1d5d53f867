//! Models fitted off the loop, to the calls of the journal.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::call::effect::Event;
use crate::call::effect::Fit;
use crate::driver::journal::checkpoint;
use crate::driver::journal::schema;
use crate::machine::prediction::learning::fitted;
use crate::machine::prediction::learning::fitted::Fitted;

/// Fits models, each on a thread of its own that yields to all others.
#[derive(Debug)]
pub struct Fitting {
    database: PathBuf,
    inbox: mpsc::Sender<Event>,
}

impl Fitting {
    /// Reads this journal and tells this inbox.
    #[must_use]
    pub const fn new(database: PathBuf, inbox: mpsc::Sender<Event>) -> Self {
        Self { database, inbox }
    }

    /// Begins to fit the model of a bank. The engine asks again only when it was told.
    pub fn begin(&self, bank: String) {
        let (database, inbox) = (self.database.clone(), self.inbox.clone());
        let work = move || {
            // Without it the fit only takes its share of the processor.
            let _ = rustix::process::nice(NICE);
            let result = fit(&database, &bank);
            // A loop that has ended needs no fit.
            let _ = inbox.blocking_send(Event::Fitted { bank, result });
        };
        let thread = std::thread::Builder::new().name("fit".to_owned());
        if let Err(error) = thread.spawn(work) {
            tracing::warn!(%error, "no thread to fit a model on");
        }
    }
}

/// Fits to what the journal holds of a bank, and keeps it.
///
/// # Errors
///
/// In words: the journal, or too few calls.
pub fn fit(database: &Path, bank: &str) -> Result<Fit, String> {
    let db = schema::open(database).map_err(|error| error.to_string())?;
    let lessons = checkpoint::lessons(&db, bank, fitted::CALLS_MAX);
    let (through, outcomes) = lessons.map_err(|error| error.to_string())?;
    let calls = outcomes.len();
    let fitted = Fitted::fit(&outcomes);
    let fitted = fitted.ok_or_else(|| format!("the log says too little of its {calls} calls"))?;
    let kept = checkpoint::keep(&db, bank, through, &fitted);
    Ok(Fit {
        checkpoint: kept.map_err(|error| error.to_string())?,
        through,
        fitted: Arc::new(fitted),
    })
}

/// How far it yields to other threads.
const NICE: i32 = 10;
