//! Reason: why a request was sent (RFC 3326).

use std::fmt;

use crate::wire::sip::grammar::is_token;
use crate::wire::sip::grammar::quote;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::param::Params;

/// `SIP ;cause=200 ;text="Call completed elsewhere"`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    protocol: String,
    /// A SIP status, a Q.850 cause, ….
    pub cause: Option<u32>,
    /// For people; may be empty.
    pub text: String,
}

impl Reason {
    /// A reason in terms of a SIP status.
    #[must_use]
    pub fn sip(status: u16, text: &str) -> Self {
        Self {
            protocol: "SIP".to_owned(),
            cause: Some(u32::from(status)),
            text: text.to_owned(),
        }
    }

    /// Reads one element of a Reason header; `None` if malformed.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let (protocol, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let params = Params::decode(params).ok()?;
        let protocol = trim(protocol);
        is_token(protocol).then(|| Self {
            protocol: protocol.to_owned(),
            cause: params.get("cause").and_then(|cause| cause.parse().ok()),
            text: params.get("text").unwrap_or_default().into_owned(),
        })
    }

    /// Whose causes: `SIP`, `Q.850`, ….
    #[must_use]
    pub fn protocol(&self) -> &str {
        &self.protocol
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.protocol)?;
        if let Some(cause) = self.cause {
            write!(f, ";cause={cause}")?;
        }
        if !self.text.is_empty() {
            write!(f, ";text={}", quote(&self.text))?;
        }
        Ok(())
    }
}

impl From<&Reason> for HeaderValue {
    fn from(reason: &Reason) -> Self {
        Self::stripped(reason.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_and_written() {
        let reason = Reason::decode("Q.850 ;cause=16 ;text=\"Terminated; \\\"ok\\\"\"").unwrap();
        assert_eq!(reason.protocol(), "Q.850");
        assert_eq!(reason.cause, Some(16));
        assert_eq!(reason.text, "Terminated; \"ok\"");
        assert_eq!(Reason::decode(&reason.to_string()), Some(reason));
        let elsewhere = Reason::sip(200, "Call completed elsewhere");
        assert_eq!(
            elsewhere.to_string(),
            "SIP;cause=200;text=\"Call completed elsewhere\""
        );
        assert_eq!(Reason::decode(";cause=1"), None);
    }
}
