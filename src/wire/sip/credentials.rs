//! The answer to a digest challenge: Authorization, Proxy-Authorization (RFC 7616 section 3.4).

use std::fmt;

use crate::wire::sip::auth_param::AuthError;
use crate::wire::sip::auth_param::AuthParams;
use crate::wire::sip::challenge::Challenge;
use crate::wire::sip::challenge::Protection;
use crate::wire::sip::digest::Algorithm;
use crate::wire::sip::digest::Nonces;
use crate::wire::sip::digest::Secret;
use crate::wire::sip::digest::same_response;
use crate::wire::sip::grammar::quote;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::method::Method;

/// A client's answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// Who.
    pub username: String,
    /// The challenge's realm.
    pub realm: String,
    /// The challenge's nonce.
    pub nonce: String,
    /// What was hashed as the URI; the reader compares it with the Request-URI.
    pub uri: String,
    /// The hash as hexadecimal text.
    pub response: String,
    /// The hash that was used.
    pub algorithm: Algorithm,
    /// The challenge's opaque.
    pub opaque: Option<String>,
    /// Count and client nonce of qop=auth; `None` in the old form of RFC 2069.
    pub nonces: Option<Nonces>,
}

impl Credentials {
    /// Reads one header value.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: another scheme, a parameter missing, repeated or malformed, an unknown
    /// algorithm or quality of protection.
    pub fn decode(text: &str) -> Result<Self, AuthError> {
        let params = AuthParams::decode(text)?;
        let algorithm = Algorithm::decode(params.get("algorithm").unwrap_or("MD5"));
        let nonces = match params.get("qop") {
            None => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => Some(Nonces {
                count: count(&params.need("nc")?).ok_or(AuthError::BadParam)?,
                cnonce: params.need("cnonce")?,
            }),
            Some(_) => return Err(AuthError::Unknown("qop")),
        };
        Ok(Self {
            username: params.need("username")?,
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            uri: params.need("uri")?,
            response: params.need("response")?,
            algorithm: algorithm.ok_or(AuthError::Unknown("algorithm"))?,
            opaque: params.get("opaque").map(str::to_owned),
            nonces,
        })
    }

    /// Answers a challenge for a request. `nonces` are used if the challenge asks for them.
    #[must_use]
    pub fn answer(challenge: &Challenge, login: &Login<'_>, nonces: Nonces) -> Self {
        let nonces = (challenge.protection == Protection::Auth).then_some(nonces);
        let (realm, nonce) = (&challenge.realm, &challenge.nonce);
        let secret = Secret::new(challenge.algorithm, login.user, realm, login.password);
        let response = secret.response(nonce, login.method.as_str(), login.uri, nonces.as_ref());
        Self {
            username: login.user.to_owned(),
            realm: realm.clone(),
            nonce: nonce.clone(),
            uri: login.uri.to_owned(),
            response,
            algorithm: challenge.algorithm,
            opaque: challenge.opaque.clone(),
            nonces,
        }
    }

    /// True if whoever wrote this knows the secret. The caller has checked that nonce, realm,
    /// URI and count are what it expects.
    #[must_use]
    pub fn proves(&self, secret: &Secret, method: &Method) -> bool {
        let nonces = self.nonces.as_ref();
        let ours = secret.response(&self.nonce, method.as_str(), &self.uri, nonces);
        secret.algorithm() == self.algorithm && same_response(&ours, &self.response)
    }
}

/// Who asks for what, to answer a challenge.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// User name.
    pub user: &'a str,
    /// Password in clear.
    pub password: &'a str,
    /// Method of the request.
    pub method: &'a Method,
    /// Request-URI of the request.
    pub uri: &'a str,
}

/// `nc`: eight hexadecimal digits.
fn count(text: &str) -> Option<u32> {
    let whole = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| whole)
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (username, realm) = (quote(&self.username), quote(&self.realm));
        let (nonce, uri) = (quote(&self.nonce), quote(&self.uri));
        write!(f, "Digest username={username}, realm={realm}")?;
        write!(f, ", nonce={nonce}, uri={uri}")?;
        write!(f, ", response={}", quote(&self.response))?;
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", quote(opaque))?;
        }
        if let Some(Nonces { count, cnonce }) = &self.nonces {
            write!(f, ", qop=auth, nc={count:08x}, cnonce={}", quote(cnonce))?;
        }
        Ok(())
    }
}

impl From<&Credentials> for HeaderValue {
    fn from(credentials: &Credentials) -> Self {
        Self::stripped(credentials.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(challenge: &str) -> Credentials {
        let challenge = Challenge::decode(challenge).unwrap();
        let login = Login {
            user: "bo\"b",
            password: "zanzibar",
            method: &Method::Register,
            uri: "sip:biloxi.example.com",
        };
        let nonces = Nonces {
            count: 10,
            cnonce: "c".to_owned(),
        };
        Credentials::answer(&challenge, &login, nonces)
    }

    #[test]
    fn an_answer_survives_the_wire_and_proves_the_password() {
        for challenge in [
            "Digest realm=\"r\", nonce=\"n\"",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", opaque=\"o\", algorithm=SHA-256",
        ] {
            let sent = answer(challenge);
            let got = Credentials::decode(&sent.to_string()).unwrap();
            assert_eq!(got, sent);
            let right = Secret::new(got.algorithm, "bo\"b", "r", "zanzibar");
            let wrong = Secret::new(got.algorithm, "bo\"b", "r", "zanzibaR");
            assert!(got.proves(&right, &Method::Register));
            assert!(!got.proves(&wrong, &Method::Register));
            assert!(!got.proves(&right, &Method::Invite));
        }
    }

    #[test]
    fn a_secret_of_another_algorithm_proves_nothing() {
        let got = answer("Digest realm=\"r\", nonce=\"n\"");
        let other = Secret::new(Algorithm::Sha256, "bo\"b", "r", "zanzibar");
        assert!(!got.proves(&other, &Method::Register));
    }

    #[test]
    fn protection_without_its_nonces_is_refused() {
        let whole = answer("Digest realm=\"r\", nonce=\"n\", qop=\"auth\"").to_string();
        assert!(Credentials::decode(&whole.replace(", cnonce=\"c\"", "")).is_err());
        assert!(Credentials::decode(&whole.replace("nc=0000000a", "nc=+000000a")).is_err());
        assert!(Credentials::decode(&whole.replace("qop=auth", "qop=auth-int")).is_err());
    }
}
