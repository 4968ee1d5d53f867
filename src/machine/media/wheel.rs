//! Evenly spread turns: members share a round of slots, so that they do not burst.

use std::time::Duration;

use crate::vocabulary::time::Now;

/// Slots in a round.
const SLOTS: usize = 20;

/// How many slots later than asked a member may be placed for an evener load.
const SLACK_SLOTS: u64 = 4;

/// Rounds that a late wheel runs after; the rest of a longer stall is skipped.
const LATE_ROUNDS_MAX: u64 = 3;

/// Members, each with one turn a round.
#[derive(Debug)]
pub(crate) struct Wheel {
    grain: Duration,
    slots: [Vec<usize>; SLOTS],
    /// Turn that runs next, counted from the engine's start.
    turn: u64,
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

    /// Gives a member its slot, at once if the load is even; the slot is the key to leave.
    pub(crate) fn join(&mut self, member: usize, now: Now) -> usize {
        let first = self.turn.max(self.turn_at(now));
        if self.slots.iter().all(Vec::is_empty) {
            self.turn = first;
        }
        let load = |turn: &u64| self.slots[slot_of(*turn)].len();
        let turn = (first..first + SLACK_SLOTS)
            .min_by_key(load)
            .unwrap_or(first);
        let slot = slot_of(turn);
        self.slots[slot].push(member);
        slot
    }

    /// Takes a member out of its slot.
    pub(crate) fn leave(&mut self, member: usize, slot: usize) {
        if let Some(members) = self.slots.get_mut(slot) {
            members.retain(|other| *other != member);
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
            let slot = &self.slots[slot_of(self.turn)];
            self.turn += 1;
            if !slot.is_empty() {
                members.extend_from_slice(slot);
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
        let slot = wheel.join(7, Now::at_ms(103));
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(103)));
        assert_eq!(turns(&mut wheel, Now::at_ms(103)), [7]);
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(123)));
        assert!(turns(&mut wheel, Now::at_ms(122)).is_empty());
        assert_eq!(turns(&mut wheel, Now::at_ms(123)), [7]);
        wheel.leave(7, slot);
        assert_eq!(wheel.poll_timeout(), None);
    }

    #[test]
    fn members_that_come_together_are_spread() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        for member in 0..100 {
            wheel.join(member, Now::at_ms(50));
        }
        assert_eq!(turns(&mut wheel, Now::at_ms(50)).len(), 25);
        assert_eq!(turns(&mut wheel, Now::at_ms(53)).len(), 75);
    }

    #[test]
    fn a_long_stall_costs_turns_instead_of_a_burst() {
        let mut wheel = Wheel::new(Duration::from_millis(1));
        wheel.join(7, Now::at_ms(0));
        assert_eq!(turns(&mut wheel, Now::at_ms(55)), [7, 7, 7]);
        assert_eq!(turns(&mut wheel, Now::at_ms(5000)), [7]);
        assert_eq!(wheel.poll_timeout(), Some(Now::at_ms(5020)));
    }
}
