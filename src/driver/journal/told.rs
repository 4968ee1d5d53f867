//! Customers and orders that other systems told of, kept across restarts.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::params;

use crate::driver::journal::schema::json_error;
use crate::machine::prediction::news::OrderNews;
use crate::machine::prediction::news::Told;

/// Keeps what is told of a customer, on top of what was told before.
pub(super) fn keep(db: &Connection, news: &OrderNews) -> Result<(), rusqlite::Error> {
    let kept: Option<String> = db
        .prepare_cached("SELECT told FROM told WHERE customer = ?1")?
        .query_row([&news.id], |row| row.get(0))
        .optional()?;
    let kept = kept.map(|json| serde_json::from_str(&json).map_err(json_error));
    let mut told: Told = kept.transpose()?.unwrap_or_default();
    told.take(news);
    let json = serde_json::to_string(&told).map_err(json_error)?;
    db.prepare_cached("INSERT OR REPLACE INTO told (customer, told) VALUES (?1, ?2)")?
        .execute(params![news.id, json])?;
    Ok(())
}

/// All that was told.
///
/// # Errors
///
/// What the library says; a row that cannot be read.
pub fn read(db: &Connection) -> Result<Vec<Told>, rusqlite::Error> {
    let mut rows = db.prepare("SELECT told FROM told ORDER BY customer")?;
    let rows = rows.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| serde_json::from_str(&json?).map_err(json_error))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::journal::schema;

    #[test]
    fn what_was_told_is_there_after_a_restart() {
        let path = std::env::temp_dir().join(format!("ringwise-told-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let news = |json: &str| serde_json::from_str::<OrderNews>(json).unwrap();
        {
            let db = schema::open(&path).unwrap();
            for json in [
                r#"{"id":"7","orders":[{"id":"A","attributes":{"late":5}}]}"#,
                r#"{"id":"7","name":"Li","orders":[{"id":"B","attributes":{}}]}"#,
            ] {
                keep(&db, &news(json)).unwrap();
            }
        }
        let [told] = <[Told; 1]>::try_from(read(&schema::open(&path).unwrap()).unwrap()).unwrap();
        assert_eq!(
            (told.customer.name.as_str(), told.customer.orders.len()),
            ("Li", 2)
        );
        std::fs::remove_file(&path).unwrap();
    }
}
