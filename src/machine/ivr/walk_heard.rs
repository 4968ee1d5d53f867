//! What a walk hears: that a prompt has ended, and keys.

use std::sync::Arc;

use crate::machine::ivr::answer_step::Heard;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::walk::Walk;
use crate::machine::ivr::walk_state::State;
use crate::machine::ivr::world::WalkWorld;

impl Walk {
    /// What is said now is over, in part or in full.
    pub(super) fn handle_said(&mut self, world: WalkWorld<'_>, heard: Heard) {
        if !self.journey.is_saying() {
            return;
        }
        let now = world.turn.now;
        self.journey.hear_end(now);
        if matches!(self.state, State::Consult(_)) {
            self.consult(world, |step, journey, service| {
                step.handle_said(journey, world, service)
            });
            return;
        }
        let script = Arc::clone(&self.script);
        let verb = script.step(self.at).map(|step| &step.verb);
        let journey = &mut self.journey;
        let moved = match (&mut self.state, verb) {
            (State::Saying(lines), _) => {
                let rest = std::mem::take(lines);
                self.say_next(world, rest)
            }
            (State::Answer(step), Some(Verb::Answer(answer))) => step.end(journey, answer, heard),
            (State::Menu(step), _) => step.0.go_on(journey, now),
            (State::Collect(step), _) => step.asking.go_on(journey, now),
            (State::Predict(step), _) => step.asking.go_on(journey, now),
            (State::Verify(step), _) => step.asking.go_on(journey, now),
            (State::Survey(step), _) => step.0.go_on(journey, now),
            (State::Lookup(step), Some(Verb::Lookup(lookup))) => {
                step.handle_said(&self.search, lookup, now)
            }
            (
                State::Lookup(_)
                | State::Answer(_)
                | State::Ringing
                | State::Queued
                | State::Dialling
                | State::Promising(_)
                | State::Message { .. }
                | State::Keeping(_)
                | State::Consult(_)
                | State::Ended,
                _,
            ) => Move::Stay,
        };
        self.follow(world, moved);
    }

    /// The caller presses a key.
    pub(super) fn handle_key(&mut self, world: WalkWorld<'_>, key: char) {
        if !matches!(key, '0'..='9' | '*' | '#') {
            return;
        }
        let person = self.script.person.filter(|person| *person != self.at);
        match (&self.state, key, person) {
            (
                State::Ringing
                | State::Dialling
                | State::Promising(_)
                | State::Keeping(_)
                | State::Ended,
                ..,
            ) => {}
            (State::Message { .. }, ..) => self.end_speech(world),
            (State::Queued, ..) => self.press_waiting(world, key),
            (State::Consult(step), ..) if step.takes_keys() => {
                self.journey.hear_end(world.turn.now);
                self.consult(world, |step, journey, service| {
                    step.press(journey, world, service, key)
                });
            }
            (State::Saying(_) | State::Lookup(_) | State::Consult(_), '0', Some(person)) => {
                if let State::Consult(step) = &self.state {
                    step.forget(&mut self.journey);
                }
                self.journey.take_keys(key);
                self.go(world, person);
            }
            (State::Saying(_) | State::Lookup(_) | State::Consult(_), ..) => {
                self.journey.keep_key(key);
            }
            (State::Answer(_), ..) => {
                self.journey.keep_key(key);
                self.handle_said(world, Heard::Part);
            }
            (
                State::Menu(_)
                | State::Collect(_)
                | State::Predict(_)
                | State::Survey(_)
                | State::Verify(_),
                ..,
            ) => {
                self.journey.hear_end(world.turn.now);
                let script = Arc::clone(&self.script);
                let verb = script.step(self.at).map(|step| &step.verb);
                let moved = self.state.press(verb, &mut self.journey, world, key);
                self.follow(world, moved);
            }
        }
    }
}
