//! A walk whose caller leaves a message.

use std::time::Duration;

use crate::machine::ivr::script::Message;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::surface::Unkept;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;

/// How long disk and log may take.
const KEPT_WITHIN: Duration = Duration::from_secs(15);

impl Walk {
    /// The caller is asked to speak.
    pub(super) fn take_message(&mut self, world: WalkWorld<'_>, message: &Message) -> State {
        let now = world.turn.now;
        self.journey.emit(WalkOutput::TakeMessage {
            queue: message.queue.clone(),
            longest: message.longest,
        });
        State::Message {
            until: now + message.longest,
            quiet: now + message.silence,
        }
    }

    /// The caller speaks: the silence that ends the message begins anew.
    pub(super) fn hear_speech(&mut self, world: WalkWorld<'_>) {
        let silence = self.message().map(|message| message.silence);
        if let (State::Message { quiet, .. }, Some(silence)) = (&mut self.state, silence) {
            *quiet = world.turn.now + silence;
        }
    }

    /// The message is over: by a key, by silence, or because it is long enough.
    pub(super) fn end_speech(&mut self, world: WalkWorld<'_>) {
        if matches!(self.state, State::Message { .. }) {
            self.state = State::Keeping(world.turn.now + KEPT_WITHIN);
            self.journey.emit(WalkOutput::EndMessage);
        }
    }

    /// The message is kept, or not.
    pub(super) fn end_message(&mut self, world: WalkWorld<'_>, kept: Result<(), Unkept>) {
        if !matches!(self.state, State::Message { .. } | State::Keeping(_)) {
            return;
        }
        let to = self.message().map(|message| match kept {
            Ok(()) => message.ok,
            Err(Unkept::Empty) => message.empty,
            Err(Unkept::Full | Unkept::NotWritten) => message.failed,
        });
        if let Some(to) = to {
            self.go(world, to);
        }
    }

    fn message(&self) -> Option<&Message> {
        if let Verb::Message(message) = &self.script.step(self.at)?.verb {
            return Some(message);
        }
        None
    }
}
