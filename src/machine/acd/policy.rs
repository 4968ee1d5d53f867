//! Which queue a free seat serves first: the policies, by formula.
//!
//! A seat that is free looks at the first contact of every lane it may serve. The highest class
//! goes first (priority + ageing × minutes waited); of equals the one with the largest index:
//!
//! ```text
//! longest_wait        w                             classes do not count
//! priority            w
//! reserves            w                             a seat is lent only past its reserve
//! longest_queue       q
//! fixed_queue_ratio   q − p·Q,  p = (1/√c) / Σ(1/√c)
//! generalised_c_mu    c·w·µ
//! service_level       1 + w/T while w ≤ T, then T/w
//! auto                r^0.6·w + 1.2·(r − 1)·(q − 1)·g, and r^0.6·3.25·e·l·T more while w ≤ T
//!
//! w waiting time (min)   q contacts that wait in its queue   Q in all queues that share seats
//! c the queue's weight   T its target (min)                  µ its talks ended per busy minute
//! g minutes from one end of a wait to the next, in all queues that share seats
//! ```
//!
//! Equal indices go by arrival. `Q`, and the sum in `p`, are over the queues that share seats.
//!
//! `auto` serves who waits longest as long as all weights are equal (`r` = 1): that is cheapest
//! where a wait costs its square. Where weights differ, a heavier queue goes before its turn, the
//! more so the more wait in it, because each of these will wait a turn (`g`) longer: `r` is `c·√s`,
//! divided by the least of those that share seats, and `s` the part of the queue's seats that serve
//! other queues as well. A queue with seats of its own can wait for these, and among ready seats those
//! that serve the fewest queues go first, so that the others stay free for whoever comes. Where all
//! are late, a service level
//! is won by serving who is still inside the target: `l` rises from 0 where the last fifty waited
//! as long as the target, on average, to 1 where they waited twice as long, and `e` is the least
//! weight over the mean weight, to the fourth: targets count in so far as weights do not.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::machine::acd::step::Prefer;

/// How free seats are shared among queues.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Waiting time and queue length together, by the queues' weights and service levels.
    #[default]
    Auto,
    /// Who waits longest, whatever the priority.
    LongestWait,
    /// The highest priority, of equals who waits longest.
    Priority,
    /// The longest queue.
    LongestQueue,
    /// The queue that is furthest over its share of all that wait.
    FixedQueueRatio,
    /// The queue whose waiting costs most, weighed by how fast it is served.
    GeneralisedCMu,
    /// As priority; a queue keeps some ready seats for its own contacts.
    Reserves,
    /// Who is inside the target and closest to missing it; after them who missed it.
    ServiceLevel,
}

/// No policy is called so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no policy is called {0:?}")]
pub struct PolicyError(pub String);

impl Policy {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::LongestWait,
        Self::Priority,
        Self::LongestQueue,
        Self::FixedQueueRatio,
        Self::GeneralisedCMu,
        Self::Reserves,
        Self::ServiceLevel,
    ];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::LongestWait => "longest_wait",
            Self::Priority => "priority",
            Self::LongestQueue => "longest_queue",
            Self::FixedQueueRatio => "fixed_queue_ratio",
            Self::GeneralisedCMu => "generalised_c_mu",
            Self::Reserves => "reserves",
            Self::ServiceLevel => "service_level",
        }
    }

    /// Whether classes go before the index.
    #[must_use]
    pub const fn heeds_class(self) -> bool {
        !matches!(self, Self::LongestWait)
    }
}

/// What a policy looks at in the first contact of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// How long it has waited, in minutes.
    pub waited: f64,
    /// How many wait in its queue.
    pub length: f64,
    /// How many wait in all queues that share seats with it.
    pub total: f64,
    /// The queue's part of all these that is its due.
    pub share: f64,
    /// The queue's weight; 1 is plain.
    pub weight: f64,
    /// Within this it should be answered, in minutes.
    pub target: f64,
    /// Talks ended per minute of a busy seat.
    pub served: f64,
    /// The weight beside the least one, seats of its own counted in: `r`.
    pub stress: f64,
    /// How fast a wait presses: [`pressure`] of `stress`, kept because a power is dear.
    pub pressure: f64,
    /// From one end of a wait to the next, in all queues that share seats, in minutes.
    pub gap: f64,
    /// How much being inside the target counts: `e·l`.
    pub lead: f64,
}

impl Policy {
    /// How much it presses to serve this contact. Larger goes first.
    #[must_use]
    pub fn index(self, sight: Sight) -> f64 {
        let Sight { waited, target, .. } = sight;
        match self {
            Self::LongestWait | Self::Priority | Self::Reserves => waited,
            Self::LongestQueue => sight.length,
            Self::FixedQueueRatio => sight.length - sight.share * sight.total,
            Self::GeneralisedCMu => sight.weight * waited * sight.served,
            Self::ServiceLevel if waited <= target => 1.0 + waited / target,
            Self::ServiceLevel => target / waited,
            Self::Auto => auto(sight),
        }
    }

    /// Who goes first among ready seats if a step does not say.
    #[must_use]
    pub const fn prefer(self) -> Prefer {
        match self {
            Self::Auto => Prefer::FewestQueues,
            Self::LongestWait
            | Self::Priority
            | Self::LongestQueue
            | Self::FixedQueueRatio
            | Self::GeneralisedCMu
            | Self::Reserves
            | Self::ServiceLevel => Prefer::LongestIdle,
        }
    }
}

fn auto(sight: Sight) -> f64 {
    let Sight { waited, target, .. } = sight;
    let inside = if waited <= target {
        LEAD_TARGETS * sight.lead * target
    } else {
        0.0
    };
    let crowd = CROWD * (sight.stress - 1.0) * (sight.length - 1.0) * sight.gap;
    sight.pressure * (waited + inside) + crowd
}

/// How much faster than in the least queue of those that share seats a wait presses: `r^0.6`.
#[must_use]
pub fn pressure(stress: f64) -> f64 {
    stress.powf(STRESS_POWER)
}

/// How much faster a wait presses in a heavier queue.
const STRESS_POWER: f64 = 0.6;
/// What one more who waits in a heavier queue is worth, in turns.
const CROWD: f64 = 1.2;
/// How far ahead of its wait a contact inside its target goes where all are late, in targets.
const LEAD_TARGETS: f64 = 3.25;

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let found = Self::ALL.into_iter().find(|one| one.name() == text);
        found.ok_or_else(|| PolicyError(text.to_owned()))
    }
}
