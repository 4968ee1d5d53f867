//! One call, from INVITE to record: its caller leg, its walk, its seat.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::call::centre::Centre;
use crate::call::contact_output::ContactOutput;
use crate::call::contact_wish::NamedWish;
use crate::call::effect::Question;
use crate::call::fact::Fact;
use crate::call::kept::Kept;
use crate::call::leg::Leg;
use crate::call::people::People;
use crate::call::promise::PromiseEnd;
use crate::call::record::Party;
use crate::call::release::Release;
use crate::call::side::Fading;
use crate::call::side::FarSide;
use crate::call::side::SeatSide;
use crate::call::speaking::Speaking;
use crate::call::taking::Taking;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::waiting::forecaster::Forecaster;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::Mint;
use crate::vocabulary::id::PlayId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// How long the media keeper may take to find a port.
const OPENING_MAX: Duration = Duration::from_secs(2);

/// What a call sees of its surroundings while it is told something.
pub struct Surroundings<'a> {
    /// This turn.
    pub turn: Turn,
    /// What all calls share.
    pub centre: &'a Centre,
    /// What the call was pinned to when it arrived.
    pub release: &'a Release,
    /// Who serves at present.
    pub people: &'a People,
    /// What waits to expect.
    pub forecaster: &'a Forecaster,
    /// What has been learned, by bank.
    pub models: &'a BTreeMap<String, Model>,
    /// For a bank that nothing was learned of.
    pub blank: &'a Model,
    /// Makes ids.
    pub mint: &'a mut Mint,
}

/// One call. Its rooms: this one holds it together, `contact_caller` the caller's side,
/// `contact_walk` the dialplan's, `contact_seat` the seat's.
#[derive(Debug)]
pub struct Contact {
    /// Names it.
    pub id: CallId,
    pub(super) caller: Leg,
    pub(super) stage: Stage,
    pub(super) walk: Walk,
    pub(super) bank: Arc<Bank>,
    /// The sentence whose sounds are being made.
    pub(super) speaking: Option<(Speaking, StopOn)>,
    /// What the caller hears, and for what.
    pub(super) playing: Option<(PlayId, Playing)>,
    pub(super) language: Language,
    pub(super) queue: String,
    /// The question that it was handed to people with.
    pub(super) asks_for: Option<String>,
    /// What it asked of the distributor last.
    pub(super) asked: Option<NamedWish>,
    /// The number that it came from.
    pub(super) number: Option<String>,
    /// The promise to call it back.
    pub(super) kept: Option<Kept>,
    /// The distributor has the call while it goes on in the dialplan.
    pub(super) place: Place,
    /// The place it was told last, and the wait if that was known.
    pub(super) told: Option<(u32, Option<WaitRange>)>,
    pub(super) caller_name: String,
    pub(super) caller_user: String,
    pub(super) seat: Option<SeatSide>,
    /// Seats that ring beside that one.
    pub(super) beside: Vec<SeatSide>,
    pub(super) far: Option<FarSide>,
    /// Legs that have been told to end.
    pub(super) fading: Vec<Fading>,
    pub(super) lookups: BTreeMap<AskId, Awaited>,
    /// Questions to services: by number within the walk, with the service's name, asked then.
    pub(super) consults: BTreeMap<AskId, (u32, String, Now)>,
    pub(super) invited: Now,
    /// The caller's offer, until it is answered.
    pub(super) offer: Option<String>,
    pub(super) deadline: Option<Now>,
    /// The message that the caller leaves.
    pub(super) message: Option<Taking>,
    /// Messages that it has left.
    pub(super) messages: u32,
    /// When the last key was first reported: a prompt that it stops is told of afterwards.
    pub(super) pressed: Option<Now>,
    out: VecDeque<ContactOutput>,
}

/// A look-up whose answer is awaited.
#[derive(Debug)]
pub(super) struct Awaited {
    /// Its name within the walk.
    pub(super) lookup: u32,
    pub(super) key: LookupKey,
    pub(super) asked: Now,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// Waits for its port.
    Opening,
    /// Our offer stands in the 200; waits for the ACK.
    Offered,
    /// The dialplan has it.
    Walking,
    /// The distributor has it.
    Waiting,
    /// A number outside is called for it.
    Dialling,
    /// Its caller is off the line, and will be called back.
    Promised,
    /// Its caller is being called back.
    Reaching,
    /// It talks to a seat, or to that number.
    Talking,
    /// It is over; its legs let go.
    Ending,
}

/// Whether a call that goes on in the dialplan has a place in a queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// It has none, or it waits there.
    None,
    /// It keeps one.
    Kept,
}

/// What a play is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Playing {
    /// The walk awaits its end.
    Walk,
    /// Music follows it.
    Announcement,
    /// It goes on until something else happens.
    Music,
}

impl Contact {
    /// A call whose INVITE has just come; it asks for its port and starts its walk.
    #[must_use]
    pub fn new(
        id: CallId,
        caller: Leg,
        walk: Walk,
        origin: Origin,
        near: &Surroundings<'_>,
    ) -> Self {
        let mut contact = Self::of(id, caller, walk, origin, near);
        contact.emit(ContactOutput::LegTaken(contact.caller.id));
        contact.media(MediaCommand::Open {
            leg: contact.caller.id,
        });
        contact
    }

    pub(super) fn of(
        id: CallId,
        caller: Leg,
        walk: Walk,
        origin: Origin,
        near: &Surroundings<'_>,
    ) -> Self {
        Self {
            id,
            stage: Stage::Opening,
            walk,
            bank: origin.bank,
            speaking: None,
            playing: None,
            language: origin.language,
            queue: String::new(),
            asks_for: None,
            asked: None,
            number: origin.number,
            kept: None,
            place: Place::None,
            told: None,
            caller_name: origin.caller_name,
            caller_user: origin.caller_user,
            seat: None,
            beside: Vec::new(),
            far: None,
            fading: Vec::new(),
            lookups: BTreeMap::new(),
            consults: BTreeMap::new(),
            invited: near.turn.now,
            offer: origin.offer,
            deadline: Some(near.turn.now + OPENING_MAX),
            message: None,
            messages: 0,
            pressed: None,
            out: VecDeque::new(),
            caller,
        }
    }

    /// The next thing it wants.
    pub fn poll(&mut self) -> Option<ContactOutput> {
        self.out.pop_front()
    }

    /// When it must be woken.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        let speaking = self
            .speaking
            .as_ref()
            .and_then(|(speaking, _)| speaking.poll_timeout());
        let walk = match self.stage {
            Stage::Walking | Stage::Opening | Stage::Offered => self.walk.poll_timeout(),
            // While a seat rings nobody leaves because of the time.
            Stage::Waiting if self.seat.is_none() => self.walk.poll_timeout(),
            Stage::Waiting
            | Stage::Dialling
            | Stage::Promised
            | Stage::Reaching
            | Stage::Talking
            | Stage::Ending => None,
        };
        let whisper = self.whisper_timeout();
        let all = [self.deadline, speaking, whisper, walk];
        all.into_iter().flatten().min()
    }

    /// Its time has come.
    pub fn handle_timeout(&mut self, near: &mut Surroundings<'_>) {
        let now = near.turn.now;
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = None;
            self.handle_deadline(near);
        }
        if self
            .speaking
            .as_ref()
            .is_some_and(|(s, _)| s.poll_timeout().is_some_and(|at| at <= now))
        {
            self.play_sentence(near);
        }
        self.handle_whisper_timeout(near);
        let rings = self.stage == Stage::Waiting && self.seat.is_some();
        let off = matches!(self.stage, Stage::Promised | Stage::Reaching);
        if !rings && !off && self.walk.poll_timeout().is_some_and(|at| at <= now) {
            self.walk.handle_timeout(&walk_world(&self.bank, near));
            self.follow_walk(near);
        }
    }

    fn handle_deadline(&mut self, near: &mut Surroundings<'_>) {
        match self.stage {
            Stage::Opening => self.refuse(Status(503), near),
            Stage::Dialling | Stage::Reaching => self.not_reached(DialEnd::NoAnswer, near),
            Stage::Promised => self.wait_on(near),
            Stage::Ending => {
                let text = format!("call {} did not end in time", self.id);
                self.fact(Fact::Alarm { text });
                self.caller.sip_done();
                self.caller.media_done();
                self.give_message_up();
                for one in &mut self.fading {
                    one.leg.sip_done();
                    one.leg.media_done();
                }
                self.bury();
            }
            Stage::Offered | Stage::Walking | Stage::Waiting | Stage::Talking => {}
        }
    }

    /// Its record can be closed: the caller's leg has let go, and nothing passes through others.
    /// A seat's phone that answers no CANCEL may hold its leg in SIP for 32 s more; what the user
    /// agent reports of that leg concerns nobody.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Ending
            && self.caller.is_done()
            && self.seat.is_none()
            && self.far.is_none()
            && self.message.is_none()
            && self.fading.iter().all(|one| one.leg.is_silent())
    }

    /// Ends the call from our side; who is to be called back only goes off the line.
    pub fn hang_up(&mut self, by: Party, cause: &str, near: &mut Surroundings<'_>) {
        if !self.part(by, cause, near) {
            self.hang_up_for_good(by, cause, near);
        }
    }

    /// Ends the call from our side, and any promise to call back with it.
    pub fn hang_up_for_good(&mut self, by: Party, cause: &str, near: &mut Surroundings<'_>) {
        match self.stage {
            Stage::Ending => return,
            Stage::Promised | Stage::Reaching => {
                return self.break_promise(PromiseEnd::Withdrawn, near);
            }
            Stage::Opening
            | Stage::Offered
            | Stage::Walking
            | Stage::Waiting
            | Stage::Dialling
            | Stage::Talking => {}
        }
        self.fact(Fact::HungUp {
            by,
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

    /// The call is over: everything it holds is told to let go.
    pub(super) fn end(&mut self, near: &mut Surroundings<'_>) {
        if self.stage == Stage::Ending {
            return;
        }
        let was = std::mem::replace(&mut self.stage, Stage::Ending);
        self.deadline = Some(near.turn.now + near.centre.ending_max);
        self.leave_distributor(was);
        self.drop_number(None);
        self.forget_everything();
        if self.caller.end_media() {
            self.media(MediaCommand::Close {
                leg: self.caller.id,
            });
        }
    }

    /// Awaits no answer of the world any more.
    pub(super) fn forget_everything(&mut self) {
        if let Some((speaking, _)) = self.speaking.take() {
            self.forget_all(speaking.finish().forget);
        }
        let lookups = std::mem::take(&mut self.lookups);
        self.forget_all(lookups.into_keys().collect());
        let consults = std::mem::take(&mut self.consults);
        self.forget_all(consults.into_keys().collect());
    }

    /// Drops legs that have let go on both sides.
    pub(super) fn bury(&mut self) {
        let done = self.fading.extract_if(.., |one| one.leg.is_done());
        for one in done.collect::<Vec<_>>() {
            self.emit(ContactOutput::LegLeft(one.leg.id));
        }
        if self.caller.is_done() {
            self.emit(ContactOutput::LegLeft(self.caller.id));
        }
    }

    /// Starts a play to the caller; it takes the place of what was playing.
    pub(super) fn play(
        &mut self,
        pieces: Vec<Piece>,
        stop_on: StopOn,
        what: Playing,
        mint: &mut Mint,
    ) {
        let play = mint.play();
        self.playing = Some((play, what));
        let repeat = what == Playing::Music;
        self.media(MediaCommand::Play {
            leg: self.caller.id,
            play,
            pieces,
            stop_on,
            repeat,
        });
    }

    pub(super) fn ask(&mut self, ask: AskId, question: Question, timeout: Duration) {
        self.emit(ContactOutput::Ask {
            ask,
            question,
            timeout,
        });
    }

    pub(super) fn forget_all(&mut self, asks: Vec<AskId>) {
        for ask in asks {
            self.emit(ContactOutput::Forget(ask));
        }
    }

    pub(super) fn fact(&mut self, fact: Fact) {
        self.emit(ContactOutput::Fact(fact));
    }

    pub(super) fn ua(&mut self, command: UaCommand) {
        self.emit(ContactOutput::Ua(command));
    }

    pub(super) fn media(&mut self, command: MediaCommand) {
        self.emit(ContactOutput::Media(command));
    }

    pub(super) fn emit(&mut self, output: ContactOutput) {
        self.out.push_back(output);
    }

    pub(super) fn tell_walk(&mut self, input: WalkInput, near: &mut Surroundings<'_>) {
        self.walk.handle(&walk_world(&self.bank, near), input);
        self.follow_walk(near);
    }

    pub(super) fn owner(&mut self, leg: LegId) -> Option<(&mut Leg, Party)> {
        if self.caller.id == leg {
            return Some((&mut self.caller, Party::Caller));
        }
        let mut sides = self.seat.iter_mut().chain(&mut self.beside);
        if let Some(side) = sides.find(|side| side.leg.id == leg) {
            return Some((&mut side.leg, Party::Seat));
        }
        if let Some(far) = self.far.as_mut().and_then(|far| far.leg.as_mut())
            && far.id == leg
        {
            return Some((far, Party::Number));
        }
        let fading = self.fading.iter_mut().find(|one| one.leg.id == leg);
        fading.map(|one| (&mut one.leg, one.party))
    }
}

/// What an INVITE said of its caller.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Display name, as sent.
    pub caller_name: String,
    /// The number to show to seats.
    pub caller_user: String,
    /// The number in E.164, if it is one.
    pub number: Option<String>,
    /// Language to begin in.
    pub language: Language,
    /// The offer, if the INVITE carried one.
    pub offer: Option<String>,
    /// The bank of its dialplan.
    pub bank: Arc<Bank>,
}

fn walk_world<'a>(bank: &'a Bank, near: &'a Surroundings<'_>) -> WalkWorld<'a> {
    WalkWorld {
        turn: near.turn,
        model: near.models.get(&bank.name).unwrap_or(near.blank),
        bank,
        phrasebook: &near.release.phrasebook,
        zone: &near.centre.zone,
    }
}
