//! Records of closed calls, read one after the other.

use std::path::Path;

use crate::call::record::Record;
use crate::driver::journal::schema;
use crate::vocabulary::time::Wall;

/// Why records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// The database.
    #[error("the records cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// A record.
    #[error("a record cannot be read by this version: {0}")]
    Record(#[from] serde_json::Error),
}

/// Gives every record of this database to `take`, the oldest first. A running centre may go on
/// writing.
///
/// # Errors
///
/// [`ReadingError`] if the database or a record cannot be read.
pub fn each(path: &Path, take: impl FnMut(&Record)) -> Result<(), ReadingError> {
    between(path, Wall::from_ms(i64::MIN), Wall::from_ms(i64::MAX), take)
}

/// Gives the records of calls that came from `from` on and before `to`, the oldest first.
///
/// # Errors
///
/// [`ReadingError`] if the database or a record cannot be read.
pub fn between(
    path: &Path,
    from: Wall,
    to: Wall,
    mut take: impl FnMut(&Record),
) -> Result<(), ReadingError> {
    let db = schema::open_reading(path)?;
    let mut query = db.prepare(
        "SELECT record FROM records WHERE started_ms >= ?1 AND started_ms < ?2 ORDER BY seq",
    )?;
    let mut rows = query.query([from.as_ms(), to.as_ms()])?;
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        take(&serde_json::from_str(&json)?);
    }
    Ok(())
}
