//! What is seen of all queues that share seats.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::acd::patience::Patience;
use crate::vocabulary::time::Now;

/// How many of the last waits make their mean.
const RECENT: f64 = 50.0;
/// How many of the last ends of waits make the mean gap between them.
const GAPS_MAX: f64 = 200.0;

/// How fast waits end in queues that share seats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Mean wait of the last contacts, in minutes.
    pub recent: f64,
    /// Mean time between the ends of the last waits while others waited, in minutes.
    pub gap: f64,
    /// Of how many, at most 200.
    pub gaps: f64,
}

/// Queues that share seats.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pool {
    /// How many wait, those booked since the event included.
    pub waiting: u32,
    /// How fast their waits end.
    pub pace: Pace,
    /// When the last wait ended.
    ended: Option<Now>,
    /// How much targets count: 1 if all weights are equal.
    pub evenness: f64,
    /// The seats signed in that serve any of them.
    pub seats: f64,
    /// Of all their callers.
    pub patience: Patience,
    /// The longest mean talk of a queue, in minutes.
    pub longest_talk: f64,
    /// The least pressure of a queue.
    pub least: f64,
}

impl Pool {
    /// The queues of another share seats with these now; its means are added up, for as many pools
    /// as are added.
    pub fn join(&mut self, other: &Self) {
        self.pace.recent += other.pace.recent;
        self.pace.gap += other.pace.gap;
        self.pace.gaps = self.pace.gaps.max(other.pace.gaps);
        self.ended = self.ended.max(other.ended);
    }

    /// A wait ended.
    pub fn ended(&mut self, wait: Duration, now: Now) {
        let last = self.ended.replace(now);
        let gap = last.map(|last| now.since(last));
        // Who came after the last end found nobody waiting, or went first: no turn was waited.
        if let Some(gap) = gap.filter(|gap| *gap <= wait) {
            let pace = &mut self.pace;
            pace.gaps = (pace.gaps + 1.0).min(GAPS_MAX);
            pace.gap += (minutes(gap) - pace.gap) / pace.gaps;
        }
        self.pace.recent += (minutes(wait) - self.pace.recent) / RECENT;
    }
}

/// As minutes.
#[must_use]
pub const fn minutes(span: Duration) -> f64 {
    span.as_secs_f64() / 60.0
}
