//! A thread's sessions with their sockets, turn by turn.
//!
//! What fails while one leg is at work ends that leg; its keeper goes on with the others.

use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::atomic::fence;

use rtrb::Consumer;

use crate::driver::clock::Clock;
use crate::driver::media::gathering::Gathering;
use crate::driver::media::line::Line;
use crate::driver::media::line::Sockets;
use crate::driver::media::news::FromThread;
use crate::driver::media::news::News;
use crate::driver::media::watch::Watch;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Quality;
use crate::machine::media::exchange::Exchange;
use crate::machine::media::order::Order;
use crate::machine::media::outbox::Channel;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// Longer packets are no voice of ours; they are cut and then refused.
const PACKET_BYTES_MAX: usize = 2048;

/// Packets read before the pace is looked after.
const PACKETS_PER_LOOK: usize = 16;

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

/// What a thread works with from its start on.
pub(crate) struct Means {
    /// Its place among the threads.
    pub(crate) number: usize,
    pub(crate) clock: Clock,
    pub(crate) watch: Watch,
    pub(crate) orders: Consumer<ToThread>,
    pub(crate) news: News,
    /// The thread waits, or is about to: it wants to be woken for an order.
    pub(crate) sleeps: Arc<AtomicBool>,
    pub(crate) stop: Arc<AtomicBool>,
}

/// A thread at work.
pub(crate) struct Desk {
    pub(crate) means: Means,
    exchange: Exchange,
    /// By place in the exchange.
    lines: Vec<Option<(LegId, Sockets)>>,
    buffer: [u8; PACKET_BYTES_MAX],
    gathering: Gathering,
    now: Now,
}

impl Desk {
    pub(crate) fn new(means: Means) -> Self {
        Self {
            now: means.clock.now(),
            gathering: Gathering::default(),
            means,
            exchange: Exchange::default(),
            lines: Vec::new(),
            buffer: [0; PACKET_BYTES_MAX],
        }
    }

    /// Waits until there is something to do, and does it.
    ///
    /// # Errors
    ///
    /// When the system cannot wait for sockets.
    pub(crate) fn turn(&mut self) -> io::Result<()> {
        self.wait()?;
        self.keep_pace();
        self.read_voice();
        self.take_orders();
        self.tell();
        Ok(())
    }

    /// Loses all legs, tells of it, and stands as at the start.
    ///
    /// # Errors
    ///
    /// When the system has no new epoll.
    pub(crate) fn begin_anew(&mut self) -> io::Result<()> {
        self.exchange = Exchange::default();
        for (leg, sockets) in std::mem::take(&mut self.lines).into_iter().flatten() {
            drop(sockets);
            self.push(FromThread::Event(MediaEvent::Closed {
                leg,
                quality: Quality::default(),
                end: CloseEnd::Failed,
            }));
        }
        self.means.watch = self.means.watch.renewed()?;
        Ok(())
    }

    pub(crate) fn push(&mut self, news: FromThread) {
        self.means.news.push(news, self.now);
    }

    fn wait(&mut self) -> io::Result<()> {
        self.rest();
        let means = &mut self.means;
        let now = means.clock.now();
        means.sleeps.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let timeouts = [
            self.exchange.poll_timeout(),
            means.news.poll_timeout(),
            (!means.orders.is_empty()).then_some(now),
        ];
        let until = timeouts.into_iter().flatten().min();
        let waited = means.watch.wait(until, now);
        means.sleeps.store(false, Ordering::Relaxed);
        self.now = means.clock.now();
        waited
    }

    /// Leaves packets alone while they gather. Orders wait for as long.
    fn rest(&self) {
        if let Some(rest) = self.gathering.rest()
            && self.means.orders.is_empty()
        {
            let due = self.exchange.poll_timeout().unwrap_or(rest);
            Watch::rest(rest.min(due), self.means.clock.now());
        }
    }

    /// Sends what is due, and once a second a leg looks at its reports.
    fn keep_pace(&mut self) {
        while let Err(place) = contain(&mut self.exchange, |exchange| {
            exchange.handle_timeout(self.now);
        }) {
            self.vacate(place);
        }
        self.send();
        while let Some(place) = self.exchange.poll_checked() {
            self.read_reports(place);
        }
    }

    fn read_reports(&mut self, place: usize) {
        for _ in 0..REPORTS_MAX {
            let line = self.lines.get(place).and_then(Option::as_ref);
            let read = line.and_then(|(_, sockets)| sockets.read_report(&mut self.buffer));
            let Some((bytes, from)) = read else {
                return;
            };
            let report = self.buffer.get(..bytes).unwrap_or_default();
            let done = contain(&mut self.exchange, |exchange| {
                exchange.handle_report(place, report, from, self.now);
            });
            self.let_go(done);
        }
    }

    /// Reads one packet of each socket that has some. The next wait tells of more.
    fn read_voice(&mut self) {
        let mut packets = 0;
        while let Some(place) = self.means.watch.poll() {
            self.read_place(place);
            packets += 1;
            if packets % PACKETS_PER_LOOK == 0 {
                self.now = self.means.clock.now();
                self.keep_pace();
            }
        }
        self.gathering.count(packets, self.now);
    }

    fn read_place(&mut self, place: usize) {
        let Some(Some((_, sockets))) = self.lines.get(place) else {
            return;
        };
        if let Ok((bytes, from)) = sockets.voice.recv_from(&mut self.buffer) {
            let packet = self.buffer.get(..bytes).unwrap_or_default();
            let done = contain(&mut self.exchange, |exchange| {
                exchange.handle_packet(place, packet, from, self.now);
            });
            self.send();
            self.let_go(done);
        }
    }

    fn take_orders(&mut self) {
        if self.means.orders.is_empty() {
            return;
        }
        self.now = self.means.clock.now();
        for _ in 0..ORDERS_MAX {
            let Ok(order) = self.means.orders.pop() else {
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
        let done = contain(&mut self.exchange, |exchange| {
            exchange.handle_order(order, self.now);
        });
        self.send();
        self.let_go(done);
        if let (true, Some(place)) = (closes, place) {
            self.vacate(place);
        }
    }

    fn attach(&mut self, line: Line) {
        let Line { session, sockets } = line;
        let leg = session.leg();
        let attach = |exchange: &mut Exchange| exchange.attach(session, self.now);
        let Ok(place) = contain(&mut self.exchange, attach) else {
            return;
        };
        if let Err(error) = self.means.watch.add(place, &sockets.voice) {
            tracing::error!(%error, "a media socket cannot be watched: its leg is deaf");
        }
        if self.lines.len() <= place {
            self.lines.resize_with(place + 1, || None);
        }
        if let Some(free) = self.lines.get_mut(place) {
            *free = Some((leg, sockets));
        }
        self.send();
    }

    fn detach(&mut self, leg: LegId) {
        let Some(place) = self.exchange.place(leg) else {
            return;
        };
        let session = self.exchange.detach(leg, self.now);
        let sockets = self.vacate(place);
        if let (Some(session), Some(sockets)) = (session, sockets) {
            let line = Box::new(Line { session, sockets });
            self.push(FromThread::Detached(line));
        }
    }

    /// Takes the sockets out of a place.
    fn vacate(&mut self, place: usize) -> Option<Sockets> {
        let (_, sockets) = self.lines.get_mut(place)?.take()?;
        // A socket that was never watched cannot be unwatched, which is as well.
        let _ = self.means.watch.remove(&sockets.voice);
        if self.exchange.is_empty() {
            self.lines = Vec::new();
        }
        Some(sockets)
    }

    fn send(&mut self) {
        let outbox = self.exchange.outbox();
        for (datagram, bytes) in outbox.datagrams() {
            let Some(Some((_, sockets))) = self.lines.get_mut(datagram.place) else {
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
        self.means.news.tell(self.now);
    }

    /// Closes the sockets of a leg that failed.
    fn let_go(&mut self, done: Result<(), usize>) {
        if let Err(place) = done {
            self.vacate(place);
        }
    }
}

/// Lets the exchange act. If that fails, the leg that was at work leaves the exchange, and the
/// error is its place.
fn contain<T>(exchange: &mut Exchange, act: impl FnOnce(&mut Exchange) -> T) -> Result<T, usize> {
    let failure = match catch_unwind(AssertUnwindSafe(|| act(exchange))) {
        Ok(done) => return Ok(done),
        Err(failure) => failure,
    };
    let Some(place) = exchange.expel() else {
        resume_unwind(failure);
    };
    tracing::error!(place, "a media thread failed at one leg, which is closed");
    Err(place)
}
