//! A digest challenge: WWW-Authenticate, Proxy-Authenticate (RFC 7616 section 3.3).

use std::fmt;

use crate::wire::sip::auth_param::AuthError;
use crate::wire::sip::auth_param::AuthParams;
use crate::wire::sip::digest::Algorithm;
use crate::wire::sip::grammar::quote;
use crate::wire::sip::header::HeaderValue;

/// What a server wants answered. A server that knows several algorithms sends a header for
/// each, the best first (RFC 8760 section 2.3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Whose passwords.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// Echoed by the client.
    pub opaque: Option<String>,
    /// The hash to use.
    pub algorithm: Algorithm,
    /// Only the nonce was old; the password was right.
    pub stale: Stale,
    /// The form of answer that is asked for.
    pub protection: Protection,
}

/// Whether a refused answer was right but for its nonce.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stale {
    /// The nonce has run out: answer again without asking anyone.
    Yes,
    /// A first challenge, or a wrong password.
    No,
}

/// Quality of protection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    /// `qop="auth"`.
    Auth,
    /// None offered: the old form of RFC 2069.
    Old,
}

impl Challenge {
    /// Reads one header value.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: another scheme, a missing realm or nonce, an unknown algorithm, or only
    /// `auth-int` on offer.
    pub fn decode(text: &str) -> Result<Self, AuthError> {
        let params = AuthParams::decode(text)?;
        let algorithm = Algorithm::decode(params.get("algorithm").unwrap_or("MD5"));
        let protection = match params.get("qop") {
            None => Protection::Old,
            Some(offered) if offered.split(',').any(is_auth) => Protection::Auth,
            Some(_) => return Err(AuthError::Unknown("qop")),
        };
        let stale = params
            .get("stale")
            .is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
        Ok(Self {
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            opaque: params.get("opaque").map(str::to_owned),
            algorithm: algorithm.ok_or(AuthError::Unknown("algorithm"))?,
            stale: if stale { Stale::Yes } else { Stale::No },
            protection,
        })
    }
}

fn is_auth(qop: &str) -> bool {
    qop.trim().eq_ignore_ascii_case("auth")
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (realm, nonce) = (quote(&self.realm), quote(&self.nonce));
        write!(f, "Digest realm={realm}, nonce={nonce}")?;
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", quote(opaque))?;
        }
        if self.protection == Protection::Auth {
            f.write_str(", qop=\"auth\"")?;
        }
        if self.stale == Stale::Yes {
            f.write_str(", stale=true")?;
        }
        Ok(())
    }
}

impl From<&Challenge> for HeaderValue {
    fn from(challenge: &Challenge) -> Self {
        Self::stripped(challenge.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_and_written() {
        let text = "Digest realm=\"atlanta.example.com\", qop=\"auth,auth-int\",\
            nonce=\"ea9c\" , opaque=\"\", stale=FALSE, algorithm=MD5";
        let challenge = Challenge::decode(text).unwrap();
        assert_eq!(challenge.protection, Protection::Auth);
        assert_eq!(challenge.stale, Stale::No);
        assert_eq!(
            challenge.to_string(),
            "Digest realm=\"atlanta.example.com\", nonce=\"ea9c\", algorithm=MD5, \
             opaque=\"\", qop=\"auth\""
        );
        assert_eq!(Challenge::decode(&challenge.to_string()), Ok(challenge));
    }

    #[test]
    fn what_we_cannot_answer_is_refused_with_its_reason() {
        for (text, error) in [
            ("Basic realm=\"x\"", AuthError::OtherScheme),
            (
                "NoOneKnowsThisScheme opaque-data=here",
                AuthError::OtherScheme,
            ),
            ("Digest realm=\"x\"", AuthError::Missing("nonce")),
            ("Digest nonce=\"x\"", AuthError::Missing("realm")),
            (
                "Digest realm=\"x\", nonce=\"y\", algorithm=MD5-sess",
                AuthError::Unknown("algorithm"),
            ),
            (
                "Digest realm=\"x\", nonce=\"y\", qop=auth-int",
                AuthError::Unknown("qop"),
            ),
            ("Digest realm=\"x\", realm=\"y\"", AuthError::Repeated),
            ("Digest realm=\"x\" nonce=\"y\"", AuthError::BadParam),
        ] {
            assert_eq!(Challenge::decode(text), Err(error), "{text}");
        }
    }
}
