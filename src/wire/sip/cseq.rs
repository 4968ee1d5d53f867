//! `CSeq` (RFC 3261 section 20.16).

use std::fmt;

use crate::wire::sip::grammar::number;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::method::Method;

/// Orders the requests of a dialog.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CSeq {
    /// The RFC wants it below 2^31 when we mint it; up to 2^32 − 1 is read.
    pub number: u32,
    /// The request's method, also in its responses.
    pub method: Method,
}

impl CSeq {
    /// Reads `number method`; `None` if malformed or past 32 bits.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (digits, method) = trim(text).split_once([' ', '\t'])?;
        Some(Self {
            number: u32::try_from(number(digits, u64::from(u32::MAX))?).ok()?,
            method: Method::decode(trim(method))?,
        })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

impl From<&CSeq> for HeaderValue {
    fn from(cseq: &CSeq) -> Self {
        Self::stripped(cseq.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_pass_and_33_bits_do_not() {
        let cseq = CSeq::decode("0009 INVITE").unwrap();
        assert_eq!(cseq.to_string(), "9 INVITE");
        assert!(CSeq::decode("4294967295 INVITE").is_some());
        for bad in [
            "4294967296 INVITE",
            "-1 INVITE",
            "1",
            "1 ",
            "INVITE",
            "1 IN VITE",
        ] {
            assert_eq!(CSeq::decode(bad), None, "{bad}");
        }
    }
}
