//! How long the loop's turns take.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Counted by the loop, read by faces.
#[derive(Debug, Default)]
pub struct TurnMeter {
    turns: AtomicU64,
    longest_us: AtomicU64,
    unsent: AtomicU64,
}

impl TurnMeter {
    /// A turn took this long; so many datagrams have not been taken by the kernel in all.
    pub fn turned(&self, length: Duration, unsent: u64) {
        self.turns.fetch_add(1, Ordering::Relaxed);
        let us = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        self.longest_us.fetch_max(us, Ordering::Relaxed);
        self.unsent.store(unsent, Ordering::Relaxed);
    }

    /// Turns since the start.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// The longest of them, in microseconds.
    #[must_use]
    pub fn longest_us(&self) -> u64 {
        self.longest_us.load(Ordering::Relaxed)
    }

    /// Datagrams that the kernel did not take.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.unsent.load(Ordering::Relaxed)
    }
}
