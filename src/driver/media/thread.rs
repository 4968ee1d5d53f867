//! A thread that owns sessions and their sockets, and outlives what fails on it.

use std::io;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use rtrb::Consumer;

use crate::driver::clock::Clock;
use crate::driver::media::desk::Desk;
use crate::driver::media::line::Line;
use crate::driver::media::news::FromThread;
use crate::driver::media::news::News;
use crate::driver::media::watch::Watch;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::exchange::Order;
use crate::vocabulary::id::LegId;

/// Failures in a row, with no turn done between them, after which a thread gives up.
const FAILURES_MAX: u32 = 3;

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

/// What a thread runs on.
pub(crate) struct MediaThread {
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

impl MediaThread {
    /// Runs until it is told to stop, or until it fails again and again.
    pub(crate) fn run(self) {
        let mut desk = Desk::new(self);
        live(&mut desk, Desk::turn);
    }
}

/// Turns until the end. A turn that fails outside any leg costs the legs of this thread, no more.
fn live(desk: &mut Desk, mut turn: impl FnMut(&mut Desk) -> io::Result<()>) {
    let mut failures = 0;
    while !desk.thread.stop.load(Ordering::Relaxed) {
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
        let thread = desk.thread.number;
        desk.push(FromThread::Event(MediaEvent::ThreadFailed {
            thread,
            goes_on,
        }));
        if !goes_on {
            desk.push(FromThread::Gone);
        }
        desk.thread.news.tell(desk.thread.clock.now());
        if !goes_on {
            return;
        }
    }
}
