//! Which seats meet a need: the queues a seat serves, its skills with levels, its groups.

use std::cmp::Reverse;

use crate::machine::acd::need::Clause;
use crate::machine::acd::need::Need;
use crate::machine::acd::need::SkillTerm;
use crate::machine::acd::surface::SeatSetup;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Wall;

/// All that decides which contacts a seat may take. Seats with equal capabilities form a group.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Capability {
    queues: Vec<QueueId>,
    skills: Vec<(SkillId, u8)>,
    groups: Vec<SeatGroupId>,
    first: Vec<QueueId>,
}

impl Capability {
    /// What this set-up can do at `wall`, whatever the order it is written in. Of a skill listed
    /// twice the higher level counts; a skill whose certificate has run out does not count.
    #[must_use]
    pub fn of(setup: &SeatSetup, wall: Wall) -> Self {
        let mut queues = setup.queues.clone();
        queues.sort_unstable();
        queues.dedup();
        let expired = |skill: SkillId| {
            let mut certificates = setup.certified.iter();
            certificates.any(|(one, until)| *one == skill && *until <= wall)
        };
        let skills = setup.skills.iter().filter(|(skill, _)| !expired(*skill));
        let mut skills: Vec<_> = skills.copied().collect();
        skills.sort_unstable_by_key(|(skill, level)| (*skill, Reverse(*level)));
        skills.dedup_by_key(|(skill, _)| *skill);
        let mut groups = setup.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        let mut first = setup.first.clone();
        first.retain(|queue| queues.binary_search(queue).is_ok());
        first.sort_unstable();
        first.dedup();
        Self {
            queues,
            skills,
            groups,
            first,
        }
    }

    /// Whether such a seat takes contacts of this queue before those of others.
    #[must_use]
    pub fn puts_first(&self, queue: QueueId) -> bool {
        self.first.binary_search(&queue).is_ok()
    }

    /// Whether it takes those of some queue before those of others.
    #[must_use]
    pub const fn has_first(&self) -> bool {
        !self.first.is_empty()
    }

    /// Whether a contact in `queue` with the whole need `need` may go to such a seat.
    #[must_use]
    pub fn meets(&self, queue: QueueId, need: &Need) -> bool {
        self.serves(queue) && self.fits(need)
    }

    /// Whether such a seat takes contacts of this queue.
    #[must_use]
    pub fn serves(&self, queue: QueueId) -> bool {
        self.queues.binary_search(&queue).is_ok()
    }

    /// The queues that such a seat serves, in order.
    #[must_use]
    pub fn queues(&self) -> &[QueueId] {
        &self.queues
    }

    /// The level of a skill; `None` without it.
    #[must_use]
    pub fn level(&self, skill: SkillId) -> Option<u8> {
        let found = self.skills.binary_search_by(|(one, _)| one.cmp(&skill));
        let entry = found.ok().and_then(|at| self.skills.get(at));
        entry.map(|(_, level)| *level)
    }

    /// Whether such a seat meets a need, whatever queues it serves.
    #[must_use]
    pub fn fits(&self, need: &Need) -> bool {
        need.0.iter().all(|clause| match clause {
            Clause::Skill(term) => self.meets_term(*term),
            Clause::Group { group } => self.groups.binary_search(group).is_ok(),
            Clause::Any { any } => any.iter().any(|one| self.fits(one)),
            Clause::Not { not } => !self.fits(not),
        })
    }

    fn meets_term(&self, term: SkillTerm) -> bool {
        self.level(term.skill)
            .is_some_and(|level| term.takes(level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::id::SeatId;

    fn setup(queues: &[u32], skills: &[(u32, u8)]) -> SeatSetup {
        SeatSetup {
            seat: SeatId(1),
            skills: skills.iter().map(|(s, l)| (SkillId(*s), *l)).collect(),
            queues: queues.iter().map(|q| QueueId(*q)).collect(),
            ..SeatSetup::default()
        }
    }

    fn seat(queues: &[u32], skills: &[(u32, u8)]) -> Capability {
        Capability::of(&setup(queues, skills), Wall::default())
    }

    fn term(skill: u32, level_min: u8) -> Clause {
        Clause::Skill(SkillTerm::at_least(SkillId(skill), level_min))
    }

    fn need(terms: &[(u32, u8)]) -> Need {
        Need::of(terms.iter().map(|(skill, level)| term(*skill, *level)))
    }

    #[test]
    fn every_term_and_the_queue_must_hold() {
        let seat = seat(&[7, 3], &[(2, 5), (1, 3)]);
        assert!(seat.meets(QueueId(3), &need(&[(1, 3), (2, 5)])));
        assert!(!seat.meets(QueueId(3), &need(&[(1, 4)])));
        assert!(!seat.meets(QueueId(4), &need(&[])));
    }

    #[test]
    fn a_queue_is_put_first_only_by_seats_that_serve_it() {
        let first = SeatSetup {
            first: vec![QueueId(3), QueueId(4)],
            ..setup(&[7, 3], &[])
        };
        let able = Capability::of(&first, Wall::default());
        assert!(able.puts_first(QueueId(3)) && !able.puts_first(QueueId(7)));
        assert!(!able.puts_first(QueueId(4)));
        assert_ne!(able, seat(&[7, 3], &[]));
    }

    #[test]
    fn an_absent_skill_is_not_level_zero() {
        let at_most = Need::of([Clause::Skill(SkillTerm {
            skill: SkillId(9),
            level_min: 0,
            level_max: 4,
        })]);
        assert!(!seat(&[1], &[]).meets(QueueId(1), &at_most));
        assert!(seat(&[1], &[(9, 4)]).meets(QueueId(1), &at_most));
        let not = Need::of([Clause::Not { not: at_most }]);
        assert!(seat(&[1], &[]).meets(QueueId(1), &not));
    }

    #[test]
    fn alternatives_groups_and_not_mean_what_they_say() {
        let night = SeatGroupId(4);
        let able = Capability::of(
            &SeatSetup {
                groups: vec![night],
                ..setup(&[1], &[(1, 2)])
            },
            Wall::default(),
        );
        let in_night = Need::of([Clause::Group { group: night }]);
        let any = |any| Need::of([Clause::Any { any }]);
        let not = |not| Need::of([Clause::Not { not }]);
        for (asks, met) in [
            (any(vec![need(&[(1, 9)]), in_night.clone()]), true),
            (any(vec![need(&[(1, 9)]), need(&[(2, 1)])]), false),
            (not(in_night.clone()), false),
            (not(need(&[(1, 3)])).and(&in_night), true),
        ] {
            assert_eq!(able.meets(QueueId(1), &asks), met, "{asks:?}");
        }
        assert!(!seat(&[1], &[(1, 2)]).meets(QueueId(1), &in_night));
    }

    #[test]
    fn a_skill_counts_until_its_certificate_runs_out() {
        let certified = SeatSetup {
            certified: vec![(SkillId(1), Wall::from_ms(100))],
            ..setup(&[1], &[(1, 5), (2, 5)])
        };
        let meets = |ms, skill| {
            let able = Capability::of(&certified, Wall::from_ms(ms));
            able.meets(QueueId(1), &need(&[(skill, 1)]))
        };
        assert!(meets(99, 1) && !meets(100, 1) && meets(100, 2));
    }

    #[test]
    fn the_order_of_writing_makes_no_other_group() {
        let one = seat(&[1, 2], &[(1, 3), (2, 4)]);
        assert_eq!(one, seat(&[2, 1, 2], &[(2, 4), (1, 2), (1, 3)]));
    }
}
