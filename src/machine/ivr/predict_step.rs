//! Likely questions being offered.

use std::time::Duration;

use crate::machine::ivr::asking::Asking;
use crate::machine::ivr::asking::Miss;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::journey::Move;
use crate::machine::ivr::line;
use crate::machine::ivr::line::Named;
use crate::machine::ivr::pace;
use crate::machine::ivr::script::Predict;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::wording::Wording;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::prediction::bank::OrderNaming;
use crate::machine::prediction::menu;
use crate::machine::prediction::menu::Plan;
use crate::machine::prediction::menu::Timing;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::ranking::Choice;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Most choices that are measured.
const MEASURED_MAX: usize = 12;
/// Most choices that a fact lists.
const RANKED_MAX: usize = 10;

/// Likely questions being offered.
#[derive(Debug)]
pub struct PredictStep {
    /// The words that offer them.
    pub asking: Asking,
    /// What each key from 1 on stands for.
    read: Vec<Choice>,
}

impl PredictStep {
    /// Ranks, plans and begins to read. Keys pressed before meant something else: they are dropped.
    pub fn enter(
        journey: &mut Journey,
        world: WalkWorld<'_>,
        step: &Step,
        predict: &Predict,
    ) -> (Self, Move) {
        journey.drop_keys();
        let nobody = Customer::default();
        let customer = journey.customer.as_ref().unwrap_or(&nobody);
        let ranking = world
            .model
            .rank(world.bank, customer, world.turn.wall, world.zone);
        journey.ranking = ranking;
        let mut plan = plan(journey, world, predict);
        let propensity = plan.shuffle(predict.shuffle_percent, &mut lot(world.turn));
        let place = |at: &usize| u32::try_from(*at).unwrap_or(u32::MAX);
        journey.note(WalkFact::Predicted {
            ranked: journey.ranking.top(RANKED_MAX),
            read: u32::try_from(plan.read.len()).unwrap_or(u32::MAX),
            order: plan.read.iter().map(place).collect(),
            propensity,
        });
        let choices = plan.read.iter();
        let choices = choices.filter_map(|at| journey.ranking.choices.get(*at));
        let read: Vec<Choice> = choices.cloned().collect();

        let sure = sure(predict, &read);
        let mut lines = notices(journey, world, &read);
        let say = step.say.iter().filter(|_| sure.is_none());
        let say = say.flat_map(|say| line::lines(journey, world, say, step.voices));
        lines.extend(say);
        let first = lines.len();
        for (digit, choice) in (1..).zip(&read) {
            let words = sure.filter(|_| digit == 1).unwrap_or(&predict.say_each);
            lines.push(line_of(journey, world, words, digit, choice));
        }
        let last = predict.say_last.iter();
        lines.extend(last.flat_map(|last| line::lines(journey, world, last, Voices::Callers)));
        let mut this = Self {
            asking: Asking::new(lines, predict.patience).again_from(first),
            read,
        };
        if this.read.is_empty() {
            return (this, Move::Go(predict.none));
        }
        this.asking.begin(journey, world.turn.now);
        (this, Move::Stay)
    }

    /// A key is pressed.
    pub fn press(
        &mut self,
        journey: &mut Journey,
        world: WalkWorld<'_>,
        predict: &Predict,
        key: char,
    ) -> Move {
        journey.take_keys(key);
        if let Some(target) = predict.keys.get(&key) {
            return journey.follow(world, key, target);
        }
        if let Some((place, choice)) = self.choice(key) {
            journey.choose(choice.order, choice.question, place);
            return Move::Go(predict.chosen);
        }
        match (key, journey.script.person) {
            ('0', Some(person)) => Move::Go(person),
            ('#', _) => {
                journey.note(WalkFact::ChoseNone);
                Move::Go(predict.none)
            }
            ('*', _) => {
                self.asking.repeat(journey, world.turn.now);
                Move::Stay
            }
            _ => self.miss(journey, world, predict),
        }
    }

    /// The caller is silent, or pressed a key that means nothing.
    pub fn miss(&mut self, journey: &mut Journey, world: WalkWorld<'_>, predict: &Predict) -> Move {
        match self.asking.miss(journey, world.turn.now) {
            Miss::Again => Move::Stay,
            Miss::Enough => Move::Go(predict.no_input),
        }
    }

    fn choice(&self, key: char) -> Option<(u32, Choice)> {
        let place = key.to_digit(10)?;
        let at = usize::try_from(place.checked_sub(1)?).ok()?;
        Some((place, self.read.get(at)?.clone()))
    }
}

/// What the caller is told before the menu, and that they were; nothing if there is no menu.
fn notices(journey: &mut Journey, world: WalkWorld<'_>, read: &[Choice]) -> Vec<Line> {
    let language = journey.language;
    let Some(customer) = journey.customer.as_ref().filter(|_| !read.is_empty()) else {
        return Vec::new();
    };
    let due = world.bank.due_notices(world.asking(customer, language));
    let customer = customer.id.clone();
    let mut lines = Vec::new();
    for notice in due {
        let key = (notice.order.clone(), notice.notice.clone());
        if journey.noticed.insert(key) {
            journey.note(WalkFact::Noticed {
                customer: customer.clone(),
                order: notice.order,
                notice: notice.notice,
            });
            lines.push(Line {
                speech: notice.speech,
                language,
                masked: None,
            });
        }
    }
    lines
}

/// The words that ask about the first question straight away, if it is likely enough.
fn sure<'p>(predict: &'p Predict, read: &[Choice]) -> Option<&'p Wording> {
    let (sure, first) = (predict.sure.as_ref()?, read.first()?);
    (first.p * 100.0 >= f64::from(sure.percent)).then_some(&sure.say)
}

/// A lot that no caller can foresee and every replay draws again: by the microsecond of asking.
fn lot(turn: Turn) -> Chance {
    let wall = turn.wall.as_ms().cast_unsigned();
    let micros = turn.now.since(Now::default()).as_micros();
    Chance::from_seed(wall.rotate_left(32) ^ u64::try_from(micros).unwrap_or(u64::MAX))
}

/// The choices to read, in the order of reading.
fn plan(journey: &Journey, world: WalkWorld<'_>, predict: &Predict) -> Plan {
    let choices = journey.ranking.choices.iter().take(MEASURED_MAX);
    let lengths: Vec<Duration> = choices
        .map(|choice| {
            let line = line_of(journey, world, &predict.say_each, 1, choice);
            pace::length(world.phrasebook, line.language, &line.speech)
        })
        .collect();
    let timing = Timing {
        choices: &lengths,
        fallback: menu::FIXED_MENU,
        most: usize::try_from(predict.at_most).unwrap_or(usize::MAX),
    };
    menu::plan(&journey.ranking, timing)
}

/// A choice with its key, in the caller's language.
fn line_of(
    journey: &Journey,
    world: WalkWorld<'_>,
    words: &Wording,
    digit: u32,
    choice: &Choice,
) -> Line {
    let language = journey.language;
    let nobody = Customer::default();
    let customer = journey.customer.as_ref().unwrap_or(&nobody);
    let order = choice.order.as_deref().and_then(|id| journey.order(id));
    let naming = OrderNaming::of(customer.orders.len());
    let asking = world.asking(customer, language);
    let question = world.bank.short(&choice.question, order, asking, naming);
    let named = Named {
        question: &question,
        digit: Some(digit),
    };
    line::line(journey, world, words, (language, named))
}
