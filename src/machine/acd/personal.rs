//! Contacts that wait for seats by name, at each of these.

use std::collections::BTreeMap;

use crate::machine::acd::lane::Head;
use crate::machine::acd::need::Need;
use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::row::Row;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::step::Class;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;

/// Contacts of one queue, need and class that ask for the same seat.
#[derive(Clone, Debug)]
struct Lane {
    queue: QueueId,
    need: Need,
    class: Class,
    /// Whether the seat meets the need.
    fits: bool,
    waiting: Row<ContactPlace, CallId>,
}

/// What a contact brings to the seats it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Its queue.
    pub queue: QueueId,
    /// Its whole need.
    pub need: &'a Need,
    /// Its class.
    pub class: Class,
}

/// Who asks for which seat.
#[derive(Debug, Default)]
pub struct Personal {
    lanes: BTreeMap<SeatId, Vec<Lane>>,
}

impl Personal {
    /// A contact waits for this seat, which can do `able`.
    pub fn wait(
        &mut self,
        seat: SeatId,
        able: &Capability,
        asking: Asking<'_>,
        (place, contact): (ContactPlace, CallId),
    ) {
        let lanes = self.lanes.entry(seat).or_default();
        let at = lanes.iter().position(|lane| lane.is_for(asking));
        let at = at.unwrap_or_else(|| {
            lanes.push(Lane {
                queue: asking.queue,
                need: asking.need.clone(),
                class: asking.class,
                fits: able.meets(asking.queue, asking.need),
                waiting: Row::default(),
            });
            lanes.len() - 1
        });
        if let Some(lane) = lanes.get_mut(at) {
            lane.waiting.insert(place, contact);
        }
    }

    /// It waits for this seat no more.
    pub fn unwait(&mut self, seat: SeatId, asking: Asking<'_>, place: ContactPlace) {
        let Some(lanes) = self.lanes.get_mut(&seat) else {
            return;
        };
        let Some(at) = lanes.iter().position(|lane| lane.is_for(asking)) else {
            return;
        };
        lanes[at].waiting.remove(place);
        if lanes[at].waiting.is_empty() {
            lanes.swap_remove(at);
        }
        if lanes.is_empty() {
            self.lanes.remove(&seat);
        }
    }

    /// The seat can do otherwise.
    pub fn refit(&mut self, seat: SeatId, able: &Capability) {
        for lane in self.lanes.get_mut(&seat).into_iter().flatten() {
            lane.fits = able.meets(lane.queue, &lane.need);
        }
    }

    /// The first of each lane whose contacts the seat may take.
    pub fn heads(&self, seat: SeatId) -> impl Iterator<Item = Head> + '_ {
        let lanes = self.lanes.get(&seat).into_iter().flatten();
        lanes.filter(|lane| lane.fits).filter_map(|lane| {
            let (place, contact) = lane.waiting.first()?;
            Some(Head {
                queue: lane.queue,
                class: lane.class,
                place,
                contact,
            })
        })
    }

    /// Everybody who waits for this seat.
    pub fn waiting(&self, seat: SeatId) -> impl Iterator<Item = CallId> + '_ {
        let lanes = self.lanes.get(&seat).into_iter().flatten();
        lanes.flat_map(|lane| lane.waiting.iter())
    }
}

impl Lane {
    fn is_for(&self, asking: Asking<'_>) -> bool {
        self.queue == asking.queue && self.class == asking.class && self.need == *asking.need
    }
}
