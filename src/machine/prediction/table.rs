//! Counts by cell, special cells leaning on general ones where they have seen little.
//!
//! Two things are counted in every cell of an order's path, and estimated from the most general
//! cell down, each estimate being the prior of the next:
//! which *question* was asked, a distribution smoothed by
//! `(n_q + s · parent_q) / (n + s)`; and how strongly such an order *pulls* when the caller has
//! several, by Luce's choice rule: with `chosen` the times it was meant and `rivalry` the sum of
//! `1 / Σ pulls` over the calls it stood in, the pull is `(s + chosen) / (s / parent + rivalry)`
//! (the minorise-maximise step of Hunter 2004, with a gamma prior). All sums are integers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::cell;
use crate::machine::prediction::outcome::Exposure;

/// Counts by cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    cells: BTreeMap<String, Cell>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    asked: BTreeMap<String, u64>,
    total: u64,
    chosen: u64,
    rivalry_ppm: u64,
}

impl Table {
    /// The probability of each question in the last of these cells, given the priors.
    pub fn questions<'q>(
        &self,
        cells: &[String],
        priors: impl Iterator<Item = (&'q str, f64)>,
    ) -> Vec<f64> {
        let (ids, mut ps): (Vec<&str>, Vec<f64>) = priors.unzip();
        for (level, cell) in cells
            .iter()
            .filter_map(|name| self.cells.get(name))
            .enumerate()
        {
            let strength = strength(level);
            let foreign = cell::float(cell.total);
            for (id, p) in ids.iter().zip(&mut ps) {
                let count = cell.asked.get(*id).copied().unwrap_or(0);
                *p = (cell::float(count) + strength * *p) / (foreign + strength);
            }
        }
        ps
    }

    /// How strongly an order pulls against the caller's other orders; more than 0.
    #[must_use]
    pub fn pull(&self, exposure: &Exposure) -> f64 {
        let first = cell::float(exposure.weight_ppm.max(1)) / 1e6;
        let known = exposure
            .cells
            .iter()
            .filter_map(|name| self.cells.get(name));
        known.fold(first, |parent, cell| {
            (PULL_STRENGTH + cell::float(cell.chosen))
                / (PULL_STRENGTH / parent + cell::float(cell.rivalry_ppm) / 1e6)
        })
    }

    /// Counts that of these orders `meant` was meant, and what was asked about it.
    pub fn learn(&mut self, exposed: &[Exposure], meant: usize, question: &str) {
        if exposed.len() > 1 {
            let all: f64 = exposed.iter().map(|order| self.pull(order)).sum();
            let rivalry_ppm = cell::ppm(1.0 / all);
            for (at, order) in exposed.iter().enumerate() {
                self.update(order, |cell| {
                    cell.rivalry_ppm = cell.rivalry_ppm.saturating_add(rivalry_ppm);
                    cell.chosen = cell.chosen.saturating_add(u64::from(at == meant));
                });
            }
        }
        if let Some(order) = exposed.get(meant) {
            self.update(order, |cell| cell.ask(question));
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

impl Cell {
    fn ask(&mut self, question: &str) {
        let room = self.asked.len() < QUESTIONS_MAX;
        if let Some(count) = self.asked.get_mut(question) {
            *count = count.saturating_add(1);
        } else if room {
            self.asked.insert(question.to_owned(), 1);
        } else {
            return;
        }
        self.total = self.total.saturating_add(1);
    }
}

/// A cell's parent counts like so many calls in it.
fn strength(_level: usize) -> f64 {
    QUESTION_STRENGTH
}

/// A parent's distribution counts like so many questions.
const QUESTION_STRENGTH: f64 = 10.0;
/// A parent's pull counts like so many choices.
const PULL_STRENGTH: f64 = 5.0;
/// Beyond so many, what is new is counted in the general cells only.
pub const CELLS_MAX: usize = 65_536;
/// Beyond so many in a cell, new questions are not counted.
pub const QUESTIONS_MAX: usize = 1_024;
