//! A walk whose caller wants to be called back.

use std::sync::Arc;
use std::time::Duration;

use crate::machine::ivr::line;
use crate::machine::ivr::line::Named;
use crate::machine::ivr::script::Callback;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::Unpromised;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;
use crate::vocabulary::time::Turn;

/// How long the log may take.
const WRITTEN_WITHIN: Duration = Duration::from_secs(5);

impl Walk {
    /// A walk that has nothing more to do: its caller is off the line.
    #[must_use]
    pub fn over(script: Arc<Script>, caller: CallerContext) -> Self {
        let silent = CallerContext {
            number: None,
            ..caller
        };
        let mut walk = Self::new(script, silent, Turn::default());
        walk.rest();
        while walk.poll().is_some() {}
        walk
    }

    /// The caller is off the line: the walk does nothing more.
    pub fn rest(&mut self) {
        self.state = State::Ended;
        self.kept_at = None;
        self.waits_until = None;
        self.end_search();
    }

    pub(super) fn call_back(&mut self, world: WalkWorld<'_>, callback: &Callback) -> State {
        let language = self.journey.language;
        let words = line::line(
            &self.journey,
            world,
            &callback.words,
            (language, Named::default()),
        );
        let words = words.speech;
        let queue = callback.queue.clone();
        self.journey.emit(WalkOutput::CallBack { words, queue });
        State::Promising(world.turn.now + WRITTEN_WITHIN)
    }

    /// The promise is made, or not.
    pub(super) fn end_promise(&mut self, world: WalkWorld<'_>, made: Result<(), Unpromised>) {
        let to = self.promising().map(|callback| match made {
            Ok(()) => callback.ok,
            Err(Unpromised::NoNumber) => callback.no_number,
            Err(_) => callback.failed,
        });
        if let Some(to) = to {
            self.go(world, to);
        }
    }

    /// The promise takes too long.
    pub(super) fn give_promise_up(&mut self, world: WalkWorld<'_>) {
        if let Some(to) = self.promising().map(|callback| callback.failed) {
            self.journey.emit(WalkOutput::Unpromise);
            self.go(world, to);
        }
    }

    fn promising(&self) -> Option<&Callback> {
        if !matches!(self.state, State::Promising(_)) {
            return None;
        }
        if let Verb::Callback(callback) = &self.script.step(self.at)?.verb {
            return Some(callback);
        }
        None
    }
}
