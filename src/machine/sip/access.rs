//! Who may ask for what: by flow, by credentials, by network.

use crate::machine::sip::config::UaConfig;
use crate::machine::sip::digest_guard::DigestGuard;
use crate::machine::sip::digest_guard::Refusal;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::registrar::Registrar;
use crate::vocabulary::time::Now;
use crate::wire::sip::challenge::Stale;

/// Who sent a request that begins something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sender {
    /// A user of ours, proved by its flow or its credentials.
    User(String),
    /// Somebody from an allowed network or a trunk.
    Guest,
}

/// Judges who sent a request other than REGISTER.
///
/// The flow of a registered binding is its user. Credentials prove theirs. A From that names a
/// user of ours without either is asked, wherever it comes from.
///
/// # Errors
///
/// [`Refusal`]: challenge with 401.
pub fn admit(
    config: &UaConfig,
    registrar: &Registrar,
    guard: &mut DigestGuard,
    request: &Incoming,
    now: Now,
) -> Result<Sender, Refusal> {
    let from = request.from.uri.user().unwrap_or_default();
    let mut bound = registrar.users_of(&request.flow);
    if bound.any(|user| user == from) {
        return Ok(Sender::User(from.into_owned()));
    }
    let proved = guard.check(&config.users, &request.method, &request.headers, now)?;
    if let Some(user) = proved {
        return Ok(Sender::User(user));
    }
    if config.users.contains_key(&*from) {
        return Err(asked("challenged_user"));
    }
    if let Some(user) = registrar.users_of(&request.flow).next() {
        return Ok(Sender::User(user.to_owned()));
    }
    if config.is_allowed(request.flow.remote.ip()) {
        return Ok(Sender::Guest);
    }
    Err(asked("challenged"))
}

/// A first challenge, counted by this word.
#[must_use]
pub const fn asked(reason: &'static str) -> Refusal {
    Refusal {
        stale: Stale::No,
        reason,
    }
}
