//! How long the loop's turns take.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::call::histogram::BOUNDS_US;
use crate::call::histogram::Histogram;

/// Counted by the loop, read by faces.
#[derive(Debug, Default)]
pub struct TurnMeter {
    turns: AtomicU64,
    /// By the bounds of [`BOUNDS_US`], and above all of them.
    counts: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
    longest_us: AtomicU64,
    unsent: AtomicU64,
}

impl TurnMeter {
    /// A turn took this long; so many datagrams have not been taken by the kernel in all.
    pub fn turned(&self, length: Duration, unsent: u64) {
        self.turns.fetch_add(1, Ordering::Relaxed);
        let us = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        let within = BOUNDS_US.iter().position(|bound| us <= *bound);
        if let Some(count) = self.counts.get(within.unwrap_or(BOUNDS_US.len())) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(us, Ordering::Relaxed);
        self.longest_us.fetch_max(us, Ordering::Relaxed);
        self.unsent.store(unsent, Ordering::Relaxed);
    }

    /// Turns since the start.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// How long they took.
    #[must_use]
    pub fn lengths(&self) -> Histogram {
        Histogram {
            counts: self
                .counts
                .each_ref()
                .map(|count| count.load(Ordering::Relaxed)),
            sum_us: self.sum_us.load(Ordering::Relaxed),
        }
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
