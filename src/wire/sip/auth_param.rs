//! The comma-separated parameters of challenges and credentials (RFC 7616 section 3.3).

use std::borrow::Cow;

use crate::wire::sip::grammar::elements;
use crate::wire::sip::grammar::is_token;
use crate::wire::sip::grammar::quoted_len;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::grammar::unquote;

/// Why a challenge or credentials cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AuthError {
    /// A scheme other than Digest.
    #[error("the scheme is not Digest")]
    OtherScheme,
    /// A parameter that is no `name=value`.
    #[error("a digest parameter is malformed")]
    BadParam,
    /// A parameter that stands twice.
    #[error("a digest parameter is repeated")]
    Repeated,
    /// A parameter that must be there.
    #[error("digest needs {0}")]
    Missing(&'static str),
    /// An algorithm or quality of protection that we do not know.
    #[error("unknown digest {0}")]
    Unknown(&'static str),
}

/// Names in lower case with their values, unquoted.
#[derive(Debug)]
pub(super) struct AuthParams<'a>(Vec<(String, Cow<'a, str>)>);

impl<'a> AuthParams<'a> {
    /// Reads what follows the scheme Digest.
    pub(super) fn decode(text: &'a str) -> Result<Self, AuthError> {
        let text = trim(text);
        let (scheme, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        if !scheme.eq_ignore_ascii_case("Digest") {
            return Err(AuthError::OtherScheme);
        }
        let mut params = Self(Vec::with_capacity(12));
        for element in elements(rest).filter(|element| !element.is_empty()) {
            let (name, value) = element.split_once('=').ok_or(AuthError::BadParam)?;
            let (name, value) = (trim(name), trim(value));
            let quoted = quoted_len(value) == Some(value.len());
            let plain = !value.contains(['"', ' ', '\t']);
            if !is_token(name) || !(quoted || plain) {
                return Err(AuthError::BadParam);
            }
            let name = name.to_ascii_lowercase();
            if params.get(&name).is_some() {
                return Err(AuthError::Repeated);
            }
            params.0.push((name, unquote(value)));
        }
        Ok(params)
    }

    /// A value by its lower-case name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_ref())
    }

    /// A value that must be there.
    pub(super) fn need(&self, name: &'static str) -> Result<String, AuthError> {
        let value = self.get(name).ok_or(AuthError::Missing(name))?;
        Ok(value.to_owned())
    }
}
