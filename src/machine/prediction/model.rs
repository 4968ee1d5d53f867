//! The probability of each question, and how it learns.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::bank::About;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::bank::ORDERS_MAX;
use crate::machine::prediction::cell;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Meant;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::ranking::Choice;
use crate::machine::prediction::ranking::Ranking;
use crate::machine::prediction::situation::Situation;
use crate::machine::prediction::table::Table;
use crate::vocabulary::time::Wall;

/// What is expected of the next caller, from the bank's priors and from what was learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    table: Table,
    calls: u64,
    something_else: u64,
    /// What to say instead of what was learned.
    #[serde(skip)]
    told: Option<Ranking>,
}

/// An order that the caller may mean, with the prior weight of each question of the bank.
struct Candidate {
    order: Option<String>,
    exposure: Exposure,
    weights: Vec<f64>,
}

impl Model {
    /// A model that says what was said once: to walk a recorded call again.
    #[must_use]
    pub fn told(ranking: Ranking) -> Self {
        Self {
            told: Some(ranking),
            ..Self::default()
        }
    }

    /// So many outcomes were learned.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        self.calls
    }

    /// The probability of each question for each of the customer's newest orders.
    ///
    /// What the bank's conditions rule out goes to "something else", and so does what is learned of
    /// questions that an earlier bank had.
    #[must_use]
    pub fn rank(&self, bank: &Bank, customer: &Customer, wall: Wall, zone: &TimeZone) -> Ranking {
        if let Some(told) = &self.told {
            return told.known_to(bank);
        }
        let candidates = candidates(bank, customer, wall, zone);
        let mut choices = self.joint(bank, &candidates);
        choices.retain(|(candidate, question, _)| {
            candidates
                .get(*candidate)
                .and_then(|candidate| candidate.weights.get(*question))
                .is_some_and(|weight| *weight > 0.0)
        });
        choices.sort_by(|(_, _, p), (_, _, q)| q.total_cmp(p));
        let choices: Vec<Choice> = choices
            .into_iter()
            .filter_map(|(candidate, question, p)| {
                Some(Choice {
                    order: candidates.get(candidate)?.order.clone(),
                    question: bank.questions.get(question)?.id.clone(),
                    p,
                })
            })
            .collect();
        let likely: f64 = choices.iter().map(|choice| choice.p).sum();
        Ranking {
            choices,
            other: (1.0 - likely).max(0.0),
        }
    }

    /// Learns what one call taught.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.calls = self.calls.saturating_add(1);
        match &outcome.meant {
            Some(meant) => self.table.learn(&outcome.exposed, meant),
            None => self.something_else = self.something_else.saturating_add(1),
        }
    }

    /// The share of callers who want nothing of what could be read, from 0 to 1.
    fn other(&self) -> f64 {
        (cell::float(self.something_else) + OTHER_PRIOR * OTHER_STRENGTH)
            / (cell::float(self.calls) + OTHER_STRENGTH)
    }

    /// Probabilities by candidate and question, without "something else", in fixed order.
    fn joint(&self, bank: &Bank, candidates: &[Candidate]) -> Vec<(usize, usize, f64)> {
        let pulls: Vec<f64> = candidates
            .iter()
            .map(|candidate| self.table.pull(&candidate.exposure))
            .collect();
        let all: f64 = pulls.iter().sum();
        let known = 1.0 - self.other();
        let gone = self.table.gone(|id| bank.question(id).is_some());
        let mut joint = Vec::with_capacity(candidates.len() * bank.questions.len());
        for (at, (candidate, pull)) in candidates.iter().zip(&pulls).enumerate() {
            let share = known * pull / all;
            let cells = &candidate.exposure.cells;
            let ids = bank.questions.iter().map(|question| question.id.as_str());
            let priors = ids.zip(priors(&candidate.weights));
            let ps = self.table.questions(cells, priors, &gone);
            joint.extend(ps.into_iter().enumerate().map(|(q, p)| (at, q, share * p)));
        }
        joint
    }
}

impl Ranking {
    /// The part of it that a bank still asks; the rest is something else.
    fn known_to(&self, bank: &Bank) -> Self {
        let choices = self.choices.iter();
        let known = choices.filter(|choice| bank.question(&choice.question).is_some());
        let choices: Vec<Choice> = known.cloned().collect();
        let likely: f64 = choices.iter().map(|choice| choice.p).sum();
        Self {
            choices,
            other: (1.0 - likely).max(0.0),
        }
    }
}

impl Outcome {
    /// What a call teaches: who called with which orders at what moment, and what they asked.
    #[must_use]
    pub fn of(
        bank: &Bank,
        customer: &Customer,
        wall: Wall,
        zone: &TimeZone,
        asked: &Asked,
    ) -> Self {
        let candidates = candidates(bank, customer, wall, zone);
        let meant = match asked {
            Asked::SomethingElse => None,
            Asked::Question { order, question } => {
                let meant = |candidate: &Candidate| candidate.order == *order;
                let place = candidates.iter().position(meant);
                place.map(|place| Meant {
                    order: place,
                    question: question.clone(),
                    priors_ppm: priors_ppm(bank, candidates.get(place)),
                })
            }
        };
        let exposed = candidates.into_iter().map(|candidate| candidate.exposure);
        Self {
            exposed: exposed.collect(),
            meant,
        }
    }
}

fn priors_ppm(bank: &Bank, candidate: Option<&Candidate>) -> BTreeMap<String, u64> {
    let weights = candidate.map_or(&[][..], |candidate| &candidate.weights);
    let ids = bank.questions.iter().map(|question| question.id.clone());
    ids.zip(priors(weights).map(cell::ppm)).collect()
}

/// What the caller may mean: the newest orders, then the caller without an order.
fn candidates(bank: &Bank, customer: &Customer, wall: Wall, zone: &TimeZone) -> Vec<Candidate> {
    let newest = customer.orders.iter().take(ORDERS_MAX).map(Some);
    let with_caller = newest.chain([None]);
    let candidates = with_caller.map(|order| {
        let situation = Situation {
            attributes: &bank.attributes,
            customer,
            order,
            wall,
            zone,
        };
        candidate(bank, order, &situation)
    });
    let asks = |candidate: &Candidate| candidate.order.is_some() || candidate.has_questions();
    candidates.filter(asks).collect()
}

impl Candidate {
    fn has_questions(&self) -> bool {
        self.weights.iter().any(|weight| *weight > 0.0)
    }
}

fn candidate(bank: &Bank, order: Option<&Order>, situation: &Situation<'_>) -> Candidate {
    let value = |name: &str| situation.value(name);
    let weights: Vec<f64> = bank
        .questions
        .iter()
        .map(|question| {
            let about = (question.about == About::Order) == order.is_some();
            if !about || !question.when.holds(situation) {
                return 0.0;
            }
            let prior = question
                .priors
                .iter()
                .find(|(when, _)| when.holds(situation));
            prior.map_or(0.0, |(_, weight)| *weight)
        })
        .collect();
    let weight = weights.iter().sum::<f64>().clamp(WEIGHT_MIN, WEIGHT_MAX);
    Candidate {
        order: order.map(|order| order.id.clone()),
        exposure: Exposure {
            cells: cell::path(&bank.levels, value),
            weight_ppm: cell::ppm(weight),
        },
        weights,
    }
}

/// Prior weights as a distribution that rules nothing out for ever.
fn priors(weights: &[f64]) -> impl Iterator<Item = f64> {
    let all: f64 = weights.iter().sum();
    let count = f64::from(u32::try_from(weights.len().max(1)).unwrap_or(u32::MAX));
    let even = if all > 0.0 { SURPRISE } else { 1.0 };
    let scale = if all > 0.0 { (1.0 - even) / all } else { 0.0 };
    weights
        .iter()
        .map(move |weight| weight * scale + even / count)
}

/// Share of questions that no condition of the bank foresees.
const SURPRISE: f64 = 0.02;
/// The share of callers who want something else, before anything is learned.
const OTHER_PRIOR: f64 = 0.1;
/// The first belief in that share counts like so many calls.
const OTHER_STRENGTH: f64 = 40.0;
/// An order without a likely question may still be meant.
const WEIGHT_MIN: f64 = 0.01;
/// No order is likelier than this to begin with.
const WEIGHT_MAX: f64 = 1e6;
