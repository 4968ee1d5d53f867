//! A softmax over cells: each question has a weight in each cell of each level, from the cell that
//! holds all to the most special that are not too many.
//!
//! Levels are fitted in turn by Newton steps on the log-loss of the joint choice among all orders and
//! questions of a call; a step is damped because neighbours move too. A weight `w` multiplies what is
//! expected by `r = exp(w)`, and `r` has a gamma prior around 1 worth `s` events, as in the back-off
//! table: some events for each cell, of which a question has the share that is expected of it there,
//! but no fewer than `least`. With a small `least` a question that is never asked in a cell soon counts
//! as impossible there; with a large one it stays possible.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::exact;
use crate::machine::prediction::outcome::Exposure;

/// A softmax over cells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Softmax {
    questions: usize,
    levels: Vec<Level>,
}

/// The cells of a level; place 0 is for those that were never seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Level {
    cells: BTreeMap<String, u16>,
    #[serde(with = "exact")]
    weights: Vec<f32>,
}

impl Softmax {
    /// The levels of what was exposed, so far as they have few enough cells; no weight yet.
    #[must_use]
    pub fn of(exposed: &[&Exposure], questions: usize) -> Self {
        let depth = exposed.iter().map(|exposure| exposure.cells.len());
        let depth = depth.max().unwrap_or(0);
        let mut levels = Vec::new();
        for level in 0..depth {
            let names = exposed
                .iter()
                .filter_map(|exposure| exposure.cells.get(level));
            let mut cells: BTreeMap<String, u16> = BTreeMap::new();
            for name in names {
                if !cells.contains_key(name) {
                    cells.insert(name.clone(), 0);
                }
                if cells.len() > CELLS_MAX {
                    return Self { questions, levels };
                }
            }
            cells
                .values_mut()
                .zip(1..)
                .for_each(|(place, at)| *place = at);
            let weights = vec![0.0; (cells.len() + 1) * questions];
            levels.push(Level { cells, weights });
        }
        Self { questions, levels }
    }

    /// So many levels.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.levels.len()
    }

    /// The place of an order's cell in each level.
    pub fn places<'a>(&'a self, exposure: &'a Exposure) -> impl Iterator<Item = u16> + 'a {
        self.levels.iter().zip(0..).map(|(level, at): (_, usize)| {
            let cell = exposure.cells.get(at);
            cell.and_then(|cell| level.cells.get(cell))
                .copied()
                .unwrap_or(0)
        })
    }

    /// Fits to a course, the prior of each weight being worth at least so many events. `standing` comes to
    /// hold the fitted scores.
    pub fn fit(&mut self, course: &Course, standing: &mut Standing, least: f64) {
        let depth = self.depth();
        for _ in 0..SWEEPS {
            for (at, level) in self.levels.iter_mut().enumerate() {
                let places = course.places.iter().skip(at).step_by(depth);
                let places: Vec<usize> = places.map(|place| usize::from(*place)).collect();
                level.step(course, &places, standing, least);
                standing.refresh(course);
            }
        }
    }

    /// Adds the scores of each question for an order in these places.
    pub fn score(&self, places: &[u16], scores: &mut [f64]) {
        for (level, place) in self.levels.iter().zip(places) {
            let from = usize::from(*place) * self.questions;
            let weights = level.weights.get(from..from + self.questions);
            for (score, weight) in scores.iter_mut().zip(weights.unwrap_or_default()) {
                *score += f64::from(*weight);
            }
        }
    }
}

/// What a course says of one weight.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    asked: f64,
    expected: f64,
    curve: f64,
}

impl Level {
    /// One damped Newton step of all weights.
    fn step(&mut self, course: &Course, places: &[usize], standing: &mut Standing, least: f64) {
        let questions = course.questions;
        let sums = self.sums(questions, places, standing);
        let cells = self.weights.chunks_exact_mut(questions);
        let moves = cells.zip(sums.chunks_exact(questions));
        let moves: Vec<f64> = moves
            .flat_map(|(weights, sums)| mend(weights, sums, least))
            .collect();
        let scores = standing.scores.chunks_exact_mut(questions);
        for (place, scores) in places.iter().zip(scores) {
            let from = place * questions;
            let moves = moves.get(from..from + questions).unwrap_or_default();
            for (score, by) in scores.iter_mut().zip(moves) {
                *score += by;
            }
        }
    }

    fn sums(&self, questions: usize, places: &[usize], standing: &Standing) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); self.weights.len()];
        for (place, ps) in places.iter().zip(standing.ps.chunks_exact(questions)) {
            let from = place * questions;
            let sums = sums.get_mut(from..from + questions).unwrap_or_default();
            for (sums, p) in sums.iter_mut().zip(ps) {
                sums.expected += p;
                sums.curve += p * (1.0 - p);
            }
        }
        for at in &standing.asked {
            let place = places.get(at / questions).copied().unwrap_or(0);
            if let Some(sums) = sums.get_mut(place * questions + at % questions) {
                sums.asked += 1.0;
            }
        }
        sums
    }
}

/// Moves the weights of one cell, and says by how much each.
fn mend(weights: &mut [f32], sums: &[Sums], least: f64) -> Vec<f64> {
    let factors = weights
        .iter()
        .map(|weight| arithmetic::exp(f64::from(*weight)));
    let factors: Vec<f64> = factors.collect();
    let raw = sums.iter().zip(&factors);
    let raw: Vec<f64> = raw.map(|(sums, factor)| sums.expected / factor).collect();
    let all = raw.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let parts = weights.iter_mut().zip(sums).zip(factors).zip(raw);
    let moves = parts.map(|(((weight, sums), factor), raw)| {
        let worth = (STRENGTH * raw / all).max(least);
        let slope = sums.asked - sums.expected + worth * (1.0 - factor);
        let step = slope / (sums.curve + worth * factor.max(FACTOR_MIN));
        let before = f64::from(*weight);
        let after = before + DAMPING * step.clamp(-STEP_MAX, STEP_MAX);
        #[expect(clippy::cast_possible_truncation, reason = "weights are kept short")]
        let after = after as f32;
        *weight = after;
        f64::from(after) - before
    });
    moves.collect()
}

/// So often each level is fitted.
const SWEEPS: usize = 8;
/// The prior of a cell's weights is worth so many events.
const STRENGTH: f64 = 4.0;
/// A factor's prior holds no less than at this factor.
const FACTOR_MIN: f64 = 0.3;
/// A Newton step is taken by this part.
const DAMPING: f64 = 0.7;
/// No weight moves further in one step.
const STEP_MAX: f64 = 2.0;
/// Most cells of a level; more special levels are left to others.
const CELLS_MAX: usize = 64;
