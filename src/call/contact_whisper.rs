//! The short announcement to a seat that has answered, before the bridge: which queue, and what the
//! caller asks. The caller hears music until then. Who answers a seat's telephone that is reached
//! by its number may be anybody, or a machine: they are bridged only after a 1.

use std::time::Duration;

use crate::call::contact::Contact;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::effect::Question;
use crate::call::fact::Fact;
use crate::call::side::SeatSide;
use crate::call::speaking::SPEECH_WAIT;
use crate::call::speaking::Speaking;
use crate::call::whisper::Whisper;
use crate::machine::acd::surface::Input;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::answer::Asking;
use crate::machine::prediction::bank::OrderNaming;
use crate::machine::prediction::order::Customer;
use crate::machine::sip::surface::Status;
use crate::machine::speech::composition;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PlayId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::time::Now;

/// Longest announcement, and the longest time to press 1: the seat is held no longer for it.
const WHISPER_MAX: Duration = Duration::from_secs(20);
/// What a telephone that is reached by its number is told: 1 takes the call.
const TAKE: &str = "sys.seat.take";
/// Until it is told so again.
const AGAIN: Duration = Duration::from_secs(3);
/// Pressed 2 (RFC 3261 section 21.6.2).
const DECLINED: Status = Status(603);
/// Between the queue's words and the question.
const BREATH: Duration = Duration::from_millis(250);

impl Contact {
    /// Begins to tell the seat whom it will talk to. False if there is nothing to tell.
    pub(super) fn whisper(&mut self, near: &mut Surroundings<'_>) -> bool {
        let mut words = self.seat_words(near);
        if self.seat.as_ref().is_some_and(SeatSide::is_asked) {
            let take = || Spoken::Recording(TAKE.to_owned());
            words.extend([take(), Spoken::Pause(AGAIN), take()]);
        }
        let Some(side) = self.seat.as_mut().filter(|_| !words.is_empty()) else {
            return false;
        };
        let (seat, epoch, leg, aim) = (side.seat, side.epoch, side.leg.id, side.leg.aim());
        let fragments = composition::compose(&near.release.phrasebook, self.language, &words);
        let (mut speaking, missing) = Speaking::new(fragments, near.turn.now);
        for (at, text) in missing {
            let ask = near.mint.ask();
            speaking.expect(ask, at);
            let language = self.language;
            self.ask(ask, Question::Speak { language, text }, SPEECH_WAIT);
        }
        let lasts = WHISPER_MAX;
        self.emit(ContactOutput::Acd(Input::Held { seat, epoch, lasts }));
        self.fact(Fact::SeatTold { seat });
        if let Some(aim) = aim {
            self.media(aim);
        }
        self.set_whisper(Some(Whisper::Made(speaking)));
        self.go_on_whispering(leg, near);
        true
    }

    /// The speech command answered. False if it was not for the seat.
    pub(super) fn whisper_made(
        &mut self,
        ask: AskId,
        prompt: Option<PromptId>,
        near: &mut Surroundings<'_>,
    ) -> bool {
        let Some(side) = self.seat.as_mut() else {
            return false;
        };
        let leg = side.leg.id;
        let Some(Whisper::Made(speaking)) = &mut side.whisper else {
            return false;
        };
        let awaited = speaking.take(ask, prompt);
        if awaited {
            self.go_on_whispering(leg, near);
        }
        awaited
    }

    /// Plays what there is once all of it is, or nothing more is waited for.
    fn go_on_whispering(&mut self, leg: LegId, near: &mut Surroundings<'_>) {
        let ready = |whisper: &Whisper| {
            matches!(whisper, Whisper::Made(speaking)
                if speaking.is_ready() || speaking.poll_timeout().is_some_and(|at| at <= near.turn.now))
        };
        let side = self.seat.as_mut();
        let Some(Whisper::Made(speaking)) =
            side.and_then(|side| side.whisper.take_if(|one| ready(one)))
        else {
            return;
        };
        let sounds = speaking.finish();
        self.forget_all(sounds.forget);
        if sounds.pieces.is_empty() {
            return self.told(near);
        }
        let play = near.mint.play();
        self.set_whisper(Some(Whisper::Played(play)));
        self.media(MediaCommand::Play {
            leg,
            play,
            pieces: sounds.pieces,
            stop_on: StopOn::Digit,
            repeat: false,
        });
    }

    /// The seat has heard it, or pressed a key. False if that was no announcement.
    pub(super) fn whispered(
        &mut self,
        leg: LegId,
        play: PlayId,
        near: &mut Surroundings<'_>,
    ) -> bool {
        let ours = self.seat.as_ref().is_some_and(|side| {
            side.leg.id == leg && matches!(side.whisper, Some(Whisper::Played(one)) if one == play)
        });
        if ours {
            self.told(near);
        }
        ours
    }

    /// The seat knows whom it will talk to.
    fn told(&mut self, near: &mut Surroundings<'_>) {
        if self.seat.as_ref().is_some_and(SeatSide::is_asked) {
            self.set_whisper(Some(Whisper::Asked));
        } else {
            self.bridge(near);
        }
    }

    /// A key of a telephone that is reached by its number, before the bridge.
    pub(super) fn pressed_by_seat(&mut self, leg: LegId, key: char, near: &mut Surroundings<'_>) {
        let asked = self
            .seat
            .as_ref()
            .is_some_and(|side| side.leg.id == leg && side.whisper.is_some() && side.is_asked());
        match key {
            '1' if asked => self.bridge(near),
            '2' if asked => self.seat_failed(leg, DECLINED),
            _ => {}
        }
    }

    /// When sounds that are being made are waited for no more.
    pub(super) fn whisper_timeout(&self) -> Option<Now> {
        let whisper = self.seat.as_ref().and_then(|side| side.whisper.as_ref());
        match whisper {
            Some(Whisper::Made(speaking)) => speaking.poll_timeout(),
            Some(Whisper::Played(_) | Whisper::Asked) | None => None,
        }
    }

    /// That time may have come.
    pub(super) fn handle_whisper_timeout(&mut self, near: &mut Surroundings<'_>) {
        let due = self.whisper_timeout().is_some_and(|at| at <= near.turn.now);
        let leg = self.seat.as_ref().map(|side| side.leg.id);
        if let Some(leg) = leg.filter(|_| due) {
            self.go_on_whispering(leg, near);
        }
    }

    fn set_whisper(&mut self, whisper: Option<Whisper>) {
        if let Some(side) = &mut self.seat {
            side.whisper = whisper;
        }
    }

    /// The queue's words, then the question as menus name it.
    fn seat_words(&self, near: &Surroundings<'_>) -> Vec<Spoken> {
        let queue = near.people.queue(&self.queue);
        let entry = queue.and_then(|(queue, _)| near.people.catalog.queue_entry(queue));
        let Some(words) = entry.and_then(|entry| entry.whisper.get(&self.language)) else {
            return Vec::new();
        };
        let nobody = Customer::default();
        let asking = Asking {
            customer: self.walk.customer().unwrap_or(&nobody),
            language: self.language,
            wall: near.turn.wall,
            zone: &near.centre.zone,
        };
        let asks = self.asks_for.as_deref();
        let question = asks.map(|asks| self.bank.short(asks, None, asking, OrderNaming::Unnamed));
        let mut all = vec![Spoken::Text(words.clone())];
        if let Some(question) = question.filter(|question| !question.is_empty()) {
            all.push(Spoken::Pause(BREATH));
            all.extend(question);
        }
        all
    }
}
