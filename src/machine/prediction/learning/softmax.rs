//! A softmax over cells: each question has a weight in each cell of each level, from the cell that
//! holds all to the most special that are not too many.
//!
//! Levels are fitted in turn by Newton steps on the log-loss of the joint choice among all orders and
//! questions of a call, with a penalty on the squares of the weights (ridge); a step is damped because
//! neighbours move too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

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
    pub fn of<'e>(exposed: impl Iterator<Item = &'e Exposure> + Clone, questions: usize) -> Self {
        let depth = exposed.clone().map(|exposure| exposure.cells.len());
        let depth = depth.max().unwrap_or(0);
        let mut levels = Vec::new();
        for level in 0..depth {
            let names = exposed
                .clone()
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

    /// Fits to a course. `standing` comes to hold the fitted scores.
    pub fn fit(&mut self, course: &Course, standing: &mut Standing) {
        let depth = self.depth();
        for _ in 0..SWEEPS {
            for (at, level) in self.levels.iter_mut().enumerate() {
                let places = course.places.iter().skip(at).step_by(depth);
                let places: Vec<usize> = places.map(|place| usize::from(*place)).collect();
                level.step(course, &places, standing);
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

impl Level {
    /// One damped Newton step of all weights.
    fn step(&mut self, course: &Course, places: &[usize], standing: &mut Standing) {
        let questions = course.questions;
        let mut sums = vec![(0.0, 0.0); self.weights.len()];
        for (place, ps) in places.iter().zip(standing.ps.chunks_exact(questions)) {
            let from = place * questions;
            let sums = sums.get_mut(from..from + questions).unwrap_or_default();
            for ((slope, curve), p) in sums.iter_mut().zip(ps) {
                *slope -= p;
                *curve += p * (1.0 - p);
            }
        }
        for at in &standing.asked {
            let place = places.get(at / questions).copied().unwrap_or(0);
            if let Some((slope, _)) = sums.get_mut(place * questions + at % questions) {
                *slope += 1.0;
            }
        }
        let moves = self.weights.iter_mut().zip(sums);
        let moves = moves.map(|(weight, (slope, curve))| {
            let before = f64::from(*weight);
            let step = (slope - RIDGE * before) / (curve + RIDGE);
            let after = before + DAMPING * step.clamp(-STEP_MAX, STEP_MAX);
            #[expect(clippy::cast_possible_truncation, reason = "weights are kept short")]
            let after = after as f32;
            *weight = after;
            f64::from(after) - before
        });
        let moves: Vec<f64> = moves.collect();
        let scores = standing.scores.chunks_exact_mut(questions);
        for (place, scores) in places.iter().zip(scores) {
            let from = place * questions;
            let moves = moves.get(from..from + questions).unwrap_or_default();
            for (score, by) in scores.iter_mut().zip(moves) {
                *score += by;
            }
        }
    }
}

/// So often each level is fitted.
const SWEEPS: usize = 8;
/// Penalty on the squares of weights.
const RIDGE: f64 = 0.7;
/// A Newton step is taken by this part.
const DAMPING: f64 = 0.7;
/// No weight moves further in one step.
const STEP_MAX: f64 = 2.0;
/// Most cells of a level; more special levels are left to others.
const CELLS_MAX: usize = 64;
