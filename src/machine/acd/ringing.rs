//! Several seats ring for one contact: of a queue that wants so, seats that are left over ring
//! beside the one that is booked. Who answers first has the contact.
//!
//! A seat rings beside only while nobody waits whom it could take: as soon as somebody does, it is
//! theirs. So ringing several at once costs no other caller anything.

use crate::machine::acd::board::Board;
use crate::machine::acd::board::RESERVE_LIMIT;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::OfferEnd;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::fact::WithdrawReason;
use crate::machine::acd::surface::Output;
use crate::machine::acd::tour::Way;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

impl Board {
    /// A seat has been booked for a contact: others may ring beside it.
    pub fn seek_beside(&mut self, contact: CallId) {
        let several = self
            .setup_of(contact)
            .is_some_and(|setup| setup.ring_at_once > 1);
        if several {
            self.beside.short.insert(contact);
        }
    }

    /// A seat that was booked for a contact, or rang beside, does so no more: it failed, or is gone.
    pub fn unbook(&mut self, contact: CallId, seat: SeatId, end: OfferEnd, now: Now) {
        if self.beside.rings_for(seat) == Some(contact) {
            self.beside.remove(seat);
            self.note(AcdFact::BesideEnded { contact, seat, end });
            self.beside.declined.insert((contact, seat));
            return self.seek_beside(contact);
        }
        self.note(AcdFact::OfferEnded { contact, seat, end });
        let heirs = self.beside.rung.get(&contact);
        let Some(heir) = heirs.and_then(|heirs| heirs.first()).copied() else {
            self.beside.clear(contact);
            return self.put_back(contact, seat, now);
        };
        self.beside.declined.insert((contact, seat));
        self.promote(contact, heir, now);
        self.seek_beside(contact);
    }

    /// A seat that rang beside is the one that is booked from here on.
    fn promote(&mut self, id: CallId, seat: SeatId, now: Now) {
        self.beside.remove(seat);
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.stage = Stage::Booked(seat);
        }
        let rings = self.seats.get(&seat).map(|one| one.phase().state());
        if rings == Some(SeatState::Offered) {
            self.note_offer(id, seat, now);
        }
    }

    /// Only this seat rings for a contact from here on: it has answered. If another was booked,
    /// they change places, so that the log says of one offer that it led to the answer.
    pub fn ring_alone(&mut self, id: CallId, seat: SeatId, now: Now) {
        if let Some(contact) = self.contacts.get_mut(&id)
            && let Stage::Booked(first) = contact.stage
            && first != seat
        {
            contact.stage = Stage::Booked(seat);
            self.beside.remove(seat);
            self.beside.add(first, id);
        }
        self.release_beside(id, WithdrawReason::AnsweredElsewhere, now);
    }

    /// Nobody rings for a contact any more, through no fault of theirs.
    pub fn release_all(&mut self, contact: CallId, reason: WithdrawReason, now: Now) {
        let stage = self.contacts.get(&contact).map(|one| one.stage);
        if let Some(Stage::Booked(seat)) = stage {
            self.release(seat, reason, now);
        }
        self.release_beside(contact, reason, now);
    }

    fn release_beside(&mut self, contact: CallId, reason: WithdrawReason, now: Now) {
        if self.beside.rung.contains_key(&contact) || self.beside.short.contains(&contact) {
            let others = self.beside.rung.get(&contact).cloned();
            for seat in others.into_iter().flatten() {
                self.release(seat, reason, now);
            }
            self.beside.clear(contact);
        }
    }

    /// A seat that is booked is not to ring any more, through no fault of its own.
    fn release(&mut self, seat: SeatId, reason: WithdrawReason, now: Now) {
        let booking = self.seats.get(&seat);
        let booking = booking.and_then(|seat| seat.phase().booking());
        if let Some(booking) = booking {
            let epoch = booking.epoch;
            self.step(seat, now, |seat| seat.release(epoch));
            self.withdraw(seat, booking, reason);
            let (contact, end) = (booking.contact, OfferEnd::Withdrawn(reason));
            if self.beside.rings_for(seat).is_some() {
                self.beside.remove(seat);
                self.note(AcdFact::BesideEnded { contact, seat, end });
            } else {
                self.note(AcdFact::OfferEnded { contact, seat, end });
            }
        }
    }

    /// Gives seats that ring beside to those who wait; has more ring where there are more. True if
    /// a seat is free now for somebody who waits.
    pub fn adjust_beside(&mut self, now: Now) -> bool {
        let mut wanted = self.beside.rings.iter();
        let wanted = wanted.find(|(seat, _)| self.is_waited_for(**seat));
        if let Some((seat, contact)) = wanted.map(|(seat, contact)| (*seat, *contact)) {
            self.release(seat, WithdrawReason::WantedElsewhere, now);
            self.beside.short.insert(contact);
            return true;
        }
        for contact in self.beside.short.iter().copied().collect::<Vec<_>>() {
            while let Some(seat) = self.left_over(contact) {
                self.ring_beside(seat, contact, now);
            }
        }
        false
    }

    /// Whether anybody waits whom this seat, were it ready, could take.
    fn is_waited_for(&self, seat: SeatId) -> bool {
        let in_lanes = |group| self.matching.heads(group).next().is_some();
        let group = self.seats.get(&seat).map(|one| one.group);
        group.is_some_and(in_lanes) || self.personal.heads(seat).next().is_some()
    }

    /// A ready seat that may ring beside, if more may.
    fn left_over(&mut self, id: CallId) -> Option<SeatId> {
        let several = self.setup_of(id).map_or(1, |setup| setup.ring_at_once);
        let rings = self.beside.count(id).saturating_add(1);
        if rings >= usize::try_from(several).unwrap_or(usize::MAX) {
            self.beside.short.remove(&id);
            return None;
        }
        let (contact, step) = self.step_of(id)?;
        let Way::Lane(lane) = step.way else {
            return None;
        };
        let seat = self.matching.seat_for(lane, contact.failed_at)?;
        let failed = contact.failed_at == Some(seat) || self.beside.declined.contains(&(id, seat));
        (!failed).then_some(seat)
    }

    fn ring_beside(&mut self, seat: SeatId, contact: CallId, now: Now) {
        let until = now + RESERVE_LIMIT;
        let booked = self.step(seat, now, |seat| seat.reserve(contact, until));
        if let Some(Some(epoch)) = booked {
            self.beside.add(seat, contact);
            self.outputs.push_back(Output::Reserve {
                seat,
                contact,
                epoch,
            });
        }
    }

    /// Says that a seat rings: as the one that is booked, or beside it.
    pub fn note_offer(&mut self, contact: CallId, seat: SeatId, now: Now) {
        if self.beside.rings_for(seat) == Some(contact) {
            return self.note(AcdFact::BesideOffered { contact, seat });
        }
        let waited_ms = self.waited_ms(contact, now);
        self.note(AcdFact::Offered {
            contact,
            seat,
            waited_ms,
        });
    }
}
