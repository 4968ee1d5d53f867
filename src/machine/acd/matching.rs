//! Lanes of contacts against groups of seats.
//!
//! Contacts with the same queue, need and class stand in one lane, in order of arrival; seats with
//! the same capability are in one group. Lanes and groups know each other, so a free seat compares
//! the heads of the lanes it may serve, a new contact the heads of the groups that may serve it.
//! Nobody else is touched.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::acd::group;
use crate::machine::acd::group::Group;
use crate::machine::acd::group::GroupNo;
use crate::machine::acd::group::Idle;
use crate::machine::acd::lane::Head;
use crate::machine::acd::lane::LaneKey;
use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::need::Need;
use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::reserve::Reserves;
use crate::machine::acd::row::Row;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::SkipIf;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;

/// A lane with those who wait in it.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) key: LaneKey,
    /// Tours that lead here.
    pub(super) users: u32,
    pub(super) waiting: Row<ContactPlace, CallId>,
    /// The groups that may serve it, and how much each is preferred.
    pub(super) groups: Vec<(GroupNo, i64)>,
}

/// Who waits, who is idle, and who may serve whom.
#[derive(Debug, Default)]
pub struct Matching {
    pub(super) lanes: Vec<Lane>,
    /// The heads of the lanes, close together.
    pub(super) heads: Vec<Option<Head>>,
    pub(super) lane_of: BTreeMap<LaneKey, LaneNo>,
    pub(super) lanes_unused: BTreeSet<LaneNo>,
    pub(super) groups: Vec<Group>,
    pub(super) group_of: BTreeMap<Capability, GroupNo>,
    pub(super) groups_unused: Vec<GroupNo>,
    pub(super) reserves: Reserves,
    /// Lanes whose contacts may have to move on, because a group of theirs is empty.
    unstaffed: Vec<LaneNo>,
    /// How often groups were formed or dissolved, or seats signed in or out.
    pub(super) changes: u64,
    /// Groups of seats that put a queue first.
    pub(super) firsts: usize,
}

impl Matching {
    /// The seat that the contacts of `lane` should have: of those that its preference puts first
    /// the one idle longest, `last` only if there is no other.
    #[must_use]
    pub fn seat_for(&self, lane: LaneNo, last: Option<SeatId>) -> Option<SeatId> {
        let by_work = self.lanes[lane.0].key.prefer == Prefer::LeastBusy;
        group::best_seat(self.serving(lane), by_work, last)
    }

    /// As [`Self::seat_for`], of the seats that put the queue of this lane first; never `last`.
    #[must_use]
    pub fn own_seat_for(&self, lane: LaneNo, last: Option<SeatId>) -> Option<SeatId> {
        let key = &self.lanes[lane.0].key;
        let first = |group: &Group| self.firsts > 0 && group.capability.puts_first(key.queue);
        let own = self.serving(lane).filter(|(_, group)| first(group));
        let best = group::best_seat(own, key.prefer == Prefer::LeastBusy, last);
        best.filter(|seat| Some(*seat) != last)
    }

    /// The groups that may serve a lane now, and how much each is preferred.
    fn serving(&self, lane: LaneNo) -> impl Iterator<Item = (i64, &Group)> {
        let lane = &self.lanes[lane.0];
        let free = |no: &GroupNo| !self.reserves.hold(no.0, lane.key.queue);
        let groups = lane.groups.iter().filter(move |(no, _)| free(no));
        groups.map(|(no, score)| (*score, &self.groups[no.0]))
    }

    /// The heads of the lanes that a seat of `group` may serve now.
    pub fn heads(&self, group: GroupNo) -> impl Iterator<Item = (LaneNo, &Head)> + '_ {
        let lanes = self.groups[group.0].lanes.iter();
        let heads = lanes.filter_map(|lane| Some((*lane, self.heads[lane.0].as_ref()?)));
        heads.filter(move |(_, head)| !self.reserves.hold(group.0, head.queue))
    }

    /// The first contact of a lane.
    #[must_use]
    pub fn head(&self, lane: LaneNo) -> Option<&Head> {
        self.heads[lane.0].as_ref()
    }

    /// Whether any seat that is signed in could serve `lane`.
    #[must_use]
    pub fn staffed(&self, lane: LaneNo) -> bool {
        let mut groups = self.lanes[lane.0].groups.iter();
        groups.any(|(group, _)| self.groups[group.0].signed_in > 0)
    }

    /// What the contacts of `lane` need.
    #[must_use]
    pub fn need(&self, lane: LaneNo) -> &Need {
        &self.lanes[lane.0].key.need
    }

    /// Everybody who waits in a lane.
    pub fn waiting(&self, lane: LaneNo) -> impl Iterator<Item = CallId> + '_ {
        self.lanes[lane.0].waiting.iter()
    }

    /// What the seats of a group can do.
    #[must_use]
    pub fn capability(&self, group: GroupNo) -> &Capability {
        &self.groups[group.0].capability
    }

    /// What groups of seats can do, and how many of each are signed in.
    pub fn abilities(&self) -> impl Iterator<Item = (&Capability, u32)> {
        let groups = self.group_of.iter();
        groups.map(|(able, group)| (able, self.groups[group.0].signed_in))
    }

    /// How often groups were formed or dissolved, or seats signed in or out.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Lanes that may have lost their last seat since this was asked.
    pub fn take_unstaffed(&mut self) -> Vec<LaneNo> {
        std::mem::take(&mut self.unstaffed)
    }

    /// Ready seats, one of each group, that may be lent since this was asked.
    pub fn take_lent(&mut self) -> Vec<SeatId> {
        let lent = self.reserves.take_crossed();
        let serves = |group: &Group| lent.iter().any(|queue| group.capability.serves(*queue));
        let groups = self.groups.iter();
        let groups = groups.filter(|group| !lent.is_empty() && serves(group));
        groups.filter_map(|group| group.ready().next()).collect()
    }

    /// How many ready seats a queue keeps for its own contacts; 0: none.
    pub fn set_reserve(&mut self, queue: QueueId, keep: u32) {
        self.reserves.set(queue, keep);
        self.recount_reserves();
    }

    fn recount_reserves(&mut self) {
        self.reserves.clear();
        for (no, group) in self.groups.iter().enumerate() {
            self.reserves.group(no, &group.capability);
            for _ in group.ready() {
                self.reserves.idle(no);
            }
        }
    }

    /// A contact waits at its place.
    pub fn wait(&mut self, lane: LaneNo, place: ContactPlace, contact: CallId) {
        self.lanes[lane.0].waiting.insert(place, contact);
        self.show_head(lane);
    }

    /// The contact at this place waits no more.
    pub fn unwait(&mut self, lane: LaneNo, place: ContactPlace) {
        self.lanes[lane.0].waiting.remove(place);
        self.show_head(lane);
    }

    fn show_head(&mut self, no: LaneNo) {
        let lane = &self.lanes[no.0];
        let head = lane.waiting.first().map(|(place, contact)| Head {
            queue: lane.key.queue,
            class: lane.key.class,
            place,
            contact,
        });
        self.heads[no.0] = head;
    }

    /// A seat of `group` is ready.
    pub fn idle(&mut self, group: GroupNo, one: Idle) {
        self.groups[group.0].idle(one);
        self.reserves.idle(group.0);
    }

    /// The seat at this place is ready no more.
    pub fn busy(&mut self, group: GroupNo, one: Idle) {
        self.groups[group.0].busy(one);
        self.reserves.busy(group.0);
    }

    /// A seat of `group` can be reached.
    pub fn sign_in(&mut self, group: GroupNo) {
        self.groups[group.0].signed_in += 1;
        self.changes += 1;
    }

    /// A seat of `group` cannot be reached any more.
    pub fn sign_out(&mut self, group: GroupNo) {
        let left = &mut self.groups[group.0];
        left.signed_in = left.signed_in.saturating_sub(1);
        self.changes += 1;
        if left.signed_in == 0 {
            self.suspect(group);
        }
    }

    /// Lanes whose contacts move on if nobody is signed in for them may be such now.
    fn suspect(&mut self, group: GroupNo) {
        for lane in &self.groups[group.0].lanes {
            let moves_on = self.lanes[lane.0].key.skip == SkipIf::NobodySignedIn;
            if moves_on && self.heads[lane.0].is_some() {
                self.unstaffed.push(*lane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::acd::need::Clause;
    use crate::machine::acd::need::SkillTerm;
    use crate::machine::acd::place::Busyness;
    use crate::machine::acd::place::SeatPlace;
    use crate::machine::acd::step::Class;
    use crate::machine::acd::surface::SeatSetup;
    use crate::vocabulary::id::SkillId;
    use crate::vocabulary::time::Now;
    use crate::vocabulary::time::Wall;

    fn capability(skill: u32, level: u8) -> Capability {
        let setup = SeatSetup {
            skills: vec![(SkillId(skill), level)],
            queues: vec![QueueId(1)],
            ..SeatSetup::default()
        };
        Capability::of(&setup, Wall::default())
    }

    fn key(skill: Option<u32>, prefer: Prefer) -> LaneKey {
        let term = |skill| Clause::Skill(SkillTerm::at_least(SkillId(skill), 1));
        LaneKey {
            queue: QueueId(1),
            need: Need::of(skill.map(term)),
            class: Class::default(),
            skip: SkipIf::Never,
            prefer,
        }
    }

    fn any() -> LaneKey {
        key(None, Prefer::LongestIdle)
    }

    fn idle(seat: u32, ms: u64) -> Idle {
        Idle {
            seat: SeatId(seat),
            place: SeatPlace {
                since: Now::at_ms(ms),
                number: ms,
            },
            busy: Busyness::NONE.after(Now::START, Now::at_ms(1_000 * u64::from(seat))),
        }
    }

    #[test]
    fn a_preference_goes_before_idle_time() {
        let mut matching = Matching::default();
        let (low, high) = (
            matching.join(capability(1, 3)),
            matching.join(capability(1, 9)),
        );
        matching.idle(low, idle(1, 10));
        matching.idle(low, idle(3, 15));
        matching.idle(high, idle(2, 20));
        let seat = |matching: &mut Matching, prefer| {
            let lane = matching.enter(key(Some(1), prefer)).unwrap();
            matching.seat_for(lane, None).unwrap().0
        };
        for (prefer, chosen) in [
            (Prefer::LongestIdle, 1),
            (Prefer::MostSkilled, 2),
            (Prefer::LeastSkilled, 1),
            (Prefer::LeastBusy, 1),
            (Prefer::Weights(vec![(SkillId(1), -2)]), 1),
            (Prefer::Weights(vec![(SkillId(1), 2)]), 2),
        ] {
            assert_eq!(seat(&mut matching, prefer.clone()), chosen, "{prefer:?}");
        }
        matching.busy(low, idle(1, 10));
        assert_eq!(seat(&mut matching, Prefer::LeastBusy), 2);
        assert_eq!(seat(&mut matching, Prefer::LongestIdle), 3);
    }

    #[test]
    fn the_seat_that_failed_last_is_chosen_only_if_there_is_no_other() {
        let mut matching = Matching::default();
        let (one, two) = (
            matching.join(capability(1, 5)),
            matching.join(capability(2, 5)),
        );
        let lane = matching.enter(any()).unwrap();
        let last = Some(SeatId(1));
        matching.idle(one, idle(1, 10));
        assert_eq!(matching.seat_for(lane, last), last);
        matching.idle(two, idle(3, 30));
        assert_eq!(matching.seat_for(lane, last), Some(SeatId(3)));
        matching.idle(one, idle(2, 20));
        assert_eq!(matching.seat_for(lane, last), Some(SeatId(2)));
    }
}
