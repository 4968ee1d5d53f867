//! The distributor again, small and obvious: lists, and after each event a search over all pairs.

use std::time::Duration;

use ringwise::machine::acd::arrival::ANNOUNCE_FIRST;
use ringwise::machine::acd::arrival::LOOK_EVERY;
use ringwise::machine::acd::board::RESERVE_LIMIT;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::fact::WithdrawReason;
use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::place::Busyness;
use ringwise::machine::acd::seat::UNANSWERED_MAX;
use ringwise::machine::acd::step::Class;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::HELD_MAX;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::machine::acd::surface::WRAP_UP_MAX;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;

use crate::acd::choice::Wait;

pub(super) struct Seat {
    pub(super) setup: SeatSetup,
    pub(super) state: SeatState,
    pub(super) wishes_calls: bool,
    pub(super) signed_in: bool,
    pub(super) contact: Option<CallId>,
    pub(super) epoch: u64,
    pub(super) until: Option<Now>,
    work_left: Option<Now>,
    unanswered: u8,
    pub(super) idle_number: u64,
    pub(super) busy: Busyness,
    works_since: Now,
}

pub(super) struct Contact {
    pub(super) id: CallId,
    pub(super) queue: QueueId,
    pub(super) seat: Option<SeatId>,
    pub(super) talking: bool,
    /// What its queue and it itself need, whatever the step.
    pub(super) need: Need,
    pub(super) wait: Wait,
    pub(super) number: u64,
    pub(super) failed_at: Option<SeatId>,
    pub(super) told: u32,
    look_at: Now,
    nobody_said: bool,
}

impl Contact {
    /// When it came, and as which.
    pub(super) const fn came(&self) -> (Now, u64) {
        (self.wait.arrived, self.number)
    }

    /// One that has just come, with its number and the moment.
    pub(super) fn arrived(
        arrival: &Arrival,
        setup: &QueueSetup,
        (number, now): (u64, Now),
    ) -> Self {
        Self {
            id: arrival.contact,
            queue: arrival.queue,
            seat: None,
            talking: false,
            need: setup.need.and(&arrival.need),
            wait: Wait::of(arrival, setup, now),
            number,
            failed_at: None,
            told: u32::MAX,
            look_at: now,
            nobody_said: false,
        }
    }
}

pub(super) struct Model {
    pub(super) now: Now,
    pub(super) seats: Vec<Seat>,
    pub(super) contacts: Vec<Contact>,
    pub(super) queues: Vec<QueueSetup>,
    pub(super) said: Vec<Output>,
    number: u64,
}

impl Model {
    pub(super) fn new(seats: Vec<SeatSetup>, queues: Vec<QueueSetup>) -> Self {
        let seat = |setup| Seat {
            setup,
            state: SeatState::SignedOut,
            wishes_calls: false,
            signed_in: false,
            contact: None,
            epoch: 0,
            until: None,
            work_left: None,
            unanswered: 0,
            idle_number: 0,
            busy: Busyness::NONE,
            works_since: Now::START,
        };
        Self {
            now: Now::START,
            seats: seats.into_iter().map(seat).collect(),
            contacts: Vec::new(),
            queues,
            said: Vec::new(),
            number: 0,
        }
    }

    pub(super) fn set_seat(&mut self, setup: SeatSetup) {
        let at = self.seat(setup.seat).unwrap();
        self.seats[at].setup = setup;
        self.settle();
    }

    pub(super) fn set_queue(&mut self, setup: QueueSetup) {
        let queue = setup.queue;
        *self.setup(queue) = setup;
    }

    /// Whether the seat at this index could ever serve this contact.
    pub(super) fn admissible(seat: &SeatSetup, queue: QueueId, need: &Need) -> bool {
        seat.queues.contains(&queue) && Self::meets(seat, need)
    }

    pub(super) fn meets(seat: &SeatSetup, need: &Need) -> bool {
        need.0.iter().all(|clause| match clause {
            Clause::Skill(term) => {
                let mut skills = seat.skills.iter();
                skills.any(|(skill, level)| *skill == term.skill && term.takes(*level))
            }
            Clause::Group { group } => seat.groups.contains(group),
            Clause::Any { any } => any.iter().any(|one| Self::meets(seat, one)),
            Clause::Not { not } => !Self::meets(seat, not),
        })
    }

    /// Who waits in a queue, in order.
    pub(super) fn waiting(&self, queue: QueueId) -> Vec<CallId> {
        let in_queue = |one: &&Contact| one.queue == queue && one.seat.is_none();
        let mut waiting: Vec<_> = self.contacts.iter().filter(in_queue).collect();
        waiting.sort_by_key(|one| (-one.wait.class.priority, one.came()));
        waiting.iter().map(|one| one.id).collect()
    }

    /// What is due first: at, seats before contacts, smaller ids first.
    pub(super) fn due(&self) -> Option<(Now, u8, u64)> {
        let seats = self.seats.iter();
        let seats = seats.filter_map(|one| Some((one.until?, 0, u64::from(one.setup.seat.0))));
        let waiting = self.contacts.iter().filter(|one| one.seat.is_none());
        let contacts = waiting.map(|one| (one.look_at, 1, one.id.bits()));
        let waiting = self.contacts.iter().filter(|one| one.seat.is_none());
        let steps = waiting.filter_map(|one| Some((one.wait.until?, 2, one.id.bits())));
        seats.chain(contacts).chain(steps).min()
    }

    /// Everything due in this turn: seats first, then the match, then who still waits.
    pub(super) fn timeout(&mut self) {
        let now = self.now;
        let seats = self.seats.iter();
        let seats = seats.filter_map(|one| Some((one.until?, one.setup.seat)));
        let mut seats: Vec<_> = seats.filter(|due| due.0 <= now).collect();
        seats.sort();
        for (_, seat) in seats {
            self.seat_due(seat);
        }
        let waiting = self.contacts.iter().filter(|one| one.seat.is_none());
        let waiting = waiting.map(|one| (one.look_at, one.id));
        let mut waiting: Vec<_> = waiting.filter(|due| due.0 <= now).collect();
        waiting.sort();
        self.settle();
        for (_, contact) in waiting {
            self.look(contact);
        }
    }

    pub(super) fn handle(&mut self, input: &Input) {
        match input {
            Input::SeatSignedIn(seat) => self.with(*seat, Self::sign_in),
            Input::SeatSignedOut(seat) => self.with(*seat, Self::sign_out),
            Input::SeatReady(seat) => self.with(*seat, |model, at| model.hear(at, true)),
            Input::SeatAway(seat) => self.with(*seat, |model, at| model.hear(at, false)),
            Input::WrapUpDone(seat) => self.with(*seat, Self::end_wrap_up),
            Input::WrapUpLasts { seat, lasts } => {
                let until = self.now + (*lasts).min(WRAP_UP_MAX);
                self.with(*seat, |model, at| model.extend_wrap_up(at, until));
            }
            Input::Arrived(arrival) => self.arrive(arrival),
            Input::Left(contact) => self.leave(*contact),
            Input::Parked(contact) => self.park(*contact),
            Input::Held { seat, epoch, lasts } => {
                let until = Some(self.now + (*lasts).min(HELD_MAX));
                self.booked(*seat, *epoch, &[SeatState::Offered], |model, at| {
                    model.seats[at].until = until;
                });
            }
            Input::TakeOut(contact) => self.take_out(*contact),
            Input::Reroute { contact, queue } => self.reroute(*contact, *queue),
            Input::Reprioritise { contact, class } => self.reprioritise(*contact, *class),
            Input::Reserved { seat, epoch } => {
                self.booked(*seat, *epoch, &[SeatState::Reserved], Self::grant);
            }
            Input::ReserveRefused { seat, epoch } => {
                self.booked(*seat, *epoch, &[SeatState::Reserved], Self::refuse);
            }
            Input::Answered { seat, epoch } => {
                self.booked(*seat, *epoch, &[SeatState::Offered], Self::answer);
            }
            Input::Declined { seat, epoch } => {
                let open = [SeatState::Reserved, SeatState::Offered];
                self.booked(*seat, *epoch, &open, Self::fail);
            }
            Input::TalkEnded { seat, epoch } => {
                self.booked(*seat, *epoch, &[SeatState::Talking], Self::end_talk);
            }
        }
        self.settle();
    }

    pub(super) fn reserve(&mut self, at: usize, contact: CallId) {
        let now = self.now;
        let seat = &mut self.seats[at];
        seat.state = SeatState::Reserved;
        seat.contact = Some(contact);
        seat.epoch += 1;
        seat.until = Some(now + RESERVE_LIMIT);
        let (seat, epoch) = (seat.setup.seat, Epoch(seat.epoch));
        self.contact(contact).unwrap().seat = Some(seat);
        self.said.push(Output::Reserve {
            seat,
            contact,
            epoch,
        });
    }

    fn sign_in(&mut self, at: usize) {
        let now = self.now;
        let seat = &mut self.seats[at];
        seat.signed_in = true;
        if seat.state == SeatState::SignedOut {
            seat.until = seat.work_left.take().filter(|until| *until > now);
            let works = seat.until.is_some();
            seat.works_since = now;
            seat.state = if works {
                SeatState::WrapUp
            } else {
                SeatState::Away
            };
        }
    }

    fn sign_out(&mut self, at: usize) {
        self.seats[at].signed_in = false;
        if self.seats[at].state == SeatState::Talking {
            return;
        }
        if self.seats[at].contact.is_some() {
            self.withdraw(at, WithdrawReason::SeatSignedOut);
        }
        let now = self.now;
        let seat = &mut self.seats[at];
        if seat.state == SeatState::WrapUp {
            seat.work_left = seat.until;
            seat.busy = seat.busy.after(seat.works_since, now);
        }
        seat.state = SeatState::SignedOut;
        seat.until = None;
        seat.wishes_calls = false;
    }

    fn hear(&mut self, at: usize, ready: bool) {
        let seat = &mut self.seats[at];
        if seat.state == SeatState::SignedOut {
            return;
        }
        seat.wishes_calls = ready;
        if seat.state == SeatState::Away && ready {
            seat.unanswered = 0;
            self.rest(at);
        } else if seat.state == SeatState::Ready && !ready {
            seat.state = SeatState::Away;
        }
    }

    fn end_wrap_up(&mut self, at: usize) {
        let now = self.now;
        let seat = &mut self.seats[at];
        seat.work_left = None;
        if seat.state == SeatState::WrapUp {
            seat.busy = seat.busy.after(seat.works_since, now);
            self.rest(at);
        }
    }

    fn extend_wrap_up(&mut self, at: usize, until: Now) {
        let seat = &mut self.seats[at];
        if seat.state == SeatState::WrapUp && seat.until > Some(self.now) {
            seat.until = Some(until);
        }
    }

    fn grant(&mut self, at: usize) {
        let (now, contact) = (self.now, self.seats[at].contact.unwrap());
        let queue = self.contact(contact).unwrap().queue;
        let ring = self.setup(queue).ring;
        let seat = &mut self.seats[at];
        seat.state = SeatState::Offered;
        seat.until = Some(now + ring);
        let (seat, epoch) = (seat.setup.seat, Epoch(seat.epoch));
        self.said.push(Output::Offer {
            seat,
            contact,
            epoch,
        });
    }

    fn refuse(&mut self, at: usize) {
        self.give_back(at);
        let seat = &mut self.seats[at];
        seat.wishes_calls = false;
        seat.state = SeatState::Away;
        seat.until = None;
    }

    fn answer(&mut self, at: usize) {
        let now = self.now;
        let seat = &mut self.seats[at];
        seat.works_since = now;
        seat.state = SeatState::Talking;
        seat.until = None;
        seat.unanswered = 0;
        let contact = seat.contact.unwrap();
        self.contact(contact).unwrap().talking = true;
    }

    fn fail(&mut self, at: usize) {
        self.give_back(at);
        let seat = &mut self.seats[at];
        seat.unanswered += 1;
        if seat.unanswered >= UNANSWERED_MAX {
            seat.wishes_calls = false;
        }
        self.rest(at);
    }

    fn end_talk(&mut self, at: usize) {
        let (now, contact) = (self.now, self.seats[at].contact.take().unwrap());
        let queue = self.contact(contact).unwrap().queue;
        let work = self.setup(queue).wrap_up;
        let work = (work > Duration::ZERO).then(|| now + work);
        self.contacts.retain(|one| one.id != contact);
        let seat = &mut self.seats[at];
        if !seat.signed_in || work.is_none() {
            seat.busy = seat.busy.after(seat.works_since, now);
        }
        if !seat.signed_in {
            seat.state = SeatState::SignedOut;
            seat.work_left = work;
            seat.wishes_calls = false;
        } else if work.is_some() {
            seat.state = SeatState::WrapUp;
            seat.until = work;
        } else {
            self.rest(at);
        }
    }

    fn arrive(&mut self, arrival: &Arrival) {
        let (contact, queue) = (arrival.contact, arrival.queue);
        if self.contact(contact).is_some() {
            return;
        }
        let unanswered = |one: &&Contact| one.queue == queue && !one.talking;
        let length = self.contacts.iter().filter(unanswered).count();
        let found = self.queues.iter().find(|one| one.queue == queue);
        let Some(setup) = found else {
            self.said.push(Output::QueueFull { contact, queue });
            return;
        };
        let full = length >= setup.waiting_max as usize;
        let first = match setup.announce_every {
            Duration::ZERO => LOOK_EVERY,
            every => every.min(ANNOUNCE_FIRST),
        };
        self.number += 1;
        let number = (self.number, self.now);
        let come = Contact {
            look_at: self.now + first,
            ..Contact::arrived(arrival, setup, number)
        };
        self.contacts.push(come);
        self.settle();
        if full && self.contact(contact).is_some_and(|one| one.seat.is_none()) {
            self.contacts.retain(|one| one.id != contact);
            self.said.push(Output::QueueFull { contact, queue });
        }
        self.say_nobody(contact);
    }

    fn leave(&mut self, id: CallId) {
        let Some(contact) = self.contact(id) else {
            return;
        };
        let (seat, talking) = (contact.seat, contact.talking);
        let at = seat.and_then(|seat| self.seat(seat));
        if let Some(at) = at.filter(|_| talking) {
            return self.end_talk(at);
        }
        self.go(id, WithdrawReason::ContactLeft);
    }

    /// Who waits, or is rung for, is here no more; a seat that rang has its turn again.
    fn go(&mut self, id: CallId, reason: WithdrawReason) {
        let seat = self.contact(id).and_then(|one| one.seat);
        if let Some(at) = seat.and_then(|seat| self.seat(seat)) {
            self.withdraw(at, reason);
            let kept = self.seats[at].idle_number;
            self.rest(at);
            self.seats[at].idle_number = kept;
        }
        self.contacts.retain(|one| one.id != id);
    }

    fn park(&mut self, id: CallId) {
        if self.contact(id).is_some_and(|one| !one.talking) {
            self.go(id, WithdrawReason::Unreached);
        }
    }

    fn take_out(&mut self, id: CallId) {
        if self.contact(id).is_some_and(|one| !one.talking) {
            self.go(id, WithdrawReason::TakenOut);
            self.said.push(Output::TakenOut { contact: id });
        }
    }

    fn reroute(&mut self, id: CallId, queue: QueueId) {
        let now = self.now;
        let Some(setup) = self.queues.iter().find(|one| one.queue == queue).cloned() else {
            return;
        };
        if let Some(contact) = self.contact(id).filter(|one| !one.talking) {
            contact.queue = queue;
            contact.need = setup.need.and(&contact.wait.own);
            contact.wait.begin_in(&setup, now);
        }
    }

    fn reprioritise(&mut self, id: CallId, class: Class) {
        if let Some(contact) = self.contact(id).filter(|one| !one.talking) {
            contact.wait.class = class;
        }
    }

    fn seat_due(&mut self, id: SeatId) {
        let at = self.seat(id).unwrap();
        match self.seats[at].state {
            SeatState::Reserved => {
                self.withdraw(at, WithdrawReason::RingLimit);
                self.refuse(at);
            }
            SeatState::Offered => {
                self.withdraw(at, WithdrawReason::RingLimit);
                self.fail(at);
            }
            SeatState::WrapUp => self.end_wrap_up(at),
            SeatState::SignedOut | SeatState::Away | SeatState::Ready | SeatState::Talking => {}
        }
    }

    fn look(&mut self, id: CallId) {
        self.say_nobody(id);
        let now = self.now;
        let contact = self.contact(id).unwrap();
        if contact.seat.is_some() {
            return;
        }
        let queue = contact.queue;
        let every = self.setup(queue).announce_every;
        let ahead = self.waiting(queue).iter().position(|one| *one == id);
        let position = u32::try_from(ahead.unwrap()).unwrap() + 1;
        let contact = self.contact(id).unwrap();
        contact.look_at = now + if every.is_zero() { LOOK_EVERY } else { every };
        if !every.is_zero() && position <= contact.told {
            contact.told = position;
            let contact = id;
            self.said.push(Output::Announce { contact, position });
        }
    }

    fn say_nobody(&mut self, id: CallId) {
        let found = self.contacts.iter().position(|one| one.id == id);
        let Some(contact) = found.map(|at| &self.contacts[at]) else {
            return;
        };
        let mut steps = contact.wait.at..contact.wait.steps.len();
        let somebody = steps.any(|at| self.staffed(contact, at));
        if contact.seat.is_none() && !contact.nobody_said && !somebody {
            self.contact(id).unwrap().nobody_said = true;
            self.said.push(Output::NobodySignedIn { contact: id });
        }
    }

    fn withdraw(&mut self, at: usize, reason: WithdrawReason) {
        let seat = &self.seats[at];
        self.said.push(Output::Withdraw {
            seat: seat.setup.seat,
            contact: seat.contact.unwrap(),
            epoch: Epoch(seat.epoch),
            reason,
        });
        if reason != WithdrawReason::RingLimit {
            self.give_back(at);
        }
    }

    fn give_back(&mut self, at: usize) {
        let contact = self.seats[at].contact.take().unwrap();
        let contact = self.contact(contact).unwrap();
        contact.failed_at = contact.seat.take();
    }

    /// Free again, behind all others.
    fn rest(&mut self, at: usize) {
        self.number += 1;
        let seat = &mut self.seats[at];
        seat.until = None;
        seat.state = SeatState::Away;
        if seat.wishes_calls {
            seat.state = SeatState::Ready;
            seat.idle_number = self.number;
        }
    }

    fn with(&mut self, seat: SeatId, act: impl FnOnce(&mut Self, usize)) {
        if let Some(at) = self.seat(seat) {
            act(self, at);
        }
    }

    fn booked(
        &mut self,
        seat: SeatId,
        epoch: Epoch,
        states: &[SeatState],
        act: impl FnOnce(&mut Self, usize),
    ) {
        let Some(at) = self.seat(seat) else {
            return;
        };
        let seat = &self.seats[at];
        if seat.epoch == epoch.0 && states.contains(&seat.state) {
            act(self, at);
        }
    }

    fn seat(&self, id: SeatId) -> Option<usize> {
        self.seats.iter().position(|one| one.setup.seat == id)
    }

    pub(super) fn contact(&mut self, id: CallId) -> Option<&mut Contact> {
        self.contacts.iter_mut().find(|one| one.id == id)
    }

    fn setup(&mut self, queue: QueueId) -> &mut QueueSetup {
        let mut queues = self.queues.iter_mut();
        queues.find(|one| one.queue == queue).unwrap()
    }
}
