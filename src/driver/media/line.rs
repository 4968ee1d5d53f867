//! The sockets of one leg.

use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::net::UdpSocket;

use crate::driver::dscp;
use crate::driver::dscp::Dscp;
use crate::machine::media::session::Session;

/// A session with its sockets, fit to move between threads.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) session: Box<Session>,
    pub(crate) sockets: Sockets,
}

/// The voice socket, and the report socket once the first report is sent: short calls need none.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) voice: UdpSocket,
    reports: Reports,
    mark: Dscp,
}

#[derive(Debug)]
enum Reports {
    Unbound(SocketAddr),
    Bound(UdpSocket),
    /// Another program has the port: this leg sends no reports.
    Refused,
}

impl Sockets {
    /// Binds the voice port; packets carry `mark`.
    pub(crate) fn bind(address: IpAddr, port: u16, mark: Dscp) -> io::Result<Self> {
        Ok(Self {
            voice: bind(SocketAddr::new(address, port), mark)?,
            reports: Reports::Unbound(SocketAddr::new(address, port.saturating_add(1))),
            mark,
        })
    }

    /// Sends voice. What the network refuses is lost, like any other packet.
    pub(crate) fn send_voice(&self, to: SocketAddr, packet: &[u8]) -> bool {
        self.voice.send_to(packet, to).is_ok()
    }

    /// Sends a report, from a port that is bound for the first one.
    pub(crate) fn send_report(&mut self, to: SocketAddr, packet: &[u8]) -> bool {
        if let Reports::Unbound(address) = self.reports {
            self.reports = bind(address, self.mark).map_or(Reports::Refused, Reports::Bound);
        }
        match &self.reports {
            Reports::Bound(socket) => socket.send_to(packet, to).is_ok(),
            Reports::Unbound(_) | Reports::Refused => false,
        }
    }

    /// Reads a report, if one has come.
    pub(crate) fn read_report(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        match &self.reports {
            Reports::Bound(socket) => socket.recv_from(buffer).ok(),
            Reports::Unbound(_) | Reports::Refused => None,
        }
    }
}

fn bind(address: SocketAddr, mark: Dscp) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    dscp::mark(&socket, address, mark);
    Ok(socket)
}
