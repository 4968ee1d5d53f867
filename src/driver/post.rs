//! Notices posted to another system's webhook.

use std::fs;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use ureq::Agent;

use crate::driver::config::webhook::Webhook;
use crate::machine::prediction::dispatch::Done;
use crate::machine::prediction::dispatch::Letter;

/// A webhook.
#[derive(Clone, Debug)]
pub struct Post {
    agent: Agent,
    url: String,
    /// What bodies are signed with.
    secret: Option<String>,
}

impl Post {
    /// The webhook of a configuration; none if it has none.
    ///
    /// # Errors
    ///
    /// The file of the secret cannot be read.
    pub fn open(webhook: &Webhook) -> io::Result<Option<Self>> {
        let Some(url) = webhook.url.clone() else {
            return Ok(None);
        };
        let secret = webhook.secret_file.as_ref();
        let secret = secret.map(fs::read_to_string).transpose()?;
        let secret = secret.as_deref().and_then(|text| text.lines().next());
        let deadline = Duration::from_secs(u64::from(webhook.deadline_s.clamp(1, DEADLINE_MAX_S)));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(deadline))
            .max_redirects(0)
            .build();
        Ok(Some(Self {
            agent: Agent::new_with_config(config),
            url,
            secret: secret.map(|secret| secret.trim().to_owned()),
        }))
    }

    /// Posts a letter and waits for the answer. Every 2xx is a receipt.
    #[must_use]
    pub fn send(&self, letter: &Letter) -> Done {
        let mut request = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", &letter.key);
        if let Some(secret) = &self.secret {
            let signature = format!("sha256={}", signature(secret, &letter.body));
            request = request.header("Ringwise-Signature", signature);
        }
        let url = &self.url;
        match request.send(letter.body.as_str()) {
            Ok(response) if response.status().is_success() => Done::Well,
            Ok(response) => {
                let status = response.status().as_u16();
                tracing::warn!(url, status, "a notice was refused");
                Done::Badly
            }
            Err(error) => {
                tracing::warn!(url, %error, "a notice could not be sent");
                Done::Badly
            }
        }
    }
}

/// HMAC-SHA-256 of a body in hex (RFC 2104).
fn signature(secret: &str, body: &str) -> String {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    hex::encode(mac.chain_update(body.as_bytes()).finalize().into_bytes())
}

/// What became of notices, since the start.
#[derive(Debug, Default)]
pub struct PostMeter {
    /// Sent and received.
    pub sent: AtomicU64,
    /// Tries that failed.
    pub failed: AtomicU64,
    /// Given up.
    pub given_up: AtomicU64,
    /// Not yet sent.
    pub waiting: AtomicU64,
}

impl PostMeter {
    /// Counts one more.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// No receiver is waited for longer.
const DEADLINE_MAX_S: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    #[test]
    fn bodies_are_signed_as_the_rfc_has_it() {
        assert_eq!(
            signature("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
