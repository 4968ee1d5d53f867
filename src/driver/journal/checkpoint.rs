//! What was fitted, in the database, and the calls of the journal that it is fitted to.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;
use sha2::Digest;
use sha2::Sha256;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::driver::journal::writer::signed;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::outcome::Outcome;

/// So many checkpoints of a bank are kept, the newest.
const KEPT_MAX: i64 = 20;

/// Why a checkpoint could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The database.
    #[error("the journal cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// What it holds.
    #[error("what was fitted cannot be read: {0}")]
    Fitted(#[from] serde_json::Error),
}

/// Keeps what was fitted, durably, and tells its hash.
///
/// # Errors
///
/// [`CheckpointError`] if the database does not take it.
pub fn keep(
    db: &Connection,
    bank: &str,
    through: u64,
    fitted: &Fitted,
) -> Result<String, CheckpointError> {
    let json = serde_json::to_string(fitted)?;
    let mut hash = hex::encode(Sha256::digest(&json));
    hash.truncate(24);
    db.execute(
        "INSERT OR REPLACE INTO checkpoints (hash, bank, seq, fitted) VALUES (?1, ?2, ?3, ?4)",
        params![hash, bank, signed(through), json],
    )?;
    db.execute(
        "DELETE FROM checkpoints WHERE bank = ?1 AND hash NOT IN
         (SELECT hash FROM checkpoints WHERE bank = ?1 ORDER BY seq DESC LIMIT ?2)",
        params![bank, KEPT_MAX],
    )?;
    Ok(hash)
}

/// What was fitted, by its hash.
///
/// # Errors
///
/// [`CheckpointError`] if it cannot be read.
pub fn load(db: &Connection, hash: &str) -> Result<Option<Fitted>, CheckpointError> {
    let select = "SELECT fitted FROM checkpoints WHERE hash = ?1";
    let json: Option<String> = db.query_row(select, [hash], |row| row.get(0)).optional()?;
    let fitted = json.map(|json| serde_json::from_str(&json));
    Ok(fitted.transpose()?)
}

/// The last `most` calls that taught something about a bank's questions, the oldest first, and the
/// place of the last one in the log.
///
/// # Errors
///
/// [`CheckpointError`] if the journal cannot be read.
pub fn lessons(
    db: &Connection,
    bank: &str,
    most: usize,
) -> Result<(u64, Vec<Outcome>), CheckpointError> {
    let mut query = db.prepare("SELECT facts FROM journal ORDER BY first_seq DESC")?;
    let mut rows = query.query([])?;
    let (mut through, mut outcomes) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let facts: String = row.get(0)?;
        let lessons = facts.lines().rev();
        for line in lessons.filter(|line| line.contains("\"learned\"")) {
            let fact: Recorded = serde_json::from_str(line)?;
            if let Fact::Learned { bank: of, outcome } = fact.fact
                && of == bank
            {
                through = through.max(fact.seq);
                outcomes.push(outcome);
            }
            if outcomes.len() >= most {
                outcomes.reverse();
                return Ok((through, outcomes));
            }
        }
    }
    outcomes.reverse();
    Ok((through, outcomes))
}
