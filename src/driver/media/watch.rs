//! What wakes a media thread: packets, the loop's bell, the time.

use std::io;
use std::mem::MaybeUninit;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::EventfdFlags;
use rustix::event::epoll;
use rustix::event::epoll::CreateFlags;
use rustix::event::epoll::Event;
use rustix::event::epoll::EventData;
use rustix::event::epoll::EventFlags;
use rustix::event::eventfd;
use rustix::io::Errno;
use rustix::time::Itimerspec;
use rustix::time::TimerfdClockId;
use rustix::time::TimerfdFlags;
use rustix::time::TimerfdTimerFlags;
use rustix::time::Timespec;
use rustix::time::timerfd_create;
use rustix::time::timerfd_settime;

use crate::vocabulary::time::Now;

/// Sockets told of in one wait; the others are told of in the next.
const READY_MAX: usize = 64;

const BELL: u64 = u64::MAX;
const TIMER: u64 = u64::MAX - 1;

/// An epoll with a timer that is exact: a wait's own timeout is whole milliseconds.
#[derive(Debug)]
pub(crate) struct Watch {
    epoll: OwnedFd,
    timer: OwnedFd,
    /// When the timer fires.
    set: Option<Now>,
    bell: OwnedFd,
    /// Places told of in the last wait.
    ready: Vec<usize>,
}

/// The loop's end of the bell.
#[derive(Debug)]
pub(crate) struct Bell(OwnedFd);

impl Bell {
    /// Wakes the thread, or keeps it from its next sleep.
    pub(crate) fn ring(&self) -> io::Result<()> {
        match rustix::io::write(&self.0, &1_u64.to_ne_bytes()) {
            // Rung more often than the counter holds: it rings still.
            Ok(_) | Err(Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Watch {
    /// Watches nothing yet but its bell and its timer.
    pub(crate) fn new() -> io::Result<Self> {
        Self::around(eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?)
    }

    /// A new watch with the same bell.
    pub(crate) fn renewed(&self) -> io::Result<Self> {
        Self::around(self.bell.try_clone()?)
    }

    fn around(bell: OwnedFd) -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        // Told at each ring and each firing, so that nobody need read them.
        let once = EventFlags::IN | EventFlags::ET;
        epoll::add(&epoll, &bell, EventData::new_u64(BELL), once)?;
        epoll::add(&epoll, &timer, EventData::new_u64(TIMER), once)?;
        Ok(Self {
            epoll,
            timer,
            set: None,
            bell,
            ready: Vec::with_capacity(READY_MAX),
        })
    }

    /// Another hand on the bell.
    pub(crate) fn bell(&self) -> io::Result<Bell> {
        self.bell.try_clone().map(Bell)
    }

    /// Tells of `place` as long as its socket has something to read.
    pub(crate) fn add(&self, place: usize, socket: &UdpSocket) -> io::Result<()> {
        let place = u64::try_from(place).unwrap_or(TIMER);
        let data = EventData::new_u64(place);
        Ok(epoll::add(&self.epoll, socket, data, EventFlags::IN)?)
    }

    /// Tells of a socket no more.
    pub(crate) fn remove(&self, socket: &UdpSocket) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Waits for packets, for the bell, or until a moment; `now` is the present.
    pub(crate) fn wait(&mut self, until: Option<Now>, now: Now) -> io::Result<()> {
        let at_once = Timespec::default();
        let is_due = until.is_some_and(|until| until <= now);
        if !is_due && until != self.set {
            self.set_timer(until, now)?;
        }
        let timeout = is_due.then_some(&at_once);
        let mut told = [const { MaybeUninit::<Event>::uninit() }; READY_MAX];
        let told = match epoll::wait(&self.epoll, &mut told, timeout) {
            Ok((told, _)) => told,
            Err(Errno::INTR) => &mut [],
            Err(error) => return Err(error.into()),
        };
        self.ready.clear();
        for event in told {
            let data = event.data;
            match data.u64() {
                BELL => {}
                TIMER => self.set = None,
                place => self.ready.extend(usize::try_from(place)),
            }
        }
        Ok(())
    }

    /// Sleeps until a moment, whatever comes; `now` is the present.
    #[expect(clippy::disallowed_methods, reason = "packets gather in the meantime")]
    pub(crate) fn rest(until: Now, now: Now) {
        std::thread::sleep(until.since(now));
    }

    /// A place whose socket was told of in the last wait.
    pub(crate) fn poll(&mut self) -> Option<usize> {
        self.ready.pop()
    }

    fn set_timer(&mut self, until: Option<Now>, now: Now) -> io::Result<()> {
        // Zero stops the timer.
        let left = until.map_or(Duration::ZERO, |until| until.since(now));
        let setting = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(left).unwrap_or_default(),
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &setting)?;
        self.set = until;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::clock::Clock;

    #[test]
    fn a_bell_rung_before_the_wait_wakes_it_and_every_ring_does() {
        let mut watch = Watch::new().unwrap();
        let bell = watch.bell().unwrap();
        for _ in 0..3 {
            bell.ring().unwrap();
            watch.wait(None, Now::START).unwrap();
            assert_eq!(watch.poll(), None);
        }
    }

    #[test]
    fn the_timer_fires_at_its_moment_and_not_before() {
        let mut watch = Watch::new().unwrap();
        let clock = Clock::start();
        for _ in 0..3 {
            let until = clock.now() + Duration::from_micros(700);
            watch.wait(Some(until), clock.now()).unwrap();
            assert!(clock.now() >= until);
        }
    }

    #[test]
    fn a_socket_is_told_of_until_it_is_read() {
        let mut watch = Watch::new().unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        watch.add(9, &socket).unwrap();
        socket.send_to(b"x", socket.local_addr().unwrap()).unwrap();
        for _ in 0..2 {
            watch.wait(None, Now::START).unwrap();
            assert_eq!((watch.poll(), watch.poll()), (Some(9), None));
        }
        socket.recv(&mut [0]).unwrap();
        watch.wait(Some(Now::START), Now::START).unwrap();
        assert_eq!(watch.poll(), None);
        watch.remove(&socket).unwrap();
    }
}
