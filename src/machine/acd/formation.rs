//! Lanes are opened and closed, groups formed and dissolved, and learn of each other.
//!
//! Only here, when a need or a capability is met for the first time, are all groups or all lanes
//! looked at.

use crate::machine::acd::group::Group;
use crate::machine::acd::group::GroupNo;
use crate::machine::acd::lane::LaneKey;
use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::matching::Lane;
use crate::machine::acd::matching::Matching;
use crate::machine::acd::row::Row;
use crate::machine::acd::skill::Capability;

/// Distinct lanes with contacts in them. A contact that would open one more is answered as if its
/// queue were full.
pub const LANES_MAX: usize = 16_384;

impl Matching {
    /// A tour leads to a lane; `None` if there are too many lanes.
    pub fn enter(&mut self, key: LaneKey) -> Option<LaneNo> {
        let lane = match self.lane_of.get(&key) {
            Some(lane) => *lane,
            None => self.open(key)?,
        };
        self.lanes[lane.0].users += 1;
        self.lanes_unused.remove(&lane);
        Some(lane)
    }

    /// A tour that led to a lane is closed.
    pub fn leave(&mut self, lane: LaneNo) {
        let users = &mut self.lanes[lane.0].users;
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.lanes_unused.insert(lane);
        }
    }

    /// A seat joins the group of its capability, signed out and not idle.
    pub fn join(&mut self, capability: Capability) -> GroupNo {
        let group = match self.group_of.get(&capability) {
            Some(group) => *group,
            None => self.form(capability),
        };
        self.groups[group.0].seats += 1;
        group
    }

    /// A seat, signed out and not idle, leaves its group. A group without seats dissolves.
    pub fn part(&mut self, group: GroupNo) {
        let left = &mut self.groups[group.0];
        left.seats = left.seats.saturating_sub(1);
        if left.seats > 0 {
            return;
        }
        for lane in std::mem::take(&mut left.lanes) {
            self.lanes[lane.0].groups.retain(|(one, _)| *one != group);
        }
        let capability = std::mem::take(&mut left.capability);
        self.firsts -= usize::from(capability.has_first());
        self.group_of.remove(&capability);
        self.groups_unused.push(group);
        self.reserves.group(group.0, &Capability::default());
        self.changes += 1;
    }

    fn open(&mut self, key: LaneKey) -> Option<LaneNo> {
        if self.lanes.len() >= LANES_MAX {
            self.close_unused()?;
        }
        let serving = self.group_of.iter();
        let serving = serving.filter(|(able, _)| able.meets(key.queue, &key.need));
        let groups = serving.map(|(able, group)| (*group, key.score(able)));
        let lane = Lane {
            groups: groups.collect(),
            key: key.clone(),
            users: 0,
            waiting: Row::default(),
        };
        let no = self.place_lane(lane);
        for (group, _) in &self.lanes[no.0].groups {
            self.groups[group.0].lanes.push(no);
        }
        self.lane_of.insert(key, no);
        Some(no)
    }

    fn place_lane(&mut self, lane: Lane) -> LaneNo {
        if self.lanes.len() >= LANES_MAX
            && let Some(no) = self.lanes_unused.pop_first()
        {
            self.lanes[no.0] = lane;
            return no;
        }
        self.lanes.push(lane);
        self.heads.push(None);
        LaneNo(self.lanes.len() - 1)
    }

    /// Takes a lane that nobody uses out of every index, ready to be used for another need.
    fn close_unused(&mut self) -> Option<()> {
        let no = *self.lanes_unused.first()?;
        let lane = &mut self.lanes[no.0];
        for (group, _) in std::mem::take(&mut lane.groups) {
            self.groups[group.0].lanes.retain(|one| *one != no);
        }
        let key = self.lanes[no.0].key.clone();
        self.lane_of.remove(&key);
        Some(())
    }

    fn form(&mut self, capability: Capability) -> GroupNo {
        let served = self.lane_of.iter();
        let served = served.filter(|(key, _)| capability.meets(key.queue, &key.need));
        let lanes: Vec<LaneNo> = served.map(|(_, lane)| *lane).collect();
        let group = Group::new(capability.clone(), lanes.clone());
        let no = match self.groups_unused.pop() {
            Some(no) => {
                self.groups[no.0] = group;
                no
            }
            None => {
                self.groups.push(group);
                GroupNo(self.groups.len() - 1)
            }
        };
        for lane in lanes {
            let lane = &mut self.lanes[lane.0];
            let score = lane.key.score(&capability);
            lane.groups.push((no, score));
        }
        self.reserves.group(no.0, &capability);
        self.firsts += usize::from(capability.has_first());
        self.group_of.insert(capability, no);
        self.changes += 1;
        no
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::machine::acd::need::Clause;
    use crate::machine::acd::need::Need;
    use crate::machine::acd::need::SkillTerm;
    use crate::machine::acd::place::ContactPlace;
    use crate::machine::acd::step::Class;
    use crate::machine::acd::step::Prefer;
    use crate::machine::acd::step::SkipIf;
    use crate::machine::acd::surface::SeatSetup;
    use crate::vocabulary::id::CallId;
    use crate::vocabulary::id::QueueId;
    use crate::vocabulary::id::SkillId;
    use crate::vocabulary::time::Now;
    use crate::vocabulary::time::Wall;

    fn able(skill: u32) -> Capability {
        let setup = SeatSetup {
            skills: vec![(SkillId(skill), 5)],
            queues: vec![QueueId(1)],
            ..SeatSetup::default()
        };
        Capability::of(&setup, Wall::default())
    }

    fn key(skill: u32) -> LaneKey {
        LaneKey {
            queue: QueueId(1),
            need: Need::of([Clause::Skill(SkillTerm::at_least(SkillId(skill), 1))]),
            class: Class::default(),
            skip: SkipIf::Never,
            prefer: Prefer::LongestIdle,
        }
    }

    #[test]
    fn a_group_formed_after_the_lane_serves_it() {
        let mut matching = Matching::default();
        let lane = matching.enter(key(1)).unwrap();
        let place = ContactPlace {
            priority: Reverse(0),
            arrived: Now::START,
            number: 0,
        };
        matching.wait(lane, place, CallId::from_bits(9));
        let (other, fits) = (matching.join(able(2)), matching.join(able(1)));
        assert_eq!(matching.heads(other).count(), 0);
        let heads: Vec<_> = matching.heads(fits).map(|(_, head)| head.contact).collect();
        assert_eq!(heads, [CallId::from_bits(9)]);
    }

    #[test]
    fn a_dissolved_group_leaves_no_trace_in_the_next() {
        let mut matching = Matching::default();
        let lane = matching.enter(key(1)).unwrap();
        let gone = matching.join(able(1));
        matching.part(gone);
        let next = matching.join(able(2));
        assert_eq!(next, gone);
        matching.sign_in(next);
        assert!(!matching.staffed(lane));
    }

    #[test]
    fn past_the_limit_an_unused_lane_gives_way_and_a_used_one_does_not() {
        let mut matching = Matching::default();
        let group = matching.join(able(7));
        let other = |number| LaneKey {
            queue: QueueId(2),
            ..key(number)
        };
        for number in 0..u32::try_from(LANES_MAX).unwrap() {
            matching.enter(key(number)).unwrap();
        }
        assert_eq!(matching.enter(other(7)), None);
        let freed = matching.enter(key(7)).unwrap();
        matching.leave(freed);
        assert_eq!(matching.enter(other(7)), None);
        matching.leave(freed);
        assert_eq!(matching.enter(other(7)), Some(freed));
        assert!(matching.groups[group.0].lanes.is_empty());
        assert_eq!(matching.lanes.len(), LANES_MAX);
    }
}
