//! A score being asked for.

use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::script::Survey;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::world::WalkWorld;

/// A score being asked for.
#[derive(Debug)]
pub struct SurveyStep(pub Asking);

impl SurveyStep {
    /// Enters the step. Keys pressed before it was asked for say nothing about it.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        survey: &Survey,
        voices: Voices,
    ) -> Self {
        journey.drop_keys();
        let (first, again) = line::prompts(journey, world, &survey.text, voices);
        let mut step = Self(Asking::new(first, survey.patience).then(again));
        step.0.begin(journey, world.turn.now);
        step
    }

    /// A key is pressed: a score, `*` to hear it again, `0` for a person if it is no score.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        survey: &Survey,
        key: char,
    ) -> Move {
        journey.take_keys(key);
        let score = key.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        if let Some(score) = score.filter(|score| (survey.least..=survey.most).contains(score)) {
            journey.note(WalkFact::Scored {
                survey: survey.name.clone(),
                score,
                scale: (survey.least, survey.most),
            });
            return Move::Go(survey.scored);
        }
        match (key, journey.script.person) {
            ('0', Some(person)) => Move::Go(person),
            ('*', _) => {
                self.0.repeat(journey, world.turn.now);
                Move::Stay
            }
            _ => self.miss(journey, world, survey),
        }
    }

    /// The caller is silent.
    pub fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, survey: &Survey) -> Move {
        match self.0.miss(journey, world.turn.now) {
            Miss::Again => Move::Stay,
            Miss::Enough => Move::Go(survey.no_input),
        }
    }
}
