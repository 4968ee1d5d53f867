//! The caller's side of a call: port, answer, changed offers, hang-up.

use crate::call::contact::Contact;
use crate::call::contact::Playing;
use crate::call::contact::Stage;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::fact::Fact;
use crate::call::leg::Change;
use crate::call::record::Party;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::PlayEnd;
use crate::machine::media::contract::StopOn;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PlayId;
use crate::vocabulary::time::Now;

impl Contact {
    /// The user agent reports about one of the call's legs.
    pub fn handle_ua(&mut self, event: UaEvent, near: &mut Surroundings<'_>) {
        match event {
            UaEvent::Acked { leg, sdp } => self.acked(leg, sdp.as_deref(), near),
            UaEvent::Cancelled { leg } => self.leg_ended(leg, "cancel", near),
            UaEvent::HungUp { leg, cause } => self.leg_ended(leg, word(cause), near),
            UaEvent::Gone { leg } => self.let_go(leg),
            UaEvent::Reoffered { leg, sdp } => self.reoffered(leg, sdp.as_deref(), near),
            UaEvent::Accepted { leg, sdp } if self.is_number(leg) => {
                self.number_answered(&sdp, near);
            }
            UaEvent::Accepted { leg, sdp } => self.seat_accepted(leg, &sdp, near),
            UaEvent::Refused { leg, status } if self.is_number(leg) => {
                if let Some((owned, _)) = self.owner(leg) {
                    owned.sip_done();
                }
                self.number_refused(status, near);
            }
            UaEvent::Refused { leg, status } => self.seat_refused(leg, status),
            UaEvent::Invited { .. }
            | UaEvent::Progress { .. }
            | UaEvent::ReofferAnswered { .. }
            | UaEvent::Registered { .. }
            | UaEvent::Pinged { .. }
            | UaEvent::Unregistered { .. }
            | UaEvent::AccountAnswered { .. }
            | UaEvent::TurnedAway { .. } => {}
        }
    }

    /// The media keeper reports about one of the call's legs.
    pub fn handle_media(&mut self, event: &MediaEvent, near: &mut Surroundings<'_>) {
        match *event {
            MediaEvent::Opened { leg, port, .. } => self.opened(leg, port, near),
            MediaEvent::Full { leg } => self.no_port(leg, near),
            MediaEvent::FirstSent { leg, at }
                if leg == self.caller.id && self.stage != Stage::Reaching =>
            {
                let after_us = micros(at.since(self.invited));
                self.fact(Fact::FirstSound { after_us });
            }
            MediaEvent::PlayEnded {
                leg, play, end, at, ..
            } if leg == self.caller.id => {
                if let Some(pressed) = self.pressed.take().filter(|_| end == PlayEnd::Digit) {
                    let after_us = micros(at.since(pressed));
                    self.fact(Fact::PromptStopped { after_us });
                }
                self.play_ended(play, end, near);
            }
            MediaEvent::PlayEnded { leg, play, .. } => {
                self.whispered(leg, play, near);
            }
            MediaEvent::Digit { leg, key, at } if leg == self.caller.id => {
                self.key_pressed(key, at, near);
            }
            MediaEvent::Digit { leg, key, .. } => self.pressed_by_seat(leg, key, near),
            MediaEvent::TwoWay { at, .. } => self.two_way(at),
            MediaEvent::Spoke { leg, .. } if leg == self.caller.id => self.spoke(near),
            MediaEvent::Taped {
                leg,
                ref sound,
                spoken,
            } if leg == self.caller.id => self.taped(sound, spoken, near),
            MediaEvent::Closed { leg, quality, end } => {
                if leg == self.caller.id {
                    self.message_cut();
                }
                let fading = self.fading.iter().find(|one| one.leg.id == leg);
                if let Some(seat) = fading.and_then(|one| one.seat) {
                    self.emit(ContactOutput::SeatTalked { seat, quality });
                }
                if let Some((owned, party)) = self.owner(leg) {
                    owned.media_done();
                    self.fact(Fact::LegClosed { party, quality });
                    if end == CloseEnd::Failed {
                        self.media_failed(leg, near);
                    }
                }
                self.bury();
            }
            MediaEvent::ThreadFailed { .. }
            | MediaEvent::FirstSent { .. }
            | MediaEvent::Latched { .. }
            | MediaEvent::Spoke { .. }
            | MediaEvent::Taped { .. }
            | MediaEvent::Heard { .. } => {}
        }
    }

    /// A leg has lost its media. A call cannot go on without, but a caller keeps waiting when it
    /// was the leg of a phone that only rang.
    fn media_failed(&mut self, leg: LegId, near: &mut Surroundings<'_>) {
        let text = format!("the media of a leg of call {} failed", self.id);
        self.fact(Fact::Alarm { text });
        let is_seats = matches!(self.owner(leg), Some((_, Party::Seat)));
        if self.is_number(leg) {
            if matches!(self.stage, Stage::Dialling | Stage::Reaching) {
                return self.not_reached(DialEnd::Failed, near);
            }
            return self.number_hung_up("media_failed", near);
        }
        match self.stage {
            Stage::Opening => self.refuse(Status(503), near),
            Stage::Offered | Stage::Walking | Stage::Waiting if is_seats => {
                self.seat_failed(leg, Status(0));
            }
            Stage::Reaching if leg == self.caller.id => {
                self.missed(DialEnd::Failed, near);
            }
            Stage::Offered | Stage::Walking | Stage::Waiting | Stage::Dialling | Stage::Talking
                if is_seats || leg == self.caller.id =>
            {
                self.hang_up(Party::Centre, "media_failed", near);
            }
            Stage::Offered
            | Stage::Walking
            | Stage::Waiting
            | Stage::Dialling
            | Stage::Talking
            | Stage::Promised
            | Stage::Reaching
            | Stage::Ending => {}
        }
    }

    /// Refuses a call that was not yet answered.
    pub(super) fn refuse(&mut self, status: Status, near: &mut Surroundings<'_>) {
        if self.caller.end_sip() {
            let retry_after = (status == Status(503)).then_some(near.centre.retry_after);
            self.ua(UaCommand::Refuse {
                leg: self.caller.id,
                status,
                retry_after,
            });
            self.caller.sip_done();
            self.fact(Fact::Refused { status: status.0 });
        }
        self.fact(Fact::HungUp {
            by: Party::Centre,
            cause: format!("refused_{}", status.0),
        });
        self.end(near);
        self.bury();
    }

    fn opened(&mut self, leg: LegId, port: u16, near: &mut Surroundings<'_>) {
        let Some((owned, party)) = self.owner(leg) else {
            return;
        };
        owned.open(near.centre.media.towards(owned.flow), port);
        match party {
            Party::Caller if self.stage == Stage::Opening => self.answer_caller(near),
            Party::Seat => self.ring_seat(leg),
            Party::Number => self.ring_number(near),
            Party::Caller | Party::Centre => {}
        }
    }

    fn no_port(&mut self, leg: LegId, near: &mut Surroundings<'_>) {
        if let Some((owned, _)) = self.owner(leg) {
            owned.media_done();
        }
        if leg == self.caller.id {
            self.refuse(Status(503), near);
        } else if self.is_number(leg) {
            self.not_reached(DialEnd::Failed, near);
        } else {
            self.seat_failed(leg, Status(0));
        }
    }

    fn answer_caller(&mut self, near: &mut Surroundings<'_>) {
        self.deadline = None;
        let Some(offer) = self.offer.take() else {
            if let Some(sdp) = self.caller.offer() {
                self.ua(UaCommand::Answer {
                    leg: self.caller.id,
                    sdp,
                });
                self.stage = Stage::Offered;
            }
            return;
        };
        match self.caller.answer(&offer) {
            Ok((sdp, _)) => {
                self.ua(UaCommand::Answer {
                    leg: self.caller.id,
                    sdp,
                });
                self.connected(near);
            }
            Err(status) => self.refuse(status, near),
        }
    }

    fn connected(&mut self, near: &mut Surroundings<'_>) {
        if let Some(aim) = self.caller.aim() {
            self.media(aim);
        }
        self.stage = Stage::Walking;
        let after_us = micros(near.turn.now.since(self.invited));
        self.fact(Fact::Connected { after_us });
        self.tell_walk(WalkInput::Connected, near);
    }

    fn acked(&mut self, leg: LegId, sdp: Option<&str>, near: &mut Surroundings<'_>) {
        let Some(answer) = sdp else {
            return;
        };
        let Some((owned, party)) = self.owner(leg) else {
            return;
        };
        match owned.accept(answer) {
            Ok(change) => {
                let first = self.stage == Stage::Offered && party == Party::Caller;
                if first {
                    self.connected(near);
                } else {
                    self.agreed(leg, party, change, near);
                }
            }
            Err(_) => self.hang_up(Party::Centre, "unusable_answer", near),
        }
    }

    fn reoffered(&mut self, leg: LegId, sdp: Option<&str>, near: &mut Surroundings<'_>) {
        let Some((owned, party)) = self.owner(leg) else {
            return;
        };
        let answered = match sdp {
            Some(offer) => owned.answer(offer).map(|(sdp, change)| (sdp, Some(change))),
            None => owned.offer().map(|sdp| (sdp, None)).ok_or(Status(500)),
        };
        match answered {
            Ok((sdp, change)) => {
                self.ua(UaCommand::AnswerReoffer {
                    leg,
                    answer: Ok(sdp),
                });
                if let Some(change) = change {
                    self.agreed(leg, party, change, near);
                }
            }
            Err(status) => {
                self.ua(UaCommand::AnswerReoffer {
                    leg,
                    answer: Err(status),
                });
                self.fact(Fact::ReofferRefused {
                    by: party,
                    status: status.0,
                });
            }
        }
    }

    /// A changed description stands: packets follow it, and who is held hears music.
    fn agreed(&mut self, leg: LegId, by: Party, change: Change, near: &mut Surroundings<'_>) {
        let aim = self.owner(leg).and_then(|(owned, _)| owned.aim());
        if let Some(aim) = aim {
            self.media(aim);
        }
        if self.stage != Stage::Talking {
            return;
        }
        let seat_leg = self.seat.as_ref().map(|side| side.leg.id);
        let seat_leg = seat_leg.or_else(|| self.far.as_ref().map(|far| far.id));
        let held = match by {
            Party::Caller => seat_leg,
            Party::Seat | Party::Number => Some(self.caller.id),
            Party::Centre => None,
        };
        let Some(held) = held else {
            return;
        };
        match change {
            Change::Holds => {
                self.fact(Fact::Held { by });
                self.play_hold_music(held, near);
            }
            Change::Resumes => {
                self.fact(Fact::Resumed { by });
                self.media(MediaCommand::Stop { leg: held });
            }
            Change::Other => {}
        }
    }

    fn play_hold_music(&mut self, leg: LegId, near: &mut Surroundings<'_>) {
        let Some(music) = near.release.music else {
            return;
        };
        let play = near.mint.play();
        let pieces = vec![Piece::Prompt(music)];
        let stop_on = StopOn::Nothing;
        self.media(MediaCommand::Play {
            leg,
            play,
            pieces,
            stop_on,
            repeat: true,
        });
    }

    fn leg_ended(&mut self, leg: LegId, cause: &str, near: &mut Surroundings<'_>) {
        let Some((owned, party)) = self.owner(leg) else {
            return;
        };
        owned.sip_done();
        match party {
            Party::Caller if self.missed(DialEnd::NoAnswer, near) => {}
            Party::Caller if self.part(Party::Caller, cause, near) => {}
            Party::Caller if self.stage != Stage::Ending => {
                self.fact(Fact::HungUp {
                    by: Party::Caller,
                    cause: cause.to_owned(),
                });
                self.end(near);
            }
            Party::Seat => self.seat_hung_up(leg, cause, near),
            Party::Number if self.is_number(leg) => self.number_hung_up(cause, near),
            Party::Caller | Party::Number | Party::Centre => {}
        }
        self.bury();
    }

    fn let_go(&mut self, leg: LegId) {
        if let Some((owned, _)) = self.owner(leg) {
            owned.sip_done();
        }
        self.bury();
    }

    fn play_ended(&mut self, play: PlayId, end: PlayEnd, near: &mut Surroundings<'_>) {
        let Some((_, what)) = self.playing.filter(|(playing, _)| *playing == play) else {
            return;
        };
        self.playing = None;
        if end == PlayEnd::Missing {
            let text = "a prompt is missing in the library: run `ringwise check`".to_owned();
            self.fact(Fact::Alarm { text });
        }
        // While the speech command is at the next words, what ends here are the ones before.
        let said = self.stage == Stage::Walking && self.speaking.is_none();
        if self.stage == Stage::Reaching && what == Playing::Walk {
            return self.say_who_calls(near);
        }
        match what {
            Playing::Walk if said => self.tell_walk(WalkInput::Said, near),
            Playing::Announcement if self.stage == Stage::Waiting => self.play_music(near),
            Playing::Walk | Playing::Announcement | Playing::Music => {}
        }
    }

    fn key_pressed(&mut self, key: char, at: Now, near: &mut Surroundings<'_>) {
        self.pressed = Some(at);
        let shown = if self.walk.is_secret() { '•' } else { key };
        self.fact(Fact::Key { key: shown });
        // While a seat rings keys mean nothing: the wait is about to end.
        if self.stage == Stage::Reaching {
            return self.press_back(key, near);
        }
        let waits = self.stage == Stage::Waiting && self.seat.is_none();
        if waits || self.stage == Stage::Walking {
            self.tell_walk(WalkInput::Key(key), near);
        }
    }

    fn two_way(&mut self, at: Now) {
        let answered = self.seat.as_ref().and_then(|side| side.answered);
        if let Some(answered) = answered {
            self.fact(Fact::TwoWay {
                after_us: micros(at.since(answered)),
            });
        }
    }
}

const fn word(cause: HangupCause) -> &'static str {
    match cause {
        HangupCause::Bye => "bye",
        HangupCause::NoAck => "no_ack",
        HangupCause::SessionExpired => "session_expired",
        HangupCause::DialogLost => "dialog_lost",
        HangupCause::FlowLost => "flow_lost",
    }
}

fn micros(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}
