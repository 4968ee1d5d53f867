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
use crate::driver::media::line::Line;
use crate::driver::media::line::Sockets;
use crate::driver::media::link::Common;
use crate::driver::media::link::Link;
use crate::driver::media::news::FromThread;
use crate::driver::media::port::PortPool;
use crate::driver::media::thread::ToThread;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Quality;
use crate::machine::media::exchange::Order;
use crate::machine::media::library::Encoded;
use crate::machine::media::library::Library;
use crate::machine::media::session::Session;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PromptId;

/// Ports that are tried when other programs hold them.
const BINDS_MAX: usize = 16;

/// Orders that wait for one leg on its way between threads; more are counted and dropped.
const WAITING_MAX: usize = 64;

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
    threads: Vec<Link>,
    legs: BTreeMap<LegId, Route>,
    opened: u64,
    events: VecDeque<MediaEvent>,
    bell: UnixDatagram,
    listens: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    orders_dropped: u64,
}

#[derive(Debug)]
struct Route {
    thread: usize,
    port: u16,
    /// Counts openings: the younger leg moves.
    age: u64,
    moving: Option<Moving>,
    /// A leg on its way to be bridged with this one; what concerns this one waits too.
    follows: Option<LegId>,
    is_closing: bool,
}

#[derive(Debug)]
struct Moving {
    to: usize,
    older: LegId,
    waiting: Vec<Order>,
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
        let threads = self.threads.iter().enumerate();
        let thread = threads
            .filter(|(_, thread)| !thread.is_gone)
            .min_by_key(|(_, thread)| thread.legs)
            .map(|(number, _)| number);
        let (Some(thread), Some((port, sockets))) = (thread, self.bind()) else {
            self.events.push_back(MediaEvent::Full { leg });
            return;
        };
        let session = Box::new(Session::new(leg, &mut self.chance));
        let ssrc = session.ssrc();
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

    fn attach(&mut self, number: usize, line: Box<Line>) {
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

    /// Sends an order where its leg is, or lets it wait for a leg on its way.
    fn route(&mut self, order: Order) {
        let bridge = order.bridge();
        let (one, other) = bridge.unwrap_or((order.leg(), order.leg()));
        for leg in [one, other] {
            let Some(route) = self.legs.get_mut(&leg).filter(|route| !route.is_closing) else {
                return;
            };
            let mover = route.follows.unwrap_or(leg);
            if self.wait_for(mover, &order) {
                return;
            }
        }
        if self.thread_of(one) == self.thread_of(other) {
            self.push(order);
        } else {
            self.bring_together(one, other);
        }
    }

    /// Keeps an order until a leg has arrived; false if the leg is not on its way.
    fn wait_for(&mut self, mover: LegId, order: &Order) -> bool {
        let route = self.legs.get_mut(&mover);
        let Some(moving) = route.and_then(|route| route.moving.as_mut()) else {
            return false;
        };
        if moving.waiting.len() < WAITING_MAX || matches!(order, Order::Close(_)) {
            moving.waiting.push(order.clone());
        } else {
            self.orders_dropped += 1;
        }
        true
    }

    fn push(&mut self, order: Order) {
        let Some(route) = self.legs.get_mut(&order.leg()) else {
            return;
        };
        route.is_closing = matches!(order, Order::Close(_));
        if let Some(thread) = self.threads.get_mut(route.thread) {
            thread.push(ToThread::Order(order));
        }
    }

    /// Moves the younger leg to the older's thread; the bridge waits for it.
    fn bring_together(&mut self, one: LegId, other: LegId) {
        let age = |leg| self.legs.get(leg).map(|route| route.age);
        let (older, younger) = if age(&one) < age(&other) {
            (one, other)
        } else {
            (other, one)
        };
        let Some(to) = self.thread_of(older) else {
            return;
        };
        if let Some(route) = self.legs.get_mut(&older) {
            route.follows = Some(younger);
        }
        let Some(route) = self.legs.get_mut(&younger) else {
            return;
        };
        route.moving = Some(Moving {
            to,
            older,
            waiting: vec![Order::Bridge(one, other)],
        });
        if let Some(thread) = self.threads.get_mut(route.thread) {
            thread.legs = thread.legs.saturating_sub(1);
            thread.push(ToThread::Detach(younger));
        }
    }

    /// A line has left its thread: takes it to the next, and routes what waited for it.
    fn arrive(&mut self, line: Box<Line>) {
        let leg = line.session.leg();
        let route = self.legs.get_mut(&leg);
        let Some((route, moving)) = route.and_then(|route| {
            let moving = route.moving.take()?;
            Some((route, moving))
        }) else {
            return;
        };
        route.thread = moving.to;
        if let Some(older) = self.legs.get_mut(&moving.older) {
            older.follows = None;
        }
        self.attach(moving.to, line);
        for order in moving.waiting {
            self.route(order);
        }
    }

    fn thread_of(&self, leg: LegId) -> Option<usize> {
        self.legs.get(&leg).map(|route| route.thread)
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
