//! What leaves: packets and events.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Range;

use crate::machine::media::contract::MediaEvent;
use crate::vocabulary::time::Now;
use crate::wire::rtp;
use crate::wire::rtp::Header;

/// Events that wait to be told; beyond it they are counted and dropped. That a leg is closed is
/// told in any case: its port depends on it.
const EVENTS_MAX: usize = 65_536;

/// Which of a leg's two ports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Channel {
    /// Voice and keys.
    Rtp,
    /// Reports.
    Rtcp,
}

/// A packet to send.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Datagram {
    /// The sender's place in the exchange.
    pub place: usize,
    /// From which of its ports.
    pub channel: Channel,
    /// Where to.
    pub to: SocketAddr,
    bytes: Range<usize>,
}

/// Packets and events in the order in which they arose. Its memory is used again.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    datagrams: Vec<Datagram>,
    events: VecDeque<MediaEvent>,
    events_dropped: u64,
}

impl Outbox {
    /// The packets, each with its bytes.
    pub fn datagrams(&self) -> impl Iterator<Item = (&Datagram, &[u8])> {
        let whole = |datagram: &Datagram| self.bytes.get(datagram.bytes.clone());
        self.datagrams
            .iter()
            .map(move |datagram| (datagram, whole(datagram).unwrap_or_default()))
    }

    /// Forgets the packets once they are sent.
    pub fn clear_datagrams(&mut self) {
        self.bytes.clear();
        self.datagrams.clear();
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<MediaEvent> {
        self.events.pop_front()
    }

    /// Events that were dropped because too many waited.
    #[must_use]
    pub const fn events_dropped(&self) -> u64 {
        self.events_dropped
    }

    /// The outbox as the sender at `place` sees it at this moment.
    pub(crate) const fn post(&mut self, place: usize, now: Now) -> Post<'_> {
        Post {
            now,
            place,
            outbox: self,
        }
    }
}

/// One sender's access to the outbox, at one moment.
#[derive(Debug)]
pub(crate) struct Post<'a> {
    /// The moment.
    pub(crate) now: Now,
    place: usize,
    outbox: &'a mut Outbox,
}

impl Post<'_> {
    pub(crate) fn event(&mut self, event: MediaEvent) {
        let is_vital = matches!(event, MediaEvent::Closed { .. });
        if is_vital || self.outbox.events.len() < EVENTS_MAX {
            self.outbox.events.push_back(event);
        } else {
            self.outbox.events_dropped += 1;
        }
    }

    pub(crate) fn rtp(
        &mut self,
        to: SocketAddr,
        header: &Header,
        payload: impl Iterator<Item = u8>,
    ) {
        let start = self.outbox.bytes.len();
        self.outbox.bytes.extend_from_slice(&rtp::encode(header));
        self.outbox.bytes.extend(payload);
        self.push(to, Channel::Rtp, start);
    }

    /// Sends the report that `write` appends.
    pub(crate) fn rtcp(&mut self, to: SocketAddr, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.outbox.bytes.len();
        write(&mut self.outbox.bytes);
        self.push(to, Channel::Rtcp, start);
    }

    fn push(&mut self, to: SocketAddr, channel: Channel, start: usize) {
        self.outbox.datagrams.push(Datagram {
            place: self.place,
            channel,
            to,
            bytes: start..self.outbox.bytes.len(),
        });
    }
}
