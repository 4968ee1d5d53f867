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
//! auto                p·w + (p^³ᐟ² − 1)·(q − 1)·g, and p·d·e more while T − min(m, 2½·h) < w ≤ T,
//!                     d = min(1.4·m, 3·T)
//!
//! w waiting time (min)   q contacts that wait in its queue   Q in all queues that share seats
//! c the queue's weight   T its target (min)                  µ its talks ended per busy minute
//! g minutes from one end of a wait to the next while others wait, m the mean wait of the last fifty,
//! both in all queues that share seats; h as g at the seats that serve the queue
//! ```
//!
//! Equal indices go by arrival. `Q`, and the sum in `p`, are over the queues that share seats.
//!
//! `auto`: `p` is `(2 + v)/3 · c^⅔·√u/n^⅒`, divided by the least of those that share seats; `v` is the
//! queue's `µ` over the least `µ` of these, `u` the minutes that its callers wait for each who leaves,
//! and `n` the seats that are signed in for the queue, each divided by the queues that it serves.
//! Where all are equal it serves who waits longest: that is cheapest where a wait costs its square.
//! A heavier queue goes before its turn, the more so the more wait in it, because each of these will
//! wait a turn (`g`) longer; so does one whose talks are short, because more of them are had for the
//! same time, and one whose callers are patient, because they will still be there; a queue with more
//! seats can wait for the next of these. Among ready seats those that serve the fewest queues go
//! first, so that the others stay free for whoever comes.
//!
//! A service level is won by whoever is still inside the target and would miss it if it waited as
//! long again as others did lately; of that wait the last two and a half turns of the seats that
//! may serve it (`2½·h`) are soon enough. Answered now instead of a contact that waits `d` minutes longer,
//! about `d` earlier than in turn, it costs `d²`: worth it as long as `d` is small beside what waits
//! cost anyway, so up to 1.4 mean waits, and never beyond 3 targets. `e` is the
//! least weight over the mean weight, to the fourth: targets count in so far as weights do not.

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

    /// Whether it goes by what was learned of talks and callers.
    #[must_use]
    pub const fn learns(self) -> bool {
        matches!(self, Self::Auto | Self::GeneralisedCMu)
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
    /// How fast a wait presses, beside the least of the queues that share seats: `p`.
    pub pressure: f64,
    /// [`stress`] of `pressure`, kept because a power is dear.
    pub stress: f64,
    /// From one end of a wait to the next, in all queues that share seats, in minutes.
    pub gap: f64,
    /// The same at the seats that serve the queue: `h`.
    pub turn: f64,
    /// Mean wait of the last contacts in these queues, in minutes: `m`.
    pub recent: f64,
    /// How much targets count beside weights, 0 to 1: `e`.
    pub evenness: f64,
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
    let soon = sight.recent.min(LEAD_TURNS * sight.turn);
    let misses_soon = waited <= target && waited + soon > target;
    let lead = if misses_soon {
        (LEAD_WAITS * sight.recent).min(LEAD_TARGETS * target) * sight.evenness
    } else {
        0.0
    };
    let crowd = (sight.stress - 1.0) * (sight.length - 1.0) * sight.gap;
    sight.pressure * (waited + lead) + crowd
}

/// How fast a wait presses by its queue's weight and by the seats that serve it, each divided by the
/// queues that it serves: `c^⅔/n^⅒`.
#[must_use]
pub fn gravity(weight: f64, seats: f64) -> f64 {
    weight.cbrt().powi(2) / seats.powf(0.1)
}

/// How fast a wait presses by the talks of its queue, `v` times as many of which end in a busy minute
/// as of the slowest queue's, and by the minutes that its callers wait for each who leaves:
/// `(2 + v)/3 · √u`.
#[must_use]
pub fn urgency(v: f64, u: f64) -> f64 {
    (2.0 + v) / 3.0 * u.sqrt()
}

/// What each who waits behind costs where a wait presses so: `p^³ᐟ²`, for which the weight stands as
/// it is.
#[must_use]
pub fn stress(pressure: f64) -> f64 {
    pressure * pressure.sqrt()
}

/// How much targets count beside weights, by the least and the mean weight of queues that share
/// seats: 1 if all are equal.
#[must_use]
pub fn evenness(least: f64, mean: f64) -> f64 {
    (least / mean).powi(4)
}

/// How far ahead of its wait a contact goes that would miss its target: in mean waits, and in targets
/// at most.
const LEAD_WAITS: f64 = 1.4;
const LEAD_TARGETS: f64 = 3.0;
/// How many turns of the seats that may serve it before it misses its target.
const LEAD_TURNS: f64 = 2.5;

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

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Sight = Sight {
        waited: 0.0,
        length: 1.0,
        total: 9.0,
        share: 0.5,
        weight: 1.0,
        target: 0.5,
        served: 0.25,
        stress: 1.0,
        pressure: 1.0,
        gap: 0.1,
        turn: 1.0,
        recent: 1.0,
        evenness: 1.0,
    };

    fn waited(waited: f64) -> Sight {
        Sight { waited, ..PLAIN }
    }

    fn goes_before(one: Sight, other: Sight) -> bool {
        Policy::Auto.index(one) > Policy::Auto.index(other)
    }

    #[test]
    fn who_would_miss_the_target_goes_before_who_missed_it_but_not_before_who_waits_much_longer() {
        assert!(goes_before(waited(0.4), waited(0.6)));
        assert!(goes_before(waited(0.4), waited(1.7)));
        assert!(!goes_before(waited(0.4), waited(1.9)));
        assert!(goes_before(waited(0.4), waited(0.3)));
    }

    #[test]
    fn who_is_in_time_without_help_waits_in_turn() {
        let quiet = |waited| Sight {
            waited,
            recent: 0.2,
            ..PLAIN
        };
        assert!(!goes_before(quiet(0.2), quiet(0.6)));
        assert!(goes_before(quiet(0.4), quiet(0.6)));
    }

    #[test]
    fn who_has_more_than_a_few_turns_left_waits_in_turn() {
        let often = |waited| Sight {
            waited,
            turn: 0.03,
            ..PLAIN
        };
        assert!(!goes_before(often(0.4), often(0.6)));
        assert!(goes_before(often(0.43), often(0.6)));
    }

    #[test]
    fn targets_count_less_where_weights_differ() {
        let even = |evenness| Sight {
            evenness,
            ..waited(0.4)
        };
        assert!(goes_before(even(evenness(1.0, 1.0)), waited(1.2)));
        assert!(!goes_before(even(evenness(1.0, 2.5)), waited(1.2)));
    }

    #[test]
    fn a_heavier_queue_goes_first_the_sooner_the_more_wait_in_it() {
        let heavy = |length| Sight {
            pressure: gravity(3.0, 1.0),
            stress: 3.0,
            length,
            ..waited(1.0)
        };
        assert!(goes_before(heavy(1.0), waited(2.0)));
        assert!(!goes_before(heavy(1.0), waited(2.5)));
        assert!(goes_before(heavy(6.0), waited(2.5)));
    }

    #[test]
    fn short_talks_and_patient_callers_press_and_many_seats_can_wait() {
        assert!(urgency(2.0, 5.0) > urgency(1.0, 5.0));
        assert!(urgency(1.0, 8.0) > urgency(1.0, 5.0));
        assert!(gravity(1.0, 8.0) < gravity(1.0, 4.0));
        assert!(gravity(2.0, 8.0) > gravity(1.0, 4.0));
    }

    #[test]
    fn alone_a_weight_is_the_stress() {
        for weight in [1.0, 2.5, 7.0] {
            assert!((stress(gravity(weight, 1.0)) - weight).abs() < 1e-12);
        }
    }
}
