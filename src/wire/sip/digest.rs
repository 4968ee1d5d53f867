//! Digest authentication: what is hashed, and comparing answers (RFC 7616, RFC 8760).
//!
//! `response = H(HA1:nonce:nc:cnonce:auth:HA2)` with qop=auth, `H(HA1:nonce:HA2)` without (the
//! form of RFC 2069 that old phones send), where HA1 is `H(user:realm:password)` and HA2 is
//! `H(method:uri)`; hashes stand as lower-case hexadecimal text.

use std::fmt;

use md5::Digest;

/// The hash of a challenge.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Algorithm {
    /// What a challenge without an algorithm means.
    Md5,
    /// RFC 8760 asks every SIP server for it.
    Sha256,
    /// SHA-512 truncated to 256 bits with its own initial values (FIPS 180-4).
    Sha512T256,
}

impl Algorithm {
    /// Reads a name in any case; `None` for unknown ones and for `-sess` forms.
    #[must_use]
    pub fn decode(name: &str) -> Option<Self> {
        let all = [Self::Md5, Self::Sha256, Self::Sha512T256];
        all.into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(name))
    }

    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
            Self::Sha512T256 => "SHA-512-256",
        }
    }

    /// The hash as lower-case hexadecimal text of `text`.
    fn hash(self, text: &str) -> String {
        match self {
            Self::Md5 => hex::encode(md5::Md5::digest(text)),
            Self::Sha256 => hex::encode(sha2::Sha256::digest(text)),
            Self::Sha512T256 => hex::encode(sha2::Sha512_256::digest(text)),
        }
    }
}

/// HA1: what a server may keep in place of a password. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret {
    algorithm: Algorithm,
    ha1: String,
}

/// The part of an answer that qop=auth adds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nonces {
    /// Times that the client has used this nonce, from 1.
    pub count: u32,
    /// The client's own nonce.
    pub cnonce: String,
}

impl Secret {
    /// HA1 of a password in clear.
    #[must_use]
    pub fn new(algorithm: Algorithm, user: &str, realm: &str, password: &str) -> Self {
        Self {
            algorithm,
            ha1: algorithm.hash(&format!("{user}:{realm}:{password}")),
        }
    }

    /// HA1 as a store keeps it: hexadecimal text in any case. `None` if its length is wrong.
    #[must_use]
    pub fn from_ha1(algorithm: Algorithm, ha1: &str) -> Option<Self> {
        let len = algorithm.hash("").len();
        let hexadecimal = ha1.len() == len && ha1.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| Self {
            algorithm,
            ha1: ha1.to_ascii_lowercase(),
        })
    }

    /// The hash that this secret is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The answer to a challenge; with `nonces` for qop=auth, without for RFC 2069.
    #[must_use]
    pub fn response(&self, nonce: &str, method: &str, uri: &str, qop: Option<&Nonces>) -> String {
        let ha1 = &self.ha1;
        let ha2 = self.algorithm.hash(&format!("{method}:{uri}"));
        self.algorithm.hash(&match qop {
            Some(Nonces { count, cnonce }) => {
                format!("{ha1}:{nonce}:{count:08x}:{cnonce}:auth:{ha2}")
            }
            None => format!("{ha1}:{nonce}:{ha2}"),
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.algorithm.as_str())
    }
}

/// Compares two hexadecimal texts without case, in a time that does not tell where they differ.
#[must_use]
pub fn same_response(ours: &str, theirs: &str) -> bool {
    let differing = ours.bytes().zip(theirs.bytes()).fold(0, |so_far, (a, b)| {
        so_far | (a.to_ascii_lowercase() ^ b.to_ascii_lowercase())
    });
    ours.len() == theirs.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2617_section_3_5_comes_out() {
        let secret = Secret::new(
            Algorithm::Md5,
            "Mufasa",
            "testrealm@host.com",
            "Circle Of Life",
        );
        let nonces = Nonces {
            count: 1,
            cnonce: "0a4f113b".to_owned(),
        };
        let nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
        let response = secret.response(nonce, "GET", "/dir/index.html", Some(&nonces));
        assert!(same_response(&response, "6629FAE49393A05397450978507C4EF1"));
        assert!(!same_response(
            &response,
            "6629fae49393a05397450978507c4ef0"
        ));
        assert!(!same_response(&response, "6629"));
        // The same inputs in the form without qop.
        let old = secret.response(nonce, "GET", "/dir/index.html", None);
        assert_eq!(old, "670fd8c2df070c60b045671b8b24ff02");
    }

    #[test]
    fn a_stored_ha1_is_as_good_as_the_password_and_is_not_shown() {
        let secret = Secret::new(
            Algorithm::Md5,
            "Mufasa",
            "testrealm@host.com",
            "Circle Of Life",
        );
        let ha1 = "939E7578ED9E3C518A452ACEE763BCE9";
        assert_eq!(Secret::from_ha1(Algorithm::Md5, ha1), Some(secret.clone()));
        assert_eq!(Secret::from_ha1(Algorithm::Sha256, ha1), None);
        assert_eq!(format!("{secret:?}"), "Secret(MD5)");
    }
}
