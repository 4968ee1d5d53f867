//! All services of a centre, asked without waiting.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::time::Duration;

use crate::driver::clock::Clock;
use crate::driver::config::settings::Service;
use crate::driver::config::value::OrderSource;
use crate::driver::orders::answered::Answered;
use crate::driver::orders::gate::Gate;
use crate::driver::orders::pool::Pool;
use crate::driver::service::http;
use crate::driver::service::query;
use crate::driver::service::query::Query;
use crate::machine::ivr::failure::LookupFailure;

/// All services of a centre, each behind a breaker of its own.
#[derive(Debug, Default)]
pub struct ServiceDesk {
    services: BTreeMap<String, Gate<String, String>>,
}

impl ServiceDesk {
    /// Opens services as the configuration has them.
    ///
    /// # Errors
    ///
    /// The system has no thread left, or a token cannot be read.
    pub fn open(services: &[Service], clock: Clock) -> io::Result<Self> {
        let mut desk = Self::default();
        for service in services {
            let Some(pool) = pool(service, clock)? else {
                continue;
            };
            let name = service.name.get_ref();
            let keep_for = Duration::from_secs(u64::from(service.cache_s));
            let gate = Gate::new(name, pool, clock, keep_for);
            desk.services.insert(name.clone(), gate);
        }
        Ok(desk)
    }

    /// Asks; a name that nobody knows has failed.
    pub fn request(
        &self,
        name: &str,
        body: String,
        (timeout, answered): (Duration, Answered<String>),
    ) {
        match self.services.get(name) {
            Some(gate) => gate.request(body, timeout, answered),
            None => answered(Err(LookupFailure::Failed)),
        }
    }
}

/// What stands behind a name; the configuration lets nothing else through.
fn pool(service: &Service, clock: Clock) -> io::Result<Option<Pool<String, String>>> {
    if let Some(url) = &service.url {
        let token = service.token_file.as_ref();
        let token = token.map(fs::read_to_string).transpose()?;
        let token = token.as_deref().and_then(|text| text.lines().next());
        return http::start(url, token.map(str::trim)).map(Some);
    }
    let query = Query {
        sql: service.query.clone().unwrap_or_default(),
        parameters: service.parameters.clone(),
    };
    match &service.database {
        Some(OrderSource::Sqlite(path)) => query::start_sqlite(path, &query, clock).map(Some),
        Some(OrderSource::Postgres(server)) => {
            query::start_postgresql(&server.config(), &query).map(Some)
        }
        Some(OrderSource::Csv(_) | OrderSource::Http(_) | OrderSource::Push) | None => Ok(None),
    }
}
