//! Digits being taken.

use crate::machine::expression::kind::Kind;
use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::world::WalkWorld;
use crate::vocabulary::value::Value;

/// Digits being taken.
#[derive(Debug)]
pub struct CollectStep {
    /// The words that ask for them.
    pub asking: Asking,
    at: StepAt,
    digits: String,
}

impl CollectStep {
    /// Enters the step. Keys pressed before are taken without a word.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        collect: &Collect,
        at: StepAt,
        voices: Voices,
    ) -> (Self, Move) {
        let (first, again) = line::prompts(journey, world, &collect.text, voices);
        let mut step = Self {
            asking: Asking::new(first, collect.patience).then(again),
            at,
            digits: String::new(),
        };
        let mut moved = Move::Stay;
        let mut kept = false;
        while moved == Move::Stay
            && let Some(key) = journey.kept_key()
        {
            kept = true;
            moved = step.press(journey, world, collect, key);
        }
        if !kept {
            step.asking.begin(journey, world.turn.now);
        }
        (step, moved)
    }

    /// A key is pressed: a digit, `*` to begin again, `#` to end.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        collect: &Collect,
        key: char,
    ) -> Move {
        let now = world.turn.now;
        match key {
            '0'..='9' => {
                self.digits.push(key);
                self.asking.listen(now);
                if self.digits.len() < collect.most {
                    return Move::Stay;
                }
                self.finish(journey, collect)
            }
            _ if collect.ends.contains(&key) && self.is_enough(collect) => {
                self.finish(journey, collect)
            }
            '#' if self.digits.is_empty() => {
                journey.take_keys(key);
                Move::Go(collect.none)
            }
            '*' => {
                self.forget_digits(journey, collect);
                self.asking.repeat(journey, now);
                Move::Stay
            }
            _ => self.miss(journey, world, collect),
        }
    }

    /// The caller is silent. Silence ends digits that may end here.
    pub fn silence(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        collect: &Collect,
    ) -> Move {
        if self.is_enough(collect) {
            return self.finish(journey, collect);
        }
        self.miss(journey, world, collect)
    }

    fn is_enough(&self, collect: &Collect) -> bool {
        self.digits.len() >= collect.least
    }

    fn finish(&mut self, journey: &mut Journey, collect: &Collect) -> Move {
        let digits = std::mem::take(&mut self.digits);
        journey.take_keys(shown(&digits, collect.mask));
        if let Some((key, variable)) = &collect.into {
            let value = if variable.kind == Kind::Number {
                digits.parse().ok().map(Value::Number)
            } else {
                Some(Value::Text(digits.clone()))
            };
            journey.keep(key, variable, value);
        }
        journey.collected.insert(self.at, digits);
        Move::Go(collect.ok)
    }

    fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, collect: &Collect) -> Move {
        self.forget_digits(journey, collect);
        match self.asking.miss(journey, world.turn.now) {
            Miss::Again => Move::Stay,
            Miss::Enough => Move::Go(collect.no_input),
        }
    }

    fn forget_digits(&mut self, journey: &mut Journey, collect: &Collect) {
        if !self.digits.is_empty() {
            let digits = std::mem::take(&mut self.digits);
            journey.take_keys(shown(&digits, collect.mask));
        }
    }
}

/// Digits as the log shows them.
#[must_use]
pub fn shown(digits: &str, mask: Mask) -> String {
    match mask {
        Mask::Open => digits.to_owned(),
        Mask::Secret => "*".repeat(digits.len()),
    }
}
