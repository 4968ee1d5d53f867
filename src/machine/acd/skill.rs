//! Which seats meet a need: the queues a seat serves and its skills with levels.

use std::cmp::Reverse;

use crate::machine::acd::surface::Need;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::surface::SkillTerm;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SkillId;

/// All that decides which contacts a seat may take. Seats with equal capabilities form a group.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Capability {
    queues: Vec<QueueId>,
    skills: Vec<(SkillId, u8)>,
}

impl Capability {
    /// What this set-up can do, whatever the order it is written in. Of a skill listed twice the
    /// higher level counts.
    #[must_use]
    pub fn of(setup: &SeatSetup) -> Self {
        let mut queues = setup.queues.clone();
        queues.sort_unstable();
        queues.dedup();
        let mut skills = setup.skills.clone();
        skills.sort_unstable_by_key(|(skill, level)| (*skill, Reverse(*level)));
        skills.dedup_by_key(|(skill, _)| *skill);
        Self { queues, skills }
    }

    /// Whether a contact in `queue` with the whole need `need` may go to such a seat.
    #[must_use]
    pub fn meets(&self, queue: QueueId, need: &Need) -> bool {
        let serves = self.queues.binary_search(&queue).is_ok();
        serves && need.0.iter().all(|term| self.meets_term(*term))
    }

    fn meets_term(&self, term: SkillTerm) -> bool {
        let level = |(skill, _): &(SkillId, u8)| skill.cmp(&term.skill);
        let found = self.skills.binary_search_by(level).ok();
        let level = found.and_then(|at| self.skills.get(at));
        level.is_some_and(|(_, level)| *level >= term.level_min)
    }
}

/// Both needs as one: sorted by skill, the higher level where both name it.
#[must_use]
pub fn whole_need(queue: &Need, own: &Need) -> Need {
    let mut terms: Vec<SkillTerm> = queue.0.iter().chain(&own.0).copied().collect();
    terms.sort_unstable_by_key(|term| (term.skill, Reverse(term.level_min)));
    terms.dedup_by_key(|term| term.skill);
    Need(terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::id::SeatId;

    fn seat(queues: &[u32], skills: &[(u32, u8)]) -> Capability {
        Capability::of(&SeatSetup {
            seat: SeatId(1),
            skills: skills.iter().map(|(s, l)| (SkillId(*s), *l)).collect(),
            queues: queues.iter().map(|q| QueueId(*q)).collect(),
        })
    }

    fn need(terms: &[(u32, u8)]) -> Need {
        let term = |(skill, level_min): &(u32, u8)| SkillTerm {
            skill: SkillId(*skill),
            level_min: *level_min,
        };
        Need(terms.iter().map(term).collect())
    }

    #[test]
    fn every_term_and_the_queue_must_hold() {
        let seat = seat(&[7, 3], &[(2, 5), (1, 3)]);
        assert!(seat.meets(QueueId(3), &need(&[(1, 3), (2, 5)])));
        assert!(!seat.meets(QueueId(3), &need(&[(1, 4)])));
        assert!(!seat.meets(QueueId(4), &need(&[])));
    }

    #[test]
    fn an_absent_skill_is_not_level_zero() {
        assert!(!seat(&[1], &[]).meets(QueueId(1), &need(&[(9, 0)])));
    }

    #[test]
    fn the_order_of_writing_makes_no_other_group() {
        let one = seat(&[1, 2], &[(1, 3), (2, 4)]);
        assert_eq!(one, seat(&[2, 1, 2], &[(2, 4), (1, 2), (1, 3)]));
    }

    #[test]
    fn the_stricter_level_wins_where_queue_and_contact_name_a_skill() {
        let whole = whole_need(&need(&[(2, 1), (1, 5)]), &need(&[(1, 3), (3, 2)]));
        assert_eq!(whole, need(&[(1, 5), (2, 1), (3, 2)]));
    }
}
