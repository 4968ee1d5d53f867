//! By how much more each question is asked than foretold: an offset of its score, cell by cell.
//!
//! Each call is an observation of a softmax whose offsets are sought. Where a question was given the
//! probability `p`, the slope of the log-likelihood is `asked - p` and its curvature `p (1 - p)`. Both are
//! summed, the slope taken back to an offset of 0, and fade; the offset is `slopes / (curvatures + prior)`: a
//! Newton step from a normal prior around 0 of that precision.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;
use crate::machine::prediction::outcome::Exposure;
use crate::vocabulary::time::Wall;

/// What is believed of the questions, by cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tilt {
    cells: BTreeMap<String, Cell>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cell {
    /// When it last learned, and how many calls had been learned by then.
    at: Wall,
    calls: u64,
    /// Slope and curvature of each question, by its column.
    #[serde(with = "exact")]
    sums: Vec<f64>,
}

/// What calls share an offset, and how long it is believed.
#[derive(Clone, Copy, Debug)]
pub struct Habit {
    /// What calls share an offset.
    pub grain: Grain,
    /// Half fades in so many hours,
    pub hours: f64,
    /// and in so many calls.
    pub calls: f64,
    /// The precision of the prior.
    pub prior: f64,
}

/// What calls share an offset.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Grain {
    /// All.
    All,
    /// Those about orders in the same cell of this level, or of the last.
    Kind(usize),
    /// Those at the same time of day.
    DayPart,
}

/// A call, as tilts see it.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The orders that the caller could mean.
    pub exposed: &'a [Exposure],
    /// The column of each question; of one that has none nothing is known.
    pub columns: &'a [Option<usize>],
    /// When.
    pub at: Wall,
    /// So many calls were learned before.
    pub calls: u64,
}

impl Grain {
    fn cell(self, order: &Exposure, at: Wall) -> &str {
        match self {
            Self::All => "",
            Self::Kind(level) => {
                let cell = order.cells.get(level).or(order.cells.last());
                cell.map_or("", String::as_str)
            }
            Self::DayPart => {
                let part = at.as_ms().rem_euclid(DAY_MS) / PART_MS;
                let part = usize::try_from(part).ok();
                part.and_then(|part| PARTS.get(part)).copied().unwrap_or("")
            }
        }
    }
}

impl Tilt {
    /// By how much the odds of each question about each order are other than foretold; none if nothing is
    /// known of any.
    #[must_use]
    pub fn times(&self, sight: Sight<'_>, habit: Habit) -> Option<Vec<f64>> {
        let mut known: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let cells = sight.exposed.iter();
        let cells: Vec<&str> = cells
            .map(|order| habit.grain.cell(order, sight.at))
            .collect();
        for name in &cells {
            if let Some(cell) = self.cells.get(*name) {
                let times = || cell.times(sight, habit);
                known.entry(name).or_insert_with(times);
            }
        }
        if known.is_empty() {
            return None;
        }
        let as_foretold = vec![1.0; sight.columns.len()];
        let times = cells
            .iter()
            .map(|name| known.get(name).unwrap_or(&as_foretold));
        Some(times.flatten().copied().collect())
    }

    /// Learns that what stands at `asked` was asked, where `view` was foretold by order and question.
    pub fn learn(&mut self, sight: Sight<'_>, habit: Habit, (view, asked): (&[f64], usize)) {
        let many = sight.columns.len().max(1);
        let all = view.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mut foretold: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (order, ps) in sight.exposed.iter().zip(view.chunks(many)) {
            let cell = habit.grain.cell(order, sight.at);
            let sums = foretold.entry(cell).or_insert_with(|| vec![0.0; many]);
            for (sum, p) in sums.iter_mut().zip(ps) {
                *sum += p / all;
            }
        }
        let order = sight.exposed.get(asked / many);
        let of_asked = order.map(|order| habit.grain.cell(order, sight.at));
        for (name, ps) in foretold {
            if self.cells.len() >= CELLS_MAX && !self.cells.contains_key(name) {
                continue;
            }
            let asked = (of_asked == Some(name)).then_some(asked % many);
            let cell = self.cells.entry(name.to_owned()).or_default();
            cell.learn(sight, habit, (&ps, asked));
        }
    }
}

impl Cell {
    fn times(&self, sight: Sight<'_>, habit: Habit) -> Vec<f64> {
        let left = self.left(sight, habit);
        let times = |column: &Option<usize>| {
            let (slope, curve) = self.sums((*column)?)?;
            let offset = slope * left / (curve * left + habit.prior);
            Some(arithmetic::exp(offset.clamp(-OFFSET_MAX, OFFSET_MAX)))
        };
        let columns = sight.columns.iter();
        columns.map(|column| times(column).unwrap_or(1.0)).collect()
    }

    fn learn(&mut self, sight: Sight<'_>, habit: Habit, (ps, asked): (&[f64], Option<usize>)) {
        let left = self.left(sight, habit);
        let last = sight.columns.iter().flatten().max();
        let columns = last.map_or(0, |last| last + 1);
        let length = self.sums.len().max(2 * columns);
        self.sums.resize(length, 0.0);
        self.sums.iter_mut().for_each(|sum| *sum *= left);
        for (place, (column, p)) in sight.columns.iter().zip(ps).enumerate() {
            let Some((column, (slope, curve))) = column.and_then(|at| Some((at, self.sums(at)?)))
            else {
                continue;
            };
            let offset = slope / (curve + habit.prior);
            let seen = if asked == Some(place) { 1.0 } else { 0.0 };
            let bend = p * (1.0 - p);
            if let Some([slope, curve]) = self.sums.get_mut(2 * column..2 * column + 2) {
                *slope += bend * offset + (seen - p);
                *curve += bend;
            }
        }
        self.at = self.at.max(sight.at);
        self.calls = sight.calls;
    }

    fn sums(&self, column: usize) -> Option<(f64, f64)> {
        let slope = *self.sums.get(2 * column)?;
        Some((slope, *self.sums.get(2 * column + 1)?))
    }

    /// Which part of what it learned is left.
    fn left(&self, sight: Sight<'_>, habit: Habit) -> f64 {
        let passed_ms = sight.at.as_ms().saturating_sub(self.at.as_ms()).max(0);
        let hours = f64::from(u32::try_from(passed_ms / 1_000).unwrap_or(u32::MAX)) / 3_600.0;
        let calls = sight.calls.saturating_sub(self.calls);
        let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
        let halves = hours / habit.hours + calls / habit.calls;
        arithmetic::exp(-std::f64::consts::LN_2 * halves)
    }
}

/// Parts of a day, in the order of the hours of UTC: eight of three hours.
const PARTS: [&str; 8] = ["0", "3", "6", "9", "12", "15", "18", "21"];
const DAY_MS: i64 = 86_400_000;
const PART_MS: i64 = DAY_MS / 8;
/// What is met in further cells is as foretold.
const CELLS_MAX: usize = 1_024;
/// No offset is larger.
const OFFSET_MAX: f64 = 5.0;
