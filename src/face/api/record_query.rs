//! Records and facts, from the journal's database.

use std::path::Path;

use rusqlite::OptionalExtension;
use rusqlite::params;
use serde_json::value::RawValue;

use crate::driver::journal::schema;
use crate::vocabulary::id::CallId;

/// Records given at once.
pub const RECORDS_MAX: u32 = 500;

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The database.
    #[error("the database cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// What it holds.
    #[error("a record cannot be read: {0}")]
    Record(#[from] serde_json::Error),
}

/// The newest records first, at most `limit`, those before the call `before` if given.
///
/// # Errors
///
/// [`QueryError`] if the database cannot be read.
pub fn records(
    path: &Path,
    limit: u32,
    before: Option<CallId>,
) -> Result<Vec<Box<RawValue>>, QueryError> {
    let db = schema::open_reading(path)?;
    let mut query = db.prepare_cached(
        "SELECT record FROM records
         WHERE ?1 IS NULL OR seq < (SELECT seq FROM records WHERE call = ?1)
         ORDER BY seq DESC LIMIT ?2",
    )?;
    let before = before.map(|call| call.bits().cast_signed());
    let rows = query.query_map(params![before, limit.min(RECORDS_MAX)], |row| {
        row.get::<_, String>(0)
    })?;
    rows.map(|row| Ok(RawValue::from_string(row?)?)).collect()
}

/// The record of one call, if it is closed.
///
/// # Errors
///
/// [`QueryError`] if the database cannot be read.
pub fn record(path: &Path, call: CallId) -> Result<Option<Box<RawValue>>, QueryError> {
    let db = schema::open_reading(path)?;
    let found: Option<String> = db
        .query_row(
            "SELECT record FROM records WHERE call = ?1",
            [call.bits().cast_signed()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(RawValue::from_string).transpose()?)
}

/// Facts after `after`, as (seq, JSON), at most about `limit`.
///
/// # Errors
///
/// [`QueryError`] if the database cannot be read.
pub fn facts_after(
    path: &Path,
    after: u64,
    limit: usize,
) -> Result<Vec<(u64, String)>, QueryError> {
    let db = schema::open_reading(path)?;
    let mut query = db.prepare_cached(
        "SELECT first_seq, facts FROM journal WHERE last_seq > ?1 ORDER BY first_seq LIMIT 64",
    )?;
    let mut rows = query.query([after.cast_signed()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, facts): (i64, String) = (row.get(0)?, row.get(1)?);
        let numbered = (first.cast_unsigned()..).zip(facts.lines());
        found.extend(
            numbered
                .filter(|(seq, _)| *seq > after)
                .map(|(seq, line)| (seq, line.into())),
        );
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}
