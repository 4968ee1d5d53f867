//! An answer being given.

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::script::Answer as Step;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::answer::AnswerError;
use crate::machine::prediction::answer::Then;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::privacy::Privacy;

/// An answer being given.
#[derive(Debug)]
pub struct AnswerStep {
    question: String,
    text: String,
    then: Then,
}

/// Whether an answer was heard to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// To its end.
    Whole,
    /// Until a key.
    Part,
}

impl AnswerStep {
    /// Looks for the answer and begins to say it. What is private is said only to a caller who has
    /// proved who they are.
    ///
    /// # Errors
    ///
    /// Where to go instead.
    pub fn enter(journey: &mut Journey, world: WalkWorld<'_>, step: &Step) -> Result<Self, Move> {
        let chosen = journey.chosen.as_ref();
        let question = step.question.as_ref();
        let question = question.or_else(|| chosen.map(|choice| &choice.question));
        let question = question.ok_or(Move::Go(step.none))?.clone();
        let chosen = chosen.filter(|choice| choice.question == question);
        let order = chosen.and_then(|choice| journey.order(choice.order.as_deref()?));
        let order = order.or_else(|| journey.order_for(world, &question));
        let nobody = Customer::default();
        let customer = journey.customer.as_ref().unwrap_or(&nobody);
        let asking = world.asking(customer, journey.language);
        let answer = match world.bank.answer(&question, order, asking) {
            Ok(answer) => answer,
            Err(AnswerError::NoOrder(_)) => return Err(Move::Go(step.no_order)),
            Err(AnswerError::NoneFits(_) | AnswerError::UnknownQuestion(_)) => {
                return Err(Move::Go(step.none));
            }
        };
        if answer.privacy == Privacy::Private && !journey.verified {
            return Err(Move::Go(step.private));
        }
        journey.drop_keys();
        let line = Line {
            speech: answer.speech,
            language: journey.language,
            masked: None,
        };
        journey.say(world.turn.now, line, StopOn::Digit);
        Ok(Self {
            question,
            text: answer.text,
            then: answer.then,
        })
    }

    /// It has ended.
    pub fn end(&self, journey: &mut Journey, step: &Step, heard: Heard) -> Move {
        journey.answered = Some(self.text.clone());
        journey.note(WalkFact::Answered {
            question: self.question.clone(),
            text: self.text.clone(),
            heard_out: heard == Heard::Whole,
        });
        match self.then {
            Then::Done => Move::Go(step.done),
            Then::Person => Move::Go(step.person),
        }
    }
}
