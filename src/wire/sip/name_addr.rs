//! A URI with a display name and parameters: From, To, Contact, Route and their kin.

use std::borrow::Cow;
use std::fmt;

use crate::wire::sip::grammar::quote;
use crate::wire::sip::grammar::quoted_len;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::grammar::unquote;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::param::ParamError;
use crate::wire::sip::param::Params;
use crate::wire::sip::uri::Uri;
use crate::wire::sip::uri::UriError;

/// `"Name" <uri>;params` (`name-addr` or `addr-spec`, RFC 3261 section 20.10). Written with
/// angle brackets always.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameAddr {
    /// Display name as plain text, no quotes; empty if none.
    pub display: String,
    /// The address.
    pub uri: Uri,
    /// Parameters after the address: `tag`, `expires`, `q`, `+sip.instance`, ….
    pub params: Params,
}

/// Why an address cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameAddrError {
    /// Quotes or an angle bracket that never end, or text where none may stand.
    #[error("an address has unbalanced quotes or brackets")]
    Unbalanced,
    /// A display name without quotes that needs them.
    #[error("a display name lacks its quotes")]
    BadDisplay,
    /// A question mark in a URI without angle brackets (RFC 3261 section 20.10).
    #[error("a URI with headers needs angle brackets")]
    BareHeaders,
    /// A malformed URI.
    #[error("an address has a malformed URI: {0}")]
    BadUri(#[from] UriError),
    /// Malformed parameters.
    #[error("an address has malformed parameters: {0}")]
    BadParams(#[from] ParamError),
}

impl NameAddr {
    /// An address without name and parameters.
    #[must_use]
    pub const fn new(uri: Uri) -> Self {
        Self {
            display: String::new(),
            uri,
            params: Params::new(),
        }
    }

    /// Reads one address.
    ///
    /// # Errors
    ///
    /// [`NameAddrError`], with the part that is wrong.
    pub fn decode(text: &str) -> Result<Self, NameAddrError> {
        let text = trim(text);
        if text.starts_with('"') {
            let name_len = quoted_len(text).ok_or(NameAddrError::Unbalanced)?;
            let (name, rest) = text.split_at(name_len);
            return Self::decode_angled(unquote(name), trim(rest));
        }
        if let Some(angle) = text.find('<') {
            let (name, rest) = text.split_at(angle);
            let name = trim(name);
            if name.contains(['"', ',', ';', ':', '@', '>', '\\']) {
                return Err(NameAddrError::BadDisplay);
            }
            return Self::decode_angled(Cow::Borrowed(name), rest);
        }
        // Without angle brackets a semicolon begins the header's parameters, not the URI's.
        let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        if uri.contains('?') {
            return Err(NameAddrError::BareHeaders);
        }
        Ok(Self {
            display: String::new(),
            uri: Uri::decode(trim(uri))?,
            params: Params::decode(params)?,
        })
    }

    fn decode_angled(name: Cow<'_, str>, rest: &str) -> Result<Self, NameAddrError> {
        let rest = rest.strip_prefix('<').ok_or(NameAddrError::Unbalanced)?;
        let (uri, params) = rest.split_once('>').ok_or(NameAddrError::Unbalanced)?;
        Ok(Self {
            display: name.into_owned(),
            uri: Uri::decode(uri)?,
            params: Params::decode(params)?,
        })
    }

    /// The tag (RFC 3261 section 19.3).
    #[must_use]
    pub fn tag(&self) -> Option<Cow<'_, str>> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// The same with a tag.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.params.set("tag", tag);
        self
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.display.is_empty() {
            write!(f, "{} ", quote(&self.display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

impl From<&NameAddr> for HeaderValue {
    fn from(address: &NameAddr) -> Self {
        Self::stripped(address.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_the_long_one_written() {
        for (text, display, uri, tag, written) in [
            (
                "\"J \\\"R\\\" <x>\"  <sip:j@h;lr>;tag=1",
                "J \"R\" <x>",
                "sip:j@h;lr",
                Some("1"),
                "\"J \\\"R\\\" <x>\" <sip:j@h;lr>;tag=1",
            ),
            (
                "caller<sip:c@h>",
                "caller",
                "sip:c@h",
                None,
                "\"caller\" <sip:c@h>",
            ),
            ("sip:c@h;tag=2", "", "sip:c@h", Some("2"), "<sip:c@h>;tag=2"),
            (
                "<tel:+12> ; tag=3",
                "",
                "tel:+12",
                Some("3"),
                "<tel:+12>;tag=3",
            ),
        ] {
            let address = NameAddr::decode(text).unwrap();
            assert_eq!(address.display, display);
            assert_eq!(address.uri.as_str(), uri);
            assert_eq!(address.tag().as_deref(), tag);
            assert_eq!(address.to_string(), written);
        }
    }

    #[test]
    fn malformed_addresses_are_refused() {
        for bad in [
            "",
            "\"a <sip:h>",
            "<sip:h",
            "a, b <sip:h>",
            "sip:h?Route=x",
            "\"a\" sip:h",
            "<sip:h>x",
            "< sip:h >",
            "<>",
            "<sip:h>;",
        ] {
            assert!(NameAddr::decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_display_name_cannot_break_out() {
        let mut address = NameAddr::new(Uri::decode("sip:h").unwrap());
        address.display = "a\" <sip:evil>\r\nX: 1".to_owned();
        let value = HeaderValue::from(&address);
        assert_eq!(value.text(), "\"a\\\" <sip:evil>X: 1\" <sip:h>");
    }
}
