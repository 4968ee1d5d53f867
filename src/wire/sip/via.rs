//! Via (RFC 3261 section 20.42, RFC 3581).

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use crate::wire::sip::grammar::is_token;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::host::host_and_port;
use crate::wire::sip::host::host_ip;
use crate::wire::sip::host::host_text;
use crate::wire::sip::param::ParamError;
use crate::wire::sip::param::Params;

/// One hop that a request took.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Via {
    transport: ViaTransport,
    host: String,
    port: Option<u16>,
    /// `branch`, `rport`, `received` and others.
    pub params: Params,
}

/// The transport that a Via names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ViaTransport {
    /// Datagrams.
    Udp,
    /// Streams.
    Tcp,
    /// Streams under TLS.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket under TLS (RFC 7118).
    Wss,
    /// Any other, as written.
    Other(OtherTransport),
}

/// A transport that we do not speak. Always a token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OtherTransport(String);

/// Why a Via cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ViaError {
    /// Not `SIP/2.0/transport`.
    #[error("a via begins with SIP/2.0 and a transport")]
    BadProtocol,
    /// No host, or a malformed one, or a malformed port.
    #[error("a via has a malformed sent-by")]
    BadSentBy,
    /// Malformed parameters.
    #[error("a via has malformed parameters: {0}")]
    BadParams(#[from] ParamError),
}

impl ViaTransport {
    /// Reads a transport in any case; `None` if it is no token.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let known = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss];
        let found = known
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(text));
        found.or_else(|| is_token(text).then(|| Self::Other(OtherTransport(text.to_owned()))))
    }

    /// As on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
            Self::Other(other) => &other.0,
        }
    }
}

impl Via {
    /// A hop of ours with its branch. `host` may be an IPv6 address without brackets.
    ///
    /// # Errors
    ///
    /// [`ViaError::BadSentBy`] if `host` is no host.
    pub fn new(
        transport: ViaTransport,
        host: &str,
        port: Option<u16>,
        branch: &str,
    ) -> Result<Self, ViaError> {
        let host = host_text(host).ok_or(ViaError::BadSentBy)?.into_owned();
        let mut params = Params::new();
        params.set("branch", branch);
        Ok(Self {
            transport,
            host,
            port,
            params,
        })
    }

    /// Reads one element of a Via header.
    ///
    /// # Errors
    ///
    /// [`ViaError`], with the part that is wrong.
    pub fn decode(text: &str) -> Result<Self, ViaError> {
        let (name, rest) = text.split_once('/').ok_or(ViaError::BadProtocol)?;
        let (version, rest) = rest.split_once('/').ok_or(ViaError::BadProtocol)?;
        let rest = trim(rest);
        let space = rest.find([' ', '\t']).ok_or(ViaError::BadSentBy)?;
        let (transport, rest) = rest.split_at(space);
        let sip = trim(name).eq_ignore_ascii_case("SIP") && trim(version) == "2.0";
        let transport = ViaTransport::decode(transport).filter(|_| sip);
        let transport = transport.ok_or(ViaError::BadProtocol)?;
        let (sent_by, params) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
        let sent_by = without_blanks(trim(sent_by));
        let (host, port) = host_and_port(&sent_by).ok_or(ViaError::BadSentBy)?;
        Ok(Self {
            transport,
            host: host.to_owned(),
            port,
            params: Params::decode(params)?,
        })
    }

    /// The transport.
    #[must_use]
    pub const fn transport(&self) -> &ViaTransport {
        &self.transport
    }

    /// Host of sent-by, an IPv6 address in its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Host of sent-by if it is an address.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        host_ip(&self.host)
    }

    /// Port of sent-by, if written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Names the transaction (RFC 3261 section 8.1.1.7).
    #[must_use]
    pub fn branch(&self) -> Option<Cow<'_, str>> {
        self.params
            .get("branch")
            .filter(|branch| !branch.is_empty())
    }

    /// Where the hop's packets really came from; brackets are tolerated (RFC 5118 section 4.5).
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        host_ip(&self.params.get("received")?)
    }

    /// The port of `rport`, filled in by the next hop (RFC 3581). Ask [`Params::has`] whether
    /// it was asked for.
    #[must_use]
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport")?.parse().ok()
    }
}

/// `host : port` is allowed white space around its colon.
fn without_blanks(text: &str) -> Cow<'_, str> {
    match text.split_once(':') {
        Some((host, port)) if host.ends_with([' ', '\t']) || port.starts_with([' ', '\t']) => {
            Cow::Owned(format!("{}:{}", trim(host), trim(port)))
        }
        _ => Cow::Borrowed(text),
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport.as_str(), self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}

impl From<&Via> for HeaderValue {
    fn from(via: &Via) -> Self {
        Self::stripped(via.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_allowed_in_odd_places() {
        let text = "SIP  / 2.0  /UDP     192.0.2.2 : 5062;rport ;branch = z9hG4bKkdjuw";
        let via = Via::decode(text).unwrap();
        assert_eq!(via.ip(), "192.0.2.2".parse().ok());
        assert_eq!(via.port(), Some(5062));
        assert_eq!(via.branch().unwrap(), "z9hG4bKkdjuw");
        assert!(via.params.has("rport"));
        assert_eq!(via.rport(), None);
        assert_eq!(
            via.to_string(),
            "SIP/2.0/UDP 192.0.2.2:5062;rport;branch=z9hG4bKkdjuw"
        );
    }

    #[test]
    fn ipv6_stands_in_brackets_and_received_may() {
        let via = Via::decode("SIP/2.0/WSS [2001:db8::1]:1;received=2001:db8::9").unwrap();
        assert_eq!(via.transport(), &ViaTransport::Wss);
        assert_eq!(via.received(), "2001:db8::9".parse().ok());
        let via = Via::decode("SIP/2.0/udp [::1];received=[2001:db8::9]").unwrap();
        assert_eq!(via.received(), "2001:db8::9".parse().ok());
        assert_eq!(via.transport(), &ViaTransport::Udp);
    }

    #[test]
    fn malformed_vias_are_refused() {
        for bad in [
            "",
            "SIP/2.0",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ",
            "SIP/3.0/UDP h",
            "SIP/2.0/UDP h;;",
            "SIP/2.0/UDP h:x",
            "SIP/2.0/U DP h",
            "HTTP/2.0/UDP h",
            "SIP/2.0/UDP h i",
        ] {
            assert!(Via::decode(bad).is_err(), "{bad}");
        }
    }
}
