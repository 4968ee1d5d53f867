//! Who rings beside whom: seats that ring for a contact that another is booked for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;

/// Who rings beside whom.
#[derive(Debug, Default)]
pub struct Beside {
    /// Seats that ring beside another, and for whom.
    pub rings: BTreeMap<SeatId, CallId>,
    /// Contacts that are rung for, and by whom beside the seat that is booked.
    pub rung: BTreeMap<CallId, Vec<SeatId>>,
    /// Who has declined meanwhile.
    pub declined: BTreeSet<(CallId, SeatId)>,
    /// Those of them for whom more may ring.
    pub short: BTreeSet<CallId>,
}

impl Beside {
    /// For whom this seat rings beside another.
    #[must_use]
    pub fn rings_for(&self, seat: SeatId) -> Option<CallId> {
        self.rings.get(&seat).copied()
    }

    /// A seat rings beside the one that is booked for this contact.
    pub fn add(&mut self, seat: SeatId, contact: CallId) {
        self.rings.insert(seat, contact);
        self.rung.entry(contact).or_default().push(seat);
    }

    /// It does so no more.
    pub fn remove(&mut self, seat: SeatId) {
        if let Some(contact) = self.rings.remove(&seat)
            && let Some(all) = self.rung.get_mut(&contact)
        {
            all.retain(|one| *one != seat);
        }
    }

    /// How many ring beside for a contact.
    #[must_use]
    pub fn count(&self, contact: CallId) -> usize {
        self.rung.get(&contact).map_or(0, Vec::len)
    }

    /// Nobody rings beside another for this contact any more; who did.
    pub fn clear(&mut self, contact: CallId) -> Vec<SeatId> {
        self.short.remove(&contact);
        self.declined
            .extract_if((contact, SeatId(0))..=(contact, SeatId(u32::MAX)), |_| true)
            .for_each(drop);
        let all = self.rung.remove(&contact).unwrap_or_default();
        for seat in &all {
            self.rings.remove(seat);
        }
        all
    }
}
