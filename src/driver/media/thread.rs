//! A thread that owns sessions and their sockets.

use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::atomic::fence;
use std::time::Duration;

use mio::Events;
use mio::Interest;
use mio::Poll;
use mio::Token;
use rtrb::Consumer;

use crate::driver::clock::Clock;
use crate::driver::media::line::Line;
use crate::driver::media::line::Sockets;
use crate::driver::media::ring::Sender;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::exchange::Exchange;
use crate::machine::media::exchange::Order;
use crate::machine::media::outbox::Channel;
use crate::vocabulary::id::LegId;

/// The token of the bell that the loop rings.
pub(crate) const BELL: Token = Token(usize::MAX);

/// Longer packets are no voice of ours; they are cut and then refused.
const PACKET_BYTES_MAX: usize = 2048;

/// Packets read from one socket before the others have their turn.
const READS_MAX: usize = 32;

/// Sockets served before the pace is looked after.
const SOCKETS_PER_LOOK: usize = 16;

/// Orders carried out in one turn.
const ORDERS_MAX: usize = 256;

/// Reports read from one socket a second.
const REPORTS_MAX: usize = 4;

/// From the loop to a thread.
#[derive(Debug)]
pub(crate) enum ToThread {
    /// Take a line in.
    Attach(Box<Line>),
    /// Let a line go.
    Detach(LegId),
    /// Do this.
    Order(Order),
}

/// From a thread to the loop.
#[derive(Debug)]
pub(crate) enum FromThread {
    /// Something happened.
    Event(MediaEvent),
    /// A line that was let go.
    Detached(Box<Line>),
}

/// What a thread runs on.
#[derive(Debug)]
pub(crate) struct MediaThread {
    pub(crate) clock: Clock,
    pub(crate) poll: Poll,
    pub(crate) orders: Consumer<ToThread>,
    pub(crate) news: Sender<FromThread>,
    pub(crate) bell: UnixDatagram,
    /// The thread waits, or is about to: it wants to be woken for an order.
    pub(crate) sleeps: Arc<AtomicBool>,
    pub(crate) stop: Arc<AtomicBool>,
}

impl MediaThread {
    /// Runs until it is told to stop.
    ///
    /// # Errors
    ///
    /// When the system cannot wait for sockets.
    pub(crate) fn run(self) -> io::Result<()> {
        let mut desk = Desk {
            thread: self,
            exchange: Exchange::default(),
            sockets: Vec::new(),
            ready: Vec::new(),
            buffer: [0; PACKET_BYTES_MAX],
            has_news: false,
        };
        let mut events = Events::with_capacity(1024);
        while !desk.thread.stop.load(Ordering::Relaxed) {
            desk.wait(&mut events)?;
            desk.keep_pace();
            desk.read_voice();
            desk.take_orders();
            desk.tell();
        }
        Ok(())
    }
}

struct Desk {
    thread: MediaThread,
    exchange: Exchange,
    /// By place in the exchange.
    sockets: Vec<Option<Sockets>>,
    /// Places whose voice sockets have something to read.
    ready: Vec<usize>,
    buffer: [u8; PACKET_BYTES_MAX],
    has_news: bool,
}

impl Desk {
    fn wait(&mut self, events: &mut Events) -> io::Result<()> {
        self.thread.sleeps.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let timeout = if self.ready.is_empty() && self.thread.orders.is_empty() {
            let now = self.thread.clock.now();
            self.exchange.poll_timeout().map(|due| due.since(now))
        } else {
            Some(Duration::ZERO)
        };
        match self.thread.poll.poll(events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            Ok(()) | Err(_) => {}
        }
        self.thread.sleeps.store(false, Ordering::Relaxed);
        for event in events.iter().filter(|event| event.token() != BELL) {
            let Token(place) = event.token();
            if !self.ready.contains(&place) {
                self.ready.push(place);
            }
        }
        Ok(())
    }

    /// Sends what is due, and once a second a leg looks at its reports.
    fn keep_pace(&mut self) {
        let now = self.thread.clock.now();
        self.exchange.handle_timeout(now);
        self.send();
        while let Some(place) = self.exchange.poll_checked() {
            let Some(Some(sockets)) = self.sockets.get(place) else {
                continue;
            };
            for _ in 0..REPORTS_MAX {
                let Some((bytes, from)) = sockets.read_report(&mut self.buffer) else {
                    break;
                };
                let report = self.buffer.get(..bytes).unwrap_or_default();
                self.exchange.handle_report(place, report, from, now);
            }
        }
    }

    fn read_voice(&mut self) {
        let mut ready = std::mem::take(&mut self.ready);
        let mut served = 0;
        ready.retain(|place| {
            served += 1;
            if served % SOCKETS_PER_LOOK == 0 {
                self.keep_pace();
            }
            self.read_place(*place)
        });
        self.ready = ready;
    }

    /// Reads a socket until it is empty or had its share; true if there may be more.
    fn read_place(&mut self, place: usize) -> bool {
        let now = self.thread.clock.now();
        for _ in 0..READS_MAX {
            let Some(Some(sockets)) = self.sockets.get(place) else {
                return false;
            };
            match sockets.voice.recv_from(&mut self.buffer) {
                Ok((bytes, from)) => {
                    let packet = self.buffer.get(..bytes).unwrap_or_default();
                    self.exchange.handle_packet(place, packet, from, now);
                    self.send();
                }
                Err(error) => return error.kind() == io::ErrorKind::Interrupted,
            }
        }
        true
    }

    fn take_orders(&mut self) {
        for _ in 0..ORDERS_MAX {
            let Ok(order) = self.thread.orders.pop() else {
                break;
            };
            match order {
                ToThread::Attach(line) => self.attach(*line),
                ToThread::Detach(leg) => self.detach(leg),
                ToThread::Order(order) => self.carry_out(order),
            }
        }
        self.keep_pace();
    }

    fn carry_out(&mut self, order: Order) {
        let closes = matches!(order, Order::Close(_));
        let place = self.exchange.place(order.leg());
        self.exchange.handle_order(order, self.thread.clock.now());
        if let (true, Some(place)) = (closes, place) {
            self.send();
            self.vacate(place);
        }
    }

    fn attach(&mut self, line: Line) {
        let Line {
            session,
            mut sockets,
        } = line;
        let place = self.exchange.attach(session, self.thread.clock.now());
        let registry = self.thread.poll.registry();
        let interest = Interest::READABLE;
        if let Err(error) = registry.register(&mut sockets.voice, Token(place), interest) {
            tracing::error!(%error, "a media socket cannot be watched: its leg is deaf");
        }
        if self.sockets.len() <= place {
            self.sockets.resize_with(place + 1, || None);
        }
        if let Some(free) = self.sockets.get_mut(place) {
            *free = Some(sockets);
        }
        // Packets that came before the socket was watched.
        self.ready.push(place);
    }

    fn detach(&mut self, leg: LegId) {
        let Some(place) = self.exchange.place(leg) else {
            return;
        };
        let session = self.exchange.detach(leg);
        let sockets = self.vacate(place);
        if let (Some(session), Some(sockets)) = (session, sockets) {
            let line = Box::new(Line { session, sockets });
            self.push(FromThread::Detached(line));
        }
    }

    /// Takes the sockets out of a place.
    fn vacate(&mut self, place: usize) -> Option<Sockets> {
        let mut sockets = self.sockets.get_mut(place)?.take()?;
        // A socket that was never watched cannot be unwatched, which is as well.
        let _ = self.thread.poll.registry().deregister(&mut sockets.voice);
        if self.exchange.is_empty() {
            self.sockets = Vec::new();
        }
        Some(sockets)
    }

    fn send(&mut self) {
        let outbox = self.exchange.outbox();
        for (datagram, bytes) in outbox.datagrams() {
            let Some(Some(sockets)) = self.sockets.get_mut(datagram.place) else {
                continue;
            };
            let to: SocketAddr = datagram.to;
            match datagram.channel {
                Channel::Rtp => sockets.send_voice(to, bytes),
                Channel::Rtcp => sockets.send_report(to, bytes),
            };
        }
        outbox.clear_datagrams();
    }

    fn tell(&mut self) {
        while let Some(event) = self.exchange.outbox().poll_event() {
            self.push(FromThread::Event(event));
        }
        self.thread.news.flush();
        if std::mem::take(&mut self.has_news) || !self.thread.news.is_clear() {
            // A full bell has been rung already.
            let _ = self.thread.bell.send(&[1]);
        }
    }

    fn push(&mut self, news: FromThread) {
        self.thread.news.push(news);
        self.has_news = true;
    }
}
