//! What was learned of queues, and who served whom, kept across restarts.

use rusqlite::Connection;
use rusqlite::params;

use crate::call::recollection::Met;
use crate::call::recollection::QueueExperience;
use crate::call::recollection::Recollection;
use crate::call::record::Record;
use crate::driver::journal::schema::json_error;

/// A restart knows who served whom in so many of the last calls.
pub const CALLS_RECALLED: u32 = 20_000;

/// Keeps what was learned of a queue, in place of what was known before.
pub(super) fn keep(db: &Connection, learned: &QueueExperience) -> Result<(), rusqlite::Error> {
    let json = serde_json::to_string(learned).map_err(json_error)?;
    db.prepare_cached("INSERT OR REPLACE INTO experience (queue, learned) VALUES (?1, ?2)")?
        .execute(params![learned.queue, json])?;
    Ok(())
}

/// What a restart goes on from. What cannot be read, it learns anew.
///
/// # Errors
///
/// What the library says.
pub fn recollect(db: &Connection) -> Result<Recollection, rusqlite::Error> {
    let mut known = Recollection::default();
    let mut rows = db.prepare("SELECT queue, learned FROM experience ORDER BY queue")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (queue, json): (String, String) = (row.get(0)?, row.get(1)?);
        match serde_json::from_str(&json) {
            Ok(learned) => known.queues.push(learned),
            Err(error) => tracing::warn!(queue, %error, "what was learned of it cannot be read"),
        }
    }
    let mut rows = db.prepare("SELECT record FROM records ORDER BY call DESC LIMIT ?1")?;
    let mut rows = rows.query([CALLS_RECALLED])?;
    while let Some(row) = rows.next()? {
        let record: String = row.get(0)?;
        if let Ok(record) = serde_json::from_str::<Record>(&record) {
            known.met.extend(Met::of(&record));
        }
    }
    known.met.reverse();
    Ok(known)
}
