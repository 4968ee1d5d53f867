//! Parameters after a semicolon, of headers and of URIs.

use std::borrow::Cow;
use std::fmt;

use crate::wire::sip::grammar::is_token;
use crate::wire::sip::grammar::quote;
use crate::wire::sip::grammar::quoted_len;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::grammar::unquote;

/// `;name=value;flag` in order, without white space around `;` and `=`. Names are compared
/// without case. Held as one text: most messages are read once and few parameters are asked for.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Params(String);

/// Why parameters cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// The text does not start with a semicolon.
    #[error("parameters begin with a semicolon")]
    NoSemicolon,
    /// A name is empty or no token.
    #[error("a parameter has no name")]
    BadName,
    /// A value is empty, or has characters that need quotes, or its quotes never end.
    #[error("a parameter has a malformed value")]
    BadValue,
}

impl Params {
    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Reads `*( SEMI generic-param )` (RFC 3261 section 25.1). Values may hold colons and
    /// brackets: IPv6 addresses stand in Via without quotes.
    ///
    /// # Errors
    ///
    /// [`ParamError`] for an empty name or value, or quotes that never end.
    pub fn decode(text: &str) -> Result<Self, ParamError> {
        let mut kept = String::with_capacity(text.len());
        let mut rest = trim(text);
        while !rest.is_empty() {
            rest = trim(rest.strip_prefix(';').ok_or(ParamError::NoSemicolon)?);
            let name_len = rest.find([';', '=', ' ', '\t']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(name_len);
            if !is_token(name) {
                return Err(ParamError::BadName);
            }
            kept.push(';');
            kept.push_str(name);
            rest = trim(after);
            if let Some(after) = rest.strip_prefix('=') {
                let after = trim(after);
                let value = value_of(after).ok_or(ParamError::BadValue)?;
                kept.push('=');
                kept.push_str(value);
                rest = trim(after.get(value.len()..).unwrap_or_default());
            }
        }
        Ok(Self(kept))
    }

    /// The value of `name` without its quotes; empty if it has none. `None` if it is absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.raw(name)
            .map(|value| value.map_or(Cow::Borrowed(""), unquote))
    }

    /// True if `name` is there, with or without a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// All names with their values as written, quotes included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut rest = self.0.as_str();
        std::iter::from_fn(move || {
            let after = rest.strip_prefix(';')?;
            let name_len = after.find([';', '=']).unwrap_or(after.len());
            let (name, tail) = after.split_at(name_len);
            let Some(tail) = tail.strip_prefix('=') else {
                rest = tail;
                return Some((name, None));
            };
            let value_len = quoted_len(tail)
                .or_else(|| tail.find(';'))
                .unwrap_or(tail.len());
            let (value, tail) = tail.split_at(value_len);
            rest = tail;
            Some((name, Some(value)))
        })
    }

    /// Puts `name=value` last, or in place of its former value. The value is quoted if it must
    /// be; a name that is no token is left out.
    pub fn set(&mut self, name: &str, value: &str) {
        let plain = !value.is_empty() && value.bytes().all(is_value_byte);
        let value = if plain {
            Cow::Borrowed(value)
        } else {
            Cow::Owned(quote(value))
        };
        self.replace(name, Some(&value));
    }

    /// Puts `;name` without a value.
    pub fn set_flag(&mut self, name: &str) {
        self.replace(name, None);
    }

    /// Takes `name` away.
    pub fn remove(&mut self, name: &str) {
        let mut kept = Self::new();
        for (other, value) in self.iter() {
            if !other.eq_ignore_ascii_case(name) {
                kept.append(other, value);
            }
        }
        *self = kept;
    }

    /// True if there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As on the wire, with the leading semicolon.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn raw(&self, name: &str) -> Option<Option<&str>> {
        let found = self
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    fn replace(&mut self, name: &str, value: Option<&str>) {
        if !is_token(name) {
            return;
        }
        let mut kept = Self::new();
        let mut placed = false;
        for (other, old) in self.iter() {
            if !other.eq_ignore_ascii_case(name) {
                kept.append(other, old);
            } else if !placed {
                kept.append(other, value);
                placed = true;
            }
        }
        if !placed {
            kept.append(name, value);
        }
        *self = kept;
    }

    fn append(&mut self, name: &str, value: Option<&str>) {
        self.0.push(';');
        self.0.push_str(name);
        if let Some(value) = value {
            self.0.push('=');
            self.0.push_str(value);
        }
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The value that `text` begins with: a quoted string, or else characters up to a semicolon or
/// white space.
fn value_of(text: &str) -> Option<&str> {
    if text.starts_with('"') {
        return text.get(..quoted_len(text)?);
    }
    let len = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let value = text.get(..len)?;
    (!value.is_empty() && value.bytes().all(is_value_byte)).then_some(value)
}

/// More than `token`: hosts with brackets, and what phones send without the quotes they owe.
const fn is_value_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'<' | b'>' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_and_quotes_stay() {
        let params = Params::decode(" ; tag = x;\tflag ;q=\"a;b\\\"\" ;R=[::1]").unwrap();
        assert_eq!(params.as_str(), ";tag=x;flag;q=\"a;b\\\"\";R=[::1]");
        assert_eq!(params.get("TAG").unwrap(), "x");
        assert_eq!(params.get("q").unwrap(), "a;b\"");
        assert_eq!(params.get("flag").unwrap(), "");
        assert_eq!(params.get("none"), None);
    }

    #[test]
    fn empty_names_and_values_are_refused() {
        for bad in [";;", ";", ";=x", ";a=", ";a=\"x", "a=b", ";a=b c", ";a=<b>"] {
            assert!(Params::decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_set_value_is_quoted_when_it_must_be() {
        let mut params = Params::decode(";a=1;b=2").unwrap();
        params.set("A", "x y\r\n;evil=1");
        params.set("c", "plain");
        params.set_flag("lr");
        params.remove("b");
        assert_eq!(params.as_str(), ";a=\"x y;evil=1\";c=plain;lr");
        assert_eq!(params.get("a").unwrap(), "x y;evil=1");
        assert!(!params.has("evil"));
    }
}
