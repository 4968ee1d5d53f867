//! Asks who is there and checks the answer, without remembering who was asked (RFC 8760).

use std::collections::BTreeMap;

use crate::machine::sip::config::Secrets;
use crate::machine::sip::nonce::NonceBook;
use crate::machine::sip::nonce::Worth;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;
use crate::wire::sip::challenge::Challenge;
use crate::wire::sip::challenge::Protection;
use crate::wire::sip::challenge::Stale;
use crate::wire::sip::credentials::Credentials;
use crate::wire::sip::digest::Algorithm;
use crate::wire::sip::digest::Secret;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::method::Method;

/// Clients that fail at the first challenge they do not know, by the beginning of `User-Agent`.
const MD5_ONLY: [&str; 3] = ["baresip v0.", "baresip v1.", "sipp"];

fn knows_md5_only(request: &Headers) -> bool {
    let agent = request.text(&HeaderName::UserAgent).unwrap_or_default();
    let begins = |known: &&str| {
        agent
            .get(..known.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(known))
    };
    MD5_ONLY.iter().any(begins)
}

/// Challenges and checks for one realm.
#[derive(Debug)]
pub struct DigestGuard {
    realm: String,
    md5: bool,
    book: NonceBook,
    /// Checked when the user is unknown, so that it takes as long.
    decoy: Secrets,
}

/// Credentials that prove nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// What the next challenge says.
    pub stale: Stale,
    /// The word to count by.
    pub reason: &'static str,
}

impl DigestGuard {
    /// A guard that remembers the counts of at most `nonces_max` nonces.
    #[must_use]
    pub fn new(realm: &str, md5: bool, nonces_max: usize, chance: &mut Chance) -> Self {
        let password = chance.token();
        Self {
            realm: realm.to_owned(),
            md5,
            book: NonceBook::new(realm, nonces_max, chance),
            decoy: Secrets::of("nobody", realm, &password),
        }
    }

    /// The challenges of a 401 to this request: SHA-256 first (RFC 8760 section 2.4), but MD5 alone
    /// to a client that gives up at a challenge it does not know. That weakens nothing: MD5 is
    /// accepted of everyone while it is allowed at all.
    pub fn challenges(&mut self, request: &Headers, stale: Stale, now: Now) -> Vec<Challenge> {
        let nonce = self.book.issue(now);
        let algorithms: &[Algorithm] = match (self.md5, knows_md5_only(request)) {
            (true, true) => &[Algorithm::Md5],
            (true, false) => &[Algorithm::Sha256, Algorithm::Md5],
            (false, _) => &[Algorithm::Sha256],
        };
        let challenge = |algorithm: &Algorithm| Challenge {
            realm: self.realm.clone(),
            nonce: nonce.clone(),
            opaque: None,
            algorithm: *algorithm,
            stale,
            protection: Protection::Auth,
        };
        algorithms.iter().map(challenge).collect()
    }

    /// The user that a request's credentials prove; `None` if it has none for our realm.
    ///
    /// The URI in the credentials is hashed but not compared with the Request-URI: many clients
    /// write another form of it, and no answer counts twice anyway.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if they prove nothing: wrong, too old, or used before.
    pub fn check(
        &mut self,
        users: &BTreeMap<String, Secrets>,
        method: &Method,
        headers: &Headers,
        now: Now,
    ) -> Result<Option<String>, Refusal> {
        let given = headers
            .all(&HeaderName::Authorization)
            .filter_map(|value| Credentials::decode(&value.text()).ok())
            .find(|credentials| credentials.realm == self.realm);
        let Some(given) = given else {
            return Ok(None);
        };
        let known = users.get(&given.username);
        let secret = self.secret(known.unwrap_or(&self.decoy), given.algorithm);
        let right = secret.is_some_and(|secret| given.proves(secret, method)) && known.is_some();
        let count = given.nonces.as_ref().map_or(1, |nonces| nonces.count);
        let worth = self.book.judge(&given.nonce, count, now);
        if !right {
            let reason = if known.is_some() {
                "bad_password"
            } else {
                "unknown_user"
            };
            return Err(Refusal {
                stale: Stale::No,
                reason,
            });
        }
        let reason = match worth {
            Worth::Good(stamp) => {
                self.book.spend(stamp, count, now);
                return Ok(Some(given.username));
            }
            Worth::Stale | Worth::Foreign => "stale_nonce",
            Worth::Replayed => "replayed_nonce",
        };
        Err(Refusal {
            stale: Stale::Yes,
            reason,
        })
    }

    fn secret<'a>(&self, secrets: &'a Secrets, algorithm: Algorithm) -> Option<&'a Secret> {
        match algorithm {
            Algorithm::Sha256 => Some(&secrets.sha256),
            Algorithm::Md5 if self.md5 => Some(&secrets.md5),
            Algorithm::Md5 | Algorithm::Sha512T256 => None,
        }
    }
}
