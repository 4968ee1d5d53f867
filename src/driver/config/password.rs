//! What a seat or a trunk proves itself with, never printed.

use std::fmt;

use serde::Deserialize;

/// How a seat proves itself when it registers. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub enum Secret {
    /// Its password in clear.
    Password(String),
    /// Hashes of `user:realm:password` (RFC 7616 section 3.4.2), hexadecimal.
    Ha1(Ha1),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Hashes of `user:realm:password`, lower-case hexadecimal; at least one is there.
#[derive(Clone, Default, Eq, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ha1 {
    /// By SHA-256, 64 digits.
    pub sha256: Option<String>,
    /// By MD5, 32 digits.
    pub md5: Option<String>,
}

impl fmt::Debug for Ha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ha1")
    }
}

impl Ha1 {
    /// Whether there is one, and each has its length in hexadecimal digits.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let fits = |hash: &Option<String>, length: usize| {
            hash.as_ref()
                .is_none_or(|hash| hash.len() == length && hex::decode(hash).is_ok())
        };
        let any = self.sha256.is_some() || self.md5.is_some();
        any && fits(&self.sha256, 64) && fits(&self.md5, 32)
    }
}

/// Text that is never printed.
#[derive(Clone, Eq, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Shy(pub String);

impl fmt::Debug for Shy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::Password("hunter2".to_owned());
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
