//! All listening sockets of a loop: UDP read in batches by the loop itself, TCP by tasks.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::task::Poll;

use tokio::net::TcpListener;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use crate::call::effect::Event;
use crate::driver::dscp;
use crate::driver::dscp::Dscp;
use crate::driver::sip::stream::Streams;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;

/// Largest datagram that is read whole; a longer one is cut and refused by the codec.
const DATAGRAM_MAX: usize = 65_535;
/// Kernel buffer of a UDP socket, so that a burst survives a slow turn.
const BUFFER_BYTES: usize = 8 * 1024 * 1024;

/// Why a socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {transport}://{address}: {source}{}", hint(source))]
pub struct ListenError {
    transport: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// What a person may do about an address that cannot be had.
#[must_use]
pub fn hint(error: &io::Error) -> &'static str {
    let hints = [
        (
            io::ErrorKind::AddrInUse,
            "; another program, or another centre, uses this port",
        ),
        (
            io::ErrorKind::AddrNotAvailable,
            "; no interface of this machine has this address",
        ),
        (
            io::ErrorKind::PermissionDenied,
            "; ports below 1024 are for the administrator",
        ),
    ];
    let found = hints.iter().find(|(kind, _)| *kind == error.kind());
    found.map_or("", |(_, hint)| hint)
}

/// All listening sockets of a loop.
#[derive(Debug)]
pub struct Sockets {
    udp: Vec<(SocketAddr, UdpSocket)>,
    streams: Streams,
    buffer: Vec<u8>,
    /// Which UDP socket is read first, so that none starves.
    turn: usize,
    /// Datagrams that the kernel did not take; the peer's timers make up for them.
    pub unsent: u64,
}

impl Sockets {
    /// Opens every address. Messages of streams go into `inbox`, what is sent carries `mark`.
    ///
    /// # Errors
    ///
    /// [`ListenError`] names the first address that cannot be had.
    pub fn listen(
        addresses: &[(Transport, SocketAddr)],
        mark: Dscp,
        inbox: mpsc::Sender<Event>,
    ) -> Result<Self, ListenError> {
        let mut udp = Vec::new();
        let mut streams = Streams::new(inbox, mark);
        for (transport, address) in addresses {
            let fail = |source| ListenError {
                transport: match transport {
                    Transport::Udp => "udp",
                    Transport::Tcp => "tcp",
                },
                address: *address,
                source,
            };
            match transport {
                Transport::Udp => {
                    let socket = open_udp(*address).map_err(fail)?;
                    let bound = socket.local_addr().map_err(fail)?;
                    dscp::mark(&socket, bound, mark);
                    udp.push((bound, socket));
                }
                Transport::Tcp => {
                    let listener = open_tcp(*address).map_err(fail)?;
                    streams.accept(listener).map_err(fail)?;
                }
            }
        }
        Ok(Self {
            udp,
            streams,
            buffer: vec![0; DATAGRAM_MAX],
            turn: 0,
            unsent: 0,
        })
    }

    /// The addresses that were really bound, in the order they were given, UDP first.
    pub fn bound(&self) -> impl Iterator<Item = (Transport, SocketAddr)> {
        let udp = self
            .udp
            .iter()
            .map(|(address, _)| (Transport::Udp, *address));
        udp.chain(
            self.streams
                .bound()
                .map(|address| (Transport::Tcp, address)),
        )
    }

    /// Waits until a datagram is there.
    pub async fn readable(&self) {
        if self.udp.is_empty() {
            return std::future::pending().await;
        }
        std::future::poll_fn(|context| {
            let ready = self
                .udp
                .iter()
                .any(|(_, socket)| socket.poll_recv_ready(context).is_ready());
            if ready {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Reads datagrams that are there, at most `max` in all.
    pub fn receive(&mut self, max: usize, into: &mut VecDeque<(Flow, Vec<u8>)>) {
        let sockets = self.udp.len();
        let mut dry = 0;
        let mut count = 0;
        while dry < sockets && count < max {
            self.turn = (self.turn + 1) % sockets;
            let Some((local, socket)) = self.udp.get(self.turn) else {
                return;
            };
            match socket.try_recv_from(&mut self.buffer) {
                Ok((length, remote)) => {
                    let flow = Flow {
                        transport: Transport::Udp,
                        local: local_towards(*local, remote),
                        remote,
                    };
                    into.push_back((flow, self.buffer.get(..length).unwrap_or(&[]).to_vec()));
                    dry = 0;
                    count += 1;
                }
                // An ICMP error of an earlier datagram also ends here.
                Err(_) => dry += 1,
            }
        }
    }

    /// Sends one message. A stream is connected if it is not there yet.
    pub fn send(&mut self, flow: Flow, bytes: Vec<u8>) {
        match flow.transport {
            Transport::Udp => {
                let socket = self.udp.iter().find(|(bound, _)| has(*bound, flow.local));
                let sent = socket.map(|(_, socket)| socket.try_send_to(&bytes, flow.remote));
                if !matches!(sent, Some(Ok(_))) {
                    self.unsent += 1;
                }
            }
            Transport::Tcp => self.streams.send(flow, bytes),
        }
    }
}

/// Whether a socket bound here is the one of this local address.
fn has(bound: SocketAddr, local: SocketAddr) -> bool {
    let all = bound.ip().is_unspecified() && bound.is_ipv4() == local.is_ipv4();
    bound.port() == local.port() && (all || bound.ip() == local.ip())
}

/// The address of ours that this far end knows us by. A socket bound to all addresses does not
/// tell which of them a datagram came to; the kernel says from which one it would answer.
pub fn local_towards(bound: SocketAddr, remote: SocketAddr) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    let ask = || -> io::Result<Option<SocketAddr>> {
        let domain = socket2::Domain::for_address(remote);
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
        socket.connect(&remote.into())?;
        Ok(socket.local_addr()?.as_socket())
    };
    match ask() {
        Ok(Some(local)) => SocketAddr::new(local.ip(), bound.port()),
        Ok(None) | Err(_) => bound,
    }
}

fn open_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = open(address, socket2::Type::DGRAM)?;
    // The kernel may grant less; then bursts are shorter, nothing else changes.
    let _ = socket.set_recv_buffer_size(BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(BUFFER_BYTES);
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

fn open_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = open(address, socket2::Type::STREAM)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    TcpListener::from_std(socket.into())
}

fn open(address: SocketAddr, kind: socket2::Type) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), kind, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a socket bound to all addresses makes of a datagram from `here`, and whether its answer
    /// comes back.
    async fn exchange(all: &str, here: &str) -> (Flow, Vec<u8>) {
        let (inbox, _outbox) = mpsc::channel(1);
        let bound = [(Transport::Udp, all.parse().unwrap())];
        let mut sockets = Sockets::listen(&bound, Dscp::default(), inbox).unwrap();
        let (_, bound) = sockets.bound().next().unwrap();
        let phone = UdpSocket::bind(here).await.unwrap();
        let ours = if bound.is_ipv4() { "127.0.0.1" } else { "::1" };
        let centre = SocketAddr::new(ours.parse().unwrap(), bound.port());
        phone.send_to(b"OPTIONS", centre).await.unwrap();
        let mut got = VecDeque::new();
        while got.is_empty() {
            sockets.readable().await;
            sockets.receive(1, &mut got);
        }
        let (flow, bytes) = got.pop_front().unwrap();
        assert_eq!(flow.local, centre);
        sockets.send(flow, bytes);
        let mut buffer = [0; 16];
        let (length, from) = phone.recv_from(&mut buffer).await.unwrap();
        assert_eq!(from, centre);
        (flow, buffer[..length].to_vec())
    }

    #[tokio::test]
    async fn who_listens_everywhere_is_known_by_the_address_that_answers() {
        for (all, here) in [("0.0.0.0:0", "127.0.0.1:0"), ("[::]:0", "[::1]:0")] {
            let (_, answer) = exchange(all, here).await;
            assert_eq!(answer, b"OPTIONS");
        }
        let (flow, _) = exchange("0.0.0.0:0", "127.0.0.9:0").await;
        assert_eq!(flow.remote.ip().to_string(), "127.0.0.9");
    }
}
