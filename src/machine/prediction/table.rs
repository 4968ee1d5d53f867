//! Counts by cell, special cells leaning on general ones where they have seen little.
//!
//! The bank's priors say what to expect of an order; each cell counts what came and what the
//! priors had expected there. From the most general cell down, each cell's corrections are the
//! prior of the next (a gamma prior worth `s` events: a share of seven calls):
//!
//! - a *question* is asked `r` times as often as expected: `r = (asked + s·parent) / (expected + s)`;
//!   its probability is its prior times `r`, divided by the sum of these;
//! - a caller with several orders means one of them by Luce's choice rule with a *pull* of its prior
//!   weight times `f = (s + chosen) / (s / parent + rivalry)`, where `rivalry` sums, over the calls
//!   such orders stood in, `weight / Σ pulls` (the minorise-maximise step of Hunter 2004).
//!
//! All sums are whole millionths: the same calls give the same bits, in memory and on disk.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::cell;
use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Meant;

/// Counts by cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    cells: BTreeMap<String, Cell>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    questions: BTreeMap<String, Tally>,
    chosen: u64,
    rivalry_ppm: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tally {
    asked: u64,
    expected_ppm: u64,
}

impl Table {
    /// How likely each question about each order is, by order and question; they sum to 1, less what
    /// questions of earlier banks still weigh.
    #[must_use]
    pub fn forecast(&self, questions: &[String], exposed: &[Exposure]) -> Vec<f64> {
        let pulls: Vec<f64> = exposed.iter().map(|order| self.pull(order)).collect();
        let all: f64 = pulls.iter().sum();
        let mut sorted: Vec<(&str, usize)> =
            questions.iter().map(String::as_str).zip(0..).collect();
        sorted.sort_unstable();
        let gone = self.gone(|id| sorted.binary_search_by_key(&id, |(id, _)| *id).is_ok());
        let mut met: BTreeMap<&str, Met<'_>> = BTreeMap::new();
        for name in exposed.iter().flat_map(|order| &order.cells) {
            if let Some(cell) = self.cells.get(name) {
                met.entry(name).or_insert_with(|| cell.meet(&sorted));
            }
        }
        let mut forecast = Vec::with_capacity(exposed.len() * questions.len());
        for (order, pull) in exposed.iter().zip(&pulls) {
            let known = order.cells.iter().filter_map(|name| met.get(name.as_str()));
            let known: Vec<&Met<'_>> = known.collect();
            let ps = shares(&known, &order.weights_ppm, &gone);
            forecast.extend(ps.into_iter().take(questions.len()).map(|p| p * pull / all));
        }
        forecast
    }

    /// Questions that were learned and are asked no more, each with the share that priors gave it
    /// among all that was ever expected. Who calls with one of them wants something else now; as
    /// calls are learned that do not know of it, its share fades.
    pub fn gone(&self, is_known: impl Fn(&str) -> bool) -> Vec<(&str, f64)> {
        let Some(all) = self.cells.get(EVERYTHING) else {
            return Vec::new();
        };
        let expected = |tally: &Tally| cell::float(tally.expected_ppm);
        let sum: f64 = all.questions.values().map(expected).sum();
        let gone = all.questions.iter().filter(|(id, _)| !is_known(id));
        let gone = gone.map(|(id, tally)| (id.as_str(), expected(tally)));
        let gone: Vec<(&str, f64)> = gone.collect();
        let lost: f64 = gone.iter().map(|(_, expected)| expected).sum();
        let all = sum.max(lost / GONE_MAX).max(1.0);
        gone.into_iter()
            .map(|(id, expected)| (id, expected / all))
            .collect()
    }

    /// How strongly an order pulls against the caller's other orders; more than 0.
    #[must_use]
    pub fn pull(&self, exposure: &Exposure) -> f64 {
        let known = exposure
            .cells
            .iter()
            .filter_map(|name| self.cells.get(name));
        weight(exposure) * known.fold(1.0, |parent, cell| cell.correction(parent))
    }

    /// Counts which of these orders was meant, and what was asked about it.
    pub fn learn(&mut self, exposed: &[Exposure], meant: &Meant) {
        if exposed.len() > 1 {
            let all: f64 = exposed.iter().map(|order| self.pull(order)).sum();
            for (at, order) in exposed.iter().enumerate() {
                let rivalry_ppm = cell::ppm(weight(order) / all);
                self.update(order, |cell| {
                    cell.rivalry_ppm = cell.rivalry_ppm.saturating_add(rivalry_ppm);
                    cell.chosen = cell.chosen.saturating_add(u64::from(at == meant.order));
                });
            }
        }
        if let Some(order) = exposed.get(meant.order) {
            self.update(order, |cell| cell.ask(meant));
        }
    }

    fn update(&mut self, order: &Exposure, change: impl Fn(&mut Cell)) {
        for name in &order.cells {
            let room = self.cells.len() < CELLS_MAX;
            if let Some(cell) = self.cells.get_mut(name) {
                change(cell);
            } else if room {
                change(self.cells.entry(name.clone()).or_default());
            }
        }
    }
}

/// A cell with what it knows of the questions at hand, in their order.
struct Met<'a> {
    cell: &'a Cell,
    /// What was expected of all questions there.
    calls: f64,
    tallies: Vec<Option<&'a Tally>>,
}

/// How likely each question is in the last of these cells, given the bank's weights; they sum to 1, less
/// what questions of earlier banks still weigh ([`Table::gone`]).
fn shares(cells: &[&Met<'_>], weights_ppm: &[u64], gone: &[(&str, f64)]) -> Vec<f64> {
    let left: f64 = 1.0 - gone.iter().map(|(_, share)| share).sum::<f64>();
    let mut weights: Vec<f64> = vec![1.0; weights_ppm.len()];
    for met in cells {
        let tallies = weights.iter_mut().zip(&met.tallies);
        for (weight, tally) in tallies.filter_map(|(weight, tally)| Some((weight, (*tally)?))) {
            *weight = tally.correction(*weight, met.calls);
        }
    }
    for (weight, prior) in weights.iter_mut().zip(priors(weights_ppm)) {
        *weight = left * (prior * *weight);
    }
    let lost = gone.iter().map(|(id, share)| {
        let tallies = cells
            .iter()
            .filter_map(|met| Some((met, met.cell.questions.get(*id)?)));
        share
            * tallies.fold(1.0, |parent, (met, tally)| {
                tally.correction(parent, met.calls)
            })
    });
    let all = weights.iter().sum::<f64>() + lost.sum::<f64>();
    weights.into_iter().map(|weight| weight / all).collect()
}

impl Cell {
    /// Goes through its questions and these, both in the order of the alphabet, once.
    fn meet(&self, sorted: &[(&str, usize)]) -> Met<'_> {
        let mut tallies = vec![None; sorted.len()];
        let mut own = self.questions.iter().peekable();
        for (id, place) in sorted {
            while own.next_if(|(known, _)| known.as_str() < *id).is_some() {}
            if let Some((_, tally)) = own.next_if(|(known, _)| known.as_str() == *id)
                && let Some(met) = tallies.get_mut(*place)
            {
                *met = Some(tally);
            }
        }
        Met {
            cell: self,
            calls: self.calls(),
            tallies,
        }
    }

    fn ask(&mut self, meant: &Meant) {
        for (id, prior_ppm) in &meant.priors_ppm {
            if let Some(tally) = self.tally(id) {
                tally.expected_ppm = tally.expected_ppm.saturating_add(*prior_ppm);
            }
        }
        if let Some(tally) = self.tally(&meant.question) {
            tally.asked = tally.asked.saturating_add(1);
        }
    }

    fn tally(&mut self, question: &str) -> Option<&mut Tally> {
        if self.questions.len() >= QUESTIONS_MAX && !self.questions.contains_key(question) {
            return None;
        }
        Some(self.questions.entry(question.to_owned()).or_default())
    }

    /// What was expected of all questions here.
    fn calls(&self) -> f64 {
        let expected = self.questions.values().map(|tally| tally.expected_ppm);
        cell::float(expected.fold(0, u64::saturating_add)) / 1e6
    }

    fn correction(&self, parent: f64) -> f64 {
        let rivalry = cell::float(self.rivalry_ppm) / 1e6;
        (PULL_STRENGTH + cell::float(self.chosen)) / (PULL_STRENGTH / parent + rivalry)
    }
}

impl Tally {
    /// `calls` is what was expected of all questions of the cell together.
    fn correction(&self, parent: f64, calls: f64) -> f64 {
        let expected = cell::float(self.expected_ppm) / 1e6;
        let strength = QUESTION_STRENGTH * expected / calls.max(1e-6);
        let strength = strength.max(STRENGTH_MIN);
        (cell::float(self.asked) + strength * parent) / (expected + strength)
    }
}

/// Prior weights as a distribution that rules nothing out for ever.
pub fn priors(weights_ppm: &[u64]) -> impl Iterator<Item = f64> {
    let weights = weights_ppm.iter().map(|weight| cell::float(*weight));
    let all: f64 = weights.clone().sum();
    let count = f64::from(u32::try_from(weights_ppm.len().max(1)).unwrap_or(u32::MAX));
    let even = if all > 0.0 { cell::SURPRISE } else { 1.0 };
    let scale = if all > 0.0 { (1.0 - even) / all } else { 0.0 };
    weights.map(move |weight| weight * scale + even / count)
}

fn weight(exposure: &Exposure) -> f64 {
    cell::float(exposure.weight_ppm.max(1)) / 1e6
}

/// Questions of earlier banks weigh at most so much, or a bank whose questions all have new ids
/// would never be asked one of them.
const GONE_MAX: f64 = 0.5;
/// The cell that holds all, by its name.
const EVERYTHING: &str = "";
/// A parent's corrections of questions count like so many calls, of which each question has the
/// share that was expected of it.
const QUESTION_STRENGTH: f64 = 7.0;
/// But for no question like fewer expected ones.
const STRENGTH_MIN: f64 = 0.005;
/// A parent's correction of a pull counts like so many choices.
const PULL_STRENGTH: f64 = 5.0;
/// Beyond so many, what is new is counted in the general cells only.
pub const CELLS_MAX: usize = 65_536;
/// Beyond so many in a cell, new questions are not counted.
pub const QUESTIONS_MAX: usize = 1_024;
