//! What faces show: live calls, seats, queues and counters, folded from facts.

use std::collections::BTreeMap;

use crate::call::call_view::CallView;
use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::histogram::Histogram;
use crate::call::promise::CallbackFact;
use crate::call::promise::PromiseEnd;
use crate::call::queue_view::QueueView;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::call::record::Outcome;
use crate::call::release_view::ReleasesView;
use crate::call::report::foresight::Foresight;
use crate::call::seat_view::SeatView;
use crate::call::turnover::Released;
use crate::call::wait_book::WaitBook;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Wall;

/// What faces show, as of the last fact taken.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Calls that are live.
    pub calls: BTreeMap<CallId, CallView>,
    /// How many of them are off the line, to be called back.
    off_line: usize,
    /// Seats by id.
    pub seats: Vec<SeatView>,
    /// Queues by id.
    pub queues: Vec<QueueView>,
    /// Releases that are live.
    pub releases: ReleasesView,
    /// Totals since the start.
    pub totals: Totals,
    /// What was foreseen, by release.
    pub foresight: Foresight,
    /// How well waits were foretold.
    pub waits: WaitBook,
    /// Place of the last fact taken.
    pub seq: u64,
    names: Names,
}

/// Totals since the start.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Calls accepted.
    pub arrived: u64,
    /// Calls closed, by outcome.
    pub closed: BTreeMap<Outcome, u64>,
    /// Requests turned away, by reason.
    pub turned_away: BTreeMap<String, u64>,
    /// Alarms raised.
    pub alarms: u64,
    /// INVITE to first packet, in microseconds: how many were at most so long.
    pub first_sound_us: Histogram,
    /// Key to prompt's stop, in microseconds.
    pub prompt_stop_us: Histogram,
    /// Seat's answer to two-way sound, in microseconds.
    pub two_way_us: Histogram,
}

impl View {
    /// Takes the next fact.
    pub fn take(&mut self, next: &Recorded) {
        self.seq = next.seq;
        self.waits.take(next);
        match &next.fact {
            Fact::Started { names, .. } => self.begin(names, next.wall),
            Fact::Released(released) => self.take_release(released, next.wall),
            Fact::ReleaseRetired { release } => self.releases.retire(*release),
            Fact::Arrived(arrived) => self.arrive(next, arrived),
            Fact::Closed(record) => {
                if let Some(call) = self.calls.remove(&record.call) {
                    self.releases.unpin(call.release);
                }
                *self.totals.closed.entry(record.outcome).or_default() += 1;
                self.foresight.take(record);
                if self.off_line > 0 {
                    self.count_off_line();
                }
            }
            Fact::TurnedAway { reason, .. } => {
                *self.totals.turned_away.entry(reason.clone()).or_default() += 1;
            }
            Fact::Alarm { .. } => self.totals.alarms += 1,
            Fact::FirstSound { after_us } => self.totals.first_sound_us.add(*after_us),
            Fact::PromptStopped { after_us } => self.totals.prompt_stop_us.add(*after_us),
            Fact::TwoWay { after_us } => self.totals.two_way_us.add(*after_us),
            Fact::Acd(fact) => self.take_acd(fact, next),
            Fact::SeatUnfit { seat, ailment } => {
                self.with_seat(*seat, |seat| seat.ail(Some(*ailment)));
            }
            Fact::SeatFit { seat } => self.with_seat(*seat, |seat| seat.ail(None)),
            Fact::SeatWished { seat, state, by } => self.take_wish(*seat, *state, by),
            Fact::Walk(_)
            | Fact::Handed { .. }
            | Fact::Bridged { .. }
            | Fact::WorkExtended { .. }
            | Fact::SeatLeft { .. }
            | Fact::Held { .. }
            | Fact::Resumed { .. }
            | Fact::LeftQueue { .. }
            | Fact::PlaceKept
            | Fact::BackInQueue
            | Fact::Dialling { .. }
            | Fact::NumberAnswered
            | Fact::NumberFailed { .. }
            | Fact::NumberLeft { .. }
            | Fact::CallOutRefused { .. }
            | Fact::Callback(_)
            | Fact::HungUp { .. } => self.take_call(next),
            Fact::Connected { .. }
            | Fact::Key { .. }
            | Fact::SeatFailed { .. }
            | Fact::SeatTold { .. }
            | Fact::Message(_)
            | Fact::QueueClosed { .. }
            | Fact::WaitTooLong { .. }
            | Fact::StepAsks { .. }
            | Fact::WaitForetold(_)
            | Fact::Refused { .. }
            | Fact::ReofferRefused { .. }
            | Fact::LegClosed { .. }
            | Fact::SeatRegistered { .. }
            | Fact::SeatUnregistered { .. }
            | Fact::Learned { .. }
            | Fact::OrdersTold { .. }
            | Fact::ServiceAnswered { .. }
            | Fact::Fitted { .. }
            | Fact::QueueLearned(_)
            | Fact::Intervened { .. }
            | Fact::LookupAnswered { .. }
            | Fact::AnswerUnawaited { .. } => {}
        }
    }

    /// The seats of the present release.
    pub fn present_seats(&self) -> impl Iterator<Item = &SeatView> {
        self.seats.iter().filter(|seat| !seat.is_gone)
    }

    /// The queues of the present release.
    pub fn present_queues(&self) -> impl Iterator<Item = &QueueView> {
        self.queues.iter().filter(|queue| !queue.is_gone)
    }

    /// The seat that registers as `id`.
    #[must_use]
    pub fn seat(&self, id: &str) -> Option<SeatId> {
        let mut seats = (0..).map(SeatId).zip(&self.seats);
        let found = seats.find(|(_, seat)| seat.id == id && !seat.is_gone);
        found.map(|(at, _)| at)
    }

    fn take_wish(&mut self, seat: SeatId, state: SeatState, by: &str) {
        let reason = by.split_once(": ").map(|(_, reason)| reason.to_owned());
        self.with_seat(seat, |seat| seat.wish(state, reason));
    }

    fn begin(&mut self, names: &Names, wall: Wall) {
        self.calls.clear();
        self.seats.clear();
        self.queues.clear();
        self.releases = ReleasesView::default();
        self.learn_names(names, wall);
    }

    fn take_release(&mut self, released: &Released, wall: Wall) {
        self.releases.take(released, wall);
        if let Some(names) = &released.names {
            self.learn_names(names, wall);
        }
    }

    /// Names only grow while a centre runs; some are gone, and may come back.
    fn learn_names(&mut self, names: &Names, wall: Wall) {
        self.names = names.clone();
        let new = names.seats.iter().skip(self.seats.len());
        let seats = new.map(|(id, name)| SeatView::new((id, name), wall));
        self.seats.extend(seats);
        let new = names.queues.iter().skip(self.queues.len());
        let queues = new.map(|name| QueueView::new(name));
        self.queues.extend(queues);
        for (seat, (_, name)) in self.seats.iter_mut().zip(&names.seats) {
            seat.name.clone_from(name);
            seat.is_gone = false;
        }
        self.queues
            .iter_mut()
            .for_each(|queue| queue.is_gone = false);
        for seat in &names.gone_seats {
            self.with_seat(*seat, |seat| seat.is_gone = true);
        }
        for queue in &names.gone_queues {
            self.with_queue(*queue, |queue| queue.is_gone = true);
        }
    }

    fn arrive(&mut self, next: &Recorded, arrived: &Arrived) {
        let Some(id) = next.call else {
            return;
        };
        self.totals.arrived += 1;
        self.releases.pin(arrived.release);
        let call = CallView::begin(id, next.wall, arrived);
        self.calls.insert(id, call);
    }

    /// Calls whose callers are on the line.
    #[must_use]
    pub fn calls_on_line(&self) -> usize {
        self.calls.len().saturating_sub(self.off_line)
    }

    fn count_off_line(&mut self) {
        let calls = self.calls.values();
        self.off_line = calls.filter(|call| call.is_off_line()).count();
    }

    fn take_call(&mut self, next: &Recorded) {
        let names = &self.names;
        if let Fact::Callback(CallbackFact::Kept {
            arrived,
            promise,
            started,
        }) = &next.fact
        {
            self.arrive(next, arrived);
            let call = next.call.and_then(|id| self.calls.get_mut(&id));
            if let Some(call) = call {
                call.started = started.unwrap_or(promise.since);
                call.stage = "callback";
                call.queue = Some(promise.queue.clone());
            }
        } else if let Some(call) = next.call.and_then(|id| self.calls.get_mut(&id)) {
            call.take(&next.fact, names);
        }
        if let (Fact::Callback(CallbackFact::Ended(end)), Some(call)) = (&next.fact, next.call) {
            self.end_promise(call, *end);
        }
        if matches!(next.fact, Fact::Callback(_)) {
            self.count_off_line();
        }
    }

    fn take_acd(&mut self, fact: &AcdFact, next: &Recorded) {
        match fact {
            AcdFact::Queued { contact, queue, .. } => self.enter(*contact, *queue),
            AcdFact::Offered { contact, seat, .. } => {
                let name = self.seat_name(*seat);
                self.stage(*contact, "ringing", name);
                self.with_seat(*seat, |seat| seat.call = Some(*contact));
            }
            AcdFact::BesideOffered { contact, seat } => {
                self.with_seat(*seat, |seat| seat.call = Some(*contact));
            }
            AcdFact::BesideEnded { seat, .. } => self.with_seat(*seat, |seat| seat.call = None),
            AcdFact::OfferEnded { contact, seat, .. } => {
                self.stage(*contact, "waiting", None);
                self.with_seat(*seat, |seat| seat.call = None);
            }
            AcdFact::Answered {
                contact,
                seat,
                waited_ms,
            } => {
                let call = self.calls.get(contact).cloned();
                self.with_seat(*seat, |seat| seat.last = call);
                self.end_wait(*contact, |queue| {
                    queue.answered += 1;
                    queue.answered_wait_ms += waited_ms;
                });
            }
            AcdFact::Abandoned { contact, .. } => {
                let call = self.calls.get_mut(contact);
                let has_left = call.is_some_and(|call| std::mem::take(&mut call.has_left));
                self.end_wait(*contact, |queue| match has_left {
                    true => queue.left += 1,
                    false => queue.abandoned += 1,
                });
            }
            AcdFact::TakenOut { contact, .. } => {
                self.end_wait(*contact, |queue| queue.withdrawn += 1);
                self.stage(*contact, "ivr", None);
            }
            AcdFact::Parked { contact, .. } => self.left(*contact, |_| ()),
            AcdFact::StepEntered { .. } | AcdFact::Reprioritised { .. } => {}
            AcdFact::Moved { contact, queue, .. } => self.move_contact(*contact, *queue),
            AcdFact::Overflowed { queue, .. } => {
                self.with_queue(*queue, |queue| queue.overflowed += 1);
            }
            AcdFact::Served { seat, .. } => self.with_seat(*seat, |seat| {
                seat.served += 1;
                seat.call = None;
            }),
            AcdFact::SeatChanged { seat, state } => {
                self.with_seat(*seat, |seat| seat.change(*state, next.wall));
            }
        }
    }

    /// A contact waits; who was between two tries to call it back entered long ago.
    fn enter(&mut self, contact: CallId, queue: QueueId) {
        let name = self.names.queue(queue);
        let call = self.calls.get_mut(&contact);
        let again = call.is_some_and(|call| {
            call.queue = name;
            std::mem::replace(&mut call.is_counted, true)
        });
        self.with_queue(queue, |queue| {
            queue.offered += u64::from(!again);
            queue.waiting += 1;
        });
        self.stage(contact, "waiting", None);
    }

    /// Who was to be called back is not any more; if it waits, that it does so no more follows.
    fn end_promise(&mut self, contact: CallId, end: PromiseEnd) {
        let call = self.calls.get_mut(&contact);
        if call.is_some_and(|call| std::mem::take(&mut call.is_counted)) {
            self.with_queue_of(contact, |queue| match end {
                PromiseEnd::NotReached | PromiseEnd::Expired | PromiseEnd::Gone => {
                    queue.not_reached += 1;
                }
                PromiseEnd::NotWanted => queue.abandoned += 1,
                PromiseEnd::PhonedAgain => queue.moved += 1,
                PromiseEnd::Withdrawn => queue.withdrawn += 1,
            });
        }
    }

    fn move_contact(&mut self, contact: CallId, queue: QueueId) {
        self.left(contact, |queue| queue.moved += 1);
        self.with_queue(queue, |queue| {
            queue.offered += 1;
            queue.waiting += 1;
        });
        let name = self.names.queue(queue);
        if let Some(call) = self.calls.get_mut(&contact) {
            call.queue = name;
        }
    }

    /// A contact waits no more, and this is what became of it.
    fn end_wait(&mut self, contact: CallId, note: impl FnOnce(&mut QueueView)) {
        if let Some(call) = self.calls.get_mut(&contact) {
            call.is_counted = false;
        }
        self.left(contact, note);
    }

    /// A contact no longer waits in its queue.
    fn left(&mut self, contact: CallId, note: impl FnOnce(&mut QueueView)) {
        self.with_queue_of(contact, |queue| {
            queue.waiting = queue.waiting.saturating_sub(1);
            note(queue);
        });
    }

    fn with_queue_of(&mut self, contact: CallId, note: impl FnOnce(&mut QueueView)) {
        let name = self.calls.get(&contact).and_then(|call| call.queue.clone());
        let queue = self
            .queues
            .iter_mut()
            .find(|queue| Some(&queue.name) == name.as_ref());
        if let Some(queue) = queue {
            note(queue);
        }
    }

    fn stage(&mut self, contact: CallId, stage: &'static str, seat: Option<String>) {
        let call = self.calls.get_mut(&contact);
        if let Some(call) = call.filter(|call| !call.is_off_line()) {
            call.stage = stage;
            call.seat = seat;
        }
    }

    fn with_seat(&mut self, seat: SeatId, note: impl FnOnce(&mut SeatView)) {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        if let Some(seat) = self.seats.get_mut(at) {
            note(seat);
        }
    }

    fn with_queue(&mut self, queue: QueueId, note: impl FnOnce(&mut QueueView)) {
        let at = usize::try_from(queue.0).unwrap_or(usize::MAX);
        if let Some(queue) = self.queues.get_mut(at) {
            note(queue);
        }
    }

    fn seat_name(&self, seat: SeatId) -> Option<String> {
        self.names.seat(seat)
    }
}
