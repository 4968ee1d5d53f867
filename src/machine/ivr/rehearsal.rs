//! A walk on virtual time, without a telephone: words end by themselves, keys stop them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::pace;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::Unkept;
use crate::machine::ivr::surface::WaitingAct;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::SPOKE_EVERY;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::order::Customer;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::vocabulary::time::Wall;

/// What a release holds, for one call.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'s> {
    /// The bank that the script names.
    pub bank: &'s Bank,
    /// What is expected of callers.
    pub model: &'s Model,
    /// What has been recorded.
    pub phrasebook: &'s Phrasebook,
    /// The centre's zone.
    pub zone: &'s TimeZone,
}

/// Who wants to be called back is promised it.
const PROMISED: WalkInput = WalkInput::Promised(Ok(()));

/// What who waits is told when they ask: in a rehearsal nobody is before them.
pub const NEXT: WalkInput = WalkInput::Placed {
    position: 1,
    wait: Some(WaitRange {
        from_min: 1,
        to_min: Some(2),
    }),
};

/// A walk on virtual time.
#[derive(Debug)]
pub struct Rehearsal<'s> {
    scene: Scene<'s>,
    walk: Walk,
    start: Wall,
    now: Now,
    saying: Option<Saying>,
    /// Somebody has spoken since a message began.
    spoke: bool,
    answers: Vec<Due>,
    out: VecDeque<(Now, WalkOutput)>,
}

#[derive(Debug)]
struct Saying {
    ends: Now,
    stop_on: StopOn,
}

#[derive(Debug)]
struct Due {
    at: Now,
    input: WalkInput,
}

impl<'s> Rehearsal<'s> {
    /// A call that rings at `start`.
    #[must_use]
    pub fn new(scene: Scene<'s>, script: Arc<Script>, caller: CallerContext, start: Wall) -> Self {
        let now = Now::START;
        let turn = Turn { now, wall: start };
        let mut this = Self {
            scene,
            walk: Walk::new(script, caller, turn),
            start,
            now,
            saying: None,
            spoke: false,
            answers: Vec::new(),
            out: VecDeque::new(),
        };
        this.drain();
        this
    }

    /// How far the call is.
    #[must_use]
    pub const fn now(&self) -> Now {
        self.now
    }

    /// Whether words are being said.
    #[must_use]
    pub const fn is_saying(&self) -> bool {
        self.saying.is_some()
    }

    /// Whether words are being said or a step waits for a look-up: the caller had better wait.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.saying.is_some() || self.walk.is_looking_up()
    }

    /// Whether the walk has ended the call.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.walk.has_ended()
    }

    /// Whether the call waits for a seat.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.walk.is_waiting()
    }

    /// What was said, heard, found and chosen so far.
    #[must_use]
    pub const fn journey(&self) -> &Journey {
        self.walk.journey()
    }

    /// What the walk answered, and when.
    pub fn poll(&mut self) -> Option<(Now, WalkOutput)> {
        self.out.pop_front()
    }

    /// A look-up is answered after this time.
    pub fn answer(
        &mut self,
        lookup: u32,
        result: Result<Customer, LookupFailure>,
        after: Duration,
    ) {
        let at = self.now + after;
        let input = WalkInput::LookedUp { lookup, result };
        self.answers.push(Due { at, input });
    }

    /// A service answers after this time.
    pub fn serve(&mut self, consult: u32, result: Result<String, LookupFailure>, after: Duration) {
        let at = self.now + after;
        let input = WalkInput::Consulted { consult, result };
        self.answers.push(Due { at, input });
    }

    /// A key is pressed: words that stop on keys end.
    pub fn press(&mut self, key: char) {
        let stops = |saying: &Saying| saying.stop_on == StopOn::Digit;
        if self.saying.as_ref().is_some_and(stops) {
            self.saying = None;
            self.tell(WalkInput::Key(key));
            if self.saying.is_none() {
                self.tell(WalkInput::Said);
            }
        } else {
            self.tell(WalkInput::Key(key));
        }
    }

    /// The walk is told something.
    pub fn tell(&mut self, input: WalkInput) {
        let world = self.world();
        self.walk.handle(&world, input);
        self.drain();
    }

    /// The caller speaks for so long.
    pub fn speak(&mut self, length: Duration) {
        let until = self.now + length;
        while self.now < until {
            self.spoke = true;
            self.tell(WalkInput::Spoke);
            let next = until.min(self.now + SPOKE_EVERY);
            while self.go_on(next) {}
        }
    }

    /// When something happens by itself.
    #[must_use]
    pub fn next_at(&self) -> Option<Now> {
        let saying = self.saying.as_ref().map(|saying| saying.ends);
        let answers = self.answers.iter().map(|due| due.at);
        let walk = self.walk.poll_timeout();
        answers.chain(saying).chain(walk).min()
    }

    /// Goes on to `until`, or to the first thing that happens before by itself; false if nothing
    /// did.
    pub fn go_on(&mut self, until: Now) -> bool {
        let Some(at) = self.next_at().filter(|at| *at <= until) else {
            self.now = self.now.max(until);
            return false;
        };
        self.now = self.now.max(at);
        let due = self.answers.iter().position(|due| due.at <= self.now);
        if let Some(due) = due {
            let Due { input, .. } = self.answers.remove(due);
            self.tell(input);
        } else if self
            .saying
            .as_ref()
            .is_some_and(|saying| saying.ends <= self.now)
        {
            self.saying = None;
            self.tell(WalkInput::Said);
        } else {
            let world = self.world();
            self.walk.handle_timeout(&world);
            self.drain();
        }
        true
    }

    fn world(&self) -> WalkWorld<'s> {
        let since_start_ms = i64::try_from(self.now.since_start().as_millis());
        let wall_ms = self
            .start
            .as_ms()
            .saturating_add(since_start_ms.unwrap_or(i64::MAX));
        WalkWorld {
            turn: Turn {
                now: self.now,
                wall: Wall::from_ms(wall_ms),
            },
            bank: self.scene.bank,
            model: self.scene.model,
            phrasebook: self.scene.phrasebook,
            zone: self.scene.zone,
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.walk.poll() {
            match &output {
                WalkOutput::Say {
                    speech,
                    language,
                    stop_on,
                    ..
                } => {
                    let length = pace::length(self.scene.phrasebook, *language, speech);
                    self.saying = Some(Saying {
                        ends: self.now + length,
                        stop_on: *stop_on,
                    });
                }
                WalkOutput::Hush
                | WalkOutput::Hangup
                | WalkOutput::Dial { .. }
                | WalkOutput::Enqueue { .. } => {
                    self.saying = None;
                }
                WalkOutput::Waiting(WaitingAct::AskPlace) => {
                    let world = self.world();
                    self.walk.handle(&world, NEXT);
                }
                WalkOutput::CallBack { .. } => {
                    let world = self.world();
                    self.walk.handle(&world, PROMISED);
                }
                WalkOutput::TakeMessage { .. } => self.spoke = false,
                WalkOutput::EndMessage => {
                    let kept = if self.spoke {
                        Ok(())
                    } else {
                        Err(Unkept::Empty)
                    };
                    let world = self.world();
                    self.walk.handle(&world, WalkInput::Message(kept));
                }
                WalkOutput::Waiting(_) => self.saying = None,
                WalkOutput::LookUp { .. }
                | WalkOutput::Forget { .. }
                | WalkOutput::Consult { .. }
                | WalkOutput::ForgetConsult { .. }
                | WalkOutput::Unpromise
                | WalkOutput::Note(_) => {}
            }
            self.out.push_back((self.now, output));
        }
    }
}
