//! Orders from a SQLite database that another program writes.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use rusqlite::types::ValueRef;

use crate::driver::orders::answered::Found;
use crate::driver::orders::pool::OrdersPool;
use crate::driver::orders::pool::Pool;
use crate::driver::orders::pool::Source;
use crate::driver::orders::query;
use crate::driver::orders::query::Queries;
use crate::driver::orders::row::Customs;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::order::Customer;

/// Questions at once.
const READERS: usize = 4;
/// So many steps of the database's machine pass between two looks at the clock.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// Starts threads that read this database.
///
/// # Errors
///
/// The system has no thread left.
pub fn start(path: &Path, queries: &Queries, customs: &Customs) -> io::Result<OrdersPool> {
    let source = || SqliteSource {
        path: path.to_owned(),
        queries: queries.clone(),
        customs: customs.clone(),
        db: None,
    };
    Pool::start((0..READERS).map(|_| source()).collect())
}

struct SqliteSource {
    path: PathBuf,
    queries: Queries,
    customs: Customs,
    db: Option<Connection>,
}

impl Source<LookupKey, Customer> for SqliteSource {
    fn ask(&mut self, key: &LookupKey, timeout: Duration) -> Found {
        match self.rows(key, timeout) {
            Ok((header, rows)) => {
                let header: Vec<&str> = header.iter().map(String::as_str).collect();
                query::found(&header, &rows, key, &self.customs.reading())
            }
            Err(error) => {
                self.db = None;
                tracing::warn!(path = %self.path.display(), %error, "the database of orders failed");
                let timed_out = matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy)
                );
                Err(if timed_out {
                    LookupFailure::Timeout
                } else {
                    LookupFailure::Failed
                })
            }
        }
    }
}

type Rows = (Vec<String>, Vec<Vec<String>>);

impl SqliteSource {
    fn rows(&mut self, key: &LookupKey, timeout: Duration) -> rusqlite::Result<Rows> {
        let (sql, parameter) = self.queries.of(key);
        let db = match &mut self.db {
            Some(db) => db,
            none => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                none.insert(Connection::open_with_flags(&self.path, flags)?)
            }
        };
        let clock = self.customs.clock;
        let deadline = clock.now() + timeout;
        db.busy_timeout(timeout)?;
        db.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || clock.now() > deadline))?;
        let mut statement = db.prepare_cached(sql)?;
        let names = statement.column_names();
        let header: Vec<String> = names.map(str::to_owned).collect();
        let mut found = statement.query([parameter])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            if rows.len() == query::ROWS_MAX {
                break;
            }
            let cells = (0..header.len()).map(|at| row.get_ref(at).map(cell));
            rows.push(cells.collect::<rusqlite::Result<Vec<String>>>()?);
        }
        Ok((header, rows))
    }
}

fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::driver::clock::Clock;
    use crate::machine::prediction::order::Value;
    use crate::vocabulary::phone_number::NumberPlan;

    const TABLES: &str = "
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, phone TEXT, gold INTEGER);
        CREATE TABLE parcels (no TEXT, owner INTEGER, status TEXT, price REAL, eta TEXT, at TEXT);
        INSERT INTO people VALUES (1, 'Li', '+8613800000001', 1), (2, 'Wang', '+8613800000001', 0),
            (3, 'Zhao', '+8613800000003', 0);
        INSERT INTO parcels VALUES ('A1234', 1, 'sent', 12.5, '2026-05-01 18:30', '2026-04-01'),
            ('A5678', 1, 'lost', NULL, NULL, '2026-04-02'), ('B1234', 2, 'sent', 3, NULL, NULL);
    ";
    const ROW: &str = "SELECT people.id AS customer_id, name, gold AS \"customer.gold\",
        coalesce(no, '') AS order_id, status AS state, price, eta, at AS booked
        FROM people LEFT JOIN parcels ON owner = people.id ";

    fn customs() -> Customs {
        Customs {
            plan: NumberPlan::new("CN", "10").unwrap(),
            zone: TimeZone::UTC,
            clock: Clock::start(),
        }
    }

    fn ask(pool: &OrdersPool, key: LookupKey, timeout: Duration) -> Found {
        let (tell, told) = mpsc::channel();
        pool.request(
            key,
            timeout,
            Box::new(move |found| tell.send(found).unwrap()),
        );
        told.recv().unwrap()
    }

    fn phone(number: &str) -> LookupKey {
        LookupKey::Phone(customs().plan.normalise(number).unwrap())
    }

    #[test]
    fn customers_and_orders_come_from_two_queries() {
        let path = std::env::temp_dir().join(format!("ringwise-sqlite-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Connection::open(&path)
            .unwrap()
            .execute_batch(TABLES)
            .unwrap();
        let queries = Queries {
            by_phone: format!("{ROW} WHERE phone = ?1"),
            by_order: format!("{ROW} WHERE no LIKE '%' || ?1"),
        };
        let pool = start(&path, &queries, &customs()).unwrap();
        let timeout = Duration::from_secs(9);
        let both = ask(&pool, phone("13800000001"), timeout).unwrap();
        let ids: Vec<&str> = both.orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!(ids, ["A5678", "A1234", "B1234"]);
        assert_eq!((both.id.as_str(), both.name.as_str()), ("1|2", ""));
        assert_eq!(both.orders[1].attributes["price"], Value::Number(12.5));
        let none = ask(&pool, phone("13800000003"), timeout).unwrap();
        assert_eq!((none.name.as_str(), none.orders.len()), ("Zhao", 0));
        let stranger = ask(&pool, phone("13800000009"), timeout).unwrap();
        assert_eq!(stranger, Customer::default());
        let tail = LookupKey::OrderTail("5678".to_owned());
        assert_eq!(ask(&pool, tail, timeout).unwrap().orders.len(), 1);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_query_that_takes_too_long_or_is_wrong_fails() {
        let path = std::env::temp_dir().join(format!("ringwise-slow-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Connection::open(&path)
            .unwrap()
            .execute_batch(TABLES)
            .unwrap();
        let queries = Queries {
            by_phone: "WITH RECURSIVE n(i, p) AS (SELECT 1, ?1 UNION ALL SELECT i + 1, p FROM n) \
                       SELECT count(*) AS customer_id, '' AS order_id FROM n"
                .to_owned(),
            by_order: "SELECT no FROM parcels WHERE no = ?1".to_owned(),
        };
        let pool = start(&path, &queries, &customs()).unwrap();
        let slow = ask(&pool, phone("13800000001"), Duration::from_millis(50));
        assert_eq!(slow, Err(LookupFailure::Timeout));
        let tail = LookupKey::OrderTail("A1234".to_owned());
        let wrong = ask(&pool, tail, Duration::from_secs(9));
        assert_eq!(wrong, Err(LookupFailure::Failed));
        std::fs::remove_file(&path).unwrap();
    }
}
