//! What a media thread tells the loop, and when it wakes the loop for it.

use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::atomic::fence;
use std::time::Duration;

use crate::driver::media::line::Line;
use crate::driver::media::ring::Sender;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaEvent;
use crate::vocabulary::time::Now;

/// How long news for the record only may wait for a turn of the loop that comes anyway.
const PATIENCE: Duration = Duration::from_millis(20);

/// From a thread to the loop.
#[derive(Debug)]
pub(crate) enum FromThread {
    /// Something happened.
    Event(MediaEvent),
    /// A line that was let go.
    Detached(Box<Line>),
    /// The thread takes no more orders.
    Gone,
}

/// A thread's end of the ring to the loop.
#[derive(Debug)]
pub(crate) struct News {
    ring: Sender<FromThread>,
    bell: UnixDatagram,
    /// The loop has found nothing: it wants to be woken.
    listens: Arc<AtomicBool>,
    /// When the loop must have been woken for what was pushed.
    due: Option<Now>,
}

impl News {
    pub(crate) const fn new(
        ring: Sender<FromThread>,
        bell: UnixDatagram,
        listens: Arc<AtomicBool>,
    ) -> Self {
        Self {
            ring,
            bell,
            listens,
            due: None,
        }
    }

    pub(crate) fn push(&mut self, news: FromThread, now: Now) {
        let due = if is_quiet(&news) { now + PATIENCE } else { now };
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
        self.ring.push(news);
    }

    /// When [`tell`](Self::tell) is to be called again.
    pub(crate) const fn poll_timeout(&self) -> Option<Now> {
        self.due
    }

    /// Wakes the loop if it sleeps and there is something for it.
    pub(crate) fn tell(&mut self, now: Now) {
        self.ring.flush();
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = (!self.ring.is_clear()).then(|| now + PATIENCE);
        // The loop sees the news, or the thread sees that the loop listens: both fence first.
        fence(Ordering::SeqCst);
        if !self.ring.is_drained() && self.listens.swap(false, Ordering::Relaxed) {
            // A full bell has been rung already.
            let _ = self.bell.send(&[1]);
        }
    }
}

/// Whether nobody waits for it: it goes on record.
const fn is_quiet(news: &FromThread) -> bool {
    matches!(
        news,
        FromThread::Event(
            MediaEvent::FirstSent { .. }
                | MediaEvent::Latched { .. }
                | MediaEvent::Closed {
                    end: CloseEnd::Asked,
                    ..
                }
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::id::LegId;

    #[test]
    fn the_loop_is_woken_once_when_it_listens_and_later_for_what_only_goes_on_record() {
        let (bell, ringer) = UnixDatagram::pair().unwrap();
        bell.set_nonblocking(true).unwrap();
        let listens = Arc::new(AtomicBool::new(true));
        let (producer, mut ring) = rtrb::RingBuffer::new(8);
        let mut news = News::new(Sender::new(producer), ringer, Arc::clone(&listens));
        let rung = || bell.recv(&mut [0]).is_ok();
        let (leg, at) = (LegId::from_bits(1), Now::START);

        news.push(FromThread::Event(MediaEvent::FirstSent { leg, at }), at);
        news.tell(at);
        assert!(!rung());
        assert_eq!(news.poll_timeout(), Some(at + PATIENCE));
        news.push(FromThread::Event(MediaEvent::Full { leg }), at);
        news.tell(at);
        assert!(rung());
        news.push(FromThread::Gone, at);
        news.tell(at);
        assert!(!rung());

        while ring.pop().is_ok() {}
        listens.store(true, Ordering::Relaxed);
        news.push(FromThread::Event(MediaEvent::FirstSent { leg, at }), at);
        ring.pop().unwrap();
        news.tell(at + PATIENCE);
        assert!(!rung());
        assert_eq!(news.poll_timeout(), None);
        news.push(FromThread::Event(MediaEvent::FirstSent { leg, at }), at);
        news.tell(at + PATIENCE);
        assert!(rung());
    }
}
