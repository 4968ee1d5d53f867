//! A query to a database, answered as one object: the first row.
//!
//! The query's parameters are values of the step's `with`, by name.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::types::Value as Cell;
use serde_json::Map;
use serde_json::Value as Json;

use crate::driver::clock::Clock;
use crate::driver::orders::pool::Pool;
use crate::driver::orders::pool::Source;
use crate::machine::ivr::failure::LookupFailure;

/// Questions at once.
const READERS: usize = 4;
/// So many steps of the database's machine pass between two looks at the clock.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// What is asked of a database.
#[derive(Clone, Debug)]
pub struct Query {
    /// The statement.
    pub sql: String,
    /// The names of its parameters, in their order.
    pub parameters: Vec<String>,
}

impl Query {
    /// The values of its parameters, as a step tells them.
    fn values(&self, body: &str) -> Result<Vec<Option<String>>, LookupFailure> {
        let told: Json = serde_json::from_str(body).map_err(|_| LookupFailure::Failed)?;
        let value = |name: &String| match &told["with"][name] {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            other @ (Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => {
                Some(other.to_string())
            }
        };
        Ok(self.parameters.iter().map(value).collect())
    }
}

/// Starts threads that read this `SQLite` database.
///
/// # Errors
///
/// The system has no thread left.
pub fn start_sqlite(path: &Path, query: &Query, clock: Clock) -> io::Result<Pool<String, String>> {
    let source = || SqliteQuery {
        path: path.to_owned(),
        query: query.clone(),
        clock,
        db: None,
    };
    Pool::start((0..READERS).map(|_| source()).collect())
}

struct SqliteQuery {
    path: PathBuf,
    query: Query,
    clock: Clock,
    db: Option<Connection>,
}

impl Source<String, String> for SqliteQuery {
    fn ask(&mut self, body: &String, timeout: Duration) -> Result<String, LookupFailure> {
        let values = self.query.values(body)?;
        self.row(&values, timeout).map_err(|error| {
            self.db = None;
            tracing::warn!(path = %self.path.display(), %error, "a query failed");
            match error.sqlite_error_code() {
                Some(
                    rusqlite::ErrorCode::OperationInterrupted | rusqlite::ErrorCode::DatabaseBusy,
                ) => LookupFailure::Timeout,
                _ => LookupFailure::Failed,
            }
        })
    }
}

impl SqliteQuery {
    fn row(&mut self, values: &[Option<String>], timeout: Duration) -> rusqlite::Result<String> {
        let db = match &mut self.db {
            Some(db) => db,
            none => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                none.insert(Connection::open_with_flags(&self.path, flags)?)
            }
        };
        let (clock, deadline) = (self.clock, self.clock.now() + timeout);
        db.busy_timeout(timeout)?;
        db.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || clock.now() > deadline))?;
        let mut statement = db.prepare_cached(&self.query.sql)?;
        let names = statement.column_names();
        let names: Vec<String> = names.map(str::to_owned).collect();
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let Some(row) = rows.next()? else {
            return Ok(String::new());
        };
        let mut object = Map::new();
        for (at, name) in names.into_iter().enumerate() {
            object.insert(name, json(row.get::<_, Cell>(at)?));
        }
        Ok(Json::Object(object).to_string())
    }
}

fn json(cell: Cell) -> Json {
    match cell {
        Cell::Null | Cell::Blob(_) => Json::Null,
        Cell::Integer(number) => Json::from(number),
        Cell::Real(number) => Json::from(number),
        Cell::Text(text) => Json::from(text),
    }
}

/// Starts threads that ask this `PostgreSQL` server.
///
/// # Errors
///
/// The system has no thread left.
pub fn start_postgresql(
    server: &postgres::Config,
    query: &Query,
) -> io::Result<Pool<String, String>> {
    let sql = query.sql.trim_start();
    let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    let query = Query {
        sql: format!("SELECT row_to_json(r)::text FROM ({sql}) r LIMIT 1"),
        ..query.clone()
    };
    let source = || PostgresQuery {
        server: server.clone(),
        query: query.clone(),
        open: None,
    };
    Pool::start((0..READERS).map(|_| source()).collect())
}

struct PostgresQuery {
    server: postgres::Config,
    query: Query,
    open: Option<postgres::Client>,
}

impl Source<String, String> for PostgresQuery {
    fn ask(&mut self, body: &String, timeout: Duration) -> Result<String, LookupFailure> {
        let values = self.query.values(body)?;
        self.row(&values, timeout).map_err(|error| {
            self.open = None;
            tracing::warn!(%error, "a query failed");
            if error.code() == Some(&postgres::error::SqlState::QUERY_CANCELED) {
                LookupFailure::Timeout
            } else {
                LookupFailure::Failed
            }
        })
    }
}

impl PostgresQuery {
    fn row(
        &mut self,
        values: &[Option<String>],
        timeout: Duration,
    ) -> Result<String, postgres::Error> {
        if self.open.as_ref().is_some_and(postgres::Client::is_closed) {
            self.open = None;
        }
        let client = match &mut self.open {
            Some(client) => client,
            none => none.insert(self.server.connect(postgres::NoTls)?),
        };
        let ms = timeout.as_millis().max(1);
        client.batch_execute(&format!("SET statement_timeout = {ms}"))?;
        let values = values.iter();
        let values: Vec<&(dyn postgres::types::ToSql + Sync)> = values
            .map(|value| value as &(dyn postgres::types::ToSql + Sync))
            .collect();
        let row = client.query_opt(self.query.sql.as_str(), &values)?;
        row.map_or(Ok(String::new()), |row| row.try_get(0))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_first_row_is_an_object_and_no_row_is_nothing() {
        let path = std::env::temp_dir().join(format!("ringwise-query-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let db = Connection::open(&path).unwrap();
        db.execute_batch(
            "CREATE TABLE loyalty (phone TEXT, points INTEGER, level TEXT);
             INSERT INTO loyalty VALUES ('+1', 120, 'gold'), ('+1', 1, 'tin')",
        )
        .unwrap();
        let query = Query {
            sql: "SELECT points, level, NULL AS note FROM loyalty WHERE phone = ?1".to_owned(),
            parameters: vec!["phone".to_owned()],
        };
        let pool = start_sqlite(&path, &query, Clock::start()).unwrap();
        let ask = |body: &str| {
            let (tell, told) = mpsc::channel();
            let answered = Box::new(move |found| tell.send(found).unwrap());
            pool.request(body.to_owned(), Duration::from_secs(9), answered);
            told.recv().unwrap()
        };
        let found = ask(r#"{"with": {"phone": "+1"}}"#).unwrap();
        assert_eq!(found, r#"{"level":"gold","note":null,"points":120}"#);
        assert_eq!(ask(r#"{"with": {"phone": "+2"}}"#).unwrap(), "");
        assert_eq!(ask(r#"{"with": {}}"#).unwrap(), "", "absent is NULL");
        assert_eq!(ask("no JSON"), Err(LookupFailure::Failed));
        std::fs::remove_file(&path).unwrap();
    }
}
