//! What a walk is doing, and what keys and silence mean to it.

use crate::machine::ivr::answer_step::AnswerStep;
use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::collect_step::CollectStep;
use crate::machine::ivr::consult_step::ConsultStep;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::lookup_step::LookupStep;
use crate::machine::ivr::menu_step::MenuStep;
use crate::machine::ivr::predict_step::PredictStep;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::survey_step::SurveyStep;
use crate::machine::ivr::verify_step::VerifyStep;
use crate::machine::ivr::world::WalkWorld;
use crate::vocabulary::time::Now;

/// What a walk is doing.
#[derive(Debug)]
pub enum State {
    /// It waits for the call to be answered.
    Ringing,
    /// It says what comes before a step's verb; these lines are left.
    Saying(std::vec::IntoIter<Line>),
    /// It offers fixed choices.
    Menu(MenuStep),
    /// It takes digits.
    Collect(CollectStep),
    /// It waits for a look-up.
    Lookup(LookupStep),
    /// It asks a service, or does what that wants.
    Consult(ConsultStep),
    /// It offers likely questions.
    Predict(PredictStep),
    /// It gives an answer.
    Answer(AnswerStep),
    /// It asks for a proof.
    Verify(VerifyStep),
    /// It asks for a score.
    Survey(SurveyStep),
    /// It rests: the distributor has the call.
    Queued,
    /// It rests: a number outside is called, or talks.
    Dialling,
    /// It waits until then for a promise to be made.
    Promising(Now),
    /// The caller speaks, to be kept.
    Message {
        /// When the message is long enough.
        until: Now,
        /// When it has been silent for long enough.
        quiet: Now,
    },
    /// It waits until then for the message to be kept.
    Keeping(Now),
    /// The call is over.
    Ended,
}

/// Whether the call may still go from step to step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It may.
    Open,
    /// Its steps or words are used up: it was handed to people.
    Spent,
}

/// How a call left a queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Left {
    /// The queue took no more.
    Full,
    /// The caller wanted to.
    Asked,
    /// The seat hung up.
    Talked,
    /// The queue is closed.
    Closed,
    /// The wait would be too long.
    Long,
    /// Nobody is there who could help.
    Nobody,
}

impl State {
    /// The words that ask for keys, if it asks.
    #[must_use]
    pub const fn asking(&self) -> Option<&Asking> {
        match self {
            Self::Menu(step) => Some(&step.0),
            Self::Collect(step) => Some(&step.asking),
            Self::Predict(step) => Some(&step.asking),
            Self::Verify(step) => Some(&step.asking),
            Self::Survey(step) => Some(&step.0),
            Self::Ringing
            | Self::Saying(_)
            | Self::Lookup(_)
            | Self::Consult(_)
            | Self::Answer(_)
            | Self::Queued
            | Self::Dialling
            | Self::Promising(_)
            | Self::Message { .. }
            | Self::Keeping(_)
            | Self::Ended => None,
        }
    }

    /// When something is to be done.
    #[must_use]
    pub fn deadline(&self) -> Option<Now> {
        match self {
            Self::Lookup(step) => step.poll_timeout(),
            Self::Consult(step) => step.poll_timeout(),
            Self::Promising(until) | Self::Keeping(until) => Some(*until),
            Self::Message { until, quiet } => Some(*until.min(quiet)),
            Self::Ringing
            | Self::Saying(_)
            | Self::Menu(_)
            | Self::Collect(_)
            | Self::Predict(_)
            | Self::Answer(_)
            | Self::Survey(_)
            | Self::Verify(_)
            | Self::Queued
            | Self::Dialling
            | Self::Ended => self.asking().and_then(Asking::deadline),
        }
    }

    /// A key is pressed while it asks; `verb` is that of the step it is at.
    pub fn press(
        &mut self,
        verb: Option<&Verb>,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        key: char,
    ) -> Move {
        match (self, verb) {
            (Self::Menu(step), Some(Verb::Menu(menu))) => step.press(journey, world, menu, key),
            (Self::Collect(step), Some(Verb::Collect(collect))) => {
                step.press(journey, world, collect, key)
            }
            (Self::Predict(step), Some(Verb::Predict(predict))) => {
                step.press(journey, world, predict, key)
            }
            (Self::Verify(step), Some(Verb::Verify(verify))) => {
                step.press(journey, world, verify, key)
            }
            (Self::Survey(step), Some(Verb::Survey(survey))) => {
                step.press(journey, world, survey, key)
            }
            _ => Move::Stay,
        }
    }

    /// The caller has been silent long enough while it asks.
    pub fn silence(
        &mut self,
        verb: Option<&Verb>,
        journey: &mut Journey,
        world: WalkWorld<'_>,
    ) -> Move {
        match (self, verb) {
            (Self::Menu(step), Some(Verb::Menu(menu))) => step.miss(journey, world, menu),
            (Self::Collect(step), Some(Verb::Collect(collect))) => {
                step.silence(journey, world, collect)
            }
            (Self::Predict(step), Some(Verb::Predict(predict))) => {
                step.miss(journey, world, predict)
            }
            (Self::Verify(step), Some(Verb::Verify(verify))) => step.miss(journey, world, verify),
            (Self::Survey(step), Some(Verb::Survey(survey))) => step.miss(journey, world, survey),
            _ => Move::Stay,
        }
    }
}
