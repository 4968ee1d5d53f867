//! Lanes of contacts against groups of seats.
//!
//! Contacts with the same queue and need stand in one lane, in one order that never changes;
//! seats with the same capability are in one group. Lanes and groups know each other, so a free
//! seat compares the heads of the lanes it may serve, a new contact the heads of the groups that
//! may serve it. Nobody else is touched.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::place::SeatPlace;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::surface::Need;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;

/// Distinct (queue, need) with contacts in them. A contact that would open one more is answered
/// as if its queue were full.
pub const LANES_MAX: usize = 4_096;

/// Names a lane.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct LaneNo(usize);

/// Names a group of seats.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct GroupNo(usize);

/// An ordered map that keeps its first entry at hand.
#[derive(Debug)]
struct Row<P, T> {
    entries: BTreeMap<P, T>,
    first: Option<(P, T)>,
}

impl<P: Copy + Ord, T: Copy> Row<P, T> {
    const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            first: None,
        }
    }

    fn insert(&mut self, place: P, who: T) {
        self.entries.insert(place, who);
        if self.first.is_none_or(|(first, _)| place < first) {
            self.first = Some((place, who));
        }
    }

    fn second(&self) -> Option<(P, T)> {
        let second = self.entries.iter().nth(1);
        second.map(|(place, who)| (*place, *who))
    }

    fn remove(&mut self, place: P) {
        self.entries.remove(&place);
        if self.first.is_some_and(|(first, _)| place == first) {
            self.first = self.entries.iter().next().map(|(p, who)| (*p, *who));
        }
    }
}

#[derive(Debug)]
struct Lane {
    queue: QueueId,
    need: Need,
    /// Contacts that wait here or may come back.
    users: u32,
    waiting: Row<ContactPlace, CallId>,
    groups: Vec<GroupNo>,
}

#[derive(Debug)]
struct Group {
    capability: Capability,
    seats: u32,
    signed_in: u32,
    idle: Row<SeatPlace, SeatId>,
    lanes: Vec<LaneNo>,
}

/// Who waits, who is idle, and who may serve whom.
#[derive(Debug, Default)]
pub struct Matching {
    lanes: Vec<Lane>,
    lane_of: BTreeMap<QueueId, BTreeMap<Need, LaneNo>>,
    lanes_unused: BTreeSet<LaneNo>,
    groups: Vec<Group>,
    group_of: BTreeMap<Capability, GroupNo>,
    groups_unused: Vec<GroupNo>,
}

impl Matching {
    /// The seat that a contact in `lane` should have: the one idle longest, `last` only if there
    /// is no other.
    #[must_use]
    pub fn seat_for(&self, lane: LaneNo, last: Option<SeatId>) -> Option<SeatId> {
        let groups = self.lanes[lane.0].groups.iter();
        let rows = groups.map(|group| &self.groups[group.0].idle);
        let heads = rows.filter_map(|row| match row.first {
            Some((_, seat)) if Some(seat) == last => row.second().or(row.first),
            head => head,
        });
        let best = heads.min_by_key(|(place, seat)| (Some(*seat) == last, *place));
        best.map(|(_, seat)| seat)
    }

    /// The contact that a free seat of `group` should have: the first by place.
    #[must_use]
    pub fn contact_for(&self, group: GroupNo) -> Option<(ContactPlace, CallId)> {
        let lanes = self.groups[group.0].lanes.iter();
        lanes
            .filter_map(|lane| self.lanes[lane.0].waiting.first)
            .min()
    }

    /// Whether any seat that is signed in could serve `lane`.
    #[must_use]
    pub fn staffed(&self, lane: LaneNo) -> bool {
        let mut groups = self.lanes[lane.0].groups.iter();
        groups.any(|group| self.groups[group.0].signed_in > 0)
    }

    /// What the contacts of `lane` need.
    #[must_use]
    pub fn need(&self, lane: LaneNo) -> &Need {
        &self.lanes[lane.0].need
    }

    /// How many contacts need this skill, those that may come back included.
    #[must_use]
    pub fn needing(&self, skill: SkillId) -> u32 {
        let needs = |lane: &&Lane| lane.need.0.iter().any(|term| term.skill == skill);
        let lanes = self.lanes.iter().filter(needs);
        lanes.map(|lane| lane.users).sum()
    }

    /// A contact begins to use a lane; `None` if there are too many lanes.
    pub fn enter(&mut self, queue: QueueId, need: &Need) -> Option<LaneNo> {
        let known = self.lane_of.get(&queue).and_then(|lanes| lanes.get(need));
        let lane = match known {
            Some(lane) => *lane,
            None => self.open(queue, need)?,
        };
        self.lanes[lane.0].users += 1;
        self.lanes_unused.remove(&lane);
        Some(lane)
    }

    /// A contact will not come back to its lane.
    pub fn leave(&mut self, lane: LaneNo) {
        let users = &mut self.lanes[lane.0].users;
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.lanes_unused.insert(lane);
        }
    }

    /// A contact waits at its place.
    pub fn wait(&mut self, lane: LaneNo, place: ContactPlace, contact: CallId) {
        self.lanes[lane.0].waiting.insert(place, contact);
    }

    /// The contact at this place waits no more.
    pub fn unwait(&mut self, lane: LaneNo, place: ContactPlace) {
        self.lanes[lane.0].waiting.remove(place);
    }

    /// A seat of `group` is ready.
    pub fn idle(&mut self, group: GroupNo, place: SeatPlace, seat: SeatId) {
        self.groups[group.0].idle.insert(place, seat);
    }

    /// The seat at this place is ready no more.
    pub fn busy(&mut self, group: GroupNo, place: SeatPlace) {
        self.groups[group.0].idle.remove(place);
    }

    /// A seat of `group` can be reached.
    pub fn sign_in(&mut self, group: GroupNo) {
        self.groups[group.0].signed_in += 1;
    }

    /// A seat of `group` cannot be reached any more.
    pub fn sign_out(&mut self, group: GroupNo) {
        let signed_in = &mut self.groups[group.0].signed_in;
        *signed_in = signed_in.saturating_sub(1);
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
            self.lanes[lane.0].groups.retain(|one| *one != group);
        }
        let capability = std::mem::take(&mut left.capability);
        self.group_of.remove(&capability);
        self.groups_unused.push(group);
    }

    /// Only here, when a need is met for the first time, are all groups looked at.
    fn open(&mut self, queue: QueueId, need: &Need) -> Option<LaneNo> {
        if self.lanes.len() >= LANES_MAX {
            self.close_unused()?;
        }
        let serving = self.group_of.iter();
        let serving = serving.filter(|(capability, _)| capability.meets(queue, need));
        let lane = Lane {
            queue,
            need: need.clone(),
            users: 0,
            waiting: Row::new(),
            groups: serving.map(|(_, group)| *group).collect(),
        };
        let no = self.place_lane(lane);
        for group in &self.lanes[no.0].groups {
            self.groups[group.0].lanes.push(no);
        }
        let lanes = self.lane_of.entry(queue).or_default();
        lanes.insert(need.clone(), no);
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
        LaneNo(self.lanes.len() - 1)
    }

    /// Takes a lane that nobody uses out of every index, ready to be used for another need.
    fn close_unused(&mut self) -> Option<()> {
        let no = *self.lanes_unused.first()?;
        let lane = &mut self.lanes[no.0];
        for group in std::mem::take(&mut lane.groups) {
            self.groups[group.0].lanes.retain(|one| *one != no);
        }
        let need = std::mem::take(&mut lane.need);
        if let Some(lanes) = self.lane_of.get_mut(&lane.queue) {
            lanes.remove(&need);
        }
        Some(())
    }

    fn form(&mut self, capability: Capability) -> GroupNo {
        let served = self.lane_of.iter().flat_map(|(queue, lanes)| {
            let lanes = lanes.iter();
            lanes.map(move |(need, lane)| (*queue, need, *lane))
        });
        let served = served.filter(|(queue, need, _)| capability.meets(*queue, need));
        let group = Group {
            capability: capability.clone(),
            seats: 0,
            signed_in: 0,
            idle: Row::new(),
            lanes: served.map(|(_, _, lane)| lane).collect(),
        };
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
        for lane in &self.groups[no.0].lanes {
            self.lanes[lane.0].groups.push(no);
        }
        self.group_of.insert(capability, no);
        no
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::machine::acd::surface::SeatSetup;
    use crate::machine::acd::surface::SkillTerm;
    use crate::vocabulary::time::Now;

    fn capability(skill: u32) -> Capability {
        Capability::of(&SeatSetup {
            seat: SeatId(0),
            skills: vec![(SkillId(skill), 5)],
            queues: vec![QueueId(1)],
        })
    }

    fn need(skill: u32) -> Need {
        Need(vec![SkillTerm {
            skill: SkillId(skill),
            level_min: 1,
        }])
    }

    fn seat_place(ms: u64) -> SeatPlace {
        SeatPlace {
            since: Now::at_ms(ms),
            number: ms,
        }
    }

    #[test]
    fn the_seat_idle_longest_over_all_groups_is_chosen() {
        let mut matching = Matching::default();
        let (one, two) = (matching.join(capability(1)), matching.join(capability(2)));
        let lane = matching.enter(QueueId(1), &Need::default()).unwrap();
        matching.idle(one, seat_place(20), SeatId(1));
        matching.idle(two, seat_place(10), SeatId(2));
        assert_eq!(matching.seat_for(lane, None), Some(SeatId(2)));
        matching.busy(two, seat_place(10));
        assert_eq!(matching.seat_for(lane, None), Some(SeatId(1)));
    }

    #[test]
    fn the_seat_that_failed_last_is_chosen_only_if_there_is_no_other() {
        let mut matching = Matching::default();
        let (one, two) = (matching.join(capability(1)), matching.join(capability(2)));
        let lane = matching.enter(QueueId(1), &Need::default()).unwrap();
        let last = Some(SeatId(1));
        matching.idle(one, seat_place(10), SeatId(1));
        assert_eq!(matching.seat_for(lane, last), last);
        matching.idle(two, seat_place(30), SeatId(3));
        assert_eq!(matching.seat_for(lane, last), Some(SeatId(3)));
        matching.idle(one, seat_place(20), SeatId(2));
        assert_eq!(matching.seat_for(lane, last), Some(SeatId(2)));
    }

    #[test]
    fn a_group_formed_after_the_lane_serves_it() {
        let mut matching = Matching::default();
        let lane = matching.enter(QueueId(1), &need(1)).unwrap();
        let place = ContactPlace {
            priority: Reverse(0),
            arrived: Now::START,
            number: 0,
        };
        matching.wait(lane, place, CallId::from_bits(9));
        let (other, able) = (matching.join(capability(2)), matching.join(capability(1)));
        assert_eq!(matching.contact_for(other), None);
        assert_eq!(
            matching.contact_for(able),
            Some((place, CallId::from_bits(9)))
        );
    }

    #[test]
    fn a_dissolved_group_leaves_no_trace_in_the_next() {
        let mut matching = Matching::default();
        let lane = matching.enter(QueueId(1), &need(1)).unwrap();
        let gone = matching.join(capability(1));
        matching.part(gone);
        let next = matching.join(capability(2));
        assert_eq!(next, gone);
        matching.sign_in(next);
        assert!(!matching.staffed(lane));
    }

    #[test]
    fn past_the_limit_an_unused_lane_gives_way_and_a_used_one_does_not() {
        let mut matching = Matching::default();
        let group = matching.join(capability(7));
        for skill in 0..u32::try_from(LANES_MAX).unwrap() {
            matching.enter(QueueId(1), &need(skill)).unwrap();
        }
        assert_eq!(matching.enter(QueueId(2), &need(7)), None);
        let freed = matching.enter(QueueId(1), &need(7)).unwrap();
        matching.leave(freed);
        assert_eq!(matching.enter(QueueId(2), &need(7)), None);
        matching.leave(freed);
        assert_eq!(matching.enter(QueueId(2), &need(7)), Some(freed));
        assert!(matching.groups[group.0].lanes.is_empty());
        assert_eq!(matching.lanes.len(), LANES_MAX);
    }
}
