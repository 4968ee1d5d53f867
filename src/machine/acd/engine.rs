//! The engine: told inputs, answers outputs, says when to wake it.
//!
//! An event moves seats and contacts; whom it set free is then matched, so that after each event
//! nobody waits whom a ready seat could take.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::arrival::Entry;
use crate::machine::acd::arrival::LOOK_EVERY;
use crate::machine::acd::board::Board;
use crate::machine::acd::board::Timer;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::OfferEnd;
use crate::machine::acd::fact::WithdrawReason;
use crate::machine::acd::reorganisation::Order;
use crate::machine::acd::seat::Booking;
use crate::machine::acd::seat::Phase;
use crate::machine::acd::seat::Seat;
use crate::machine::acd::seat::Wish;
use crate::machine::acd::settle::settle;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Epoch;
use crate::machine::acd::surface::HELD_MAX;
use crate::machine::acd::surface::Input;
use crate::machine::acd::surface::Output;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::acd::surface::WRAP_UP_MAX;
use crate::machine::acd::tour::Tour;
use crate::machine::acd::view::Counted;
use crate::machine::acd::view::QueueView;
use crate::machine::acd::view::SeatView;
use crate::machine::acd::view::WaitingView;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Deadlines served in one turn. More are due again at once.
pub const DUE_MAX: usize = 1_000;

/// The distributor.
#[derive(Debug, Default)]
pub struct Engine {
    pub(super) board: Board,
    /// The last turn.
    turn: Turn,
}

impl Engine {
    /// An engine with these seats, all signed out, and these queues.
    pub fn new(
        seats: impl IntoIterator<Item = SeatSetup>,
        queues: impl IntoIterator<Item = QueueSetup>,
    ) -> Self {
        let mut board = Board::default();
        for setup in queues {
            board.set_queue(setup);
        }
        for setup in seats {
            board.set_seat(&setup, Turn::default());
        }
        Self {
            board,
            turn: Turn::default(),
        }
    }

    /// Adds a seat or changes its queues and skills. Its state, offer or talk stays.
    pub fn set_seat(&mut self, turn: Turn, setup: &SeatSetup) {
        self.board.set_seat(setup, turn);
        settle(&mut self.board, turn.now);
    }

    /// Adds a queue or changes its set-up. A new need holds for who arrives from here on, new
    /// times for the next ring, wrap-up and announcement.
    pub fn set_queue(&mut self, setup: QueueSetup) {
        self.board.set_queue(setup);
    }

    /// Changes queues and seats at once and moves contacts whose queue or skills are gone; then
    /// whoever is free is matched.
    pub fn reorganise(&mut self, turn: Turn, order: &Order) {
        order.apply(&mut self.board, turn);
        settle(&mut self.board, turn.now);
    }

    /// How many wait or are rung for in this queue.
    #[must_use]
    pub fn in_queue(&self, queue: QueueId) -> u32 {
        let queue = self.board.queues.get(&queue);
        queue.map_or(0, |queue| queue.line.len().saturating_add(queue.offered))
    }

    /// How many wait or are rung for that need this skill, in whatever step.
    #[must_use]
    pub fn needing(&self, skill: SkillId) -> u32 {
        let tours = self.board.tours.users();
        let needs = |(tour, _): &(&Tour, u32)| tour.names(skill, &self.board.matching);
        tours.filter(needs).map(|(_, users)| users).sum()
    }

    /// Takes one input. Poll until `None` before the next.
    pub fn handle(&mut self, turn: Turn, input: Input) {
        let now = turn.now;
        self.turn = turn;
        self.board.end_certificates(turn);
        match input {
            Input::SeatSignedIn(seat) => {
                self.board.step(seat, now, |seat| seat.sign_in(now));
            }
            Input::SeatSignedOut(seat) => self.sign_out(seat, now),
            Input::SeatReady(seat) => self.hear(seat, Wish::Ready, now),
            Input::SeatAway(seat) => self.hear(seat, Wish::Away, now),
            Input::WrapUpDone(seat) => self.end_wrap_up(seat, now),
            Input::WrapUpLasts { seat, lasts } => self.extend_wrap_up(seat, lasts, now),
            Input::Arrived(arrival) => self.arrive(&arrival, now),
            Input::Left(contact) => self.leave(contact, now),
            Input::Parked(contact) => self.park(contact, now),
            Input::Held { seat, epoch, lasts } => self.hold(seat, epoch, lasts, now),
            Input::TakeOut(contact) => self.take_out(contact, now),
            Input::Reroute { contact, queue } => self.board.reroute(contact, queue, now),
            Input::Reprioritise { contact, class } => {
                self.board.reprioritise(contact, class, now);
            }
            Input::Reserved { seat, epoch } => self.grant(seat, epoch, now),
            Input::ReserveRefused { seat, epoch } => self.refuse(seat, epoch, now),
            Input::Answered { seat, epoch } => self.answer(seat, epoch, now),
            Input::Declined { seat, epoch } => self.fail(seat, epoch, OfferEnd::Declined, now),
            Input::TalkEnded { seat, epoch } => self.end_talk(seat, epoch, now),
        }
        settle(&mut self.board, now);
    }

    /// What is to be done or known next, oldest first.
    pub fn poll(&mut self) -> Option<Output> {
        self.board.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is due. May be past if more was due than one turn serves.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        let due = self.board.deadlines.first().map(|(at, _)| *at);
        let certificate = self.board.certificates.first();
        let runs_out = certificate.map(|(until, _)| self.turn.deadline(*until));
        due.into_iter().chain(runs_out).min()
    }

    /// Serves what is due, at most [`DUE_MAX`] deadlines: first the seats', then whoever is free
    /// is matched, then who still waits is looked at.
    pub fn handle_timeout(&mut self, turn: Turn) {
        self.turn = turn;
        self.board.end_certificates(turn);
        let (mut waiting, mut seen) = (Vec::new(), BTreeSet::new());
        for _ in 0..DUE_MAX {
            let first = self.board.deadlines.first();
            if first.is_none_or(|(at, _)| *at > turn.now) {
                break;
            }
            match self.board.deadlines.pop_first() {
                Some((_, Timer::Seat(seat))) => self.seat_due(seat, turn.now),
                // A step that ends as well puts the contact, and its look, back among the due.
                Some((_, Timer::Contact(contact))) if !seen.insert(contact) => {}
                Some((_, Timer::Contact(contact))) => waiting.push(contact),
                Some((_, Timer::Step(contact))) => self.board.look_at_step(contact, turn.now),
                None => break,
            }
        }
        settle(&mut self.board, turn.now);
        for contact in waiting {
            self.look(contact, turn.now);
        }
    }

    /// The queue in which a contact waits or is rung for.
    #[must_use]
    pub fn waits_in(&self, contact: CallId) -> Option<QueueId> {
        let contact = self.board.contacts.get(&contact)?;
        (!matches!(contact.stage, Stage::Talking(_))).then_some(contact.queue)
    }

    /// Every seat.
    pub fn seats(&self) -> impl Iterator<Item = SeatView> + '_ {
        let seats = self.board.seats.iter();
        seats.map(|(id, seat)| SeatView::of(*id, seat))
    }

    /// One seat.
    #[must_use]
    pub fn seat(&self, id: SeatId) -> Option<SeatView> {
        self.board.seats.get(&id).map(|seat| SeatView::of(id, seat))
    }

    /// Every queue with the number of its contacts.
    pub fn queue_lengths(&self) -> impl Iterator<Item = QueueView> + '_ {
        self.board.queues.iter().map(|(id, queue)| QueueView {
            queue: *id,
            waiting: queue.line.len(),
            offered: queue.offered,
            talking: queue.talking,
        })
    }

    /// Who waits in a queue, first to last.
    pub fn waiting(&self, queue: QueueId) -> impl Iterator<Item = WaitingView> + '_ {
        let line = self.board.queues.get(&queue).map(|queue| queue.line.iter());
        let numbered = line.into_iter().flatten().zip(1..);
        numbered.map(|((place, contact), position)| WaitingView {
            contact,
            position,
            arrived: place.arrived,
            priority: place.priority.0,
        })
    }

    /// What could not be used so far.
    #[must_use]
    pub const fn counted(&self) -> Counted {
        self.board.counted
    }

    fn sign_out(&mut self, seat: SeatId, now: Now) {
        if let Some(Some(lost)) = self.board.step(seat, now, Seat::sign_out) {
            let reason = WithdrawReason::SeatSignedOut;
            self.board.withdraw(seat, lost, reason);
            let end = OfferEnd::Withdrawn(reason);
            self.board.unbook(lost.contact, seat, end, now);
        }
    }

    fn hear(&mut self, seat: SeatId, wish: Wish, now: Now) {
        let place = self.board.last_place(now);
        if self.board.step(seat, now, |seat| seat.hear(wish, place)) == Some(false) {
            self.board.counted.stale += 1;
        }
    }

    fn end_wrap_up(&mut self, seat: SeatId, now: Now) {
        let place = self.board.last_place(now);
        if self.board.step(seat, now, |seat| seat.end_wrap_up(place)) == Some(false) {
            self.board.counted.stale += 1;
        }
    }

    fn extend_wrap_up(&mut self, seat: SeatId, lasts: Duration, now: Now) {
        let until = now + lasts.min(WRAP_UP_MAX);
        if self
            .board
            .step(seat, now, |seat| seat.extend_wrap_up(until, now))
            == Some(false)
        {
            self.board.counted.stale += 1;
        }
    }

    fn arrive(&mut self, arrival: &Arrival, now: Now) {
        let entry = self.board.arrive(arrival, now);
        if entry == Entry::No {
            return;
        }
        settle(&mut self.board, now);
        if let Entry::OnlyToASeat { said } = entry {
            self.board.keep_if_taken(arrival.contact, said);
        }
        self.say_nobody(arrival.contact);
    }

    /// A supervisor takes out who waits or is rung for.
    fn take_out(&mut self, contact: CallId, now: Now) {
        if let Some(waited_ms) = self.remove(contact, WithdrawReason::TakenOut, now) {
            self.board.outputs.push_back(Output::TakenOut { contact });
            self.board.note(AcdFact::TakenOut { contact, waited_ms });
        }
    }

    /// Who waits or is rung for was not reached.
    fn park(&mut self, contact: CallId, now: Now) {
        if let Some(waited_ms) = self.remove(contact, WithdrawReason::Unreached, now) {
            self.board.note(AcdFact::Parked { contact, waited_ms });
        }
    }

    /// Who waits or is rung for goes; how long it has waited, in ms.
    fn remove(&mut self, id: CallId, reason: WithdrawReason, now: Now) -> Option<u64> {
        let stage = self.board.contacts.get(&id).map(|one| one.stage);
        match stage {
            Some(Stage::Waiting) => {}
            Some(Stage::Booked(_)) => self.board.release_all(id, reason, now),
            Some(Stage::Talking(_)) | None => {
                self.board.counted.stale += 1;
                return None;
            }
        }
        let gone = self.board.forget(id);
        gone.map(|contact| contact.waited_ms(now))
    }

    fn hold(&mut self, seat: SeatId, epoch: Epoch, lasts: Duration, now: Now) {
        self.ring_alone(seat, epoch, now);
        let until = now + lasts.min(HELD_MAX);
        if self.board.step(seat, now, |seat| seat.hold(epoch, until)) == Some(false) {
            self.board.counted.stale += 1;
        }
    }

    fn leave(&mut self, id: CallId, now: Now) {
        let Some(contact) = self.board.contacts.get(&id) else {
            self.board.counted.unknown += 1;
            return;
        };
        match contact.stage {
            Stage::Waiting => self.abandon(id, now),
            Stage::Booked(_) => {
                let reason = WithdrawReason::ContactLeft;
                self.board.release_all(id, reason, now);
                self.abandon(id, now);
            }
            Stage::Talking(seat) => {
                let booking = self.board.seats.get(&seat);
                let booking = booking.and_then(|seat| seat.phase().booking());
                if let Some(Booking { epoch, .. }) = booking {
                    self.end_talk(seat, epoch, now);
                }
            }
        }
    }

    fn abandon(&mut self, id: CallId, now: Now) {
        self.board.learn_wait(id, true, now);
        if let Some(contact) = self.board.forget(id) {
            let waited_ms = contact.waited_ms(now);
            self.board.note(AcdFact::Abandoned {
                contact: id,
                waited_ms,
            });
        }
    }

    fn grant(&mut self, seat: SeatId, epoch: Epoch, now: Now) {
        let booked = self.board.seats.get(&seat).map(Seat::phase);
        let contact = booked.and_then(Phase::booking).map(|one| one.contact);
        let setup = contact.and_then(|contact| self.board.setup_of(contact));
        let until = now + setup.map_or(Duration::ZERO, |setup| setup.ring);
        let granted = self.board.step(seat, now, |seat| seat.grant(epoch, until));
        let Some(Booking { contact, .. }) = self.in_time(granted) else {
            return;
        };
        self.board.outputs.push_back(Output::Offer {
            seat,
            contact,
            epoch,
        });
        self.board.note_offer(contact, seat, now);
    }

    fn refuse(&mut self, seat: SeatId, epoch: Epoch, now: Now) {
        let refused = self.board.step(seat, now, |seat| seat.refuse(epoch));
        if let Some(booking) = self.in_time(refused) {
            let end = OfferEnd::ReserveRefused;
            self.board.unbook(booking.contact, seat, end, now);
        }
    }

    /// A seat has answered: no other rings for its contact.
    fn ring_alone(&mut self, seat: SeatId, epoch: Epoch, now: Now) {
        let phase = self.board.seats.get(&seat).map(Seat::phase);
        if let Some(Phase::Offered(booking, _)) = phase
            && booking.epoch == epoch
        {
            self.board.ring_alone(booking.contact, seat, now);
        }
    }

    fn answer(&mut self, seat: SeatId, epoch: Epoch, now: Now) {
        self.ring_alone(seat, epoch, now);
        let answered = self.board.step(seat, now, |seat| seat.answer(epoch));
        if let Some(Booking { contact, .. }) = self.in_time(answered) {
            self.board.talk(contact, seat);
            let waited_ms = self.board.waited_ms(contact, now);
            self.board.learn_wait(contact, false, now);
            self.board.note(AcdFact::Answered {
                contact,
                seat,
                waited_ms,
            });
        }
    }

    fn fail(&mut self, seat: SeatId, epoch: Epoch, end: OfferEnd, now: Now) {
        let place = self.board.last_place(now);
        let failed = self.board.step(seat, now, |seat| seat.fail(epoch, place));
        if let Some(booking) = self.in_time(failed) {
            if let OfferEnd::Withdrawn(reason) = end {
                self.board.withdraw(seat, booking, reason);
            }
            self.board.unbook(booking.contact, seat, end, now);
        }
    }

    fn end_talk(&mut self, seat: SeatId, epoch: Epoch, now: Now) {
        let talking = self.board.seats.get(&seat).map(Seat::phase);
        let contact = talking.and_then(Phase::booking).map(|one| one.contact);
        let setup = contact.and_then(|contact| self.board.setup_of(contact));
        let work = setup.map(|setup| setup.wrap_up);
        let work = work.filter(|work| !work.is_zero());
        let until = work.map(|work| now + work);
        let since = self.board.seats.get(&seat).map(|seat| seat.works_since);
        let place = self.board.last_place(now);
        let ended = self
            .board
            .step(seat, now, |seat| seat.end_talk(epoch, until, place));
        if let Some(Booking { contact, .. }) = self.in_time(ended) {
            if let Some((gone, since)) = self.board.forget(contact).zip(since) {
                self.board.figures.talked(gone.queue, now.since(since));
            }
            self.board.note(AcdFact::Served { contact, seat });
        }
    }

    fn seat_due(&mut self, seat: SeatId, now: Now) {
        let Some(phase) = self.board.seats.get(&seat).map(Seat::phase) else {
            return;
        };
        let limit = WithdrawReason::RingLimit;
        match phase {
            Phase::Reserved(booking, _) => {
                self.board.counted.reserves_overdue += 1;
                self.board.withdraw(seat, booking, limit);
                self.refuse(seat, booking.epoch, now);
            }
            Phase::Offered(booking, _) => {
                self.fail(seat, booking.epoch, OfferEnd::Withdrawn(limit), now);
            }
            Phase::WrapUp(_) => self.end_wrap_up(seat, now),
            Phase::SignedOut { .. } | Phase::Away | Phase::Ready(_) | Phase::Talking { .. } => {}
        }
    }

    /// Looks at a contact that may wait: is anybody there for it, what is its position, when again.
    fn look(&mut self, id: CallId, now: Now) {
        self.say_nobody(id);
        let board = &mut self.board;
        let waiting = board.contacts.get_mut(&id);
        let Some(contact) = waiting.filter(|one| one.stage == Stage::Waiting) else {
            return;
        };
        let Some(queue) = board.queues.get(&contact.queue) else {
            return;
        };
        let every = queue.setup.announce_every;
        board
            .deadlines
            .remove(&(contact.look_at, Timer::Contact(id)));
        contact.look_at = now + if every.is_zero() { LOOK_EVERY } else { every };
        board
            .deadlines
            .insert((contact.look_at, Timer::Contact(id)));
        let position = queue.line.before(contact.place).saturating_add(1);
        if !every.is_zero() && contact.hear(position) {
            let contact = id;
            board
                .outputs
                .push_back(Output::Announce { contact, position });
        }
    }

    /// Says once to a waiting contact that nobody who is signed in could serve it.
    fn say_nobody(&mut self, id: CallId) {
        let Some(contact) = self.board.contacts.get(&id) else {
            return;
        };
        let waits = contact.stage == Stage::Waiting && !contact.nobody_said;
        if waits && !self.board.staffed(contact) {
            if let Some(contact) = self.board.contacts.get_mut(&id) {
                contact.nobody_said = true;
            }
            self.board
                .outputs
                .push_back(Output::NobodySignedIn { contact: id });
        }
    }

    fn in_time(&mut self, booking: Option<Option<Booking>>) -> Option<Booking> {
        if booking == Some(None) {
            self.board.counted.stale += 1;
        }
        booking.flatten()
    }
}
