//! A service that is asked by JSON over HTTP.

use std::io;
use std::time::Duration;

use ureq::Agent;

use crate::driver::orders::pool::Pool;
use crate::driver::orders::pool::Source;
use crate::machine::ivr::failure::LookupFailure;

/// So many questions to one service run at once.
pub const IN_FLIGHT_MAX: usize = 16;
/// So long after the asker has given up an answer may still come, as a fact.
const GRACE: Duration = Duration::from_secs(2);
/// Longest answer.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Starts threads that post to this URL. 200 is an answer, 204 and 404 mean that there is nothing.
///
/// # Errors
///
/// The system has no thread left.
pub fn start(url: &str, token: Option<&str>) -> io::Result<Pool<String, String>> {
    let config = Agent::config_builder().http_status_as_error(false).build();
    let service = HttpService {
        agent: Agent::new_with_config(config),
        url: url.to_owned(),
        authorization: token.map(|token| format!("Bearer {token}")),
    };
    Pool::start(vec![service; IN_FLIGHT_MAX])
}

#[derive(Clone)]
struct HttpService {
    agent: Agent,
    url: String,
    authorization: Option<String>,
}

impl Source<String, String> for HttpService {
    fn ask(&mut self, body: &String, timeout: Duration) -> Result<String, LookupFailure> {
        let url = &self.url;
        let mut request = self
            .agent
            .post(url)
            .header("Content-Type", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let request = request.config().timeout_global(Some(timeout + GRACE));
        let sent = request.build().send(body.as_str());
        let mut response = sent.map_err(|error| failure(url, &error))?;
        match response.status().as_u16() {
            200 => {}
            204 | 404 => return Ok(String::new()),
            status => {
                tracing::warn!(url, status, "a service refused");
                return Err(LookupFailure::Failed);
            }
        }
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        body.read_to_string().map_err(|error| failure(url, &error))
    }
}

fn failure(url: &str, error: &ureq::Error) -> LookupFailure {
    tracing::warn!(url, %error, "a service failed");
    if matches!(error, ureq::Error::Timeout(_)) {
        LookupFailure::Timeout
    } else {
        LookupFailure::Failed
    }
}
