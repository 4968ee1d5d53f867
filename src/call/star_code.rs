//! A seat dials `*11` or `*12`: it is answered, told so, and let go.

use std::collections::VecDeque;
use std::time::Duration;

use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::leg::Leg;
use crate::call::phrase;
use crate::machine::acd::fact::SeatState;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::machine::speech::composition;
use crate::machine::speech::fragment::Fragment;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Now;

/// How long a star code may take in all.
const CODE_MAX: Duration = Duration::from_secs(10);
/// How long a finished one may take to let go.
const LETTING_GO_MAX: Duration = Duration::from_secs(40);

/// What a star code wishes, if it is one.
#[must_use]
pub fn wish(called: &str) -> Option<SeatState> {
    match called {
        "*11" => Some(SeatState::Ready),
        "*12" => Some(SeatState::Away),
        "*13" => Some(SeatState::WrapUp),
        _ => None,
    }
}

/// A seat's call to a star code.
#[derive(Debug)]
pub struct StarCode {
    /// Its leg.
    pub leg: Leg,
    offer: Option<String>,
    seat: SeatId,
    wish: SeatState,
    /// Calls are wished for once the phone is free: till then the wish is kept.
    kept: Option<SeatState>,
    deadline: Now,
    ended: bool,
    out: VecDeque<ContactOutput>,
}

impl StarCode {
    /// The call has come in: it asks for its port.
    #[must_use]
    pub fn new(
        leg: Leg,
        offer: Option<String>,
        (seat, wish): (SeatId, SeatState),
        now: Now,
    ) -> Self {
        let open = ContactOutput::Media(MediaCommand::Open { leg: leg.id });
        let out = VecDeque::from([open]);
        Self {
            leg,
            offer,
            seat,
            wish,
            kept: (wish != SeatState::Away).then_some(wish),
            deadline: now + CODE_MAX,
            ended: false,
            out,
        }
    }

    /// Whose wish is kept until the end of this call, and which: the phone that is still busy
    /// with it could not be rung.
    #[must_use]
    pub fn kept(&self) -> Option<(SeatId, SeatState)> {
        self.kept.map(|wish| (self.seat, wish))
    }

    /// A later wish of the seat counts.
    pub const fn overrule(&mut self) {
        self.kept = None;
    }

    /// The next thing it wants.
    pub fn poll(&mut self) -> Option<ContactOutput> {
        self.out.pop_front()
    }

    /// When it must be woken.
    #[must_use]
    pub const fn poll_timeout(&self) -> Now {
        self.deadline
    }

    /// Its time is over.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.ended {
            self.leg.sip_done();
            self.leg.media_done();
        }
        self.end(now);
    }

    /// Nothing of it is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.leg.is_done()
    }

    /// The user agent reports about its leg.
    pub fn handle_ua(&mut self, event: &UaEvent, near: &Surroundings<'_>) {
        match event {
            UaEvent::Acked {
                sdp: Some(answer), ..
            } if self.leg.accept(answer).is_ok() => {
                self.confirm(near);
            }
            UaEvent::Cancelled { .. } | UaEvent::HungUp { .. } | UaEvent::Gone { .. } => {
                self.leg.sip_done();
                self.end(near.turn.now);
            }
            UaEvent::Reoffered {
                leg,
                sdp: Some(offer),
            } => {
                let answer = self.leg.answer(offer).map(|(sdp, _)| sdp);
                self.ua(UaCommand::AnswerReoffer { leg: *leg, answer });
            }
            UaEvent::Invited { .. }
            | UaEvent::Acked { .. }
            | UaEvent::Progress { .. }
            | UaEvent::Accepted { .. }
            | UaEvent::Refused { .. }
            | UaEvent::Reoffered { .. }
            | UaEvent::ReofferAnswered { .. }
            | UaEvent::Registered { .. }
            | UaEvent::Pinged { .. }
            | UaEvent::Unregistered { .. }
            | UaEvent::AccountAnswered { .. }
            | UaEvent::TurnedAway { .. } => {}
        }
    }

    /// The media keeper reports about its leg.
    pub fn handle_media(&mut self, event: &MediaEvent, near: &mut Surroundings<'_>) {
        match event {
            MediaEvent::Opened { port, .. } => {
                self.leg
                    .open(near.centre.media.towards(self.leg.flow), *port);
                self.answer(near);
            }
            MediaEvent::Full { .. } => {
                self.leg.media_done();
                self.refuse(Status(503), near.turn.now);
            }
            MediaEvent::PlayEnded { .. } => self.end(near.turn.now),
            MediaEvent::Closed { end, .. } => {
                self.leg.media_done();
                if *end == CloseEnd::Failed {
                    self.end(near.turn.now);
                }
            }
            MediaEvent::ThreadFailed { .. }
            | MediaEvent::FirstSent { .. }
            | MediaEvent::Latched { .. }
            | MediaEvent::Digit { .. }
            | MediaEvent::Spoke { .. }
            | MediaEvent::Taped { .. }
            | MediaEvent::TwoWay { .. }
            | MediaEvent::Heard { .. } => {}
        }
    }

    fn answer(&mut self, near: &Surroundings<'_>) {
        let leg = self.leg.id;
        let described = match self.offer.take() {
            Some(offer) => self.leg.answer(&offer).map(|(sdp, _)| (sdp, true)),
            None => self.leg.offer().map(|sdp| (sdp, false)).ok_or(Status(500)),
        };
        match described {
            Ok((sdp, agreed)) => {
                self.ua(UaCommand::Answer { leg, sdp });
                if agreed {
                    self.confirm(near);
                }
            }
            Err(status) => self.refuse(status, near.turn.now),
        }
    }

    fn confirm(&mut self, near: &Surroundings<'_>) {
        if let Some(aim) = self.leg.aim() {
            self.out.push_back(ContactOutput::Media(aim));
        }
        let language = near
            .centre
            .languages
            .first()
            .copied()
            .unwrap_or(Language::English);
        let speech = match self.wish {
            SeatState::Away => phrase::seat_away(language),
            SeatState::Ready
            | SeatState::WrapUp
            | SeatState::SignedOut
            | SeatState::Reserved
            | SeatState::Offered
            | SeatState::Talking => phrase::seat_ready(language),
        };
        let mut pieces = vec![Piece::Silence(Duration::from_millis(200))];
        for fragment in composition::compose(&near.release.phrasebook, language, &speech) {
            match fragment {
                Fragment::Prompt(prompt, _) => pieces.push(Piece::Prompt(prompt)),
                Fragment::Silence(length) => pieces.push(Piece::Silence(length)),
                Fragment::Unrecorded(_) => {}
            }
        }
        let play = crate::vocabulary::id::PlayId::from_bits(self.leg.id.bits());
        let leg = self.leg.id;
        let stop_on = StopOn::Nothing;
        let command = MediaCommand::Play {
            leg,
            play,
            pieces,
            stop_on,
            repeat: false,
        };
        self.out.push_back(ContactOutput::Media(command));
    }

    fn refuse(&mut self, status: Status, now: Now) {
        if self.leg.end_sip() {
            self.ua(UaCommand::Refuse {
                leg: self.leg.id,
                status,
                retry_after: None,
            });
            self.leg.sip_done();
        }
        self.end(now);
    }

    fn end(&mut self, now: Now) {
        if !self.ended {
            self.ended = true;
            self.deadline = now + LETTING_GO_MAX;
        }
        if self.leg.end_sip() {
            self.ua(UaCommand::Hangup {
                leg: self.leg.id,
                reason: None,
            });
        }
        if self.leg.end_media() {
            self.out
                .push_back(ContactOutput::Media(MediaCommand::Close {
                    leg: self.leg.id,
                }));
        }
    }

    fn ua(&mut self, command: UaCommand) {
        self.out.push_back(ContactOutput::Ua(command));
    }
}
