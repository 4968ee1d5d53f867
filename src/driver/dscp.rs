//! The mark that asks networks to forward our packets before others (DSCP, RFC 2474).

use std::net::SocketAddr;
use std::os::fd::AsFd;

use serde::Deserialize;
use socket2::SockRef;

/// A DSCP, 0 to 63; 0 asks for nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Dscp(u8);

/// A number that is no DSCP.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} is not a DSCP, expected 0 to 63, as 46 for voice")]
pub struct DscpError(i64);

impl Dscp {
    /// Voice: expedited forwarding, 46 (RFC 3246).
    pub const VOICE: Self = Self(46);

    /// Signalling: class selector 3, 24, as most telephones and routers have it.
    pub const SIGNALLING: Self = Self(24);
}

impl TryFrom<i64> for Dscp {
    type Error = DscpError;

    fn try_from(number: i64) -> Result<Self, DscpError> {
        let mark = u8::try_from(number).ok().filter(|mark| *mark < 64);
        mark.map(Self).ok_or(DscpError(number))
    }
}

/// Marks what a socket bound to `address` sends. A system that refuses is left to itself: the
/// packets go out unmarked.
pub(crate) fn mark(socket: &impl AsFd, address: SocketAddr, mark: Dscp) {
    // The two low bits of the byte are those of congestion notification.
    let byte = u32::from(mark.0) << 2;
    if byte == 0 {
        return;
    }
    let socket = SockRef::from(socket);
    if address.is_ipv6() {
        let _ = socket.set_tclass_v6(byte);
    }
    // An IPv6 socket may carry IPv4 too.
    let _ = socket.set_tos_v4(byte);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    #[test]
    fn packets_are_marked_in_both_families() {
        let v4 = UdpSocket::bind("127.0.0.1:0").unwrap();
        mark(&v4, v4.local_addr().unwrap(), Dscp::VOICE);
        assert_eq!(SockRef::from(&v4).tos_v4().unwrap(), 0xb8);
        let v6 = UdpSocket::bind("[::1]:0").unwrap();
        mark(&v6, v6.local_addr().unwrap(), Dscp::SIGNALLING);
        assert_eq!(SockRef::from(&v6).tclass_v6().unwrap(), 0x60);
    }

    #[test]
    fn a_mark_has_six_bits() {
        assert_eq!(Dscp::try_from(46), Ok(Dscp::VOICE));
        assert_eq!(Dscp::try_from(64), Err(DscpError(64)));
        assert_eq!(Dscp::try_from(-1), Err(DscpError(-1)));
    }
}
