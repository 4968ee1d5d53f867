//! Messages that callers left, as the log has them.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::params;
use serde::Serialize;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::message::MessageDeed;
use crate::call::message::MessageFact;
use crate::call::message::MessageLeft;
use crate::call::message::MessageName;
use crate::driver::journal::schema;
use crate::driver::journal::schema::json_error;
use crate::vocabulary::time::Wall;

/// Messages given at once.
pub const MESSAGES_MAX: u32 = 500;

/// A message in a list.
#[derive(Debug, Serialize)]
pub struct MessageEntry {
    /// What is known of it.
    #[serde(flatten)]
    pub left: MessageLeft,
    /// When it was left.
    pub at: Wall,
    /// When it was first heard, if it was.
    pub heard_at: Option<Wall>,
    /// By whom.
    pub heard_by: Option<String>,
}

/// Which messages are asked for.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// Of this queue only.
    pub queue: Option<String>,
    /// Those that nobody has heard only.
    pub new: bool,
    /// At most so many, and never more than [`MESSAGES_MAX`].
    pub limit: u32,
    /// Those left before this one.
    pub before: Option<MessageName>,
}

/// Takes note of what a fact says of messages.
pub(super) fn keep(db: &Connection, fact: &Recorded) -> Result<(), rusqlite::Error> {
    let Fact::Message(told) = &fact.fact else {
        return Ok(());
    };
    if let MessageFact::Left(left) = told {
        let json = serde_json::to_string(left).map_err(json_error)?;
        db.prepare_cached(
            "INSERT OR REPLACE INTO messages (call, no, seq, left_ms, queue, message)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            left.name.call.bits().cast_signed(),
            left.name.no,
            fact.seq.cast_signed(),
            fact.wall.as_ms(),
            left.queue,
            json,
        ])?;
    } else if let MessageFact::Done { name, deed, by } = told {
        let (call, no) = (name.call.bits().cast_signed(), name.no);
        match deed {
            MessageDeed::Heard => db
                .prepare_cached(
                    "UPDATE messages SET heard_ms = ?3, heard_by = ?4
                     WHERE call = ?1 AND no = ?2 AND heard_ms IS NULL",
                )?
                .execute(params![call, no, fact.wall.as_ms(), by])?,
            MessageDeed::Deleted => db
                .prepare_cached("DELETE FROM messages WHERE call = ?1 AND no = ?2")?
                .execute(params![call, no])?,
        };
    }
    Ok(())
}

/// The messages that are asked for, the newest first.
///
/// # Errors
///
/// What the database says.
pub fn list(path: &Path, filter: &MessageFilter) -> Result<Vec<MessageEntry>, rusqlite::Error> {
    let db = schema::open_reading(path)?;
    let before = filter.before;
    let mut query = db.prepare_cached(
        "SELECT message, left_ms, heard_ms, heard_by FROM messages
         WHERE (?1 IS NULL OR queue = ?1) AND (NOT ?2 OR heard_ms IS NULL)
           AND (?3 IS NULL OR seq < (SELECT seq FROM messages WHERE call = ?3 AND no = ?4))
         ORDER BY seq DESC LIMIT ?5",
    )?;
    let rows = query.query_map(
        params![
            filter.queue,
            filter.new,
            before.map(|name| name.call.bits().cast_signed()),
            before.map(|name| name.no),
            filter.limit.min(MESSAGES_MAX),
        ],
        entry,
    )?;
    rows.collect()
}

/// One message.
///
/// # Errors
///
/// What the database says.
pub fn find(path: &Path, name: MessageName) -> Result<Option<MessageEntry>, rusqlite::Error> {
    let db = schema::open_reading(path)?;
    db.query_row(
        "SELECT message, left_ms, heard_ms, heard_by FROM messages WHERE call = ?1 AND no = ?2",
        params![name.call.bits().cast_signed(), name.no],
        entry,
    )
    .optional()
}

fn entry(row: &Row<'_>) -> Result<MessageEntry, rusqlite::Error> {
    let left: String = row.get(0)?;
    Ok(MessageEntry {
        left: serde_json::from_str(&left).map_err(json_error)?,
        at: Wall::from_ms(row.get(1)?),
        heard_at: row.get::<_, Option<i64>>(2)?.map(Wall::from_ms),
        heard_by: row.get(3)?,
    })
}
