//! All that waits and all that serves, with the indices that keep an event cheap.
//!
//! Here are the single moves, each of which leaves every index right; which move an event asks
//! for is decided in the engine.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use crate::machine::acd::beside::Beside;
use crate::machine::acd::contact::Contact;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::WithdrawReason;
use crate::machine::acd::figure::Figures;
use crate::machine::acd::group::Idle;
use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::line::Line;
use crate::machine::acd::matching::Matching;
use crate::machine::acd::personal::Personal;
use crate::machine::acd::place::SeatPlace;
use crate::machine::acd::seat::Booking;
use crate::machine::acd::seat::Phase;
use crate::machine::acd::seat::Seat;
use crate::machine::acd::skill::Capability;
use crate::machine::acd::surface::Output;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::tour::Tours;
use crate::machine::acd::view::Counted;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::vocabulary::time::Wall;

/// How long a seat's owner has to grant or refuse a reservation.
pub const RESERVE_LIMIT: Duration = Duration::from_secs(1);

/// What a deadline is about.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Timer {
    /// A seat's phase ends.
    Seat(SeatId),
    /// A waiting contact is looked at.
    Contact(CallId),
    /// A waiting contact's step ends.
    Step(CallId),
}

/// Whom an event set free.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Free {
    /// A contact waits in this lane that did not before.
    Lane(LaneNo),
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
    /// How often its need, its steps or its policy changed.
    pub version: u32,
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
    /// Who asks for which seat.
    pub personal: Personal,
    /// Whom contacts ask for one after the other.
    pub tours: Tours,
    /// Who rings beside whom.
    pub beside: Beside,
    /// What policies look at.
    pub figures: Figures,
    /// What is due when: one entry for each seat with a deadline and each waiting contact, and one
    /// for each waiting contact's step that ends.
    pub deadlines: BTreeSet<(Now, Timer)>,
    /// Who was set free and is not matched yet; empty between events.
    pub free: Vec<Free>,
    /// Contacts in a step that ends unless somebody is ready; empty between events.
    pub hurried: Vec<CallId>,
    /// Seats that signed out or can do otherwise since contacts were last looked at.
    pub gone: Vec<SeatId>,
    /// Which certificate of a skill runs out next.
    pub certificates: BTreeSet<(Wall, SeatId)>,
    /// What is to be told.
    pub outputs: VecDeque<Output>,
    /// What could not be used.
    pub counted: Counted,
    /// The set-ups of seats with certificates, and when the next of each runs out.
    pub certified: BTreeMap<SeatId, (Wall, SeatSetup)>,
    regrouped: u64,
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
        let busy = seat.busy;
        let result = step(seat);
        let (group, after) = (seat.group, seat.phase());
        if before == after {
            return Some(result);
        }
        if before.works() && !after.works() {
            seat.busy = busy.after(seat.works_since, now);
        }
        if after.works() && !before.works() {
            seat.works_since = now;
        }
        let idle = |busy, place| Idle {
            seat: id,
            place,
            busy,
        };
        if let Phase::Ready(place) = before {
            self.matching.busy(group, idle(busy, place));
        }
        if let Phase::Ready(place) = after {
            self.matching.idle(group, idle(seat.busy, place));
            self.free.push(Free::Seat(id));
        }
        match (before.signed_in(), after.signed_in()) {
            (false, true) => self.matching.sign_in(group),
            (true, false) => {
                self.matching.sign_out(group);
                self.gone.push(id);
            }
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
            self.figures.book(booked.queue);
            if let Some(queue) = self.queues.get_mut(&booked.queue) {
                queue.offered += 1;
            }
        }
        self.outputs.push_back(Output::Reserve {
            seat,
            contact,
            epoch,
        });
        self.seek_beside(contact);
    }

    /// Brings a contact whose offer came to nothing back to its place.
    pub fn put_back(&mut self, contact: CallId, failed_at: SeatId, now: Now) {
        if let Some(queue) = self.queue_of(contact) {
            queue.offered = queue.offered.saturating_sub(1);
        }
        if let Some(contact) = self.contacts.get_mut(&contact) {
            contact.failed_at = Some(failed_at);
        }
        self.wait(contact, now);
    }

    /// A booked contact talks. It will not wait again.
    pub fn talk(&mut self, id: CallId, seat: SeatId) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.stage = Stage::Talking(seat);
            self.tours.leave(contact.tour);
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
            self.tours.leave(contact.tour);
        }
        Some(contact)
    }

    /// Adds a seat or changes what it can do; its phase and its booking stay.
    pub fn set_seat(&mut self, setup: &SeatSetup, turn: Turn) {
        if let Some((next, _)) = self.certified.remove(&setup.seat) {
            self.certificates.remove(&(next, setup.seat));
        }
        let ahead = setup.certified.iter().map(|(_, until)| *until);
        if let Some(next) = ahead.filter(|until| *until > turn.wall).min() {
            self.certificates.insert((next, setup.seat));
            self.certified.insert(setup.seat, (next, setup.clone()));
        }
        self.enable(setup.seat, Capability::of(setup, turn.wall), turn.now);
    }

    /// Skills whose certificates have run out do not count any more.
    pub fn end_certificates(&mut self, turn: Turn) {
        while let Some((_, seat)) = self.next_certificate(turn.wall) {
            self.certificates.pop_first();
            if let Some((_, setup)) = self.certified.get(&seat).cloned() {
                self.set_seat(&setup, turn);
            }
        }
    }

    fn next_certificate(&self, wall: Wall) -> Option<(Wall, SeatId)> {
        let first = self.certificates.first();
        first.filter(|(until, _)| *until <= wall).copied()
    }

    fn enable(&mut self, id: SeatId, able: Capability, now: Now) {
        self.personal.refit(id, &able);
        let group = self.matching.join(able);
        let Some(seat) = self.seats.get_mut(&id) else {
            self.seats.insert(id, Seat::new(group, now));
            return;
        };
        let (phase, busy, old) = (seat.phase(), seat.busy, seat.group);
        seat.group = group;
        if let Phase::Ready(place) = phase {
            let idle = Idle {
                seat: id,
                place,
                busy,
            };
            self.matching.busy(old, idle);
            self.matching.idle(group, idle);
            self.free.push(Free::Seat(id));
        }
        if phase.signed_in() {
            self.matching.sign_in(group);
            self.matching.sign_out(old);
        }
        self.gone.push(id);
        self.matching.part(old);
    }

    /// Adds a queue or changes its set-up. A new need holds for who arrives from here on.
    pub fn set_queue(&mut self, setup: QueueSetup) {
        self.figures.set(&setup);
        self.matching.set_reserve(setup.queue, setup.reserve());
        if let Some(queue) = self.queues.get_mut(&setup.queue) {
            let asks = |one: &QueueSetup| (one.need.clone(), one.steps.clone(), one.policy);
            queue.version += u32::from(asks(&queue.setup) != asks(&setup));
            queue.setup = setup;
            return;
        }
        let queue = Queue {
            line: Line::default(),
            offered: 0,
            talking: 0,
            version: 0,
            setup,
        };
        self.queues.insert(queue.setup.queue, queue);
    }

    /// Finds which queues share seats, if that may have changed.
    pub fn refresh_figures(&mut self) {
        if self.regrouped != self.matching.changes() {
            self.regrouped = self.matching.changes();
            self.figures.regroup();
        }
        self.figures.refresh(self.matching.abilities());
    }

    /// Whom a seat is booked for counts in another queue from here on.
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

    /// A contact's wait is over: it was answered, or it left.
    pub fn learn_wait(&mut self, contact: CallId, left: bool, now: Now) {
        if let Some(contact) = self.contacts.get(&contact) {
            let wait = now.since(contact.place.arrived);
            self.figures.waited(contact.queue, wait, left, now);
        }
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

    fn queue_of(&mut self, contact: CallId) -> Option<&mut Queue> {
        let contact = self.contacts.get(&contact)?;
        self.queues.get_mut(&contact.queue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::id::SkillId;

    fn at(ms: i64) -> Turn {
        Turn {
            wall: Wall::from_ms(ms),
            ..Turn::default()
        }
    }

    #[test]
    fn certificates_run_out_one_after_the_other_and_a_new_set_up_brings_its_own() {
        let seat = SeatId(1);
        let until = |ms| Wall::from_ms(ms);
        let setup = SeatSetup {
            seat,
            skills: vec![(SkillId(1), 5), (SkillId(2), 5)],
            certified: vec![(SkillId(1), until(100)), (SkillId(2), until(200))],
            ..SeatSetup::default()
        };
        let mut board = Board::default();
        board.set_seat(&setup, at(0));
        let levels = |board: &Board| {
            let group = board.seats.get(&seat).unwrap().group;
            let able = board.matching.capability(group);
            [1, 2].map(|skill| able.level(SkillId(skill)))
        };
        let ends = |board: &Board| board.certificates.iter().copied().collect::<Vec<_>>();
        board.end_certificates(at(99));
        assert_eq!(levels(&board), [Some(5), Some(5)]);
        board.end_certificates(at(100));
        assert_eq!(levels(&board), [None, Some(5)]);
        assert_eq!(ends(&board), [(until(200), seat)]);
        let renewed = SeatSetup {
            certified: vec![(SkillId(1), until(300))],
            ..setup
        };
        board.set_seat(&renewed, at(150));
        assert_eq!(levels(&board), [Some(5), Some(5)]);
        assert_eq!(ends(&board), [(until(300), seat)]);
        board.end_certificates(at(900));
        assert_eq!(levels(&board), [None, Some(5)]);
        assert!(ends(&board).is_empty());
    }
}
