//! One header: its name, known or not, and its value.

use std::borrow::Cow;
use std::fmt;

use crate::wire::sip::grammar::breaks_line;
use crate::wire::sip::grammar::is_token;

/// A value that holds neither CR, LF nor NUL, hence cannot end its line. The one exception is
/// a NUL that a peer wrote as a quoted pair, which RFC 3261 section 25.1 permits and which must
/// be echoed. Other bytes are free, UTF-8 or not.
#[derive(Clone, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HeaderValue(Vec<u8>);

/// A value that would break out of its line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("byte {byte:#04x} at {at} may not stand in a header")]
pub struct HeaderValueError {
    /// CR, LF or NUL.
    pub byte: u8,
    /// Bytes before it.
    pub at: usize,
}

impl HeaderValue {
    /// Takes a value as it is. White space at both ends goes, as a reader would drop it.
    ///
    /// # Errors
    ///
    /// [`HeaderValueError`] if it holds CR, LF or NUL.
    pub fn new(value: impl AsRef<[u8]>) -> Result<Self, HeaderValueError> {
        let value = value.as_ref();
        match value.iter().position(|byte| breaks_line(*byte)) {
            None => Ok(Self(trimmed(value).to_vec())),
            Some(at) => Err(HeaderValueError {
                byte: value.get(at).copied().unwrap_or_default(),
                at,
            }),
        }
    }

    /// Takes a value and leaves out any CR, LF and NUL.
    #[must_use]
    pub fn stripped(value: impl Into<Vec<u8>>) -> Self {
        let mut value = value.into();
        value.retain(|byte| !breaks_line(*byte));
        if trimmed(&value).len() != value.len() {
            value = trimmed(&value).to_vec();
        }
        Self(value)
    }

    /// Takes a value off the wire, already unfolded. `None` if it holds CR, LF, or a NUL that
    /// is not a quoted pair.
    pub(super) fn off_the_wire(value: Vec<u8>) -> Option<Self> {
        let mut before = 0;
        for &byte in &value {
            if matches!(byte, b'\r' | b'\n') || (byte == 0 && before != b'\\') {
                return None;
            }
            before = byte;
        }
        Some(Self(value))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text; bytes that are no UTF-8 show as U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text())
    }
}

/// Without SP and HTAB at both ends.
pub(super) fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// A name that we do not know: a token, kept as written, compared without case.
#[derive(Clone, Debug)]
pub struct OtherName(Box<str>);

impl PartialEq for OtherName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for OtherName {}

macro_rules! header_names {
    ($($(#[$doc:meta])* $name:ident $text:literal $lower:literal $(compact $short:literal)?;)*) => {
        /// The name of a header. Known names are written in full, whatever form they came in.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum HeaderName {
            $($(#[$doc])* $name,)*
            /// A name that we do not know.
            Other(OtherName),
        }

        impl HeaderName {
            /// The name as we write it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(other) => &other.0,
                }
            }

            /// Every name that we know.
            pub const KNOWN: &[Self] = &[$(Self::$name,)*];

            fn known(lower: &[u8]) -> Option<Self> {
                match lower {
                    $($lower $(| $short)? => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

header_names! {
    /// RFC 3261 section 20.42.
    Via "Via" b"via" compact b"v";
    /// RFC 3261 section 20.20.
    From "From" b"from" compact b"f";
    /// RFC 3261 section 20.39.
    To "To" b"to" compact b"t";
    /// RFC 3261 section 20.8.
    CallId "Call-ID" b"call-id" compact b"i";
    /// RFC 3261 section 20.16.
    CSeq "CSeq" b"cseq";
    /// RFC 3261 section 20.10.
    Contact "Contact" b"contact" compact b"m";
    /// RFC 3261 section 20.22.
    MaxForwards "Max-Forwards" b"max-forwards";
    /// RFC 3261 section 20.14. Written by the encoder from the body, never kept in a message.
    ContentLength "Content-Length" b"content-length" compact b"l";
    /// RFC 3261 section 20.15.
    ContentType "Content-Type" b"content-type" compact b"c";
    /// RFC 3261 section 20.34.
    Route "Route" b"route";
    /// RFC 3261 section 20.30.
    RecordRoute "Record-Route" b"record-route";
    /// RFC 3261 section 20.5.
    Allow "Allow" b"allow";
    /// RFC 3261 section 20.37.
    Supported "Supported" b"supported" compact b"k";
    /// RFC 3261 section 20.32.
    Require "Require" b"require";
    /// RFC 3261 section 20.29.
    ProxyRequire "Proxy-Require" b"proxy-require";
    /// RFC 3261 section 20.40.
    Unsupported "Unsupported" b"unsupported";
    /// RFC 3261 section 20.19.
    Expires "Expires" b"expires";
    /// RFC 3261 section 20.23.
    MinExpires "Min-Expires" b"min-expires";
    /// RFC 3261 section 20.7.
    Authorization "Authorization" b"authorization";
    /// RFC 3261 section 20.44.
    WwwAuthenticate "WWW-Authenticate" b"www-authenticate";
    /// RFC 3261 section 20.28.
    ProxyAuthorization "Proxy-Authorization" b"proxy-authorization";
    /// RFC 3261 section 20.27.
    ProxyAuthenticate "Proxy-Authenticate" b"proxy-authenticate";
    /// RFC 3261 section 20.6.
    AuthenticationInfo "Authentication-Info" b"authentication-info";
    /// RFC 3261 section 20.41.
    UserAgent "User-Agent" b"user-agent";
    /// RFC 3261 section 20.35.
    Server "Server" b"server";
    /// RFC 3261 section 20.33.
    RetryAfter "Retry-After" b"retry-after";
    /// RFC 3326.
    Reason "Reason" b"reason";
    /// RFC 4028 section 4.
    SessionExpires "Session-Expires" b"session-expires" compact b"x";
    /// RFC 4028 section 5.
    MinSe "Min-SE" b"min-se";
    /// RFC 3325.
    PAssertedIdentity "P-Asserted-Identity" b"p-asserted-identity";
    /// RFC 3325.
    PPreferredIdentity "P-Preferred-Identity" b"p-preferred-identity";
    /// RFC 3323.
    Privacy "Privacy" b"privacy";
    /// RFC 3261 section 20.1.
    Accept "Accept" b"accept";
    /// RFC 3261 section 20.2.
    AcceptEncoding "Accept-Encoding" b"accept-encoding";
    /// RFC 3261 section 20.3.
    AcceptLanguage "Accept-Language" b"accept-language";
    /// RFC 3261 section 20.11.
    ContentDisposition "Content-Disposition" b"content-disposition";
    /// RFC 3261 section 20.12.
    ContentEncoding "Content-Encoding" b"content-encoding" compact b"e";
    /// RFC 3261 section 20.13.
    ContentLanguage "Content-Language" b"content-language";
    /// RFC 3261 section 20.17.
    Date "Date" b"date";
    /// RFC 3261 section 20.36.
    Subject "Subject" b"subject" compact b"s";
    /// RFC 3261 section 20.38.
    Timestamp "Timestamp" b"timestamp";
    /// RFC 3261 section 20.43.
    Warning "Warning" b"warning";
    /// RFC 6665.
    Event "Event" b"event" compact b"o";
    /// RFC 6665.
    AllowEvents "Allow-Events" b"allow-events" compact b"u";
    /// RFC 6665.
    SubscriptionState "Subscription-State" b"subscription-state";
    /// RFC 3515.
    ReferTo "Refer-To" b"refer-to" compact b"r";
    /// RFC 3892.
    ReferredBy "Referred-By" b"referred-by" compact b"b";
    /// RFC 3891.
    Replaces "Replaces" b"replaces";
    /// RFC 3327.
    Path "Path" b"path";
    /// RFC 3608.
    ServiceRoute "Service-Route" b"service-route";
    /// RFC 3262.
    RSeq "RSeq" b"rseq";
    /// RFC 3262.
    RAck "RAck" b"rack";
}

/// Longest known name.
const KNOWN_NAME_BYTES_MAX: usize = 24;

impl HeaderName {
    /// Reads a name in any case, full or compact (RFC 3261 section 7.3.3); `None` if it is no
    /// token.
    #[must_use]
    pub fn decode(name: &str) -> Option<Self> {
        let mut lower = [0; KNOWN_NAME_BYTES_MAX];
        if let Some(lower) = lower.get_mut(..name.len()) {
            lower.copy_from_slice(name.as_bytes());
            lower.make_ascii_lowercase();
            if let Some(known) = Self::known(lower) {
                return Some(known);
            }
        }
        is_token(name).then(|| Self::Other(OtherName(name.into())))
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_found_in_any_case() {
        for name in HeaderName::KNOWN {
            let upper = name.as_str().to_ascii_uppercase();
            assert_eq!(HeaderName::decode(&upper).as_ref(), Some(name));
            let lower = name.as_str().to_ascii_lowercase();
            assert_eq!(HeaderName::decode(&lower).as_ref(), Some(name));
        }
    }

    #[test]
    fn compact_and_unknown_names_are_understood() {
        assert_eq!(HeaderName::decode("V"), Some(HeaderName::Via));
        assert_eq!(HeaderName::decode("x"), Some(HeaderName::SessionExpires));
        let odd = HeaderName::decode("X-Thing").unwrap();
        assert_eq!(odd, HeaderName::decode("x-thing").unwrap());
        assert_eq!(odd.as_str(), "X-Thing");
        assert_eq!(HeaderName::decode("a b"), None);
        assert_eq!(HeaderName::decode(""), None);
    }

    #[test]
    fn a_value_cannot_end_its_line() {
        assert_eq!(
            HeaderValue::new("a\r\nEvil: 1"),
            Err(HeaderValueError { byte: b'\r', at: 1 })
        );
        assert!(HeaderValue::new("a\0").is_err());
        assert_eq!(
            HeaderValue::stripped(" a\r\nEvil: 1\0").as_bytes(),
            b"aEvil: 1"
        );
        assert!(HeaderValue::off_the_wire(b"a\0".to_vec()).is_none());
        assert!(HeaderValue::off_the_wire(b"\"\\\0\"".to_vec()).is_some());
    }
}
