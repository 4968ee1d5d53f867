//! A ring to a thread, with an overflow.

use std::collections::VecDeque;

use rtrb::Producer;
use rtrb::PushError;

/// What may wait for room in the ring; beyond it things are counted and dropped.
const OVERFLOW_MAX: usize = 65_536;

/// The sending end of a bounded ring. Pushing never waits.
#[derive(Debug)]
pub(crate) struct Sender<T> {
    ring: Producer<T>,
    overflow: VecDeque<T>,
    dropped: u64,
}

impl<T> Sender<T> {
    pub(crate) const fn new(ring: Producer<T>) -> Self {
        Self {
            ring,
            overflow: VecDeque::new(),
            dropped: 0,
        }
    }

    /// Pushes after all that waits.
    pub(crate) fn push(&mut self, thing: T) {
        self.flush();
        if !self.overflow.is_empty() {
            self.keep(thing);
        } else if let Err(PushError::Full(thing)) = self.ring.push(thing) {
            self.keep(thing);
        }
    }

    /// Moves into the ring what waits and fits.
    pub(crate) fn flush(&mut self) {
        while let Some(thing) = self.overflow.pop_front() {
            if let Err(PushError::Full(thing)) = self.ring.push(thing) {
                self.overflow.push_front(thing);
                return;
            }
        }
    }

    /// Things that were dropped because too many waited.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Nothing waits outside the ring.
    pub(crate) fn is_clear(&self) -> bool {
        self.overflow.is_empty()
    }

    /// All that was pushed has been taken.
    pub(crate) fn is_drained(&self) -> bool {
        self.is_clear() && self.ring.slots() == self.ring.buffer().capacity()
    }

    fn keep(&mut self, thing: T) {
        if self.overflow.len() < OVERFLOW_MAX {
            self.overflow.push_back(thing);
        } else {
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_ring_keeps_order_and_counts_what_it_drops() {
        let (ring, mut out) = rtrb::RingBuffer::new(2);
        let mut sender = Sender::new(ring);
        for number in 0..OVERFLOW_MAX + 5 {
            sender.push(number);
        }
        assert_eq!((sender.dropped(), sender.is_clear()), (3, false));
        assert!(!sender.is_drained());
        for number in 0..OVERFLOW_MAX + 2 {
            assert_eq!(out.pop().ok(), Some(number));
            sender.flush();
        }
        assert!(sender.is_drained());
    }
}
