//! What happened, out of the journal: a period, or around one call.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::OptionalExtension;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::kpi_rows::Period;
use crate::call::record::Names;
use crate::driver::journal::schema;
use crate::driver::journal::writer::signed;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Wall;

/// Rows of the journal that are read back to find how seats stood.
const ROWS_BACK_MAX: usize = 20_000;
/// Facts kept around one call.
pub const AROUND_MAX: usize = 200_000;
/// A call that began so long before a period may still wait or talk in it.
const BEFORE_MS: i64 = 4 * 3_600_000;

/// Why the journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The database.
    #[error("the journal cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// A line of it.
    #[error("the journal holds a fact that this version cannot read: {0}")]
    Fact(#[from] serde_json::Error),
}

/// How things stood at a place of the log.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What ids stand for.
    pub names: Names,
    /// How seats stood that are known to have stood somehow.
    pub seats: BTreeMap<SeatId, SeatState>,
}

/// One call, and what happened around it.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// How things stood when it came.
    pub before: Standing,
    /// Its facts, and what the distributor did meanwhile, in order.
    pub facts: Vec<Recorded>,
}

/// How things stood before the facts that [`period`] gives.
///
/// # Errors
///
/// [`HistoryError`] if the database or a fact cannot be read.
pub fn standing_before(path: &Path, period: Period) -> Result<Standing, HistoryError> {
    let db = schema::open_reading(path)?;
    let first = first_of(&db, period)?;
    standing(&db, first)
}

/// Gives every fact that may concern a period to `take`, until that says that it has enough. A
/// running centre may go on writing.
///
/// # Errors
///
/// [`HistoryError`] if the database or a fact cannot be read.
pub fn period(
    path: &Path,
    period: Period,
    mut take: impl FnMut(&Recorded) -> ControlFlow<()>,
) -> Result<(), HistoryError> {
    let db = schema::open_reading(path)?;
    let first = first_of(&db, period)?;
    let mut query =
        db.prepare("SELECT facts FROM journal WHERE last_seq > ?1 ORDER BY first_seq")?;
    let mut rows = query.query([first])?;
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        for line in facts.lines() {
            let fact: Recorded = serde_json::from_str(line)?;
            if fact.seq.cast_signed() > first && take(&fact).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The place after which facts may concern a period.
fn first_of(db: &Connection, period: Period) -> Result<i64, HistoryError> {
    let before = period.from.as_ms().saturating_sub(BEFORE_MS);
    let first: Option<i64> = db.query_row(
        "SELECT max(seq) FROM records WHERE started_ms < ?1",
        [before],
        |row| row.get(0),
    )?;
    Ok(first.unwrap_or(0))
}

/// One call and what happened around it; none if the journal does not know it.
///
/// # Errors
///
/// [`HistoryError`] if the database or a fact cannot be read.
pub fn around(path: &Path, call: CallId) -> Result<Option<Around>, HistoryError> {
    let db = schema::open_reading(path)?;
    let id = signed(call.bits());
    let closed = "SELECT seq FROM records WHERE call = ?1";
    let closed: Option<i64> = db.query_row(closed, [id], |row| row.get(0)).optional()?;
    let open = "SELECT seq FROM open_calls WHERE call = ?1";
    let open: Option<i64> = db.query_row(open, [id], |row| row.get(0)).optional()?;
    let facts = match (open, closed) {
        (Some(first), _) => after(&db, first, call)?,
        (None, Some(last)) => back_from(&db, last, call)?,
        (None, None) => return Ok(None),
    };
    let Some(first) = facts.first() else {
        return Ok(None);
    };
    let before = standing(&db, first.seq.saturating_sub(1).cast_signed())?;
    Ok(Some(Around { before, facts }))
}

/// Facts from the arrival of a live call on.
fn after(db: &Connection, first: i64, call: CallId) -> Result<Vec<Recorded>, HistoryError> {
    let mut query =
        db.prepare("SELECT facts FROM journal WHERE last_seq >= ?1 ORDER BY first_seq")?;
    let mut rows = query.query([first])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        for line in facts.lines().filter(|line| concerns(line, call)) {
            let fact: Recorded = serde_json::from_str(line)?;
            if fact.seq.cast_signed() >= first && kept.len() < AROUND_MAX {
                kept.push(fact);
            }
        }
    }
    Ok(kept)
}

/// Facts up to the end of a call, back to its arrival.
fn back_from(db: &Connection, last: i64, call: CallId) -> Result<Vec<Recorded>, HistoryError> {
    let mut query =
        db.prepare("SELECT facts FROM journal WHERE first_seq <= ?1 ORDER BY first_seq DESC")?;
    let mut rows = query.query([last])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        for line in facts.lines().rev().filter(|line| concerns(line, call)) {
            let fact: Recorded = serde_json::from_str(line)?;
            if fact.seq.cast_signed() > last {
                continue;
            }
            let arrived = matches!(fact.fact, Fact::Arrived(_)) && fact.call == Some(call);
            kept.push(fact);
            if arrived {
                kept.reverse();
                return Ok(kept);
            }
        }
        if kept.len() >= AROUND_MAX {
            break;
        }
    }
    kept.reverse();
    Ok(kept)
}

/// Whether a line of the journal is of this call, of the distributor or of somebody's callback. Those
/// of others that are read all the same do no harm.
fn concerns(line: &str, call: CallId) -> bool {
    line.contains("\"acd\":{")
        || line.contains("\"callback\":{")
        || line.contains("\"fact\":{\"released\":")
        || line.contains(&call.to_string())
}

/// How things stood after the fact at this place.
fn standing(db: &Connection, seq: i64) -> Result<Standing, HistoryError> {
    let names: Option<String> = db
        .query_row(
            "SELECT names FROM starts WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1",
            [seq],
            |row| row.get(0),
        )
        .optional()?;
    let names: Names = match names {
        Some(names) => serde_json::from_str(&names)?,
        None => return Ok(Standing::default()),
    };
    let mut seats = BTreeMap::new();
    let mut query =
        db.prepare("SELECT facts FROM journal WHERE first_seq <= ?1 ORDER BY first_seq DESC")?;
    let mut rows = query.query([seq])?;
    for _ in 0..ROWS_BACK_MAX {
        let Some(row) = rows.next()? else {
            break;
        };
        let facts: String = row.get(0)?;
        let telling = |line: &&str| {
            line.contains("\"seat_changed\":{") || line.contains("\"fact\":{\"started\":")
        };
        for line in facts.lines().rev().filter(telling) {
            let fact: Recorded = serde_json::from_str(line)?;
            if fact.seq.cast_signed() > seq {
                continue;
            }
            if let Fact::Acd(AcdFact::SeatChanged { seat, state }) = fact.fact {
                seats.entry(seat).or_insert(state);
            } else if matches!(fact.fact, Fact::Started { .. }) {
                return Ok(Standing { names, seats });
            }
        }
        if seats.len() >= names.seats.len() {
            break;
        }
    }
    Ok(Standing { names, seats })
}

/// The last moment that the journal knows of; none of an empty one.
///
/// # Errors
///
/// [`HistoryError`] if the database or a fact cannot be read.
pub fn last_moment(path: &Path) -> Result<Option<Wall>, HistoryError> {
    let db = schema::open_reading(path)?;
    let last = "SELECT facts FROM journal ORDER BY first_seq DESC LIMIT 1";
    let last: Option<String> = db.query_row(last, [], |row| row.get(0)).optional()?;
    let line = last.as_deref().and_then(|facts| facts.lines().last());
    let last: Option<Recorded> = line.map(serde_json::from_str).transpose()?;
    Ok(last.map(|fact| fact.wall))
}
