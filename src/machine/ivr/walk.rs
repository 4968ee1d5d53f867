//! One call's way through one dialplan.
//!
//! ```text
//! INVITE        answered                                        caller
//!   |--LookUp      |--Say greeting-----Said--Say menu---------Key--|--Say answer …
//!         LookedUp----------^   (under the greeting)
//! ```

use std::sync::Arc;

use crate::machine::ivr::answer_step::AnswerStep;
use crate::machine::ivr::answer_step::Heard;
use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::collect_step::CollectStep;
use crate::machine::ivr::consult_step::ConsultStep;
use crate::machine::ivr::consult_step::Upshot;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::lookup_step::LookupStep;
use crate::machine::ivr::menu_step::MenuStep;
use crate::machine::ivr::predict_step::PredictStep;
use crate::machine::ivr::script::Consult;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::search::Search;
use crate::machine::ivr::silent_step;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::Unkept;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::survey_step::SurveyStep;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::verify_step::VerifyStep;
use crate::machine::ivr::walk_state::Fate;
use crate::machine::ivr::walk_state::Left;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// One call's way through one dialplan.
#[derive(Debug)]
pub struct Walk {
    pub(super) script: Arc<Script>,
    pub(super) journey: Journey,
    pub(super) search: Search,
    pub(super) at: StepAt,
    pub(super) state: State,
    pub(super) fate: Fate,
    /// The queue step whose place the call keeps while it is elsewhere.
    pub(super) kept_at: Option<StepAt>,
    /// When its wait has lasted long enough.
    pub(super) waits_until: Option<Now>,
}

impl Walk {
    /// A call that rings. If the first look-up it will come to is by the caller's number, that is
    /// asked for at once.
    #[must_use]
    pub fn new(script: Arc<Script>, caller: CallerContext, turn: Turn) -> Self {
        let mut journey = Journey::new(Arc::clone(&script), caller);
        let mut search = Search::default();
        let number = journey.caller.number.clone();
        if let (Some(timeout), Some(number)) = (script.early_lookup, number) {
            search.ask(&mut journey, turn.now, LookupKey::Phone(number), timeout);
        }
        Self {
            script,
            journey,
            search,
            at: StepAt(0),
            state: State::Ringing,
            fate: Fate::Open,
            kept_at: None,
            waits_until: None,
        }
    }

    /// What the walk answers, until there is nothing more.
    pub fn poll(&mut self) -> Option<WalkOutput> {
        self.journey.poll()
    }

    /// When it must be woken.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        let queued = matches!(self.state, State::Queued);
        let wait = self.wait_limit().filter(|_| queued);
        let step = self.state.deadline().or(wait);
        let ended = matches!(self.state, State::Ended);
        let saying = self.journey.say_limit().filter(|_| self.speaks());
        let search = self.search.deadline().filter(|_| !ended);
        step.into_iter().chain(saying).chain(search).min()
    }

    /// Something has happened.
    pub fn handle(&mut self, world: &WalkWorld<'_>, input: WalkInput) {
        let world = *world;
        match input {
            WalkInput::Connected => {
                if matches!(self.state, State::Ringing) {
                    let first = self.first(world);
                    self.go(world, first);
                }
            }
            WalkInput::Said => self.handle_said(world, Heard::Whole),
            WalkInput::Key(key) => self.handle_key(world, key),
            WalkInput::LookedUp { lookup, result } => {
                self.search.handle_answer(&mut self.journey, lookup, result);
                self.look(world);
            }
            WalkInput::Consulted { consult, result } => {
                self.consult(world, |step, journey, service| {
                    step.handle_answer(journey, world, service, (consult, result))
                });
            }
            WalkInput::QueueFull => self.leave_queue(world, Left::Full),
            WalkInput::QueueLeft => self.leave_queue(world, Left::Asked),
            WalkInput::Talked => {
                self.end_number(world);
                self.leave_queue(world, Left::Talked);
            }
            WalkInput::QueueClosed => self.leave_queue(world, Left::Closed),
            WalkInput::QueueLong => self.leave_queue(world, Left::Long),
            WalkInput::QueueNobody => self.leave_queue(world, Left::Nobody),
            WalkInput::Placed { position, wait } => self.tell_place(world, position, wait),
            WalkInput::Offered => self.be_offered(world),
            WalkInput::NotReached(end) => self.end_dial(world, end),
            WalkInput::Promised(made) => self.end_promise(world, made),
            WalkInput::Spoke => self.hear_speech(world),
            WalkInput::Message(kept) => self.end_message(world, kept),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, world: &WalkWorld<'_>) {
        let world = *world;
        let now = world.turn.now;
        if self.search.deadline().is_some_and(|at| at <= now) {
            self.search.give_up(&mut self.journey);
            self.look(world);
        }
        if self.speaks() && self.journey.say_limit().is_some_and(|at| at <= now) {
            self.handle_said(world, Heard::Whole);
            return;
        }
        let is_due = self.state.deadline().is_some_and(|at| at <= now);
        if self.wait_limit().is_some_and(|at| at <= now) {
            self.end_wait(world);
        } else if matches!(self.state, State::Promising(_)) && is_due {
            self.give_promise_up(world);
        } else if matches!(self.state, State::Message { .. }) && is_due {
            self.end_speech(world);
        } else if matches!(self.state, State::Keeping(_)) && is_due {
            self.end_message(world, Err(Unkept::NotWritten));
        } else if matches!(self.state, State::Lookup(_)) {
            self.handle_lookup_timeout(world);
        } else if matches!(self.state, State::Consult(_)) {
            self.consult(world, |step, journey, service| {
                step.handle_timeout(journey, world, service)
            });
        } else if self
            .state
            .asking()
            .and_then(Asking::deadline)
            .is_some_and(|at| at <= now)
        {
            let script = Arc::clone(&self.script);
            let verb = script.step(self.at).map(|step| &step.verb);
            let moved = self.state.silence(verb, &mut self.journey, world);
            self.follow(world, moved);
        }
    }

    /// Whether a step waits for a look-up: the caller can do nothing but wait too.
    #[must_use]
    pub const fn is_looking_up(&self) -> bool {
        let consults = matches!(&self.state, State::Consult(step) if step.is_waiting());
        consults || matches!(self.state, State::Lookup(_))
    }

    /// Whether keys pressed now are nobody else's business.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.state, State::Verify(_))
    }

    /// Whether the walk has ended the call.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Whether the distributor has the call, or a number outside is called for it.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Queued | State::Dialling)
    }

    /// Whose call it is, once that is found.
    #[must_use]
    pub const fn customer(&self) -> Option<&Customer> {
        self.journey.customer.as_ref()
    }

    /// What was said, heard, found and chosen so far.
    #[must_use]
    pub const fn journey(&self) -> &Journey {
        &self.journey
    }

    /// Whether the end of what is said makes the walk go on.
    const fn speaks(&self) -> bool {
        !matches!(
            self.state,
            State::Ringing
                | State::Queued
                | State::Dialling
                | State::Promising(_)
                | State::Message { .. }
                | State::Keeping(_)
                | State::Ended
        )
    }

    /// Goes on from a look-up whose outcome is there.
    fn look(&mut self, world: WalkWorld<'_>) {
        let script = Arc::clone(&self.script);
        let verb = script.step(self.at).map(|step| &step.verb);
        if let (State::Lookup(step), Some(Verb::Lookup(lookup))) = (&self.state, verb) {
            let moved = step.moved(&self.search, lookup);
            self.follow(world, moved);
        }
    }

    fn handle_lookup_timeout(&mut self, world: WalkWorld<'_>) {
        let script = Arc::clone(&self.script);
        let verb = script.step(self.at).map(|step| &step.verb);
        if let (State::Lookup(step), Some(Verb::Lookup(lookup))) = (&mut self.state, verb) {
            step.handle_timeout(&mut self.journey, &mut self.search, world, lookup);
        }
        self.look(world);
    }

    /// Lets the service's step do something, and does what comes of it.
    pub(super) fn consult(
        &mut self,
        world: WalkWorld<'_>,
        tell: impl FnOnce(&mut ConsultStep, &mut Journey, &Consult) -> Upshot,
    ) {
        let script = Arc::clone(&self.script);
        let verb = script.step(self.at).map(|step| &step.verb);
        let (State::Consult(step), Some(Verb::Consult(consult))) = (&mut self.state, verb) else {
            return;
        };
        match tell(step, &mut self.journey, consult) {
            Upshot::Moved(moved) => self.follow(world, moved),
            Upshot::HangUp => drop(self.hang_up()),
        }
    }

    /// Where a call begins: at the first step, unless its opening hours say otherwise.
    fn first(&mut self, world: WalkWorld<'_>) -> StepAt {
        let script = Arc::clone(&self.script);
        let gate = script.gate.as_ref();
        let look = |gate| silent_step::look_at_clock(&mut self.journey, world, gate);
        gate.map_or(StepAt(0), look)
    }

    /// Goes from step to step until one has to wait.
    pub(super) fn go(&mut self, world: WalkWorld<'_>, to: StepAt) {
        let mut to = to;
        loop {
            if self.journey.is_spent() {
                self.give_to_people(world);
                return;
            }
            self.at = to;
            self.journey.enter(to);
            match self.enter(world) {
                Move::Stay => return,
                Move::Go(next) => to = next,
            }
        }
    }

    pub(super) fn follow(&mut self, world: WalkWorld<'_>, moved: Move) {
        if let Move::Go(to) = moved {
            self.go(world, to);
        }
    }

    /// Says what comes first, or acts at once.
    fn enter(&mut self, world: WalkWorld<'_>) -> Move {
        let script = Arc::clone(&self.script);
        let Some(step) = script.step(self.at) else {
            return self.hang_up();
        };
        // A prediction says its own introduction: only if there is something to introduce.
        let say = step.say.as_ref();
        let say = say.filter(|_| !matches!(step.verb, Verb::Predict(_)));
        let lines = say.map(|say| line::lines(&self.journey, world, say, step.voices));
        self.say_next(world, lines.unwrap_or_default().into_iter())
    }

    pub(super) fn say_next(
        &mut self,
        world: WalkWorld<'_>,
        mut lines: std::vec::IntoIter<Line>,
    ) -> Move {
        let Some(line) = lines.next() else {
            return self.act(world);
        };
        let last_words = self.script.step(self.at).map(|step| &step.verb);
        let stop_on = match last_words {
            Some(Verb::Hangup | Verb::Queue(_) | Verb::Dial(_)) => StopOn::Nothing,
            _ => StopOn::Digit,
        };
        self.journey.say(world.turn.now, line, stop_on);
        self.state = State::Saying(lines);
        Move::Stay
    }

    /// Does what the step is for.
    fn act(&mut self, world: WalkWorld<'_>) -> Move {
        let script = Arc::clone(&self.script);
        let Some(step) = script.step(self.at) else {
            return self.hang_up();
        };
        let (journey, search) = (&mut self.journey, &mut self.search);
        let (state, moved) = match &step.verb {
            Verb::Goto(next) => return Move::Go(*next),
            Verb::Hangup => return self.hang_up(),
            Verb::Set(set) => return Move::Go(silent_step::set(journey, world, set)),
            Verb::Fork(fork) => return Move::Go(silent_step::fork(journey, world, fork)),
            Verb::Time(time) => return Move::Go(silent_step::look_at_clock(journey, world, time)),
            Verb::Tag(tag) => return Move::Go(silent_step::tag(journey, tag)),
            Verb::Survey(survey) => {
                let step = SurveyStep::enter(journey, world, survey, step.voices);
                (State::Survey(step), Move::Stay)
            }
            Verb::Menu(menu) => {
                let (step, moved) = MenuStep::enter(journey, world, menu, step.voices);
                (State::Menu(step), moved)
            }
            Verb::Collect(collect) => {
                let voices = step.voices;
                let (step, moved) = CollectStep::enter(journey, world, collect, self.at, voices);
                (State::Collect(step), moved)
            }
            Verb::Lookup(lookup) => match LookupStep::enter(journey, search, world, lookup) {
                Ok(step) => (State::Lookup(step), Move::Stay),
                Err(gone) => return gone,
            },
            Verb::Consult(consult) => {
                let step = ConsultStep::enter(journey, world, consult, self.at);
                (State::Consult(step), Move::Stay)
            }
            Verb::Predict(predict) => {
                let (step, moved) = PredictStep::enter(journey, world, step, predict);
                (State::Predict(step), moved)
            }
            Verb::Answer(answer) => match AnswerStep::enter(journey, world, answer) {
                Ok(step) => (State::Answer(step), Move::Stay),
                Err(gone) => return gone,
            },
            Verb::Verify(verify) => {
                let (step, moved) = VerifyStep::enter(journey, world, verify, step.voices);
                (State::Verify(step), moved)
            }
            Verb::Queue(queue) => (self.wait(world, queue), Move::Stay),
            Verb::Dial(dial) => (self.dial(dial), Move::Stay),
            Verb::Callback(callback) => (self.call_back(world, callback), Move::Stay),
            Verb::Message(message) => (self.take_message(world, message), Move::Stay),
        };
        self.state = state;
        moved
    }

    /// Awaits no look-up any more.
    pub(super) fn end_search(&mut self) {
        self.search.give_up(&mut self.journey);
    }

    pub(super) fn hang_up(&mut self) -> Move {
        self.state = State::Ended;
        self.search.give_up(&mut self.journey);
        self.journey.emit(WalkOutput::Hangup);
        Move::Stay
    }
}
