//! Where a SIP message came from and goes to.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// How SIP messages travel (RFC 3261 section 18).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Transport {
    /// One message a datagram; requests are retransmitted.
    Udp,
    /// A stream framed by Content-Length.
    Tcp,
}

impl Transport {
    /// The token in a Via header.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    /// Whether the transport itself repeats what is lost.
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        matches!(self, Self::Tcp)
    }
}

/// A pair of addresses over one transport (RFC 5626 section 2). A stream flow is one connection.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Flow {
    /// How messages travel.
    pub transport: Transport,
    /// Our listening address: Via and Contact name it.
    pub local: SocketAddr,
    /// The far address, as packets show it.
    pub remote: SocketAddr,
}

impl Flow {
    /// Whether both far ends are at one IP address, be it through another port or connection. An
    /// IPv4 address is the same when it is mapped into IPv6.
    #[must_use]
    pub fn is_near(self, other: Self) -> bool {
        self.remote.ip().to_canonical() == other.remote.ip().to_canonical()
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} -> {}",
            self.transport.token(),
            self.local,
            self.remote
        )
    }
}
