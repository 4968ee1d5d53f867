//! The probability of each question, and how it learns.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::bank::About;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::bank::ORDERS_MAX;
use crate::machine::prediction::cell;
use crate::machine::prediction::learning::blend::Blend;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::learning::observation;
use crate::machine::prediction::learning::season::Scene;
use crate::machine::prediction::learning::season::Season;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Meant;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::ranking::Choice;
use crate::machine::prediction::ranking::Ranking;
use crate::machine::prediction::sheet::Sheet;
use crate::machine::prediction::situation::Situation;
use crate::machine::prediction::table;
use crate::machine::prediction::table::Table;
use crate::vocabulary::time::Wall;

/// What is expected of the next caller, from the bank's priors and from what was learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    table: Table,
    calls: u64,
    something_else: u64,
    #[serde(default)]
    blend: Blend,
    #[serde(default)]
    season: Season,
    /// What was last fitted in one go.
    #[serde(default)]
    checkpoint: Option<Checkpoint>,
    /// It is kept apart: [`Model::take`] gives it back.
    #[serde(skip)]
    fitted: Option<Arc<Fitted>>,
    /// After so many calls no fit could be made.
    #[serde(skip)]
    tried: u64,
    /// What to say instead of what was learned.
    #[serde(skip)]
    told: Option<Ranking>,
}

/// What was fitted in one go, by name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The hash of what was fitted.
    pub hash: String,
    /// The last fact whose call it was fitted to.
    pub through: u64,
    /// So many calls the model had learned when it took effect.
    pub learned: u64,
}

/// An order that the caller may mean, with what the model needs of it.
struct Candidate {
    order: Option<String>,
    exposure: Exposure,
}

/// What each part of the model expects, by order and question.
struct Foretold {
    forecasts: Vec<Vec<f64>>,
    base: Vec<f64>,
    views: Vec<Vec<f64>>,
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
        let orders: Vec<Option<String>> = candidates.iter().map(|one| one.order.clone()).collect();
        let exposed: Vec<Exposure> = candidates.into_iter().map(|one| one.exposure).collect();
        let questions = ids(bank);
        let joint = self.joint(&questions, &exposed, wall);
        let weights = exposed.iter().flat_map(|order| &order.weights_ppm);
        let mut likely: Vec<(usize, f64)> = (0..)
            .zip(joint)
            .zip(weights)
            .filter_map(|(choice, weight)| (*weight > 0).then_some(choice))
            .collect();
        likely.sort_by(|(_, p), (_, q)| q.total_cmp(p));
        let choice = |(at, p): (usize, f64)| {
            Some(Choice {
                order: orders.get(at / questions.len())?.clone(),
                question: questions.get(at % questions.len())?.clone(),
                p,
            })
        };
        let choices: Vec<Choice> = likely.into_iter().filter_map(choice).collect();
        let likely: f64 = choices.iter().map(|choice| choice.p).sum();
        Ranking {
            choices,
            other: (1.0 - likely).max(0.0),
        }
    }

    /// How likely the model holds each question about each order of a call, by order and question, those
    /// that the bank rules out among them. What is left to 1 is something else.
    #[must_use]
    pub fn joint(&self, questions: &[String], exposed: &[Exposure], at: Wall) -> Vec<f64> {
        let scene = Scene {
            questions,
            exposed,
            at,
        };
        let foretold = self.foretell(scene);
        let known = 1.0 - self.other();
        let mixed = self.season.mixed(&foretold.views, at);
        mixed.into_iter().map(|p| known * p).collect()
    }

    /// Learns what one call taught.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.calls = self.calls.saturating_add(1);
        let Some(meant) = &outcome.meant else {
            self.something_else = self.something_else.saturating_add(1);
            return;
        };
        let scene = Scene {
            questions: &outcome.questions,
            exposed: &outcome.exposed,
            at: outcome.at,
        };
        let question = scene.questions.iter().position(|id| *id == meant.question);
        let Some(question) = question else {
            self.table.learn(&outcome.exposed, meant);
            return;
        };
        let first = meant.order * scene.questions.len();
        let foretold = self.foretell(scene);
        let due = self.season.due(&foretold.views, outcome.at);
        let pairs = foretold.base.iter().zip(&due).skip(first);
        let meant = in_season(meant, scene.questions.iter().zip(pairs));
        self.blend
            .learn(&foretold.forecasts, &foretold.base, first + question);
        self.season.learn(scene, &foretold.views, first + question);
        self.table.learn(&outcome.exposed, &meant);
    }

    /// Whether enough was learned since the last fit to fit again.
    #[must_use]
    pub fn is_fit_due(&self) -> bool {
        let last = self.checkpoint.as_ref().map_or(0, |last| last.learned);
        let last = last.max(self.tried);
        self.calls.saturating_sub(last) >= last.clamp(FIT_FIRST, FIT_EVERY)
    }

    /// No fit could be made: the next one is due when as many more were learned.
    pub const fn postpone_fit(&mut self) {
        self.tried = self.calls;
    }

    /// What was learned for good: the model when the hours and days it learned in are long past.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self {
            season: Season::default(),
            ..self.clone()
        }
    }

    /// What was last fitted, if anything was.
    #[must_use]
    pub const fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint.as_ref()
    }

    /// From now on what was fitted counts.
    pub fn take(&mut self, hash: String, through: u64, fitted: Arc<Fitted>) {
        self.checkpoint = Some(Checkpoint {
            hash,
            through,
            learned: self.calls,
        });
        self.blend = Blend::of(fitted.table_share());
        self.fitted = Some(fitted);
    }

    /// After a restart: what the checkpoint of that name holds.
    pub fn restore(&mut self, fitted: Arc<Fitted>) {
        self.fitted = Some(fitted);
    }

    /// The share of callers who want nothing of what could be read, from 0 to 1.
    fn other(&self) -> f64 {
        (cell::float(self.something_else) + OTHER_PRIOR * OTHER_STRENGTH)
            / (cell::float(self.calls) + OTHER_STRENGTH)
    }

    fn foretell(&self, scene: Scene<'_>) -> Foretold {
        let (questions, exposed) = (scene.questions, scene.exposed);
        let table = self.table.forecast(questions, exposed);
        let kept: f64 = table.iter().sum();
        let mut forecasts = vec![table];
        if let Some(fitted) = &self.fitted {
            let mut forecast = fitted.forecast(questions, exposed);
            forecast.iter_mut().for_each(|p| *p *= kept);
            forecasts.push(forecast);
        }
        let base = self.blend.mean(&forecasts);
        let views = self.season.views(scene, &base);
        Foretold {
            forecasts,
            base,
            views,
        }
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
        let questions = ids(bank);
        let meant = match asked {
            Asked::SomethingElse => None,
            Asked::Question { order, question } => {
                let meant = |candidate: &Candidate| candidate.order == *order;
                let place = candidates.iter().position(meant);
                place.map(|place| Meant {
                    order: place,
                    question: question.clone(),
                    priors_ppm: priors_ppm(&questions, candidates.get(place)),
                })
            }
        };
        let exposed = candidates.into_iter().map(|candidate| candidate.exposure);
        Self {
            at: wall,
            questions,
            exposed: exposed.collect(),
            meant,
        }
    }
}

fn ids(bank: &Bank) -> Vec<String> {
    let questions = bank.questions.iter();
    questions.map(|question| question.id.clone()).collect()
}

fn priors_ppm(questions: &[String], candidate: Option<&Candidate>) -> BTreeMap<String, u64> {
    let weights = candidate.map_or(&[][..], |candidate| &candidate.exposure.weights_ppm);
    let priors = table::priors(weights).map(cell::ppm);
    questions.iter().cloned().zip(priors).collect()
}

/// What was meant, with more expected of what a storm explains: the back-off table learns nothing from that.
fn in_season<'q>(
    meant: &Meant,
    questions: impl Iterator<Item = (&'q String, (&'q f64, &'q f64))>,
) -> Meant {
    let mut meant = meant.clone();
    for (id, (base, due)) in questions {
        if let Some(prior) = meant.priors_ppm.get_mut(id) {
            let times = (due / base.max(f64::MIN_POSITIVE)).min(TIMES_MAX);
            *prior = cell::ppm(cell::float(*prior) / 1e6 * times);
        }
    }
    meant
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
        candidate(bank, order, &Sheet::of(situation))
    });
    let asks = |candidate: &Candidate| candidate.order.is_some() || candidate.has_questions();
    candidates.filter(asks).collect()
}

impl Candidate {
    fn has_questions(&self) -> bool {
        self.exposure.weights_ppm.iter().any(|weight| *weight > 0)
    }
}

fn candidate(bank: &Bank, order: Option<&Order>, sheet: &Sheet<'_>) -> Candidate {
    let weights = bank.questions.iter().map(|question| {
        let about = (question.about == About::Order) == order.is_some();
        if !about || !question.when.holds(sheet) {
            return 0.0;
        }
        let mut priors = question.priors.iter();
        let prior = priors.find(|(when, _)| when.holds(sheet));
        prior.map_or(0.0, |(_, weight)| *weight)
    });
    let weights_ppm: Vec<u64> = weights.map(cell::ppm).collect();
    let weight = weights_ppm
        .iter()
        .map(|weight| cell::float(*weight))
        .sum::<f64>()
        / 1e6;
    Candidate {
        order: order.map(|order| order.id.clone()),
        exposure: Exposure {
            cells: cell::path(&bank.levels, |name| sheet.given(name)),
            weight_ppm: cell::ppm(weight.clamp(cell::WEIGHT_MIN, cell::WEIGHT_MAX)),
            seen: observation::observe(sheet),
            weights_ppm,
        },
    }
}

/// The share of callers who want something else, before anything is learned.
const OTHER_PRIOR: f64 = 0.1;
/// The first belief in that share counts like so many calls.
const OTHER_STRENGTH: f64 = 100.0;
/// No storm explains more.
const TIMES_MAX: f64 = 50.0;
/// After so many calls the first fit is made.
const FIT_FIRST: u64 = 300;
/// Each further one after twice as many, but no later than after so many more.
const FIT_EVERY: u64 = 10_000;
