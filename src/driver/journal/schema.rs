//! Tables and their versions.

use std::path::Path;

use rusqlite::Connection;

/// The version of the tables below. A file of a later version is not touched.
const SCHEMA_VERSION: i64 = 1;

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its folder.
    #[error("cannot open {path}: {source}")]
    File {
        /// The database.
        path: String,
        /// What the library says.
        source: rusqlite::Error,
    },
    /// The thread that writes.
    #[error("cannot start the journal's thread: {0}")]
    Thread(String),
    /// Written by a later version.
    #[error("{path} was written by a later version (tables {found}, this program knows {known})")]
    Later {
        /// The database.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
}

/// Opens the database for writing; makes the tables of a new one.
///
/// # Errors
///
/// [`OpenError`] if it cannot be opened, or is newer than this program.
pub fn open(path: &Path) -> Result<Connection, OpenError> {
    let name = path.display().to_string();
    let fail = |source| OpenError::File {
        path: name.clone(),
        source,
    };
    let db = Connection::open(path).map_err(fail)?;
    db.busy_timeout(std::time::Duration::from_secs(5))
        .map_err(fail)?;
    db.pragma_update(None, "journal_mode", "WAL")
        .map_err(fail)?;
    db.pragma_update(None, "synchronous", "FULL")
        .map_err(fail)?;
    let found: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(fail)?;
    if found > SCHEMA_VERSION {
        return Err(OpenError::Later {
            path: name,
            found,
            known: SCHEMA_VERSION,
        });
    }
    if found == 0 {
        db.execute_batch(TABLES).map_err(fail)?;
        db.pragma_update(None, "user_version", SCHEMA_VERSION)
            .map_err(fail)?;
    }
    db.execute_batch(RELEASES).map_err(fail)?;
    db.execute_batch(TOLD).map_err(fail)?;
    db.execute_batch(EXPERIENCE).map_err(fail)?;
    db.execute_batch(CHECKPOINTS).map_err(fail)?;
    db.execute_batch(MESSAGES).map_err(fail)?;
    Ok(db)
}

/// Opens the database for reading only.
///
/// # Errors
///
/// What the library says.
pub fn open_reading(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(db)
}

/// What serde says, as the library tells of it.
pub(super) fn json_error(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// `releases`: every release that new calls ever got. Programs before it do not miss it, so the
/// version of the tables stays.
const RELEASES: &str = "
CREATE TABLE IF NOT EXISTS releases (
    number INTEGER PRIMARY KEY,
    seq    INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL,
    hash   TEXT    NOT NULL
) STRICT;
";

/// `told`: customers and orders that other systems told of, as the facts have them. Programs before
/// it do not miss it.
const TOLD: &str = "
CREATE TABLE IF NOT EXISTS told (
    customer TEXT PRIMARY KEY,
    told     TEXT NOT NULL
) STRICT;
";

/// `experience`: what was learned of each queue. As with releases the version stays.
const EXPERIENCE: &str = "
CREATE TABLE IF NOT EXISTS experience (
    queue   TEXT PRIMARY KEY,
    learned TEXT NOT NULL
) STRICT;
";

/// `messages`: those that callers left and nobody has deleted. As with releases the version stays.
const MESSAGES: &str = "
CREATE TABLE IF NOT EXISTS messages (
    call     INTEGER NOT NULL,
    no       INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    left_ms  INTEGER NOT NULL,
    queue    TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    heard_ms INTEGER,
    heard_by TEXT,
    PRIMARY KEY (call, no)
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_place ON messages (seq);
";

/// `checkpoints`: what was fitted, by its hash. As with releases the version stays.
const CHECKPOINTS: &str = "
CREATE TABLE IF NOT EXISTS checkpoints (
    hash   TEXT PRIMARY KEY,
    bank   TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    fitted TEXT    NOT NULL
) STRICT;
";

/// `journal`: one row per group commit, its facts as JSON lines. `open_calls`: calls that have
/// arrived and are not closed. `records`: the closed ones, one each. `starts`: the names that ids stand for,
/// from each start on. `learned`: what was learned up to a place in the log.
const TABLES: &str = "
BEGIN;
CREATE TABLE journal (
    first_seq INTEGER PRIMARY KEY,
    last_seq  INTEGER NOT NULL,
    facts     TEXT    NOT NULL
) STRICT;
CREATE TABLE open_calls (
    call INTEGER PRIMARY KEY,
    seq  INTEGER NOT NULL
) STRICT;
CREATE TABLE records (
    call       INTEGER PRIMARY KEY,
    seq        INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    number     TEXT,
    outcome    TEXT    NOT NULL,
    record     TEXT    NOT NULL
) STRICT;
CREATE INDEX records_by_start ON records (started_ms);
CREATE TABLE starts (
    seq   INTEGER PRIMARY KEY,
    names TEXT NOT NULL
) STRICT;
CREATE TABLE learned (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    seq   INTEGER NOT NULL,
    models TEXT   NOT NULL
) STRICT;
COMMIT;
";
