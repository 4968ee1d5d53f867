//! All that waits and all that serves, with the indices that keep an event cheap.
//!
//! Here are the single moves, each of which leaves every index right; which move an event asks
//! for is decided in the engine.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use crate::machine::acd::contact::Contact;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::line::Line;
use crate::machine::acd::matching::Matching;
use crate::machine::acd::place::SeatPlace;
use crate::machine::acd::seat::Booking;
use crate::machine::acd::seat::Phase;
use crate::machine::acd::seat::Seat;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::surface::AcdFact;
use crate::machine::acd::surface::OfferEnd;
use crate::machine::acd::surface::Output;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::surface::WithdrawReason;
use crate::machine::acd::view::Counted;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// How long a seat's owner has to grant or refuse a reservation.
pub const RESERVE_LIMIT: Duration = Duration::from_secs(1);

/// What a deadline is about.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Timer {
    /// A seat's phase ends.
    Seat(SeatId),
    /// A waiting contact is looked at.
    Contact(CallId),
}

/// Whom an event set free.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Free {
    /// A contact waits that did not before.
    Contact(CallId),
    /// A seat is ready that was not before, or for whom it was not.
    Seat(SeatId),
}

/// A queue: its set-up and who is in it.
#[derive(Debug)]
pub struct Queue {
    /// As configured.
    pub setup: QueueSetup,
    /// Who waits.
    pub line: Line,
    /// How many have a seat booked or ringing.
    pub offered: u32,
    /// How many talk.
    pub talking: u32,
}

/// The state of the whole distributor.
#[derive(Debug, Default)]
pub struct Board {
    /// Every seat that is configured.
    pub seats: BTreeMap<SeatId, Seat>,
    /// Every contact from arrival to the end of its talk.
    pub contacts: BTreeMap<CallId, Contact>,
    /// Every queue that was ever configured.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Who may serve whom.
    pub matching: Matching,
    /// What is due when; exactly one entry for each seat with a deadline and each waiting contact.
    pub deadlines: BTreeSet<(Now, Timer)>,
    /// Who was set free and is not matched yet; empty between events.
    pub free: Vec<Free>,
    /// What is to be told.
    pub outputs: VecDeque<Output>,
    /// What could not be used.
    pub counted: Counted,
    number: u64,
}

impl Board {
    /// The next of a rising sequence that keeps places apart.
    pub const fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A place behind every seat that is idle.
    pub const fn last_place(&mut self, now: Now) -> SeatPlace {
        let number = self.next_number();
        SeatPlace { since: now, number }
    }

    /// Says that something happened.
    pub fn note(&mut self, fact: AcdFact) {
        self.outputs.push_back(Output::Note(fact));
    }

    /// Lets a seat make one step and brings the indices after it.
    pub fn step<R>(
        &mut self,
        id: SeatId,
        now: Now,
        step: impl FnOnce(&mut Seat) -> R,
    ) -> Option<R> {
        let Some(seat) = self.seats.get_mut(&id) else {
            self.counted.unknown += 1;
            return None;
        };
        let before = seat.phase();
        let result = step(seat);
        let (group, after) = (seat.group, seat.phase());
        if before == after {
            return Some(result);
        }
        if let Phase::Ready(place) = before {
            self.matching.busy(group, place);
        }
        if let Phase::Ready(place) = after {
            self.matching.idle(group, place, id);
            self.free.push(Free::Seat(id));
        }
        match (before.signed_in(), after.signed_in()) {
            (false, true) => self.matching.sign_in(group),
            (true, false) => self.matching.sign_out(group),
            _ => {}
        }
        if let Some(until) = before.deadline() {
            self.deadlines.remove(&(until, Timer::Seat(id)));
        }
        if let Some(until) = after.deadline() {
            self.deadlines.insert((until, Timer::Seat(id)));
        }
        if before.state() != after.state() {
            seat.since = now;
            let state = after.state();
            self.note(AcdFact::SeatChanged { seat: id, state });
        }
        Some(result)
    }

    /// Puts a contact to its place among the waiting.
    pub fn wait(&mut self, id: CallId) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.stage = Stage::Waiting;
            self.matching.wait(contact.lane, contact.place, id);
            self.free.push(Free::Contact(id));
            self.deadlines.insert((contact.look_at, Timer::Contact(id)));
            if let Some(queue) = self.queues.get_mut(&contact.queue) {
                queue.line.insert(contact.place, id);
            }
        }
    }

    /// Takes a contact out of the waiting.
    pub fn unwait(&mut self, id: CallId) {
        if let Some(contact) = self.contacts.get(&id) {
            self.matching.unwait(contact.lane, contact.place);
            self.deadlines
                .remove(&(contact.look_at, Timer::Contact(id)));
            if let Some(queue) = self.queues.get_mut(&contact.queue) {
                queue.line.remove(contact.place);
            }
        }
    }

    /// Books a ready seat for a waiting contact.
    pub fn book(&mut self, seat: SeatId, contact: CallId, now: Now) {
        let until = now + RESERVE_LIMIT;
        let booked = self.step(seat, now, |seat| seat.reserve(contact, until));
        let Some(Some(epoch)) = booked else {
            return;
        };
        self.unwait(contact);
        if let Some(booked) = self.contacts.get_mut(&contact) {
            booked.stage = Stage::Booked(seat);
            if let Some(queue) = self.queues.get_mut(&booked.queue) {
                queue.offered += 1;
            }
        }
        self.outputs.push_back(Output::Reserve {
            seat,
            contact,
            epoch,
        });
    }

    /// Brings a contact whose offer came to nothing back to its place.
    pub fn put_back(&mut self, contact: CallId, failed_at: SeatId) {
        if let Some(queue) = self.queue_of(contact) {
            queue.offered = queue.offered.saturating_sub(1);
        }
        if let Some(contact) = self.contacts.get_mut(&contact) {
            contact.failed_at = Some(failed_at);
        }
        self.wait(contact);
    }

    /// A booked contact talks. It will not wait again.
    pub fn talk(&mut self, id: CallId, seat: SeatId) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.stage = Stage::Talking(seat);
            self.matching.leave(contact.lane);
        }
        if let Some(queue) = self.queue_of(id) {
            queue.offered = queue.offered.saturating_sub(1);
            queue.talking += 1;
        }
    }

    /// Forgets a contact, wherever it stands.
    pub fn forget(&mut self, id: CallId) -> Option<Contact> {
        self.unwait(id);
        let contact = self.contacts.remove(&id)?;
        let queue = self.queues.get_mut(&contact.queue);
        match (contact.stage, queue) {
            (Stage::Booked(_), Some(queue)) => queue.offered = queue.offered.saturating_sub(1),
            (Stage::Talking(_), Some(queue)) => queue.talking = queue.talking.saturating_sub(1),
            _ => {}
        }
        if !matches!(contact.stage, Stage::Talking(_)) {
            self.matching.leave(contact.lane);
        }
        Some(contact)
    }

    /// Adds a seat or changes what it can do; its phase and its booking stay.
    pub fn set_seat(&mut self, setup: &SeatSetup, now: Now) {
        let group = self.matching.join(Capability::of(setup));
        let Some(seat) = self.seats.get_mut(&setup.seat) else {
            self.seats.insert(setup.seat, Seat::new(group, now));
            return;
        };
        let (phase, old) = (seat.phase(), seat.group);
        seat.group = group;
        if let Phase::Ready(place) = phase {
            self.matching.busy(old, place);
            self.matching.idle(group, place, setup.seat);
            self.free.push(Free::Seat(setup.seat));
        }
        if phase.signed_in() {
            self.matching.sign_out(old);
            self.matching.sign_in(group);
        }
        self.matching.part(old);
    }

    /// Adds a queue or changes its set-up. A new need holds for who arrives from here on.
    pub fn set_queue(&mut self, setup: QueueSetup) {
        if let Some(queue) = self.queues.get_mut(&setup.queue) {
            queue.setup = setup;
            return;
        }
        let queue = Queue {
            line: Line::default(),
            offered: 0,
            talking: 0,
            setup,
        };
        self.queues.insert(queue.setup.queue, queue);
    }

    /// Whom a seat is booked for now counts in another queue.
    pub fn recount(&mut self, from: QueueId, to: QueueId) {
        if let Some(queue) = self.queues.get_mut(&from) {
            queue.offered = queue.offered.saturating_sub(1);
        }
        if let Some(queue) = self.queues.get_mut(&to) {
            queue.offered += 1;
        }
    }

    /// The set-up of the queue that a contact is in.
    #[must_use]
    pub fn setup_of(&self, contact: CallId) -> Option<&QueueSetup> {
        let contact = self.contacts.get(&contact)?;
        self.queues.get(&contact.queue).map(|queue| &queue.setup)
    }

    /// How long a contact has been here, in ms.
    #[must_use]
    pub fn waited_ms(&self, contact: CallId, now: Now) -> u64 {
        let contact = self.contacts.get(&contact);
        contact.map_or(0, |contact| contact.waited_ms(now))
    }

    /// Tells the seat's owner to ring for this booking no more.
    pub fn withdraw(&mut self, seat: SeatId, booking: Booking, reason: WithdrawReason) {
        self.outputs.push_back(Output::Withdraw {
            seat,
            contact: booking.contact,
            epoch: booking.epoch,
            reason,
        });
    }

    /// Says how a booking came to nothing.
    pub fn offer_ended(&mut self, seat: SeatId, booking: Booking, end: OfferEnd) {
        let contact = booking.contact;
        self.note(AcdFact::OfferEnded { contact, seat, end });
    }

    fn queue_of(&mut self, contact: CallId) -> Option<&mut Queue> {
        let contact = self.contacts.get(&contact)?;
        self.queues.get_mut(&contact.queue)
    }
}
