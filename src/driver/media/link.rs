//! The loop's end of one media thread.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::atomic::fence;
use std::thread::JoinHandle;

use rtrb::Consumer;
use rtrb::RingBuffer;

use crate::driver::clock::Clock;
use crate::driver::media::desk::Means;
use crate::driver::media::desk::ToThread;
use crate::driver::media::news::FromThread;
use crate::driver::media::news::News;
use crate::driver::media::ring::Sender;
use crate::driver::media::thread;
use crate::driver::media::watch::Bell;
use crate::driver::media::watch::Watch;

/// Things in a ring.
const RING_LEN: usize = 4096;

/// What the loop and all threads have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) clock: Clock,
    /// The far end of the loop's bell.
    pub(crate) ringer: UnixDatagram,
    /// The loop wants to be woken for news.
    pub(crate) listens: Arc<AtomicBool>,
    /// The threads are to end.
    pub(crate) stop: Arc<AtomicBool>,
}

/// One thread, as the loop sees it.
#[derive(Debug)]
pub(crate) struct Link {
    orders: Sender<ToThread>,
    news: Consumer<FromThread>,
    bell: Bell,
    sleeps: Arc<AtomicBool>,
    handle: Option<JoinHandle<()>>,
    /// Legs on it or on their way to it.
    pub(crate) legs: usize,
    /// It takes no more orders.
    pub(crate) is_gone: bool,
}

impl Link {
    /// Starts a thread.
    pub(crate) fn start(number: usize, common: &Common) -> io::Result<Self> {
        let watch = Watch::new()?;
        let bell = watch.bell()?;
        let (order_sender, orders) = RingBuffer::new(RING_LEN);
        let (news_sender, news) = RingBuffer::new(RING_LEN);
        let sleeps = Arc::new(AtomicBool::new(false));
        let ringer = common.ringer.try_clone()?;
        let listens = Arc::clone(&common.listens);
        let means = Means {
            number,
            clock: common.clock,
            watch,
            orders,
            news: News::new(Sender::new(news_sender), ringer, listens),
            sleeps: Arc::clone(&sleeps),
            stop: Arc::clone(&common.stop),
        };
        let name = format!("media-{number}");
        let handle = std::thread::Builder::new()
            .name(name)
            .spawn(move || thread::run(means))?;
        Ok(Self {
            orders: Sender::new(order_sender),
            news,
            bell,
            sleeps,
            handle: Some(handle),
            legs: 0,
            is_gone: false,
        })
    }

    /// Sends an order, and wakes the thread if it sleeps.
    pub(crate) fn push(&mut self, order: ToThread) {
        self.orders.push(order);
        // The thread sees the order, or this sees that the thread sleeps: both fence first.
        fence(Ordering::SeqCst);
        if self.sleeps.swap(false, Ordering::Relaxed) {
            self.wake();
        }
    }

    /// The next thing it told.
    pub(crate) fn pop(&mut self) -> Option<FromThread> {
        self.orders.flush();
        self.news.pop().ok()
    }

    /// It has told nothing that was not taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.news.is_empty()
    }

    /// Orders that were dropped because too many waited.
    pub(crate) const fn orders_dropped(&self) -> u64 {
        self.orders.dropped()
    }

    /// Waits until it has ended, as it was told to.
    pub(crate) fn join(&mut self) {
        self.wake();
        if let Some(Err(_)) = self.handle.take().map(JoinHandle::join) {
            tracing::error!("a media thread has died");
        }
    }

    fn wake(&self) {
        if let Err(error) = self.bell.ring() {
            tracing::error!(%error, "a media thread cannot be woken");
        }
    }
}
