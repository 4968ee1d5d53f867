//! What the switchboard does with decisions of the distributor and wishes of faces.

use std::time::Duration;

use crate::call::effect::Command;
use crate::call::effect::CommandError;
use crate::call::fact::Fact;
use crate::call::message::MessageFact;
use crate::call::promise::PromiseEnd;
use crate::call::record::Party;
use crate::call::ringing::Ringing;
use crate::call::ringing::Way;
use crate::call::switchboard::Switchboard;
use crate::machine::acd::asked::Asked;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Epoch;
use crate::machine::acd::surface::Input;
use crate::machine::acd::surface::Output;
use crate::machine::acd::surface::SeatSetup;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    pub(super) fn handle_acd(&mut self, turn: Turn, output: Output) {
        match output {
            Output::Reserve { seat, epoch, .. } => {
                let input = match self.way(seat) {
                    Some(_) => Input::Reserved { seat, epoch },
                    None => Input::ReserveRefused { seat, epoch },
                };
                self.acd.handle(turn, input);
            }
            Output::Offer {
                seat,
                contact,
                epoch,
            } => self.offer(turn, seat, contact, epoch),
            Output::Withdraw {
                seat,
                contact,
                epoch,
                reason,
            } => {
                let offer = (seat, epoch);
                self.with_call(turn, contact, |call, _| call.withdraw(offer, reason));
            }
            Output::Announce { contact, position } => {
                self.with_call(turn, contact, |call, near| {
                    call.tell_position(position, near);
                });
            }
            Output::QueueFull { contact, .. } => {
                self.with_call(turn, contact, |call, near| call.queue_full(near));
            }
            Output::TakenOut { contact } => {
                self.with_call(turn, contact, |call, near| call.taken_out(near));
            }
            Output::NobodySignedIn { contact } => {
                let text = format!("call {contact} waits, but no signed-in seat has the skill");
                self.record(turn, Some(contact), Fact::Alarm { text });
                self.with_call(turn, contact, |call, near| call.nobody_there(near));
            }
            Output::Note(fact) => {
                if let AcdFact::Moved { contact, queue, .. } = &fact {
                    let name = self.names.queue(*queue).unwrap_or_default();
                    self.with_call(turn, *contact, |call, _| call.moved(name));
                }
                let answered = matches!(fact, AcdFact::Answered { .. });
                let answered = contact_of(&fact).filter(|_| answered);
                let queue = answered.and_then(|contact| self.forecaster.queue_of(contact));
                self.forecaster.take(turn.now, &fact);
                let queued = matches!(fact, AcdFact::Queued { .. });
                let entered = contact_of(&fact).filter(|_| queued);
                let asks = self.asked(&fact);
                self.record(turn, contact_of(&fact), Fact::Acd(fact));
                if let Some((call, step, asked)) = asks {
                    self.record(turn, Some(call), Fact::StepAsks { step, asked });
                }
                let foretold = entered.and_then(|contact| self.forecaster.foretold(contact));
                if let Some(foretold) = foretold {
                    self.record(turn, entered, Fact::WaitForetold(foretold));
                }
                if let Some(queue) = queue {
                    self.note_answer(turn, queue);
                }
            }
        }
    }

    /// Whom a contact asks for that comes to a step, unless that is everybody from the first on.
    fn asked(&self, fact: &AcdFact) -> Option<(CallId, u8, Asked)> {
        let (contact, step) = if let AcdFact::StepEntered { contact, step, .. } = fact {
            (*contact, *step)
        } else if let AcdFact::Queued { contact, .. } | AcdFact::Moved { contact, .. } = fact {
            (*contact, 0)
        } else {
            return None;
        };
        let asked = self.acd.asked(contact, step)?;
        let is_plain = step == 0 && asked == Asked::All;
        (!is_plain).then_some((contact, step, asked))
    }

    /// Which queues these seats serve from here on.
    pub(super) fn watch_seats(&mut self, turn: Turn, seats: &[SeatSetup]) {
        for setup in seats {
            let queues = setup.queues.iter().copied();
            self.forecaster.set_seat(turn.now, setup.seat, queues);
        }
    }

    fn offer(&mut self, turn: Turn, seat: SeatId, contact: CallId, epoch: Epoch) {
        let entry = self.people.catalog.seat_entry(seat);
        let user = entry.map(|entry| (entry.id.clone(), entry.auto_answer));
        let live = self.calls.contains_key(&contact);
        let (true, Some((user, auto_answer)), Some(way)) = (live, user, self.way(seat)) else {
            return self.acd.handle(turn, Input::Declined { seat, epoch });
        };
        let to = Ringing {
            seat,
            user,
            way,
            auto_answer,
            epoch,
        };
        self.with_call(turn, contact, |call, near| call.offer(to, near));
    }

    /// The same with what is known of who served the customer last, which it teaches.
    pub(super) fn acquainted(&mut self, call: CallId, input: Input) -> Input {
        let Some(live) = self.calls.get(&call) else {
            return input;
        };
        let keys = live.keys.iter().flatten().map(String::as_str);
        if let Input::Arrived(arrival) = input {
            let last = self.acquaintances.last(keys);
            return Input::Arrived(Arrival { last, ..arrival });
        }
        if let Input::Answered { seat, .. } = input {
            for key in keys {
                self.acquaintances.met(key, seat);
            }
        }
        input
    }

    /// Keeps by which order a call can be known.
    pub(super) fn note_order(&mut self, call: CallId, fact: &Fact) {
        let Fact::Walk(WalkFact::Chose {
            order: Some(order), ..
        }) = fact
        else {
            return;
        };
        if let Some(live) = self.calls.get_mut(&call) {
            live.keys[0] = Some(order.clone());
        }
    }

    /// How a seat is reached, if it can be.
    fn way(&self, seat: SeatId) -> Option<Way> {
        if let Some(number) = self.seat_number(seat) {
            let may = self.outside.may_call(number);
            return may.then(|| Way::Number(number.to_owned()));
        }
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        let desk = self.seats.get(at)?;
        desk.flow.map(Way::Flow)
    }

    fn seat_number(&self, seat: SeatId) -> Option<&str> {
        let entry = self.people.catalog.seat_entry(seat)?;
        entry.number.as_deref()
    }

    /// Seats that are reached by a number are there as long as a trunk may call it: nothing has to
    /// register. They take calls once their person wants them.
    pub(super) fn sign_in_numbers(&mut self, turn: Turn) {
        let seats = self.people.catalog.seat_setups().map(|setup| setup.seat);
        for seat in seats.collect::<Vec<_>>() {
            let known = self.acd.seat(seat);
            let is_out = known.is_some_and(|one| one.state == SeatState::SignedOut);
            match self.way(seat) {
                Some(Way::Number(_)) if is_out => {
                    self.acd.handle(turn, Input::SeatSignedIn(seat));
                }
                None if !is_out => self.acd.handle(turn, Input::SeatSignedOut(seat)),
                Some(_) | None => {}
            }
        }
    }

    pub(super) fn handle_command(&mut self, turn: Turn, id: u64, command: Command) {
        let result = match command {
            Command::SeatState { seat, state, by } => self.seat_state(turn, seat, state, &by),
            Command::WrapUpLasts { seat, lasts, by } => self.work_on(turn, seat, lasts, by),
            Command::HangUp { call, by } if self.calls.contains_key(&call) => {
                let what = "hangup".to_owned();
                self.record(turn, Some(call), Fact::Intervened { what, by });
                self.with_call(turn, call, |c, near| {
                    c.hang_up_for_good(Party::Centre, "command", near);
                });
                Ok(())
            }
            Command::HangUp { .. } => Err(CommandError::UnknownCall),
            Command::TellOrders { news } => {
                self.record(turn, None, Fact::OrdersTold { news });
                Ok(())
            }
            Command::Learn { bank, outcome } => {
                self.record(turn, None, Fact::Learned { bank, outcome });
                Ok(())
            }
            Command::TakeOut { call, by } => self.take_out(turn, call, &by),
            Command::Reroute { call, queue, by } => match self.people.queue(&queue) {
                Some((to, _)) if self.acd.waits_in(call) == Some(to) => {
                    Err(CommandError::WaitsThere(queue))
                }
                Some((to, _)) => {
                    let (contact, queue) = (call, to);
                    let input = Input::Reroute { contact, queue };
                    self.intervene(turn, call, input, ("route", &by))
                }
                None => Err(CommandError::UnknownQueue(queue)),
            },
            Command::Reprioritise { call, class, by } => {
                let contact = call;
                let input = Input::Reprioritise { contact, class };
                self.intervene(turn, call, input, ("priority", &by))
            }
            Command::Message { name, deed, by } => {
                let fact = MessageFact::Done { name, deed, by };
                self.record(turn, None, Fact::Message(fact));
                Ok(())
            }
            Command::Alarm { text } => {
                self.record(turn, None, Fact::Alarm { text });
                Ok(())
            }
            Command::Drain => {
                self.draining = true;
                Ok(())
            }
            Command::EndAll => {
                self.write_experiences(turn);
                let calls: Vec<CallId> = self.calls.keys().copied().collect();
                // Who is to be called back is so by the next process.
                let on_line = |call: &CallId| !self.calls[call].contact.is_promised();
                let calls: Vec<CallId> = calls.into_iter().filter(on_line).collect();
                for call in calls {
                    self.with_call(turn, call, |c, near| {
                        c.hang_up(Party::Centre, "drain", near);
                    });
                }
                if let Some(earlier) = self.ending.replace(id) {
                    self.reply(earlier, Ok(()));
                }
                return;
            }
        };
        self.reply(id, result);
    }

    /// A supervisor takes a contact out of its queue, or its promise between two tries.
    fn take_out(&mut self, turn: Turn, call: CallId, by: &str) -> Result<(), CommandError> {
        let live = self.calls.get(&call);
        let pauses = live.is_some_and(|live| live.contact.is_promised())
            && self.acd.waits_in(call).is_none();
        if !pauses {
            return self.intervene(turn, call, Input::TakeOut(call), ("withdraw", by));
        }
        let (what, by) = ("withdraw".to_owned(), by.to_owned());
        self.record(turn, Some(call), Fact::Intervened { what, by });
        self.with_call(turn, call, |contact, near| {
            contact.break_promise(PromiseEnd::Withdrawn, near);
        });
        Ok(())
    }

    /// A supervisor's word about a contact that waits or is rung for.
    fn intervene(
        &mut self,
        turn: Turn,
        call: CallId,
        input: Input,
        (what, by): (&'static str, &str),
    ) -> Result<(), CommandError> {
        if !self.calls.contains_key(&call) {
            return Err(CommandError::UnknownCall);
        }
        if self.acd.waits_in(call).is_none() {
            return Err(CommandError::NotWaiting);
        }
        let (what, by) = (what.to_owned(), by.to_owned());
        self.record(turn, Some(call), Fact::Intervened { what, by });
        self.acd.handle(turn, input);
        Ok(())
    }

    fn work_on(
        &mut self,
        turn: Turn,
        seat: SeatId,
        lasts: Duration,
        by: String,
    ) -> Result<(), CommandError> {
        let is = self.acd.seat(seat).ok_or(CommandError::UnknownSeat)?.state;
        if is != SeatState::WrapUp {
            return Err(CommandError::NotInWrapUp);
        }
        let ms = u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX);
        self.record(turn, None, Fact::WorkExtended { seat, ms, by });
        self.acd.handle(turn, Input::WrapUpLasts { seat, lasts });
        Ok(())
    }

    fn seat_state(
        &mut self,
        turn: Turn,
        seat: SeatId,
        state: SeatState,
        by: &str,
    ) -> Result<(), CommandError> {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        if at >= self.seats.len() {
            return Err(CommandError::UnknownSeat);
        }
        let is = self.acd.seat(seat).map(|seat| seat.state);
        match state {
            SeatState::Ready if self.way(seat).is_none() => Err(CommandError::NotRegistered),
            SeatState::Away if is == Some(SeatState::SignedOut) => Err(CommandError::NotRegistered),
            SeatState::WrapUp if is != Some(SeatState::WrapUp) => Err(CommandError::NotInWrapUp),
            SeatState::Ready | SeatState::Away | SeatState::WrapUp => {
                let fit = self.fit_wish(turn, seat, state);
                if let Some(ailment) = self.ailment(seat).filter(|_| fit != state) {
                    return Err(CommandError::Unfit(ailment));
                }
                self.wish(turn, seat, state, by);
                Ok(())
            }
            SeatState::SignedOut
            | SeatState::Reserved
            | SeatState::Offered
            | SeatState::Talking => Err(CommandError::NotAWish(state)),
        }
    }
}

const fn contact_of(fact: &AcdFact) -> Option<CallId> {
    match fact {
        AcdFact::Queued { contact, .. }
        | AcdFact::Offered { contact, .. }
        | AcdFact::OfferEnded { contact, .. }
        | AcdFact::BesideOffered { contact, .. }
        | AcdFact::BesideEnded { contact, .. }
        | AcdFact::Answered { contact, .. }
        | AcdFact::Abandoned { contact, .. }
        | AcdFact::Served { contact, .. }
        | AcdFact::Moved { contact, .. }
        | AcdFact::StepEntered { contact, .. }
        | AcdFact::Reprioritised { contact, .. }
        | AcdFact::TakenOut { contact, .. }
        | AcdFact::Parked { contact, .. }
        | AcdFact::Overflowed { contact, .. } => Some(*contact),
        AcdFact::SeatChanged { .. } => None,
    }
}
