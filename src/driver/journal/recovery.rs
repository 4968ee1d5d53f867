//! What a restart finds: the next place in the log, what was learned, calls that were cut off.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::promise::CallbackFact;
use crate::call::promise::Promise;
use crate::call::record::Names;
use crate::call::record::Record;
use crate::call::record_builder::RecordBuilder;
use crate::call::unfinished::Unfinished;
use crate::driver::journal::checkpoint;
use crate::driver::journal::checkpoint::CheckpointError;
use crate::driver::journal::writer::signed;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::model::Model;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// What was learned, by bank.
pub type Models = BTreeMap<String, Model>;

/// What a restart finds.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Place of the next fact.
    pub next_seq: u64,
    /// What was learned, by bank.
    pub models: Models,
    /// Records of calls that the last process left open, with their last fact's time.
    pub lost: Vec<Record>,
    /// Calls that are still to be called back.
    pub promised: Vec<Unfinished>,
    /// Calls begun so far: ids go on after them.
    pub calls: u64,
    /// The release with the highest number, and its hash.
    pub release: Option<(ReleaseNo, String)>,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The database.
    #[error("the journal cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// What was fitted.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A line of it.
    #[error("the journal holds a fact that this version cannot read, near seq {seq}: {source}")]
    Fact {
        /// First place of the row.
        seq: i64,
        /// What is wrong.
        source: serde_json::Error,
    },
}

/// Reads what the last process left.
///
/// # Errors
///
/// [`RecoveryError`] if the database or a fact cannot be read.
pub fn recover(db: &Connection) -> Result<Recovered, RecoveryError> {
    let last: Option<i64> =
        db.query_row("SELECT max(last_seq) FROM journal", [], |row| row.get(0))?;
    let calls: Option<i64> = db.query_row(
        "SELECT max(c) FROM (SELECT max(call) c FROM records UNION SELECT max(call) FROM open_calls)",
        [],
        |row| row.get(0),
    )?;
    let next_seq = last.map_or(1, |last| last.cast_unsigned() + 1);
    let calls = calls.map_or(0, |calls| calls.cast_unsigned() & 0xffff_ffff_ffff);
    let (models, learned_seq) = saved_models(db)?;
    let mut found = Recovered {
        next_seq,
        models,
        lost: Vec::new(),
        promised: Vec::new(),
        calls,
        release: last_release(db)?,
    };
    let oldest_open: Option<i64> =
        db.query_row("SELECT min(seq) FROM open_calls", [], |row| row.get(0))?;
    let from = oldest_open.unwrap_or(i64::MAX).min(learned_seq + 1);
    replay(db, from, learned_seq, &mut found)?;
    Ok(found)
}

/// Keeps what was learned up to `seq`, so that a restart need not read further back.
///
/// # Errors
///
/// What the database says.
pub fn save_models(db: &Connection, seq: u64, models: &Models) -> Result<(), rusqlite::Error> {
    let json = serde_json::to_string(models)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    db.execute(
        "INSERT OR REPLACE INTO learned (id, seq, models) VALUES (1, ?1, ?2)",
        params![signed(seq), json],
    )?;
    Ok(())
}

fn last_release(db: &Connection) -> Result<Option<(ReleaseNo, String)>, rusqlite::Error> {
    let last = "SELECT number, hash FROM releases ORDER BY number DESC LIMIT 1";
    db.query_row(last, [], |row| Ok((ReleaseNo(row.get(0)?), row.get(1)?)))
        .optional()
}

fn saved_models(db: &Connection) -> Result<(Models, i64), RecoveryError> {
    let saved: Option<(i64, String)> = db
        .query_row("SELECT seq, models FROM learned WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((seq, json)) = saved else {
        return Ok((Models::new(), 0));
    };
    let models: Result<Models, _> = serde_json::from_str(&json);
    let mut models = models.map_err(|source| RecoveryError::Fact { seq, source })?;
    for model in models.values_mut() {
        let hash = model.checkpoint().map(|checkpoint| checkpoint.hash.clone());
        if let Some(hash) = hash
            && let Some(fitted) = kept(db, &hash)?
        {
            model.restore(fitted);
        }
    }
    Ok((models, seq))
}

/// What was fitted, by its hash. Without it the model goes on with what it learned call by call.
fn kept(db: &Connection, hash: &str) -> Result<Option<Arc<Fitted>>, RecoveryError> {
    let fitted = checkpoint::load(db, hash)?;
    if fitted.is_none() {
        tracing::warn!(hash, "the database does not hold what was fitted");
    }
    Ok(fitted.map(Arc::new))
}

fn replay(
    db: &Connection,
    from: i64,
    learned_seq: i64,
    found: &mut Recovered,
) -> Result<(), RecoveryError> {
    let mut open: BTreeMap<CallId, Open> = BTreeMap::new();
    let mut names = names_before(db, from)?;
    let mut rows =
        db.prepare("SELECT first_seq, facts FROM journal WHERE last_seq >= ?1 ORDER BY first_seq")?;
    let mut rows = rows.query(params![from])?;
    while let Some(row) = rows.next()? {
        let (seq, facts): (i64, String) = (row.get(0)?, row.get(1)?);
        for line in facts.lines() {
            let fact: Recorded =
                serde_json::from_str(line).map_err(|source| RecoveryError::Fact { seq, source })?;
            if let Fact::Learned { bank, outcome } = &fact.fact
                && signed(fact.seq) > learned_seq
            {
                found.models.entry(bank.clone()).or_default().learn(outcome);
            }
            if let Fact::Fitted {
                bank,
                checkpoint: hash,
                through,
                ..
            } = &fact.fact
                && signed(fact.seq) > learned_seq
                && let Some(fitted) = kept(db, hash)?
            {
                let model = found.models.entry(bank.clone()).or_default();
                model.take(hash.clone(), *through, fitted);
            }
            if let Some(now) = new_names(&fact.fact) {
                names = now.clone();
            }
            follow(&mut open, &fact, &names);
        }
    }
    for Open {
        record,
        last,
        promise,
    } in open.into_values()
    {
        match promise {
            Some(promise) => found.promised.push(Unfinished {
                record,
                promise,
                last,
            }),
            None => found.lost.push(record.close_lost(last)),
        }
    }
    Ok(())
}

/// The names that held at this place of the log: the last that were written before it.
fn names_before(db: &Connection, from: i64) -> Result<Names, RecoveryError> {
    let found: Option<String> = db
        .query_row(
            "SELECT names FROM starts WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
            [from],
            |row| row.get(0),
        )
        .optional()?;
    let parsed = found.map(|json| serde_json::from_str(&json));
    let names = parsed
        .transpose()
        .map_err(|source| RecoveryError::Fact { seq: from, source })?;
    Ok(names.unwrap_or_default())
}

/// What ids stand for from this fact on, if it says so.
const fn new_names(fact: &Fact) -> Option<&Names> {
    if let Fact::Started { names, .. } = fact {
        return Some(names);
    }
    if let Fact::Released(released) = fact {
        return released.names.as_ref();
    }
    None
}

/// A call that is not closed.
struct Open {
    record: RecordBuilder,
    last: Now,
    promise: Option<Promise>,
}

fn follow(open: &mut BTreeMap<CallId, Open>, fact: &Recorded, names: &Names) {
    let Some(call) = fact.call else {
        return;
    };
    if let Some(builder) = RecordBuilder::begin(fact) {
        let begun = Open {
            record: builder,
            last: fact.now,
            promise: None,
        };
        open.insert(call, begun);
    } else if matches!(fact.fact, Fact::Closed(_)) {
        open.remove(&call);
    } else if let Some(one) = open.get_mut(&call) {
        if let Fact::Callback(told) = &fact.fact {
            if matches!(told, CallbackFact::Kept { .. }) {
                let (now, wall) = (fact.now, fact.wall);
                one.record.resume(Turn { now, wall });
            }
            one.promise = told.apply(one.promise.take());
        } else if matches!(fact.fact, Fact::Bridged { .. }) {
            one.promise = None;
        }
        one.record.take(fact, names);
        one.last = fact.now;
    }
}
