//! The side of a call that is called back: the promise, the tries, the customer on the line again.
//!
//! ```text
//! walking ── promised, off the line ─→ promised ── a seat is held ─→ reaching ── 1 ─→ waiting
//!                                          ↑                            │           (the seat rings)
//!                                          └──── busy, no answer, … ────┘
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::call::contact::Contact;
use crate::call::contact::Origin;
use crate::call::contact::Place;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::contact_wish::NamedWish;
use crate::call::fact::Fact;
use crate::call::kept::Kept;
use crate::call::kept::Lapse;
use crate::call::leg::Leg;
use crate::call::promise::CallbackFact;
use crate::call::promise::Promise;
use crate::call::promise::PromiseEnd;
use crate::call::record::Party;
use crate::call::ringing::Ringing;
use crate::call::side::Fading;
use crate::call::side::FarSide;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Epoch;
use crate::machine::acd::surface::Input;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::Unpromised;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::walk::Walk;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::bank::Bank;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::flow::Transport;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;

/// Between the customer's 1 and the seat's answer.
const SEAT_RINGS: Duration = Duration::from_secs(30);
/// For signalling, beside what the customer may take.
const MARGIN: Duration = Duration::from_secs(5);
/// Until a queue that is closed, or could not take it, is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How often the customer hears who calls.
const SAID_MAX: u8 = 2;

impl Contact {
    /// A call that the last process promised to call back, with its id and where it came from.
    #[must_use]
    pub fn resumed(
        (id, remote): (CallId, SocketAddr),
        walk: Walk,
        (bank, promise): (Arc<Bank>, Promise),
        near: &mut Surroundings<'_>,
    ) -> Self {
        let flow = Flow {
            transport: Transport::Udp,
            local: remote,
            remote,
        };
        let origin = Origin {
            caller_name: String::new(),
            caller_user: promise.number.clone(),
            number: Some(promise.number.clone()),
            language: promise.language,
            offer: None,
            bank,
        };
        let gone = Leg::gone(near.mint.leg(), flow);
        let mut contact = Self::of(id, gone, walk, origin, near);
        contact.stage = Stage::Promised;
        contact.queue.clone_from(&promise.queue);
        contact.deadline = Some(near.turn.now);
        let mut kept = Kept::new(promise, None);
        kept.in_line = false;
        contact.kept = Some(kept);
        contact
    }

    /// The dialplan wants the caller called back.
    pub(super) fn promise(
        &mut self,
        words: Vec<Spoken>,
        queue: Option<String>,
        near: &mut Surroundings<'_>,
    ) {
        let Some(number) = self.number.clone() else {
            return self.not_promised(Unpromised::NoNumber, near);
        };
        if self.kept.is_some() {
            return self.tell_walk(WalkInput::Promised(Ok(())), near);
        }
        let Some((queue, wish)) = self.place_to_keep(queue, near) else {
            return self.not_promised(Unpromised::NoPlace, near);
        };
        let promise = Promise {
            number,
            language: self.language,
            queue,
            need: wish.need,
            priority: wish.priority,
            ageing: wish.ageing,
            steps: wish.steps,
            words,
            since: wish.since,
            missed: 0,
        };
        self.emit(ContactOutput::Promise(Box::new(promise)));
    }

    /// The place in the queue that the call has, or had, or may have: who has waited in vain in the
    /// queue that is named is there since then.
    fn place_to_keep(
        &self,
        queue: Option<String>,
        near: &Surroundings<'_>,
    ) -> Option<(String, NamedWish)> {
        let asked = self.asked.clone();
        if self.place == Place::Kept {
            return Some((self.queue.clone(), asked?));
        }
        let queue = queue?;
        let again = asked.filter(|_| self.queue == queue);
        let wish = again.unwrap_or_else(|| NamedWish::now(near.turn.wall));
        Some((queue, wish))
    }

    /// Whether the number may be called at all.
    pub fn promise_judged(
        &mut self,
        judged: Result<Promise, Unpromised>,
        near: &mut Surroundings<'_>,
    ) {
        match judged {
            Ok(promise) => {
                let ask = near.mint.ask();
                let told = CallbackFact::Promised(Box::new(promise.clone()));
                let mut kept = Kept::new(promise, Some(ask));
                kept.in_line = self.place == Place::Kept;
                self.kept = Some(kept);
                self.fact(Fact::Callback(told));
                self.emit(ContactOutput::Assure(ask));
            }
            Err(why) => self.not_promised(why, near),
        }
    }

    /// The log has it: now the caller may be told. False if nobody awaited that.
    pub(super) fn assured(&mut self, ask: AskId, near: &mut Surroundings<'_>) -> bool {
        let awaited = self.kept.as_mut().filter(|kept| kept.asked == Some(ask));
        let Some(kept) = awaited else {
            return false;
        };
        kept.asked = None;
        self.tell_walk(WalkInput::Promised(Ok(())), near);
        true
    }

    /// The walk did not wait for the log.
    pub(super) fn unpromise(&mut self) {
        if self.kept.take().is_some() {
            self.fact(Fact::Callback(CallbackFact::Refused(
                Unpromised::NotWritten,
            )));
        }
    }

    fn not_promised(&mut self, why: Unpromised, near: &mut Surroundings<'_>) {
        self.fact(Fact::Callback(CallbackFact::Refused(why)));
        self.tell_walk(WalkInput::Promised(Err(why)), near);
    }

    /// The caller goes off the line, the promise stays. False if there is none.
    pub(super) fn part(&mut self, by: Party, cause: &str, near: &mut Surroundings<'_>) -> bool {
        let on_line = matches!(
            self.stage,
            Stage::Walking | Stage::Waiting | Stage::Reaching
        );
        if self.kept.is_none() || !on_line {
            return false;
        }
        let cause = cause.to_owned();
        self.fact(Fact::Callback(CallbackFact::Parted { by, cause }));
        let queued = self.is_queued(self.stage);
        let yields = self.kept.as_mut().is_some_and(|kept| {
            kept.in_line |= queued;
            kept.yields
        });
        let out_of_line = self.kept.as_ref().is_some_and(|kept| !kept.in_line);
        let again = out_of_line || self.seat.is_some() || self.stage == Stage::Reaching;
        self.drop_number(None);
        self.drop_caller(near);
        self.forget_everything();
        self.walk.rest();
        self.stage = Stage::Promised;
        self.place = Place::None;
        self.deadline = None;
        if yields {
            self.break_promise(PromiseEnd::PhonedAgain, near);
        } else if again {
            self.pause(Duration::ZERO, near);
        }
        true
    }

    /// Waits again after so long, at its place.
    fn pause(&mut self, length: Duration, near: &Surroundings<'_>) {
        if let Some(kept) = &mut self.kept {
            kept.held = None;
            kept.said = 0;
            if std::mem::take(&mut kept.in_line) {
                self.emit(ContactOutput::Acd(Input::Parked(self.id)));
            }
        }
        self.stage = Stage::Promised;
        self.deadline = Some(near.turn.now + length);
    }

    /// Its pause is over.
    pub(super) fn wait_on(&mut self, near: &mut Surroundings<'_>) {
        let Some(kept) = self.kept.as_mut().filter(|kept| !kept.in_line) else {
            return;
        };
        let promise = &kept.promise;
        // The process may have ended under the last try.
        if promise.missed >= near.centre.callback.attempts {
            return self.break_promise(PromiseEnd::NotReached, near);
        }
        let waited = near.turn.wall.ms_since(promise.since);
        let waited = Duration::from_millis(u64::try_from(waited).unwrap_or(0));
        if waited > near.centre.callback.expires {
            return self.break_promise(PromiseEnd::Expired, near);
        }
        let Some((queue, name)) = near.people.queue(&promise.queue) else {
            return self.break_promise(PromiseEnd::Gone, near);
        };
        if !near
            .people
            .is_open(queue, near.turn.wall, &near.centre.zone)
        {
            self.deadline = Some(near.turn.now + LOOK_AGAIN);
            return;
        }
        let arrival = Arrival {
            need: near.people.catalog.need(&promise.need),
            priority: promise.priority,
            ageing: promise.ageing,
            steps: near.people.catalog.steps(&promise.steps),
            waited,
            is_promised: true,
            ..Arrival::plain(self.id, queue)
        };
        kept.in_line = true;
        self.queue = name.to_owned();
        self.emit(ContactOutput::Acd(Input::Arrived(arrival)));
    }

    /// The queue took it not, or no more. False if it is not promised anything.
    pub(super) fn out_of_line(&mut self, how: Lapse, near: &mut Surroundings<'_>) -> bool {
        if !matches!(self.stage, Stage::Promised | Stage::Reaching) {
            return false;
        }
        if let Some(kept) = &mut self.kept {
            kept.in_line = false;
        }
        match how {
            Lapse::TakenOut => self.break_promise(PromiseEnd::Withdrawn, near),
            Lapse::Full => self.pause(LOOK_AGAIN, near),
        }
        true
    }

    /// A seat is to be had: it is held, and the customer called. False if this call is on the line.
    pub(super) fn reach(&mut self, to: &Ringing, near: &mut Surroundings<'_>) -> bool {
        let Some(kept) = self
            .kept
            .as_mut()
            .filter(|_| matches!(self.stage, Stage::Promised | Stage::Reaching))
        else {
            return false;
        };
        let rules = near.centre.callback;
        let (seat, epoch) = (to.seat, to.epoch);
        let free = kept.held.is_none();
        if !free {
            self.emit(ContactOutput::Acd(Input::Declined { seat, epoch }));
            return true;
        }
        kept.held = Some(to.clone());
        let lasts = rules.ring + rules.confirm + MARGIN;
        let number = kept.promise.number.clone();
        self.emit(ContactOutput::Acd(Input::Held { seat, epoch, lasts }));
        if self.stage == Stage::Promised {
            self.stage = Stage::Reaching;
            self.deadline = None;
            let id = near.mint.leg();
            self.far = Some(FarSide {
                id,
                number: number.clone(),
                ring: rules.ring,
                leg: None,
                permit: None,
                answered: false,
            });
            self.emit(ContactOutput::CallOut { leg: id, number });
        }
        true
    }

    /// The held seat is not to be had any more; the next one may be, before the customer is there.
    pub(super) fn unheld(&mut self, offer: (SeatId, Epoch)) {
        if let Some(kept) = &mut self.kept {
            kept.held.take_if(|held| (held.seat, held.epoch) == offer);
        }
    }

    /// The gate lets the call to the customer out: from here on it counts as a try.
    pub(super) fn note_try(&mut self) {
        if let Some(kept) = self.kept.as_ref().filter(|_| self.stage == Stage::Reaching) {
            let attempt = kept.promise.missed + 1;
            self.fact(Fact::Callback(CallbackFact::Dialled { attempt }));
        }
    }

    /// The customer's telephone was answered: whoever it was hears who calls.
    pub(super) fn answered_back(&mut self, sdp: &str, near: &mut Surroundings<'_>) {
        let leg = self.far.as_mut().and_then(|far| far.leg.as_mut());
        let Some(leg) = leg else {
            return;
        };
        if leg.accept(sdp).is_err() {
            return self.number_refused(Status(488), near);
        }
        let Some(leg) = self.far.take().and_then(|far| far.leg) else {
            return;
        };
        self.caller = leg;
        if let Some(aim) = self.caller.aim() {
            self.media(aim);
        }
        self.fact(Fact::Callback(CallbackFact::Answered));
        self.deadline = Some(near.turn.now + near.centre.callback.confirm);
        self.say_who_calls(near);
    }

    /// Says who calls, not for ever.
    pub(super) fn say_who_calls(&mut self, near: &mut Surroundings<'_>) {
        let words = self.kept.as_mut().and_then(|kept| {
            kept.said += 1;
            (kept.said <= SAID_MAX).then(|| (kept.promise.words.clone(), kept.promise.language))
        });
        if let Some((words, language)) = words {
            self.language = language;
            self.say(&words, StopOn::Digit, near);
        }
    }

    /// A key of whoever answered.
    pub(super) fn press_back(&mut self, key: char, near: &mut Surroundings<'_>) {
        match key {
            '1' if self.far.is_none() => self.reached(near),
            '2' if self.far.is_none() => self.break_promise(PromiseEnd::NotWanted, near),
            _ => {}
        }
    }

    /// The customer is there: the seat rings, or the call waits for the next at its place.
    fn reached(&mut self, near: &mut Surroundings<'_>) {
        self.fact(Fact::Callback(CallbackFact::Reached));
        self.deadline = None;
        self.hush();
        self.stage = Stage::Waiting;
        self.play_music(near);
        let held = self.kept.take().and_then(|kept| kept.held);
        if let Some(to) = held {
            let (seat, epoch) = (to.seat, to.epoch);
            let lasts = SEAT_RINGS;
            self.emit(ContactOutput::Acd(Input::Held { seat, epoch, lasts }));
            self.ring(to, near);
        }
    }

    /// The try was in vain. False if none was under way.
    pub(super) fn missed(&mut self, end: DialEnd, near: &mut Surroundings<'_>) -> bool {
        if self.stage != Stage::Reaching {
            return false;
        }
        let rules = near.centre.callback;
        let Some(kept) = &mut self.kept else {
            return false;
        };
        kept.promise.missed += 1;
        let more = kept.promise.missed < rules.attempts && !kept.yields;
        let over = match kept.yields {
            true => PromiseEnd::PhonedAgain,
            false => PromiseEnd::NotReached,
        };
        let next = more.then(|| rules.pause(end));
        let next_ms = next.map(|next| u64::try_from(next.as_millis()).unwrap_or(u64::MAX));
        self.drop_number(None);
        self.drop_caller(near);
        self.fact(Fact::Callback(CallbackFact::Missed { end, next_ms }));
        match next {
            Some(next) => self.pause(next, near),
            None => self.break_promise(over, near),
        }
        true
    }

    /// The gate had no room: that is no try. False if nobody was to be called back.
    pub(super) fn postpone(&mut self, near: &mut Surroundings<'_>) -> bool {
        let reaching = self.stage == Stage::Reaching;
        if reaching {
            self.drop_number(None);
            self.pause(near.centre.callback.after_failure, near);
        }
        reaching
    }

    /// The promise is over, and the call with it.
    pub fn break_promise(&mut self, end: PromiseEnd, near: &mut Surroundings<'_>) {
        self.fact(Fact::Callback(CallbackFact::Ended(end)));
        self.pause(Duration::ZERO, near);
        self.drop_number(None);
        self.drop_caller(near);
        self.kept = None;
        self.end(near);
    }

    /// Whether its customer is off the line, and nobody is called for it.
    #[must_use]
    pub fn is_promised(&self) -> bool {
        self.stage == Stage::Promised
    }

    /// A later call of its number has its place: at once, or when its customer is off the line.
    pub fn give_way(&mut self, near: &mut Surroundings<'_>) {
        if self.may_give_way() {
            self.break_promise(PromiseEnd::PhonedAgain, near);
        } else if let Some(kept) = &mut self.kept {
            kept.yields = true;
        }
    }

    /// Whether it can be given up for a new call of its customer: nobody has answered it yet.
    #[must_use]
    pub fn may_give_way(&self) -> bool {
        self.is_promised() || (self.stage == Stage::Reaching && self.far.is_some())
    }

    /// What it is promised.
    #[must_use]
    pub fn promised(&self) -> Option<&Promise> {
        self.kept.as_ref().map(|kept| &kept.promise)
    }

    /// Lets go of the caller's leg; what stands in its place is gone already.
    fn drop_caller(&mut self, near: &mut Surroundings<'_>) {
        self.hush();
        let leg = self.caller.id;
        if self.caller.end_sip() {
            self.ua(UaCommand::Hangup { leg, reason: None });
        }
        if self.caller.end_media() {
            self.media(MediaCommand::Close { leg });
        }
        let gone = Leg::gone(near.mint.leg(), self.caller.flow);
        let left = std::mem::replace(&mut self.caller, gone);
        self.fading.push(Fading::new(left, Party::Caller));
        self.bury();
    }
}
