//! Turns that members share: few wakes serve many, and none of them is a burst.

use std::time::Duration;

use crate::vocabulary::time::Now;

/// Slots in a round.
const SLOTS: usize = 20;

/// How many slots before or after the one it asked for a member may be placed: 2 of 1 ms keep a
/// packet within 2 ms of its pace.
const SLACK_SLOTS: u64 = 2;

/// Members that share a slot before they spread to others: sent in one go they take some 0.3 ms.
const SHARED_MAX: usize = 50;

/// Rounds that a late wheel runs after; the rest of a longer stall is skipped.
const LATE_ROUNDS_MAX: u64 = 3;

/// Members, each with one turn a round.
#[derive(Debug)]
pub(crate) struct Wheel {
    grain: Duration,
    slots: [Vec<Member>; SLOTS],
    /// Turn that runs next, counted from the engine's start.
    turn: u64,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    name: usize,
    /// Its first turn: those of its slot before are not its own.
    first: u64,
}

impl Wheel {
    /// A wheel whose round lasts twenty grains.
    pub(crate) fn new(grain: Duration) -> Self {
        Self {
            grain,
            slots: Default::default(),
            turn: 0,
        }
    }

    /// Gives a member turns from `due` on or from close by, not sooner than `now`; the slot is the
    /// key to leave.
    ///
    /// Few members gather in every fourth slot: five wakes a round serve them all.
    pub(crate) fn join(&mut self, name: usize, due: Now, now: Now) -> usize {
        if self.slots.iter().all(Vec::is_empty) {
            self.turn = self.turn_at(now);
        }
        let asked = self.turn_at(due);
        let crowd = |turn: &u64| {
            let members = self.slots[slot_of(*turn)].len();
            if members < SHARED_MAX {
                (
                    0,
                    usize::from(!turn.is_multiple_of(2)) + usize::from(!turn.is_multiple_of(4)),
                )
            } else {
                (members, 0)
            }
        };
        let earliest = asked.saturating_sub(SLACK_SLOTS - 1).max(self.turn);
        let turns = earliest..=(asked + SLACK_SLOTS).max(earliest);
        let first = turns.min_by_key(crowd).unwrap_or(earliest);
        let slot = slot_of(first);
        self.slots[slot].push(Member { name, first });
        slot
    }

    /// Takes a member out of its slot.
    pub(crate) fn leave(&mut self, name: usize, slot: usize) {
        if let Some(members) = self.slots.get_mut(slot) {
            members.retain(|member| member.name != name);
            if members.is_empty() {
                members.shrink_to(8);
            }
        }
    }

    /// When the next turn is due, if there are members.
    pub(crate) fn poll_timeout(&self) -> Option<Now> {
        let turns = self.turn..self.turn + u64::try_from(SLOTS).unwrap_or(0);
        let turn = turns
            .into_iter()
            .find(|turn| !self.slots[slot_of(*turn)].is_empty())?;
        let grain_us = u64::try_from(self.grain.as_micros()).unwrap_or(u64::MAX);
        Some(Now::at(Duration::from_micros(
            grain_us.saturating_mul(turn),
        )))
    }

    /// Writes the members of the next due slot into `members`; false if no slot is due.
    pub(crate) fn poll(&mut self, now: Now, members: &mut Vec<usize>) -> bool {
        members.clear();
        let due = self.turn_at(now);
        let round = u64::try_from(SLOTS).unwrap_or(0);
        if due.saturating_sub(self.turn) > round * LATE_ROUNDS_MAX {
            self.turn = due - round + 1;
        }
        while self.turn <= due {
            let turn = self.turn;
            let slot = self.slots[slot_of(turn)].iter();
            members.extend(
                slot.filter(|member| member.first <= turn)
                    .map(|member| member.name),
            );
            self.turn += 1;
            if !members.is_empty() {
                return true;
            }
        }
        false
    }

    fn turn_at(&self, now: Now) -> u64 {
        let turns = now.since_start().as_nanos() / self.grain.as_nanos().max(1);
        u64::try_from(turns).unwrap_or(u64::MAX / 2)
    }
}

fn slot_of(turn: u64) -> usize {
    usize::try_from(turn).unwrap_or(0) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(wheel: &mut Wheel, now: Now) -> Vec<usize> {
        let (mut all, mut members) = (Vec::new(), Vec::new());
        while wheel.poll(now, &mut members) {
            all.extend_from_slice(&members);
        }
        all
    }

    #[test]
    fn a_member_has_one_turn_a_round() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        assert_eq!(wheel.poll_timeout(), None);
        let slot = wheel.join(7, Now::at_ms(124), Now::at_ms(104));
        assert!(turns(&mut wheel, Now::at_ms(123)).is_empty());
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(124)));
        assert_eq!(turns(&mut wheel, Now::at_ms(124)), [7]);
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(144)));
        assert!(turns(&mut wheel, Now::at_ms(143)).is_empty());
        assert_eq!(turns(&mut wheel, Now::at_ms(144)), [7]);
        wheel.leave(7, slot);
        assert_eq!(wheel.poll_timeout(), None);
    }

    #[test]
    fn the_first_turn_is_within_two_grains_of_when_it_is_due() {
        for due in 1000..1040 {
            for joined in [due, due - 1, due - 13, due - 20] {
                let mut wheel = Wheel::new(Duration::from_millis(1));
                wheel.join(1, Now::at_ms(joined), Now::at_ms(joined - 40));
                turns(&mut wheel, Now::at_ms(joined));
                wheel.join(7, Now::at_ms(due), Now::at_ms(joined));
                let first =
                    (joined..due + 40).find(|ms| turns(&mut wheel, Now::at_ms(*ms)).contains(&7));
                let first = first.unwrap();
                assert!(
                    first + 1 >= due && first <= due + 2,
                    "{due} {joined} {first}"
                );
            }
        }
    }

    #[test]
    fn few_members_share_few_wakes() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        for member in 0..100 {
            let now = Now::at_ms(1000 + u64::try_from(member).unwrap() * 7);
            wheel.join(member, now + Duration::from_millis(20), now);
            turns(&mut wheel, now);
        }
        let taken = wheel.slots.iter().filter(|slot| !slot.is_empty());
        assert_eq!(taken.count(), 5);
    }

    #[test]
    fn many_members_that_come_together_are_spread() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        for member in 0..400 {
            wheel.join(member, Now::at_ms(70), Now::at_ms(50));
        }
        let members: Vec<_> = wheel
            .slots
            .iter()
            .map(Vec::len)
            .filter(|len| *len > 0)
            .collect();
        assert_eq!(members, [100, 100, 100, 100]);
    }

    #[test]
    fn a_long_stall_costs_turns_instead_of_a_burst() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        wheel.join(7, Now::at_ms(0), Now::at_ms(0));
        assert_eq!(turns(&mut wheel, Now::at_ms(55)), [7, 7, 7]);
        assert_eq!(turns(&mut wheel, Now::at_ms(5000)), [7]);
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(5020)));
    }
}
