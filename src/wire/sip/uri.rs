//! URIs: sip, sips, tel, and any other scheme as it is.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use crate::wire::sip::grammar::escape;
use crate::wire::sip::grammar::escapes_are_whole;
use crate::wire::sip::grammar::unescape;
use crate::wire::sip::host::host_and_port;
use crate::wire::sip::host::host_ip;
use crate::wire::sip::host::host_text;

/// A URI, kept byte for byte as it was written, with its parts marked. `==` compares the bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uri {
    text: String,
    scheme: Scheme,
    parts: Parts,
}

/// The scheme of a URI.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Scheme {
    /// `sip:`, RFC 3261 section 19.1.
    Sip,
    /// `sips:`, RFC 3261 section 19.1.
    Sips,
    /// `tel:`, RFC 3966.
    Tel,
    /// Any other.
    Other,
}

/// Byte ranges into the text.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Parts {
    user: Option<(usize, usize)>,
    password: Option<(usize, usize)>,
    host: (usize, usize),
    port: Option<u16>,
    params: (usize, usize),
    headers: Option<(usize, usize)>,
}

/// Why a URI cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UriError {
    /// No scheme before a colon.
    #[error("a URI begins with its scheme")]
    NoScheme,
    /// White space, a control, a byte past ASCII, or a delimiter that a URI cannot hold.
    #[error("a URI may not hold {0:?}")]
    BadChar(char),
    /// A percent sign without two hexadecimal digits.
    #[error("an escape in a URI is not whole")]
    BadEscape,
    /// An empty user part before `@`.
    #[error("the user part of a URI is empty")]
    NoUser,
    /// No host, or one that is neither a name nor an address.
    #[error("a URI has a malformed host or port")]
    BadHost,
    /// A `tel:` without a number, or another scheme with nothing after it.
    #[error("a URI has nothing after its scheme")]
    Empty,
}

impl Uri {
    /// Reads a URI that stands alone, without angle brackets.
    ///
    /// # Errors
    ///
    /// [`UriError`], with what is wrong.
    pub fn decode(text: &str) -> Result<Self, UriError> {
        let colon = text.find(':').ok_or(UriError::NoScheme)?;
        let (name, _) = text.split_at(colon);
        let scheme = scheme_of(name).ok_or(UriError::NoScheme)?;
        if let Some(bad) = text.chars().find(|c| !is_uri_char(*c)) {
            return Err(UriError::BadChar(bad));
        }
        let parts = match scheme {
            Scheme::Sip | Scheme::Sips => sip_parts(text, colon + 1)?,
            Scheme::Tel | Scheme::Other => opaque_parts(text, colon + 1, scheme)?,
        };
        Ok(Self {
            text: text.to_owned(),
            scheme,
            parts,
        })
    }

    /// `sip:user@host:port`. The user part is plain text and gets escaped.
    ///
    /// # Errors
    ///
    /// [`UriError::BadHost`] if `host` is neither a name, an IPv4 address nor an IPv6 address
    /// (with or without brackets), [`UriError::NoUser`] if the user is empty.
    pub fn sip(user: Option<&str>, host: &str, port: Option<u16>) -> Result<Self, UriError> {
        let mut text = String::from("sip:");
        if let Some(user) = user {
            text.push_str(&escape(user, is_user_byte));
            text.push('@');
        }
        text.push_str(&host_text(host).ok_or(UriError::BadHost)?);
        if let Some(port) = port {
            text.push_str(&format!(":{port}"));
        }
        Self::decode(&text)
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The user part with its escapes resolved once; the number of a `tel:` URI.
    #[must_use]
    pub fn user(&self) -> Option<Cow<'_, str>> {
        self.raw_user().map(unescape)
    }

    /// The user part as written, without the password.
    #[must_use]
    pub fn raw_user(&self) -> Option<&str> {
        self.parts.user.map(|part| self.part(part))
    }

    /// The password with its escapes resolved once.
    #[must_use]
    pub fn password(&self) -> Option<Cow<'_, str>> {
        self.parts.password.map(|part| unescape(self.part(part)))
    }

    /// The host as written, an IPv6 address in its brackets; empty unless sip or sips.
    #[must_use]
    pub fn host(&self) -> &str {
        self.part(self.parts.host)
    }

    /// The host if it is an address.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        host_ip(self.host())
    }

    /// The port, if one is written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.parts.port
    }

    /// The value of a parameter with its escapes resolved once; empty if it has none.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params()
            .find(|(other, _)| unescape(other).eq_ignore_ascii_case(name))
            .map(|(_, value)| value.map_or(Cow::Borrowed(""), unescape))
    }

    /// The parameters as written.
    pub fn params(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.part(self.parts.params)
            .split(';')
            .filter(|param| !param.is_empty())
            .map(|param| match param.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (param, None),
            })
    }

    /// The headers after `?` as written, without the question mark.
    #[must_use]
    pub fn headers(&self) -> Option<&str> {
        self.parts.headers.map(|part| self.part(part))
    }

    /// The same with a parameter more, or with its value replaced. An empty value stands for
    /// none. Only sip, sips and tel URIs have parameters; others stay as they are.
    #[must_use]
    pub fn with_param(&self, name: &str, value: &str) -> Self {
        if self.scheme == Scheme::Other || name.is_empty() {
            return self.clone();
        }
        let mut param = format!(";{}", escape(name, is_param_byte));
        if !value.is_empty() {
            param.push('=');
            param.push_str(&escape(value, is_param_byte));
        }
        let mut params = String::new();
        let mut placed = false;
        for (other, old) in self.params() {
            if other.eq_ignore_ascii_case(name) {
                params.push_str(if placed { "" } else { &param });
                placed = true;
            } else {
                params.push(';');
                params.push_str(other);
                params.extend(old.iter().flat_map(|old| ["=", old]));
            }
        }
        params.push_str(if placed { "" } else { &param });
        self.with_tail(&params, true)
    }

    /// The same without headers, which neither a Request-URI nor a remote target may carry
    /// (RFC 3261 section 19.1.1).
    #[must_use]
    pub fn without_headers(&self) -> Self {
        self.with_tail(self.part(self.parts.params), false)
    }

    fn with_tail(&self, params: &str, keep_headers: bool) -> Self {
        let mut text = self.part((0, self.parts.params.0)).to_owned();
        text.push_str(params);
        if let Some(headers) = self.headers().filter(|_| keep_headers) {
            text.push('?');
            text.push_str(headers);
        }
        Self::decode(&text).unwrap_or_else(|_| self.clone())
    }

    fn part(&self, (start, end): (usize, usize)) -> &str {
        self.text.get(Range { start, end }).unwrap_or_default()
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::decode(text)
    }
}

fn scheme_of(name: &str) -> Option<Scheme> {
    let known = [
        ("sip", Scheme::Sip),
        ("sips", Scheme::Sips),
        ("tel", Scheme::Tel),
    ];
    if let Some((_, scheme)) = known
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
    {
        return Some(*scheme);
    }
    let mut bytes = name.bytes();
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    (bytes.next()?.is_ascii_alphabetic() && bytes.all(rest)).then_some(Scheme::Other)
}

/// Where the parts of a sip or sips URI lie; `start` is past the scheme's colon.
fn sip_parts(text: &str, start: usize) -> Result<Parts, UriError> {
    let end = text.len();
    let after = |at: usize| text.get(at..).unwrap_or_default();
    let mut parts = Parts::default();
    let mut host_at = start;
    if let Some(len) = after(start).find('@') {
        let at = start + len;
        let info = text.get(start..at).unwrap_or_default();
        let user_end = info.find(':').map_or(at, |colon| start + colon);
        if user_end == start {
            return Err(UriError::NoUser);
        }
        parts.user = Some((start, user_end));
        parts.password = (user_end < at).then_some((user_end + 1, at));
        host_at = at + 1;
    }
    let tail = after(host_at);
    let host_end = host_at + tail.find([';', '?']).unwrap_or(tail.len());
    let (host, port) = text
        .get(host_at..host_end)
        .and_then(host_and_port)
        .ok_or(UriError::BadHost)?;
    parts.host = (host_at, host_at + host.len());
    parts.port = port;
    let tail = after(host_end);
    let params_end = host_end + tail.find('?').unwrap_or(tail.len());
    parts.params = (host_end, params_end);
    parts.headers = (params_end < end).then_some((params_end + 1, end));
    let escaped = after(start);
    escapes_are_whole(escaped)
        .then_some(parts)
        .ok_or(UriError::BadEscape)
}

fn opaque_parts(text: &str, start: usize, scheme: Scheme) -> Result<Parts, UriError> {
    let end = text.len();
    let tail = text.get(start..).unwrap_or_default();
    let mut parts = Parts {
        params: (end, end),
        ..Parts::default()
    };
    if scheme == Scheme::Tel {
        let number_end = start + tail.find(';').unwrap_or(tail.len());
        parts.user = Some((start, number_end));
        parts.params = (number_end, end);
    }
    let empty = tail.is_empty() || parts.user.is_some_and(|(from, to)| from == to);
    (!empty).then_some(parts).ok_or(UriError::Empty)
}

/// What may stand in any URI, rather wide: `#` in a user part is common in star codes.
const fn is_uri_char(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '}' | '|')
        || c == '`'
}

/// `unreserved` and `user-unreserved` (RFC 3261 section 25.1).
const fn is_user_byte(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/')
}

/// `unreserved` and `param-unreserved` (RFC 3261 section 25.1).
const fn is_param_byte(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'[' | b']' | b'/' | b':' | b'&' | b'+' | b'$')
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_sip_uri_are_found() {
        let uri = Uri::decode("sips:a%40b:p%3aw@[2001:db8::1]:5061;lr;transport=TCP?X=1").unwrap();
        assert_eq!(uri.scheme(), Scheme::Sips);
        assert_eq!(uri.user().unwrap(), "a@b");
        assert_eq!(uri.raw_user(), Some("a%40b"));
        assert_eq!(uri.password().unwrap(), "p:w");
        assert_eq!(uri.host(), "[2001:db8::1]");
        assert_eq!(uri.ip(), "2001:db8::1".parse().ok());
        assert_eq!(uri.port(), Some(5061));
        assert_eq!(uri.param("Transport").unwrap(), "TCP");
        assert_eq!(uri.param("lr").unwrap(), "");
        assert_eq!(uri.headers(), Some("X=1"));
        assert_eq!(
            uri.without_headers().as_str(),
            "sips:a%40b:p%3aw@[2001:db8::1]:5061;lr;transport=TCP"
        );
    }

    #[test]
    fn a_user_part_may_hold_what_parameters_begin_with() {
        let uri = Uri::decode("sip:user;par=u%40example.net@example.com").unwrap();
        assert_eq!(uri.user().unwrap(), "user;par=u@example.net");
        assert_eq!(uri.host(), "example.com");
    }

    #[test]
    fn a_tel_uri_has_a_number_and_parameters() {
        let uri = Uri::decode("tel:+1-201-555-0123;phone-context=x").unwrap();
        assert_eq!(uri.user().unwrap(), "+1-201-555-0123");
        assert_eq!(uri.param("phone-context").unwrap(), "x");
        assert!(Uri::decode("tel:;x=1").is_err());
    }

    #[test]
    fn malformed_uris_are_refused() {
        for bad in [
            "",
            "sip",
            "sip:",
            "sip:@h",
            "sip:u@",
            "sip:u@h:",
            "sip:u@h:99999",
            "sip:u@h:x",
            "sip:u @h",
            "sip:u@[::1",
            "sip:u@::1",
            "sip:u@a@b",
            "sip:u%4@h",
            "sip:u@h>",
            ":x",
            "é:x",
            "sip:u@h é",
            "<sip:u@h>",
        ] {
            assert!(Uri::decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_built_uri_escapes_its_user() {
        let uri = Uri::sip(Some("a b@c\r\n"), "::1", Some(5060)).unwrap();
        assert_eq!(uri.as_str(), "sip:a%20b%40c%0D%0A@[::1]:5060");
        assert_eq!(uri.user().unwrap(), "a b@c\r\n");
        assert!(Uri::sip(None, "a b", None).is_err());
        let tcp = uri.with_param("transport", "tcp").with_param("lr", "");
        assert_eq!(tcp.param("transport").unwrap(), "tcp");
        assert_eq!(
            tcp.with_param("transport", "ws")
                .as_str()
                .matches("transport")
                .count(),
            1
        );
    }
}
