//! Session-Expires and Min-SE (RFC 4028 sections 4 and 5).

use std::fmt;

use crate::wire::sip::grammar::number;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::param::Params;

/// How long a session lives without a refresh, and who refreshes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionExpires {
    /// Seconds; RFC 4028 allows none below 90.
    pub interval_s: u32,
    /// Who refreshes, if said.
    pub refresher: Option<Refresher>,
}

/// Who refreshes a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answered it.
    Uas,
}

impl SessionExpires {
    /// Reads a Session-Expires value; `None` if malformed.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (interval_s, params) = seconds_and_params(text)?;
        let refresher = match params.get("refresher").as_deref() {
            None => None,
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return None,
        };
        Some(Self {
            interval_s,
            refresher,
        })
    }
}

/// Reads a Min-SE value in seconds; `None` if malformed.
#[must_use]
pub fn decode_min_se(text: &str) -> Option<u32> {
    seconds_and_params(text).map(|(seconds, _)| seconds)
}

fn seconds_and_params(text: &str) -> Option<(u32, Params)> {
    let (seconds, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    let seconds = number(trim(seconds), u64::from(u32::MAX))?;
    Some((u32::try_from(seconds).ok()?, Params::decode(params).ok()?))
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.interval_s)?;
        match self.refresher {
            Some(Refresher::Uac) => f.write_str(";refresher=uac"),
            Some(Refresher::Uas) => f.write_str(";refresher=uas"),
            None => Ok(()),
        }
    }
}

impl From<&SessionExpires> for HeaderValue {
    fn from(session_expires: &SessionExpires) -> Self {
        Self::stripped(session_expires.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_and_refresher_are_read_and_written() {
        for text in ["1800;refresher=uac", "90;refresher=uas", "4294967295"] {
            assert_eq!(SessionExpires::decode(text).unwrap().to_string(), text);
        }
        assert!(SessionExpires::decode("1800 ; refresher = UAC;x").is_some());
        for bad in ["", "x", "-1", "90;refresher=both", "4294967296"] {
            assert_eq!(SessionExpires::decode(bad), None, "{bad}");
        }
        assert_eq!(decode_min_se("120;x=y"), Some(120));
    }
}
