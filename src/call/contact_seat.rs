//! The seat's side of a call: offer, answer, talk.

use crate::call::contact::Contact;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::fact::Fact;
use crate::call::leg::Leg;
use crate::call::permit::Permit;
use crate::call::record::Party;
use crate::call::ringing::Ringing;
use crate::call::ringing::Way;
use crate::call::side::Door;
use crate::call::side::Fading;
use crate::call::side::SeatSide;
use crate::machine::acd::fact::WithdrawReason;
use crate::machine::acd::surface::Epoch;
use crate::machine::acd::surface::Input;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::media::contract::MediaCommand;
use crate::machine::sip::surface::Invitation;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::Target;
use crate::machine::sip::surface::UaCommand;
use crate::machine::trunk::gate::Refusal;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;

/// What asks a telephone to answer by itself: RFC 5373 section 4, and what older phones look for
/// (Call-Info `answer-after` in seconds; Alert-Info `info=alert-autoanswer`).
const AUTO_ANSWER: [(&str, &str); 3] = [
    ("Answer-Mode", "Auto"),
    (
        "Call-Info",
        "<sip:auto-answer@ringwise.invalid>;answer-after=0",
    ),
    (
        "Alert-Info",
        "<sip:auto-answer@ringwise.invalid>;info=alert-autoanswer;delay=0",
    ),
];

impl Contact {
    /// Ring this seat for the call: its port first.
    pub fn offer(&mut self, to: Ringing, near: &mut Surroundings<'_>) {
        if self.reach(&to, near) {
            return;
        }
        self.call_back_from_stroll(near);
        if self.stage != Stage::Waiting {
            self.emit(ContactOutput::Acd(Input::Declined {
                seat: to.seat,
                epoch: to.epoch,
            }));
            return;
        }
        self.ring(to, near);
    }

    /// Has a port opened for the seat's leg; the gate is asked first if that leaves over a trunk.
    pub(super) fn ring(&mut self, to: Ringing, near: &mut Surroundings<'_>) {
        let leg = near.mint.leg();
        match &to.way {
            Way::Flow(flow) => {
                let leg = Leg::outgoing(leg, *flow);
                let auto_answer = to.auto_answer;
                self.open_seat(to, leg, Door::Registered { auto_answer });
            }
            Way::Number(number) => {
                let (number, to) = (number.clone(), Box::new(to));
                self.emit(ContactOutput::CallSeat { leg, number, to });
            }
        }
    }

    /// The gate lets the call to a seat's number out, or not.
    pub fn call_seat_judged(
        &mut self,
        to: Ringing,
        (leg, number): (LegId, String),
        judged: Result<Permit, Refusal>,
    ) {
        match judged {
            Ok(permit) => {
                let leg = Leg::outgoing(leg, permit.flow);
                let door = Door::Number(number, Some(Box::new(permit)));
                self.open_seat(to, leg, door);
            }
            Err(refusal) => {
                let (seat, epoch) = (to.seat, to.epoch);
                self.fact(Fact::CallOutRefused { number, refusal });
                self.emit(ContactOutput::Acd(Input::Declined { seat, epoch }));
            }
        }
    }

    fn open_seat(&mut self, to: Ringing, leg: Leg, door: Door) {
        self.emit(ContactOutput::LegTaken(leg.id));
        self.media(MediaCommand::Open { leg: leg.id });
        let side = SeatSide {
            seat: to.seat,
            name: to.user,
            epoch: to.epoch,
            leg,
            door,
            answered: None,
            whisper: None,
        };
        match self.seat {
            Some(_) => self.beside.push(side),
            None => self.seat = Some(side),
        }
    }

    /// Ring the seat no more.
    pub fn withdraw(&mut self, offer: (SeatId, Epoch), reason: WithdrawReason) {
        self.unheld(offer);
        let talks = self.stage == Stage::Talking;
        let bridged = talks && self.seat.as_ref().is_some_and(|side| side.offer() == offer);
        if !bridged {
            let reason = match reason {
                WithdrawReason::ContactLeft => "SIP;cause=487;text=\"Caller hung up\"",
                WithdrawReason::TakenOut => "SIP;cause=487;text=\"Taken out of the queue\"",
                WithdrawReason::Unreached => "SIP;cause=487;text=\"Customer not reached\"",
                WithdrawReason::RingLimit => "SIP;cause=408;text=\"No answer\"",
                WithdrawReason::SeatSignedOut => "SIP;cause=480;text=\"Seat signed out\"",
                WithdrawReason::AnsweredElsewhere => {
                    "SIP;cause=200;text=\"Call completed elsewhere\""
                }
                WithdrawReason::WantedElsewhere => "SIP;cause=487;text=\"Wanted elsewhere\"",
            };
            self.drop_side(|side| side.offer() == offer, Some(reason.to_owned()));
        }
    }

    /// It waits in another queue from here on.
    pub fn moved(&mut self, queue: String) {
        if let Some(kept) = &mut self.kept {
            kept.promise.queue.clone_from(&queue);
        }
        self.queue = queue;
    }

    /// The seat's leg has its port: now it rings.
    pub(super) fn ring_seat(&mut self, leg: LegId) {
        let mut headers = vec![
            ("X-Ringwise-Call".to_owned(), self.id.to_string()),
            ("X-Ringwise-Queue".to_owned(), self.queue.clone()),
        ];
        let Some(side) = self.ringing_side(leg) else {
            return;
        };
        let Some(sdp) = side.leg.offer() else {
            return;
        };
        side.leg.begun();
        match &mut side.door {
            Door::Registered { auto_answer: false } => {}
            Door::Registered { auto_answer: true } => {
                let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                headers.extend(AUTO_ANSWER.map(own));
            }
            Door::Number(number, permit) => {
                let permit = permit.take();
                let invitation = permit.map(|permit| permit.invitation(leg, number, sdp));
                let invite = invitation.map(Box::new).map(UaCommand::Invite);
                return invite.into_iter().for_each(|invite| self.ua(invite));
            }
        }
        let target = Target::Registered(side.name.clone());
        let invitation = Invitation {
            leg,
            target,
            from_name: self.caller_name.clone(),
            from_user: self.caller_user.clone(),
            headers,
            sdp,
            account: None,
        };
        self.ua(UaCommand::Invite(Box::new(invitation)));
    }

    pub(super) fn seat_accepted(&mut self, leg: LegId, sdp: &str, near: &mut Surroundings<'_>) {
        self.put_first(leg);
        let Some(side) = self.seat.as_mut().filter(|side| side.leg.id == leg) else {
            return;
        };
        if side.leg.accept(sdp).is_err() {
            return self.seat_failed(leg, Status(488));
        }
        if !self.whisper(near) {
            self.bridge(near);
        }
    }

    /// The caller and the seat hear each other from here on.
    pub(super) fn bridge(&mut self, near: &mut Surroundings<'_>) {
        let Some(side) = self.seat.as_mut() else {
            return;
        };
        side.answered = Some(near.turn.now);
        side.whisper = None;
        let (seat, epoch, leg, aim) = (side.seat, side.epoch, side.leg.id, side.leg.aim());
        self.say_no_more();
        self.kept = None;
        self.stage = Stage::Talking;
        if let Some(aim) = aim {
            self.media(aim);
        }
        self.media(MediaCommand::Bridge {
            one: self.caller.id,
            other: leg,
        });
        self.emit(ContactOutput::Acd(Input::Answered { seat, epoch }));
        self.fact(Fact::Bridged { seat });
    }

    pub(super) fn seat_refused(&mut self, leg: LegId, status: Status) {
        if let Some((owned, _)) = self.owner(leg) {
            owned.sip_done();
        }
        self.seat_failed(leg, status);
        self.bury();
    }

    /// An offer came to nothing: the distributor looks for another seat.
    pub(super) fn seat_failed(&mut self, leg: LegId, status: Status) {
        let Some(side) = self.ringing_side(leg) else {
            return;
        };
        let (seat, epoch) = (side.seat, side.epoch);
        self.fact(Fact::SeatFailed {
            seat,
            status: status.0,
        });
        self.drop_side(|side| side.leg.id == leg, None);
        self.emit(ContactOutput::Acd(Input::Declined { seat, epoch }));
    }

    pub(super) fn seat_hung_up(&mut self, leg: LegId, cause: &str, near: &mut Surroundings<'_>) {
        let Some(side) = self.seat.as_ref().filter(|side| side.leg.id == leg) else {
            return;
        };
        if side.answered.is_none() {
            // While it heard whom it would talk to: the caller is at the head again.
            return self.seat_failed(leg, Status(487));
        }
        if self.stage == Stage::Talking && self.walk.goes_on_after_talk() {
            let (seat, epoch) = (side.seat, side.epoch);
            return self.go_on_after_talk(seat, epoch, cause, near);
        }
        self.fact(Fact::HungUp {
            by: Party::Seat,
            cause: cause.to_owned(),
        });
        if self.caller.end_sip() {
            self.ua(UaCommand::Hangup {
                leg: self.caller.id,
                reason: None,
            });
        }
        self.end(near);
    }

    /// The seat has left; the dialplan has more to say.
    fn go_on_after_talk(
        &mut self,
        seat: SeatId,
        epoch: Epoch,
        cause: &str,
        near: &mut Surroundings<'_>,
    ) {
        let cause = cause.to_owned();
        self.fact(Fact::SeatLeft { seat, cause });
        self.emit(ContactOutput::Acd(Input::TalkEnded { seat, epoch }));
        self.drop_seats();
        self.stage = Stage::Walking;
        self.tell_walk(WalkInput::Talked, near);
    }

    /// Tells the distributor that the call is over, and the seat's leg to end.
    pub(super) fn leave_distributor(&mut self, was: Stage) {
        match (was, self.seat.as_ref().map(|side| (side.seat, side.epoch))) {
            (Stage::Talking, Some((seat, epoch))) => {
                self.emit(ContactOutput::Acd(Input::TalkEnded { seat, epoch }));
            }
            (was, _) if self.is_queued(was) => {
                self.emit(ContactOutput::Acd(Input::Left(self.id)));
            }
            (Stage::Waiting, _)
            | (
                Stage::Opening
                | Stage::Offered
                | Stage::Walking
                | Stage::Dialling
                | Stage::Promised
                | Stage::Reaching
                | Stage::Ending,
                _,
            )
            | (Stage::Talking, None) => {}
        }
        self.drop_seats();
    }

    /// Every seat that rings or talks is let go.
    fn drop_seats(&mut self) {
        let rest = std::mem::take(&mut self.beside);
        for side in self.seat.take().into_iter().chain(rest) {
            self.let_side_go(side, None);
        }
    }

    /// One that rings is let go; if it was the first, the next takes its place.
    fn drop_side(&mut self, is: impl Fn(&SeatSide) -> bool, reason: Option<String>) {
        let first = self.seat.take_if(|side| is(side));
        let at = self.beside.iter().position(is);
        let dropped = first.or_else(|| Some(self.beside.remove(at?)));
        if self.seat.is_none() && !self.beside.is_empty() {
            self.seat = Some(self.beside.remove(0));
        }
        if let Some(side) = dropped {
            self.let_side_go(side, reason);
        }
    }

    /// The side of a seat that rings or talks over this leg.
    fn ringing_side(&mut self, leg: LegId) -> Option<&mut SeatSide> {
        let mut all = self.seat.iter_mut().chain(&mut self.beside);
        all.find(|side| side.leg.id == leg)
    }

    /// Of the seats that ring the one that answers is the first from here on.
    fn put_first(&mut self, leg: LegId) {
        let at = self.beside.iter().position(|side| side.leg.id == leg);
        if let Some(other) = at.and_then(|at| self.beside.get_mut(at))
            && let Some(first) = &mut self.seat
        {
            std::mem::swap(first, other);
        }
    }

    fn let_side_go(&mut self, mut side: SeatSide, reason: Option<String>) {
        let leg = side.leg.id;
        if side.answered.is_some() {
            self.media(MediaCommand::Unbridge { leg });
        }
        if side.leg.end_sip() {
            self.ua(UaCommand::Hangup { leg, reason });
        }
        if side.leg.end_media() {
            self.media(MediaCommand::Close { leg });
        }
        self.fading.push(Fading {
            leg: side.leg,
            party: Party::Seat,
            seat: side.answered.and(Some(side.seat)),
        });
        self.bury();
    }
}
