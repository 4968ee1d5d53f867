//! A number outside that is called for the caller.

use std::time::Duration;

use crate::call::contact::Contact;
use crate::call::contact::Place;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::fact::Fact;
use crate::call::leg::Leg;
use crate::call::permit::Permit;
use crate::call::record::Party;
use crate::call::side::Fading;
use crate::call::side::FarSide;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::media::contract::MediaCommand;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::trunk::gate::Refusal;
use crate::vocabulary::id::LegId;

impl Contact {
    /// Has a number called: the gate is asked first.
    pub(super) fn dial(&mut self, number: String, ring: Duration, near: &mut Surroundings<'_>) {
        let id = near.mint.leg();
        self.stage = Stage::Dialling;
        self.place = Place::None;
        self.fact(Fact::Dialling {
            number: number.clone(),
        });
        self.play_music(near);
        self.far = Some(FarSide {
            id,
            number: number.clone(),
            ring,
            leg: None,
            permit: None,
            answered: false,
        });
        self.emit(ContactOutput::CallOut { leg: id, number });
    }

    /// The gate lets the call out, or not.
    pub fn call_out_judged(
        &mut self,
        id: LegId,
        judged: Result<Permit, Refusal>,
        near: &mut Surroundings<'_>,
    ) {
        let Some(far) = self.far.as_mut().filter(|far| far.id == id) else {
            return;
        };
        match judged {
            Ok(permit) => {
                far.leg = Some(Leg::outgoing(id, permit.flow));
                far.permit = Some(Box::new(permit));
                self.note_try();
                self.emit(ContactOutput::LegTaken(id));
                self.media(MediaCommand::Open { leg: id });
            }
            Err(refusal) => {
                let number = far.number.clone();
                self.fact(Fact::CallOutRefused { number, refusal });
                if self.postpone(near) {
                    return;
                }
                self.not_reached(DialEnd::Failed, near);
            }
        }
    }

    /// The leg to the number has its port: now it rings.
    pub(super) fn ring_number(&mut self, near: &Surroundings<'_>) {
        let Some(far) = self.far.as_mut() else {
            return;
        };
        let (Some(leg), Some(permit)) = (far.leg.as_mut(), far.permit.take()) else {
            return;
        };
        let Some(sdp) = leg.offer() else {
            return;
        };
        leg.begun();
        let invitation = permit.invitation(far.id, &far.number, sdp);
        self.deadline = Some(near.turn.now + far.ring);
        self.ua(UaCommand::Invite(Box::new(invitation)));
    }

    pub(super) fn number_answered(&mut self, sdp: &str, near: &mut Surroundings<'_>) {
        if self.stage == Stage::Reaching {
            return self.answered_back(sdp, near);
        }
        let Some(far) = self.far.as_mut() else {
            return;
        };
        let (id, Some(leg)) = (far.id, far.leg.as_mut()) else {
            return;
        };
        if leg.accept(sdp).is_err() {
            return self.number_refused(Status(488), near);
        }
        far.answered = true;
        let aim = leg.aim();
        self.deadline = None;
        self.say_no_more();
        self.stage = Stage::Talking;
        if let Some(aim) = aim {
            self.media(aim);
        }
        self.media(MediaCommand::Bridge {
            one: self.caller.id,
            other: id,
        });
        self.fact(Fact::NumberAnswered);
    }

    /// The number's side refused the call, or cannot be reached.
    pub(super) fn number_refused(&mut self, status: Status, near: &mut Surroundings<'_>) {
        self.fact(Fact::NumberFailed { status: status.0 });
        let end = match status.0 {
            486 | 600 => DialEnd::Busy,
            408 | 480 | 487 => DialEnd::NoAnswer,
            _ => DialEnd::Failed,
        };
        self.not_reached(end, near);
    }

    /// Who was called hung up.
    pub(super) fn number_hung_up(&mut self, cause: &str, near: &mut Surroundings<'_>) {
        let cause = cause.to_owned();
        if self.stage == Stage::Talking && self.walk.goes_on_after_talk() {
            self.fact(Fact::NumberLeft { cause });
            self.drop_number(None);
            self.stage = Stage::Walking;
            return self.tell_walk(WalkInput::Talked, near);
        }
        let by = Party::Number;
        self.fact(Fact::HungUp { by, cause });
        if self.caller.end_sip() {
            let leg = self.caller.id;
            self.ua(UaCommand::Hangup { leg, reason: None });
        }
        self.end(near);
    }

    /// The dialplan goes on without whoever was called.
    pub(super) fn not_reached(&mut self, end: DialEnd, near: &mut Surroundings<'_>) {
        self.drop_number(None);
        if self.missed(end, near) {
            return;
        }
        if self.stage == Stage::Dialling {
            self.deadline = None;
            self.stage = Stage::Walking;
            self.hush();
            self.tell_walk(WalkInput::NotReached(end), near);
        }
    }

    /// Lets go of the number's leg.
    pub(super) fn drop_number(&mut self, reason: Option<String>) {
        let Some(far) = self.far.take() else {
            return;
        };
        let (id, answered) = (far.id, far.answered);
        let Some(mut leg) = far.leg else {
            return;
        };
        if answered {
            self.media(MediaCommand::Unbridge { leg: id });
        }
        if leg.end_sip() {
            self.ua(UaCommand::Hangup { leg: id, reason });
        }
        if leg.end_media() {
            self.media(MediaCommand::Close { leg: id });
        }
        self.fading.push(Fading::new(leg, Party::Number));
        self.bury();
    }

    /// Whether this is the leg to the number.
    pub(super) fn is_number(&self, leg: LegId) -> bool {
        self.far.as_ref().is_some_and(|far| far.id == leg)
    }
}
