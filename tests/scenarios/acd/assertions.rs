//! What must hold after every event. The watch keeps its own books from inputs and outputs and
//! compares them with what the engine shows; it knows nothing of how the engine decides.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::fact::WithdrawReason;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::step::Target;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;

use crate::acd::fault::Subject;
use crate::acd::reference::Contact;

/// A broken promise: which, and how.
pub(super) type Broken = String;

macro_rules! hold {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err(format!($($words)+));
        }
    };
}

struct Guest {
    /// What it asks for; where it stands is in the fields beside.
    one: Contact,
    waits: bool,
}

#[derive(Default)]
struct Desk {
    setup: Option<SeatSetup>,
    signed_in: bool,
    paused: bool,
    lost_in_talk: bool,
    work_until: Option<Now>,
    /// What it is booked for, and whether it rings.
    open: Option<(CallId, Epoch, bool)>,
    talk: Option<(CallId, Epoch)>,
    epoch_last: u64,
}

/// Counts of I12.
#[derive(Debug, Default)]
struct Sum {
    offered: u32,
    answered: u32,
    abandoned: u32,
    overflowed: u32,
    taken_out: u32,
    served: u32,
}

pub(super) struct Watch {
    now: Now,
    desks: BTreeMap<SeatId, Desk>,
    guests: BTreeMap<CallId, Guest>,
    queues: BTreeMap<QueueId, QueueSetup>,
    sum: Sum,
    number: u64,
}

impl Watch {
    pub(super) fn new(seats: Vec<SeatSetup>, queues: Vec<QueueSetup>) -> Self {
        let mut watch = Self {
            now: Now::START,
            desks: BTreeMap::new(),
            guests: BTreeMap::new(),
            queues: BTreeMap::new(),
            sum: Sum::default(),
            number: 0,
        };
        seats.into_iter().for_each(|seat| watch.set_seat(seat));
        queues.into_iter().for_each(|queue| watch.set_queue(queue));
        watch
    }

    pub(super) fn set_seat(&mut self, setup: SeatSetup) {
        let desk = self.desks.entry(setup.seat).or_default();
        desk.setup = Some(setup);
    }

    pub(super) fn set_queue(&mut self, setup: QueueSetup) {
        self.queues.insert(setup.queue, setup);
    }

    /// Time as it is from here on.
    pub(super) fn at(&mut self, now: Now) {
        self.now = now;
    }

    /// Books what the engine is about to be told.
    pub(super) fn hear(&mut self, input: &Input) {
        match input {
            Input::Arrived(arrival) if !self.guests.contains_key(&arrival.contact) => {
                self.sum.offered += 1;
                self.number += 1;
                let known = self.queues.get(&arrival.queue).cloned();
                let setup = known.unwrap_or_else(|| QueueSetup::plain(arrival.queue));
                let one = Contact::arrived(arrival, &setup, (self.number, self.now));
                let guest = Guest { one, waits: true };
                self.guests.insert(arrival.contact, guest);
            }
            Input::Arrived(_) | Input::Reserved { .. } | Input::Held { .. } => {}
            Input::Left(contact) => self.hear_left(*contact),
            Input::TakeOut(contact) | Input::Parked(contact) => {
                if self
                    .guests
                    .get(contact)
                    .is_some_and(|guest| !guest.one.talking)
                {
                    self.guests.remove(contact);
                }
            }
            Input::Reroute { .. } | Input::Reprioritise { .. } => {}
            Input::SeatSignedIn(seat)
            | Input::SeatSignedOut(seat)
            | Input::SeatReady(seat)
            | Input::SeatAway(seat)
            | Input::WrapUpDone(seat)
            | Input::WrapUpLasts { seat, .. }
            | Input::ReserveRefused { seat, .. }
            | Input::Answered { seat, .. }
            | Input::Declined { seat, .. }
            | Input::TalkEnded { seat, .. } => {
                if self.desks.contains_key(seat) {
                    self.hear_seat(input, *seat);
                }
            }
        }
    }

    fn hear_left(&mut self, contact: CallId) {
        let talks = |desk: &Desk| desk.talk.is_some_and(|talk| talk.0 == contact);
        let mut desks = self.desks.iter();
        let seat = desks.find(|(_, desk)| talks(desk)).map(|(seat, _)| *seat);
        if let Some(seat) = seat {
            self.end_talk(seat, contact);
        }
        self.guests.remove(&contact);
    }

    fn hear_seat(&mut self, input: &Input, seat: SeatId) {
        let desk = self.desks.get_mut(&seat).unwrap();
        match input {
            Input::SeatSignedIn(_) => {
                desk.signed_in = true;
                desk.lost_in_talk = false;
            }
            Input::SeatSignedOut(_) => {
                desk.signed_in = false;
                desk.lost_in_talk = desk.talk.is_some();
                desk.paused |= desk.talk.is_none();
            }
            Input::SeatReady(_) if desk.signed_in || desk.lost_in_talk => desk.paused = false,
            Input::SeatAway(_) => desk.paused = true,
            Input::WrapUpDone(_) => desk.work_until = None,
            Input::WrapUpLasts { lasts, .. } => {
                let works = desk.signed_in && desk.work_until.is_some_and(|end| self.now < end);
                if works {
                    desk.work_until = Some(self.now + *lasts);
                }
            }
            Input::Answered { epoch, .. } => {
                if let Some((contact, _, true)) = desk.open.filter(|open| open.1 == *epoch) {
                    desk.open = None;
                    desk.talk = Some((contact, *epoch));
                    if let Some(guest) = self.guests.get_mut(&contact) {
                        guest.one.talking = true;
                    }
                }
            }
            Input::ReserveRefused { epoch, .. } | Input::Declined { epoch, .. } => {
                let refuses = matches!(input, Input::ReserveRefused { .. });
                let ends = |open: &(CallId, Epoch, bool)| open.1 == *epoch && !(refuses && open.2);
                if let Some((contact, ..)) = desk.open.filter(ends) {
                    desk.open = None;
                    desk.paused |= refuses;
                    self.comes_back(contact, Some(seat).filter(|_| !refuses));
                }
            }
            Input::TalkEnded { epoch, .. } => {
                if let Some((contact, _)) = desk.talk.filter(|talk| talk.1 == *epoch) {
                    self.end_talk(seat, contact);
                }
            }
            Input::SeatReady(_)
            | Input::Arrived(_)
            | Input::Left(_)
            | Input::TakeOut(_)
            | Input::Parked(_)
            | Input::Held { .. }
            | Input::Reroute { .. }
            | Input::Reprioritise { .. }
            | Input::Reserved { .. } => {}
        }
    }

    fn end_talk(&mut self, seat: SeatId, contact: CallId) {
        let guest = self.guests.remove(&contact);
        let queue = guest.and_then(|guest| self.queues.get(&guest.one.queue));
        let work = queue
            .map(|queue| queue.wrap_up)
            .filter(|work| !work.is_zero());
        let desk = self.desks.get_mut(&seat).unwrap();
        desk.work_until = work.map(|work| self.now + work);
        desk.talk = None;
        desk.paused |= std::mem::take(&mut desk.lost_in_talk);
    }

    fn comes_back(&mut self, contact: CallId, failed_at: Option<SeatId>) {
        if let Some(guest) = self.guests.get_mut(&contact) {
            guest.waits = true;
            guest.one.failed_at = failed_at;
        }
    }

    /// Books what the engine said and checks it, word by word, then as a whole.
    ///
    /// # Errors
    ///
    /// The first promise that is broken.
    pub(super) fn check(&mut self, said: &[Output], engine: &Subject) -> Result<(), Broken> {
        for output in said {
            self.check_word(output)?;
        }
        self.check_limit(said)?;
        self.check_repeats(said, engine)?;
        self.check_seats(engine)?;
        self.check_pairs(engine)?;
        self.check_sum(engine)
    }

    fn check_word(&mut self, output: &Output) -> Result<(), Broken> {
        match output {
            Output::Reserve {
                seat,
                contact,
                epoch,
            } => self.check_reserve(*seat, *contact, *epoch),
            Output::Offer {
                seat,
                contact,
                epoch,
            } => {
                hold!(
                    self.guests.contains_key(contact),
                    "I11: {contact} is not here and is offered"
                );
                let desk = self.desks.get_mut(seat).unwrap();
                let booked = Some((*contact, *epoch, false));
                hold!(desk.open == booked, "I2: {seat:?} rings unbooked or twice");
                desk.open = Some((*contact, *epoch, true));
                Ok(())
            }
            Output::Withdraw {
                seat,
                contact,
                epoch,
                reason,
            } => {
                let desk = self.desks.get_mut(seat).unwrap();
                let open = desk.open.take();
                let right = open.is_some_and(|open| (open.0, open.1) == (*contact, *epoch));
                hold!(right, "I2: {seat:?} has no offer to withdraw");
                let cause = match reason {
                    WithdrawReason::ContactLeft
                    | WithdrawReason::TakenOut
                    | WithdrawReason::Unreached => !self.guests.contains_key(contact),
                    WithdrawReason::SeatSignedOut => !desk.signed_in,
                    WithdrawReason::RingLimit => true,
                    // Queues here ring one seat at a time.
                    WithdrawReason::AnsweredElsewhere | WithdrawReason::WantedElsewhere => false,
                };
                hold!(cause, "cause: {output:?} without one");
                let overdue = *reason == WithdrawReason::RingLimit;
                let ungranted = open.is_some_and(|open| !open.2);
                desk.paused |= overdue && ungranted;
                let failed = Some(*seat).filter(|_| overdue);
                self.comes_back(*contact, failed);
                Ok(())
            }
            Output::Announce { contact, position } => self.check_place(*contact, *position),
            Output::QueueFull { contact, .. } | Output::TakenOut { contact } => {
                self.guests.remove(contact);
                Ok(())
            }
            Output::NobodySignedIn { contact } => {
                hold!(
                    self.guests.contains_key(contact),
                    "I11: {contact} is not here and hears"
                );
                Ok(())
            }
            Output::Note(fact) => {
                self.tally(fact);
                self.follow(fact);
                Ok(())
            }
        }
    }

    fn check_place(&mut self, contact: CallId, position: u32) -> Result<(), Broken> {
        let guest = self.guests.get_mut(&contact);
        hold!(guest.is_some(), "I11: {contact} is not here and hears");
        let guest = guest.unwrap();
        hold!(position <= guest.one.told, "position: {position} is worse");
        guest.one.told = position;
        Ok(())
    }

    /// Who came to a full queue does not wait there.
    fn check_limit(&self, said: &[Output]) -> Result<(), Broken> {
        for output in said {
            let Output::Note(AcdFact::Queued { contact, queue, .. }) = output else {
                continue;
            };
            let here = self.guests.values().filter(|one| one.one.queue == *queue);
            let length = here.filter(|one| !one.one.talking).count();
            let setup = self.queues.get(queue);
            let room = setup.is_some_and(|setup| length <= setup.waiting_max as usize);
            let waits = self.guests.get(contact).is_some_and(|one| one.waits);
            hold!(room || !waits, "limit: {length} in {queue:?}");
        }
        Ok(())
    }

    fn check_reserve(&mut self, seat: SeatId, contact: CallId, epoch: Epoch) -> Result<(), Broken> {
        let guest = self.guests.get(&contact);
        hold!(guest.is_some(), "I11: {contact} is not here and is booked");
        let guest = guest.unwrap();
        hold!(guest.waits, "I2: {contact} is booked twice");
        let setup = self.desks.get(&seat).and_then(|desk| desk.setup.clone());
        let setup = setup.unwrap_or_default();
        let same = |one: &&Guest| guest.one.lines_up_with(&one.one, &setup);
        let lane = self.guests.values().filter(|one| one.waits).filter(same);
        let first = lane.map(|one| one.one.came()).min();
        hold!(
            first.is_none_or(|first| first >= guest.one.came()),
            "I4: {contact} goes before an earlier one"
        );
        hold!(
            self.fits(seat, guest),
            "skill: {seat:?} cannot serve {contact}"
        );
        let desk = self.desks.get_mut(&seat).unwrap();
        let free = desk.open.is_none() && desk.talk.is_none();
        hold!(free, "I2: {seat:?} is booked twice");
        hold!(!desk.paused, "I9: {seat:?} is booked in a pause");
        let works = desk.work_until.is_some_and(|until| self.now < until);
        hold!(!works, "I9: {seat:?} is booked in its wrap-up");
        hold!(epoch.0 > desk.epoch_last, "I10: {epoch:?} does not rise");
        desk.epoch_last = epoch.0;
        desk.open = Some((contact, epoch, false));
        self.guests.get_mut(&contact).unwrap().waits = false;
        Ok(())
    }

    fn fits(&self, seat: SeatId, guest: &Guest) -> bool {
        let setup = self.desks.get(&seat).and_then(|desk| desk.setup.as_ref());
        setup.is_some_and(|setup| guest.one.wants(setup, guest.one.wait.at))
    }

    /// Whether the reserve of a queue keeps a seat from a guest, if these are ready.
    fn held(&self, seat: SeatId, guest: &Guest, ready: &[SeatId]) -> bool {
        let serves = |seat: &SeatId, queue| {
            let setup = self.desks.get(seat).and_then(|desk| desk.setup.as_ref());
            setup.is_some_and(|setup| setup.queues.contains(&queue))
        };
        let by_name = matches!(guest.one.wait.step().target, Target::Seats { .. });
        !by_name
            && self.queues.values().any(|lender| {
                let keeps = lender.policy == Policy::Reserves && lender.reserve > 0;
                let there = ready.iter().filter(|one| serves(one, lender.queue)).count();
                keeps
                    && lender.queue != guest.one.queue
                    && serves(&seat, lender.queue)
                    && there <= lender.reserve as usize
            })
    }

    /// What the engine says of how a guest waits.
    fn follow(&mut self, fact: &AcdFact) {
        let now = self.now;
        if let AcdFact::StepEntered { contact, step, .. } = fact {
            if let Some(guest) = self.guests.get_mut(contact) {
                guest.one.wait.enter(usize::from(*step), now);
            }
        } else if let AcdFact::Reprioritised { contact, class } = fact {
            if let Some(guest) = self.guests.get_mut(contact) {
                guest.one.wait.class = *class;
            }
        } else if let AcdFact::Moved { contact, queue, .. } = fact
            && let Some(guest) = self.guests.get_mut(contact)
            && let Some(setup) = self.queues.get(queue)
        {
            guest.one.queue = *queue;
            guest.one.need = setup.need.and(&guest.one.wait.own);
            guest.one.wait.begin_in(setup, now);
        }
    }

    /// Not the same seat again while another would do.
    fn check_repeats(&mut self, said: &[Output], engine: &Subject) -> Result<(), Broken> {
        for output in said {
            let Output::Reserve { seat, contact, .. } = output else {
                continue;
            };
            let Some(guest) = self.guests.get(contact) else {
                continue;
            };
            let ready = engine.seats().filter(|one| one.state == SeatState::Ready);
            let ready: Vec<SeatId> = ready.map(|one| one.seat).collect();
            let mut others = ready.iter();
            let again = guest.one.failed_at == Some(*seat)
                && others.any(|one| self.fits(*one, guest) && !self.held(*one, guest, &ready));
            hold!(!again, "fairness: {seat:?} again, another was ready");
        }
        Ok(())
    }

    fn check_seats(&self, engine: &Subject) -> Result<(), Broken> {
        let mut booked = BTreeSet::new();
        for view in engine.seats() {
            let (seat, desk) = (view.seat, self.desks.get(&view.seat).unwrap());
            let open = desk.open.map(|(contact, epoch, _)| (contact, epoch));
            hold!(
                view.booking == open.or(desk.talk),
                "I2: {view:?} is not what was said: {open:?}, {:?}",
                desk.talk
            );
            let alone = view
                .booking
                .is_none_or(|(contact, _)| booked.insert(contact));
            hold!(alone, "I2: two seats for one contact: {view:?}");
            let here = open.is_none_or(|(contact, _)| self.guests.contains_key(&contact));
            hold!(here, "I11: {seat:?} rings for one who left");
            let talks = view.state == SeatState::Talking;
            hold!(
                talks == desk.talk.is_some(),
                "I2: {view:?} talks unanswered"
            );
            let free = view.state == SeatState::Ready;
            hold!(!(free && desk.paused), "I9: {seat:?} is ready in a pause");
            let works = desk.work_until.is_some_and(|until| self.now < until);
            hold!(!(free && works), "I9: {seat:?} is ready in its wrap-up");
            let counted = view.state == SeatState::WrapUp;
            hold!(
                !counted || desk.work_until.is_some_and(|until| self.now <= until),
                "I9: {seat:?} is in wrap-up for too long"
            );
        }
        Ok(())
    }

    fn check_pairs(&self, engine: &Subject) -> Result<(), Broken> {
        let ready = engine.seats().filter(|one| one.state == SeatState::Ready);
        let ready: Vec<_> = ready.map(|one| one.seat).collect();
        for (id, guest) in self.guests.iter().filter(|(_, guest)| guest.waits) {
            let may = |seat: &SeatId| self.fits(*seat, guest) && !self.held(*seat, guest, &ready);
            let idle = ready.iter().find(|seat| may(seat));
            hold!(idle.is_none(), "I5: {id} waits although {idle:?} is ready");
        }
        Ok(())
    }

    fn check_sum(&self, engine: &Subject) -> Result<(), Broken> {
        let (mut waiting, mut talking) = (0, 0);
        for view in engine.queues() {
            waiting += view.waiting + view.offered;
            talking += view.talking;
            let guests = self.guests.values();
            let queued = guests.filter(|one| one.one.queue == view.queue && one.waits);
            hold!(
                queued.count() == view.waiting as usize,
                "I1: {view:?} is not what was said"
            );
        }
        let sum = &self.sum;
        let known = sum.answered + sum.abandoned + sum.overflowed + sum.taken_out + waiting;
        hold!(sum.offered == known, "I12: {sum:?}, {waiting} wait");
        hold!(
            sum.answered == sum.served + talking,
            "I12: {sum:?}, {talking} talk"
        );
        Ok(())
    }

    fn tally(&mut self, fact: &AcdFact) {
        match fact {
            AcdFact::Answered { .. } => self.sum.answered += 1,
            AcdFact::Abandoned { .. } => self.sum.abandoned += 1,
            AcdFact::Overflowed { .. } => self.sum.overflowed += 1,
            AcdFact::TakenOut { .. } | AcdFact::Parked { .. } => self.sum.taken_out += 1,
            AcdFact::Served { .. } => self.sum.served += 1,
            AcdFact::Queued { .. }
            | AcdFact::Offered { .. }
            | AcdFact::OfferEnded { .. }
            | AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. }
            | AcdFact::Moved { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::SeatChanged { .. } => {}
        }
    }
}
