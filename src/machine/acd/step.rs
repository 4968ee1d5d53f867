//! What a contact asks for one after the other while it waits, and of which class it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::acd::need::Need;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Now;

/// Most steps of one contact.
pub const STEPS_MAX: usize = 10;
/// Most seats that one step names.
pub const NAMED_MAX: usize = 20;
/// Units of [`Class::rank_at`] in one level of priority.
pub const LEVEL_UNITS: i64 = 60_000_000;
/// Largest ageing, in thousandths of a level a minute.
pub const AGEING_MAX: u32 = 1_000_000;

/// One step: whom the contact asks for, for how long, and who of these goes first.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Step<S = SkillId, G = SeatGroupId, A = SeatId> {
    /// Who will do, beside what queue and contact need anyway.
    pub target: Target<S, G, A>,
    /// How long; the clock runs while a seat rings. `None`: as long as the contact waits.
    pub lasts: Option<Duration>,
    /// When the step is passed over, or ends before its time.
    pub skip: SkipIf,
    /// Who goes first; `None`: as the queue's policy says.
    pub prefer: Option<Prefer<S>>,
}

/// Who will do.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target<S = SkillId, G = SeatGroupId, A = SeatId> {
    /// Every seat that meets this.
    Need(Need<S, G>),
    /// These seats by name.
    Seats {
        /// Which.
        seats: Vec<A>,
        /// Also the seat that served this customer or order last.
        last: bool,
    },
}

impl<S, G, A> Default for Target<S, G, A> {
    fn default() -> Self {
        Self::Need(Need::default())
    }
}

/// When a step is passed over. It is looked at when the contact comes to the step and after every
/// event.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipIf {
    /// Never.
    #[default]
    Never,
    /// Nobody who will do is signed in.
    NobodySignedIn,
    /// Nobody who will do is ready.
    NobodyReady,
}

/// Who goes first among ready seats that will do; equal ones by who is idle longest.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefer<S = SkillId> {
    /// Who is idle longest.
    #[default]
    LongestIdle,
    /// The highest sum of levels over the skills that the need names.
    MostSkilled,
    /// The lowest such sum: the better ones are kept for who needs them.
    LeastSkilled,
    /// Who was least busy lately, by a mean that halves every hour.
    LeastBusy,
    /// Who serves the fewest queues.
    FewestQueues,
    /// The highest sum of level times weight; a skill that a seat lacks adds nothing.
    Weights(Vec<(S, i32)>),
}

/// What sets a contact before others: contacts of one class go by arrival.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Class {
    /// Larger goes first.
    pub priority: i32,
    /// How fast it rises: thousandths of a level for every minute of waiting.
    #[serde(default)]
    pub ageing: u32,
}

impl Class {
    /// This priority, not ageing.
    #[must_use]
    pub const fn priority(priority: i32) -> Self {
        Self {
            priority,
            ageing: 0,
        }
    }

    /// Where a contact of this class stands that arrived then, in [`LEVEL_UNITS`] a level:
    /// priority + ageing × minutes waited.
    #[must_use]
    pub fn rank_at(self, arrived: Now, now: Now) -> i64 {
        let level = i64::from(self.priority) * LEVEL_UNITS;
        if self.ageing == 0 {
            return level;
        }
        let waited_ms = i64::try_from(now.since(arrived).as_millis()).unwrap_or(i64::MAX);
        level.saturating_add(waited_ms.saturating_mul(i64::from(self.ageing)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_rises_in_a_straight_line() {
        let slow = Class {
            priority: 1,
            ageing: 500,
        };
        let minute = |m: u64| Now::at_ms(m * 60_000);
        let level = |m| slow.rank_at(Now::START, minute(m));
        assert_eq!(level(0), LEVEL_UNITS);
        assert_eq!(level(4), 3 * LEVEL_UNITS);
        assert_eq!(Class::priority(3).rank_at(Now::START, minute(99)), level(4));
    }
}
