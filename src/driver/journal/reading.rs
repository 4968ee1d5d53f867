//! Records of closed calls, read one after the other.

use std::path::Path;

use crate::call::record::Record;
use crate::driver::journal::schema;

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
pub fn each(path: &Path, mut take: impl FnMut(&Record)) -> Result<(), ReadingError> {
    let db = schema::open_reading(path)?;
    let mut query = db.prepare("SELECT record FROM records ORDER BY seq")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        take(&serde_json::from_str(&json)?);
    }
    Ok(())
}
