//! Ready seats that a queue keeps for its own contacts.
//!
//! A seat that serves a queue with a reserve is lent to a contact of another queue only while
//! more ready seats than the reserve serve the lending queue. A contact that asks for a seat by
//! name is not held back.

use std::collections::BTreeMap;

use crate::machine::acd::skill::Capability;
use crate::vocabulary::id::QueueId;

#[derive(Clone, Copy, Debug, Default)]
struct Reserve {
    keep: u32,
    ready: u32,
}

/// The reserves of all queues that keep any.
#[derive(Debug, Default)]
pub struct Reserves {
    queues: BTreeMap<QueueId, Reserve>,
    /// By group, the queues with a reserve that it serves.
    of_group: Vec<Vec<QueueId>>,
    /// Queues whose seats may be lent since this was asked.
    crossed: Vec<QueueId>,
}

impl Reserves {
    /// Whether no queue keeps any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }

    /// How many a queue keeps; the counts must be taken again.
    pub fn set(&mut self, queue: QueueId, keep: u32) {
        match keep {
            0 => self.queues.remove(&queue),
            keep => self.queues.insert(queue, Reserve { keep, ready: 0 }),
        };
        self.crossed.push(queue);
    }

    /// Forgets the groups and who is ready.
    pub fn clear(&mut self) {
        self.of_group.clear();
        for reserve in self.queues.values_mut() {
            reserve.ready = 0;
        }
    }

    /// A group can do this from here on; nobody in it is ready.
    pub fn group(&mut self, group: usize, able: &Capability) {
        if self.of_group.len() <= group {
            self.of_group.resize(group + 1, Vec::new());
        }
        let queues = self.queues.keys();
        let served = queues.filter(|queue| able.serves(**queue));
        self.of_group[group] = served.copied().collect();
    }

    /// A seat of the group is ready.
    pub fn idle(&mut self, group: usize) {
        for queue in self.of_group.get(group).into_iter().flatten() {
            if let Some(reserve) = self.queues.get_mut(queue) {
                reserve.ready += 1;
                if reserve.ready > reserve.keep {
                    self.crossed.push(*queue);
                }
            }
        }
    }

    /// A seat of the group is ready no more.
    pub fn busy(&mut self, group: usize) {
        for queue in self.of_group.get(group).into_iter().flatten() {
            if let Some(reserve) = self.queues.get_mut(queue) {
                reserve.ready = reserve.ready.saturating_sub(1);
            }
        }
    }

    /// Whether the seats of a group are held back from contacts of this queue.
    #[must_use]
    pub fn hold(&self, group: usize, queue: QueueId) -> bool {
        if self.is_empty() {
            return false;
        }
        let served = self.of_group.get(group).into_iter().flatten();
        let mut lenders = served.filter(|one| **one != queue);
        lenders.any(|one| {
            let reserve = self.queues.get(one);
            reserve.is_some_and(|reserve| reserve.ready <= reserve.keep)
        })
    }

    /// Queues whose seats may be lent since this was asked.
    pub fn take_crossed(&mut self) -> Vec<QueueId> {
        std::mem::take(&mut self.crossed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::acd::surface::SeatSetup;
    use crate::vocabulary::time::Wall;

    #[test]
    fn a_seat_is_lent_only_past_the_reserve_of_its_queue() {
        let (own, borrows) = (QueueId(1), QueueId(2));
        let shared = SeatSetup {
            queues: vec![own, borrows],
            ..SeatSetup::default()
        };
        let mut reserves = Reserves::default();
        reserves.set(own, 1);
        reserves.group(0, &Capability::of(&shared, Wall::default()));
        reserves.take_crossed();
        reserves.idle(0);
        assert!(reserves.hold(0, borrows) && !reserves.hold(0, own));
        assert!(reserves.take_crossed().is_empty());
        reserves.idle(0);
        assert_eq!(reserves.take_crossed(), [own]);
        assert!(!reserves.hold(0, borrows));
        reserves.busy(0);
        assert!(reserves.hold(0, borrows));
        reserves.set(own, 0);
        assert!(!reserves.hold(0, borrows) && reserves.is_empty());
    }
}
