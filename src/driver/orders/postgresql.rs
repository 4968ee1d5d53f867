//! Orders from a PostgreSQL database.
//!
//! Each query is run as `SELECT row_to_json(r)::text FROM (QUERY) r`, so that columns of every type
//! come in one form: numbers as numbers, times in ISO 8601.

use std::io;
use std::time::Duration;

use postgres::Client;
use postgres::Config;
use postgres::NoTls;
use postgres::error::SqlState;
use serde_json::Map;
use serde_json::Value as Json;

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

/// Connections, and questions at once.
const CONNECTIONS: usize = 8;
/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// Starts threads that ask this server. Nobody connects before the first question.
///
/// # Errors
///
/// The system has no thread left.
pub fn start(server: &Config, queries: &Queries, customs: &Customs) -> io::Result<OrdersPool> {
    let mut server = server.clone();
    server.connect_timeout(CONNECT_MAX);
    server.application_name("ringwise");
    let source = || PostgresSource {
        server: server.clone(),
        queries: Queries {
            by_phone: wrapped(&queries.by_phone),
            by_order: wrapped(&queries.by_order),
        },
        customs: customs.clone(),
        client: None,
    };
    Pool::start((0..CONNECTIONS).map(|_| source()).collect())
}

fn wrapped(query: &str) -> String {
    let ends = |c: char| c == ';' || c.is_whitespace();
    let query = query.trim_start().trim_end_matches(ends);
    format!("SELECT row_to_json(r)::text FROM ({query}) r")
}

struct PostgresSource {
    server: Config,
    queries: Queries,
    customs: Customs,
    client: Option<Open>,
}

/// A connection, and the longest that a query of it may take now.
struct Open {
    client: Client,
    timeout: Duration,
}

impl Source<LookupKey, Customer> for PostgresSource {
    fn ask(&mut self, key: &LookupKey, timeout: Duration) -> Found {
        match self.rows(key, timeout) {
            Ok(rows) => found(&rows, key, &self.customs),
            Err(error) => {
                self.client = None;
                tracing::warn!(%error, "the database of orders failed");
                Err(if error.code() == Some(&SqlState::QUERY_CANCELED) {
                    LookupFailure::Timeout
                } else {
                    LookupFailure::Failed
                })
            }
        }
    }
}

impl PostgresSource {
    fn rows(&mut self, key: &LookupKey, timeout: Duration) -> Result<Vec<String>, postgres::Error> {
        let (sql, parameter) = self.queries.of(key);
        if self
            .client
            .as_ref()
            .is_some_and(|open| open.client.is_closed())
        {
            self.client = None;
        }
        let open = match &mut self.client {
            Some(open) => open,
            none => none.insert(Open {
                client: self.server.connect(NoTls)?,
                timeout: Duration::ZERO,
            }),
        };
        if open.timeout != timeout {
            let ms = timeout.as_millis().max(1);
            open.client
                .batch_execute(&format!("SET statement_timeout = {ms}"))?;
            open.timeout = timeout;
        }
        let rows = open.client.query(sql, &[&parameter])?;
        let rows = rows.iter().take(query::ROWS_MAX);
        rows.map(|row| row.try_get(0)).collect()
    }
}

fn found(rows: &[String], key: &LookupKey, customs: &Customs) -> Found {
    let read: Result<Vec<Map<String, Json>>, _> =
        rows.iter().map(|row| serde_json::from_str(row)).collect();
    let rows = read.map_err(|error| {
        tracing::error!(%error, "the query for orders does not give rows");
        LookupFailure::Failed
    })?;
    let Some(first) = rows.first() else {
        return Ok(Customer::default());
    };
    let header: Vec<&str> = first.keys().map(String::as_str).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.values().map(cell).collect())
        .collect();
    query::found(&header, &cells, key, &customs.reading())
}

fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(several) => several.iter().map(cell).collect::<Vec<_>>().join("|"),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::driver::clock::Clock;
    use crate::machine::prediction::order::Value;
    use crate::vocabulary::phone_number::NumberPlan;

    #[test]
    fn rows_in_json_are_customers_with_orders() {
        let customs = Customs {
            plan: NumberPlan::new("CN", "10").unwrap(),
            zone: TimeZone::UTC,
            clock: Clock::start(),
        };
        let rows = [
            r#"{"customer_id":7,"name":"Li","phones":["+8613800000001"],"order_id":"A1","price":12.50,"eta":"2026-05-01T18:30:00+08:00","late":true}"#,
            r#"{"customer_id":7,"name":null,"phones":null,"order_id":"A2","price":null,"eta":null,"late":null}"#,
        ]
        .map(str::to_owned);
        let number = customs.plan.normalise("13800000001").unwrap();
        let customer = found(&rows, &LookupKey::Phone(number.clone()), &customs).unwrap();
        assert_eq!(
            (customer.id.as_str(), customer.numbers),
            ("7", vec![number.clone()])
        );
        let first = &customer.orders[0].attributes;
        assert_eq!(first["price"], Value::Number(12.5));
        assert_eq!(first["late"], Value::Bool(true));
        assert_eq!(customer.orders[1].attributes.len(), 0);
        let wrong = found(&["[]".to_owned()], &LookupKey::Phone(number), &customs);
        assert_eq!(wrong, Err(LookupFailure::Failed));
    }

    #[test]
    fn a_query_is_wrapped_without_its_semicolon() {
        assert_eq!(
            wrapped(" SELECT 1 ; "),
            "SELECT row_to_json(r)::text FROM (SELECT 1) r"
        );
    }
}
