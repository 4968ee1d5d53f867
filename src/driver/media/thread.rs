//! A thread that owns sessions and their sockets, and outlives what fails on it.

use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::atomic::Ordering;

use crate::driver::media::desk::Desk;
use crate::driver::media::desk::Means;
use crate::driver::media::news::FromThread;
use crate::machine::media::contract::MediaEvent;

/// Failures in a row, with no turn done between them, after which a thread gives up.
const FAILURES_MAX: u32 = 3;

/// Runs until it is told to stop, or until it fails again and again.
pub(crate) fn run(means: Means) {
    let mut desk = Desk::new(means);
    live(&mut desk, Desk::turn);
}

/// Turns until the end. A turn that fails outside any leg costs the legs of this thread, no more.
fn live(desk: &mut Desk, mut turn: impl FnMut(&mut Desk) -> io::Result<()>) {
    let mut failures = 0;
    while !desk.means.stop.load(Ordering::Relaxed) {
        let done = catch_unwind(AssertUnwindSafe(|| turn(desk)));
        match done {
            Ok(Ok(())) => {
                failures = 0;
                continue;
            }
            Ok(Err(error)) => tracing::error!(%error, "a media thread cannot wait for packets"),
            Err(_) => tracing::error!("a media thread failed outside any leg"),
        }
        failures += 1;
        let goes_on = desk.begin_anew().is_ok() && failures < FAILURES_MAX;
        let thread = desk.means.number;
        desk.push(FromThread::Event(MediaEvent::ThreadFailed {
            thread,
            goes_on,
        }));
        if !goes_on {
            desk.push(FromThread::Gone);
        }
        desk.means.news.tell(desk.means.clock.now());
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::clock::Clock;
    use crate::driver::dscp::Dscp;
    use crate::driver::media::desk::ToThread;
    use crate::driver::media::line::Line;
    use crate::driver::media::line::Sockets;
    use crate::driver::media::news::News;
    use crate::driver::media::ring::Sender;
    use crate::driver::media::watch::Watch;
    use crate::machine::media::contract::CloseEnd;
    use crate::machine::media::session::Session;
    use crate::vocabulary::chance::Chance;
    use crate::vocabulary::id::LegId;
    use rtrb::Consumer;
    use std::os::unix::net::UnixDatagram;
    use std::sync::Arc;

    /// A thread's desk with two legs, and what it tells.
    fn desk() -> (Desk, Consumer<FromThread>) {
        let (mut orders, taken) = rtrb::RingBuffer::new(8);
        let (told, news) = rtrb::RingBuffer::new(64);
        let mut chance = Chance::from_seed(1);
        for number in 0..2 {
            let session = Box::new(Session::new(LegId::from_bits(number), &mut chance));
            let sockets = Sockets::bind("127.0.0.1".parse().unwrap(), 0, Dscp::default()).unwrap();
            let line = Box::new(Line { session, sockets });
            orders.push(ToThread::Attach(line)).unwrap();
        }
        let ringer = UnixDatagram::unbound().unwrap();
        let means = Means {
            number: 3,
            clock: Clock::start(),
            watch: Watch::new().unwrap(),
            orders: taken,
            news: News::new(Sender::new(told), ringer, Arc::default()),
            sleeps: Arc::default(),
            stop: Arc::default(),
        };
        (Desk::new(means), news)
    }

    fn told(news: &mut Consumer<FromThread>) -> Vec<String> {
        let word = |news| match news {
            FromThread::Event(MediaEvent::Closed { leg, end, .. }) => {
                assert_eq!(end, CloseEnd::Failed);
                format!("leg {} failed", leg.bits())
            }
            FromThread::Event(MediaEvent::ThreadFailed { thread, goes_on }) => {
                format!("thread {thread} failed, goes on: {goes_on}")
            }
            FromThread::Gone => "gone".to_owned(),
            FromThread::Event(_) | FromThread::Detached(_) => "other".to_owned(),
        };
        std::iter::from_fn(|| news.pop().ok()).map(word).collect()
    }

    #[test]
    fn a_failure_outside_any_leg_costs_the_legs_and_the_thread_goes_on() {
        let (mut desk, mut news) = desk();
        let mut turns = 0;
        live(&mut desk, |desk| {
            turns += 1;
            assert!(turns != 2, "as it is told");
            desk.means.stop.store(turns == 4, Ordering::Relaxed);
            if turns == 1 { desk.turn() } else { Ok(()) }
        });
        assert_eq!(turns, 4);
        let expected = [
            "leg 0 failed",
            "leg 1 failed",
            "thread 3 failed, goes on: true",
        ];
        assert_eq!(told(&mut news), expected);
    }

    #[test]
    fn a_thread_that_fails_again_and_again_gives_up_and_says_so() {
        let (mut desk, mut news) = desk();
        live(&mut desk, |_| Err(io::Error::other("as it is told")));
        let expected = [
            "thread 3 failed, goes on: true",
            "thread 3 failed, goes on: true",
            "thread 3 failed, goes on: false",
            "gone",
        ];
        assert_eq!(told(&mut news), expected);
    }
}
