//! The loop's side: ports, routes and rings.
//!
//! ```text
//! command ─▶ route ─▶ ring ─▶ thread: exchange, sockets
//! event   ◀──────── ring ◀─┘      bell rings in the loop
//! bridge of legs on two threads:  Detach the younger ─▶ Detached ─▶ Attach it to the other's
//!                                 thread ─▶ what waited for it, the bridge first
//! ```

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::atomic::fence;

use crate::driver::clock::Clock;
use crate::driver::dscp::Dscp;
use crate::driver::media::desk::ToThread;
use crate::driver::media::line::Line;
use crate::driver::media::line::Sockets;
use crate::driver::media::link::Common;
use crate::driver::media::link::Link;
use crate::driver::media::news::FromThread;
use crate::driver::media::port::PortPool;
use crate::driver::media::route::Route;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Quality;
use crate::machine::media::library::Encoded;
use crate::machine::media::library::Library;
use crate::machine::media::order::Order;
use crate::machine::media::session::Session;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PromptId;

/// Ports that are tried when other programs hold them.
const BINDS_MAX: usize = 16;

/// Where media live.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// The address to bind.
    pub address: IpAddr,
    /// The ports to use: even ones carry voice, the odd ones above them reports.
    pub ports: RangeInclusive<u16>,
    /// How many threads; 0 is one less than there are cores, at least 1.
    pub threads: usize,
    /// What marks our packets for the network.
    pub dscp: Dscp,
}

/// All media threads, as the loop commands them.
#[derive(Debug)]
pub struct MediaHub {
    address: IpAddr,
    dscp: Dscp,
    chance: Chance,
    library: Library,
    ports: PortPool,
    pub(super) threads: Vec<Link>,
    pub(super) legs: BTreeMap<LegId, Route>,
    opened: u64,
    events: VecDeque<MediaEvent>,
    bell: UnixDatagram,
    listens: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    pub(super) orders_dropped: u64,
}

impl MediaHub {
    /// Starts the threads. `chance` numbers the streams.
    ///
    /// # Errors
    ///
    /// When the system gives no thread, bell or poll.
    pub fn start(config: &MediaConfig, clock: Clock, chance: Chance) -> io::Result<Self> {
        let (bell, ringer) = UnixDatagram::pair()?;
        bell.set_nonblocking(true)?;
        ringer.set_nonblocking(true)?;
        let common = Common {
            clock,
            ringer,
            listens: Arc::default(),
            stop: Arc::default(),
        };
        let threads: io::Result<Vec<_>> = (0..threads_wanted(config.threads))
            .map(|number| Link::start(number, &common))
            .collect();
        Ok(Self {
            address: config.address,
            dscp: config.dscp,
            chance,
            library: Library::default(),
            ports: PortPool::new(config.ports.clone()),
            threads: threads?,
            legs: BTreeMap::new(),
            opened: 0,
            events: VecDeque::new(),
            bell,
            listens: common.listens,
            stop: common.stop,
            orders_dropped: 0,
        })
    }

    /// A non-blocking socket that has a byte to read when there may be events, once
    /// [`poll_event`](Self::poll_event) had none.
    ///
    /// # Errors
    ///
    /// When the system gives no second descriptor.
    pub fn bell(&self) -> io::Result<UnixDatagram> {
        self.bell.try_clone()
    }

    /// Adds a prompt; plays that are commanded from now on find it.
    pub fn insert_prompt(&mut self, id: PromptId, prompt: Arc<Encoded>) {
        self.library.insert(id, prompt);
    }

    /// Forgets a prompt; plays that run keep it.
    pub fn remove_prompt(&mut self, id: PromptId) {
        self.library.remove(id);
    }

    /// The prompts.
    #[must_use]
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// Legs that are open.
    #[must_use]
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Legs that can still be opened.
    #[must_use]
    pub fn ports_free(&self) -> usize {
        self.ports.len()
    }

    /// Orders that were dropped because too many waited.
    #[must_use]
    pub fn orders_dropped(&self) -> u64 {
        let dropped = self.threads.iter().map(Link::orders_dropped);
        self.orders_dropped + dropped.sum::<u64>()
    }

    /// Carries out a command. It never waits.
    pub fn command(&mut self, command: MediaCommand) {
        if let MediaCommand::Open { leg } = command {
            self.open(leg);
        } else if let Some(order) = Order::new(command, &self.library) {
            self.route(order);
        }
    }

    /// The next event. Asked until there is none, at every bell and at least once a turn.
    pub fn poll_event(&mut self) -> Option<MediaEvent> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.note(&event);
                return Some(event);
            }
            if !self.take_news() {
                self.listens.store(true, Ordering::Relaxed);
                // This sees the news, or the thread sees that the loop listens: both fence first.
                fence(Ordering::SeqCst);
                if self.threads.iter().all(Link::is_empty) {
                    return None;
                }
            }
        }
    }

    /// Takes what the first thread that has news told; false if none has.
    fn take_news(&mut self) -> bool {
        for number in 0..self.threads.len() {
            let Some(news) = self.threads.get_mut(number).and_then(Link::pop) else {
                continue;
            };
            match news {
                FromThread::Event(event) => self.events.push_back(event),
                FromThread::Detached(line) => self.arrive(line),
                FromThread::Gone => self.lose(number),
            }
            return true;
        }
        false
    }

    fn open(&mut self, leg: LegId) {
        let session = Session::new(leg, &mut self.chance);
        self.admit(Box::new(session));
    }

    fn admit(&mut self, session: Box<Session>) {
        let (leg, ssrc) = (session.leg(), session.ssrc());
        let threads = self.threads.iter().enumerate();
        let thread = threads
            .filter(|(_, thread)| !thread.is_gone)
            .min_by_key(|(_, thread)| thread.legs)
            .map(|(number, _)| number);
        let (Some(thread), Some((port, sockets))) = (thread, self.bind()) else {
            self.events.push_back(MediaEvent::Full { leg });
            return;
        };
        self.opened += 1;
        let route = Route {
            thread,
            port,
            age: self.opened,
            moving: None,
            follows: None,
            is_closing: false,
        };
        self.legs.insert(leg, route);
        let line = Box::new(Line { session, sockets });
        self.attach(thread, line);
        self.events
            .push_back(MediaEvent::Opened { leg, port, ssrc });
    }

    fn bind(&mut self) -> Option<(u16, Sockets)> {
        for _ in 0..BINDS_MAX.min(self.ports.len()) {
            let port = self.ports.take()?;
            match Sockets::bind(self.address, port, self.dscp) {
                Ok(sockets) => return Some((port, sockets)),
                Err(error) => {
                    self.ports.give(port);
                    if error.kind() != io::ErrorKind::AddrInUse {
                        tracing::warn!(port, %error, "a media port cannot be bound");
                        return None;
                    }
                }
            }
        }
        None
    }

    pub(super) fn attach(&mut self, number: usize, line: Box<Line>) {
        let thread = self.threads.get_mut(number);
        if let Some(thread) = thread.filter(|thread| !thread.is_gone) {
            thread.legs += 1;
            thread.push(ToThread::Attach(line));
        } else {
            self.fail(line.session.leg());
        }
    }

    /// A thread is gone: legs on their way to it are lost, as those that it had.
    fn lose(&mut self, number: usize) {
        if let Some(thread) = self.threads.get_mut(number) {
            thread.is_gone = true;
        }
        let lost = self.legs.iter().filter(|(_, route)| route.thread == number);
        let lost: Vec<_> = lost.map(|(leg, _)| *leg).collect();
        for leg in lost {
            self.fail(leg);
        }
    }

    /// A leg is lost together with its thread.
    fn fail(&mut self, leg: LegId) {
        self.events.push_back(MediaEvent::Closed {
            leg,
            quality: Quality::default(),
            end: CloseEnd::Failed,
        });
    }

    /// A closed leg gives its port back.
    fn note(&mut self, event: &MediaEvent) {
        if let MediaEvent::Closed { leg, .. } = event
            && let Some(route) = self.legs.remove(leg)
        {
            let older = route.moving.map(|moving| moving.older);
            if let Some(older) = older.and_then(|older| self.legs.get_mut(&older)) {
                older.follows = None;
            }
            self.ports.give(route.port);
            if let Some(thread) = self.threads.get_mut(route.thread) {
                thread.legs = thread.legs.saturating_sub(1);
            }
        }
    }
}

impl Drop for MediaHub {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in &mut self.threads {
            thread.join();
        }
    }
}

fn threads_wanted(configured: usize) -> usize {
    if configured > 0 {
        return configured;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores.saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::media::contract::Codec;
    use crate::machine::media::contract::Far;
    use crate::machine::media::contract::Piece;
    use crate::machine::media::contract::StopOn;
    use crate::vocabulary::id::PlayId;
    use std::net::SocketAddr;
    use std::net::UdpSocket;
    use std::time::Duration;

    fn hub() -> MediaHub {
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        let config = MediaConfig {
            // No other process has this address.
            address: std::net::Ipv4Addr::new(127, 128 | high, middle, low).into(),
            ports: 4000..=4007,
            threads: 1,
            dscp: Dscp::VOICE,
        };
        let hub = MediaHub::start(&config, Clock::start(), Chance::from_seed(1)).unwrap();
        hub.bell.set_nonblocking(false).unwrap();
        let patience = Some(Duration::from_secs(5));
        hub.bell.set_read_timeout(patience).unwrap();
        hub
    }

    /// Lets a leg play to a telephone of its own.
    fn play(hub: &mut MediaHub, leg: LegId) -> UdpSocket {
        let phone = UdpSocket::bind("127.0.0.1:0").unwrap();
        phone
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let address: SocketAddr = phone.local_addr().unwrap();
        let far = Far {
            address,
            signalling: address.ip(),
            codec: Codec::Pcmu,
            telephone_event: None,
            send: true,
            receive: true,
        };
        hub.command(MediaCommand::Aim { leg, far });
        hub.command(MediaCommand::Play {
            leg,
            play: PlayId::from_bits(leg.bits()),
            pieces: vec![Piece::Silence(Duration::from_secs(60))],
            stop_on: StopOn::Nothing,
            repeat: false,
        });
        phone
    }

    fn closed(hub: &mut MediaHub) -> (LegId, CloseEnd) {
        loop {
            while let Some(event) = hub.poll_event() {
                if let MediaEvent::Closed { leg, end, .. } = event {
                    return (leg, end);
                }
            }
            hub.bell.recv(&mut [0]).unwrap();
        }
    }

    #[test]
    fn a_leg_that_fails_is_closed_and_the_others_play_on() {
        let mut hub = hub();
        let legs = [1, 2, 3].map(LegId::from_bits);
        for leg in legs {
            let mut session = Session::new(leg, &mut hub.chance);
            if leg == legs[1] {
                session.wear_out();
            }
            hub.admit(Box::new(session));
        }
        let phones = legs.map(|leg| play(&mut hub, leg));
        assert_eq!(closed(&mut hub), (legs[1], CloseEnd::Failed));
        assert_eq!((hub.legs(), hub.ports_free()), (2, 2));
        for phone in [&phones[0], &phones[2]] {
            for _ in 0..5 {
                assert_eq!(phone.recv(&mut [0; 200]).unwrap(), 172);
            }
        }
        hub.command(MediaCommand::Close { leg: legs[1] });
        hub.command(MediaCommand::Close { leg: legs[0] });
        assert_eq!(closed(&mut hub), (legs[0], CloseEnd::Asked));
    }

    #[test]
    fn a_thread_that_is_gone_takes_its_legs_with_it_and_gets_no_new_ones() {
        let mut hub = hub();
        let [first, second] = [1, 2].map(LegId::from_bits);
        hub.command(MediaCommand::Open { leg: first });
        hub.lose(0);
        assert_eq!(closed(&mut hub), (first, CloseEnd::Failed));
        assert_eq!((hub.legs(), hub.ports_free()), (0, 4));
        hub.command(MediaCommand::Open { leg: second });
        assert_eq!(hub.poll_event(), Some(MediaEvent::Full { leg: second }));
    }
}
