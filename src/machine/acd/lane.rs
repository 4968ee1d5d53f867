//! A lane: contacts with the same queue, need and class.

use crate::machine::acd::need::Need;
use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::step::Class;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::SkipIf;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;

/// Names a lane.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct LaneNo(pub(super) usize);

/// What makes a lane one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct LaneKey {
    /// The queue.
    pub queue: QueueId,
    /// The whole need.
    pub need: Need,
    /// The class.
    pub class: Class,
    /// When its contacts move on.
    pub skip: SkipIf,
    /// Who goes first among its seats.
    pub prefer: Prefer,
}

/// The first contact of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// Its queue.
    pub queue: QueueId,
    /// Its class.
    pub class: Class,
    /// Its place.
    pub place: ContactPlace,
    /// The contact.
    pub contact: CallId,
}

impl LaneKey {
    /// How much seats with this capability are preferred. Larger goes first.
    #[must_use]
    pub fn score(&self, able: &Capability) -> i64 {
        let levels = || {
            let skills = self.need.skills().into_iter();
            let levels = skills.filter_map(|skill| able.level(skill));
            levels.map(i64::from).sum::<i64>()
        };
        match &self.prefer {
            Prefer::LongestIdle | Prefer::LeastBusy => 0,
            Prefer::MostSkilled => levels(),
            Prefer::LeastSkilled => -levels(),
            Prefer::FewestQueues => -i64::try_from(able.queues().len()).unwrap_or(i64::MAX),
            Prefer::Weights(weights) => {
                let term = |(skill, weight): &(_, i32)| {
                    let level = able.level(*skill).unwrap_or(0);
                    i64::from(level) * i64::from(*weight)
                };
                weights.iter().map(term).sum()
            }
        }
    }
}
