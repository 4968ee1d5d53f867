//! What was fitted to many calls at once: a sum of tables and boosted trees.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::cell;
use crate::machine::prediction::learning::additive;
use crate::machine::prediction::learning::additive::Additive;
use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::column::Column;
use crate::machine::prediction::learning::course;
use crate::machine::prediction::learning::course::Call;
use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Row;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::forest::Forest;
use crate::machine::prediction::learning::grower;
use crate::machine::prediction::learning::observation::Observation;
use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Outcome;

/// What was fitted to many calls at once. It does not change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    questions: Vec<String>,
    columns: Vec<Column>,
    level: usize,
    keys: BTreeMap<String, u16>,
    additive: Additive,
    forest: Forest,
    /// So many calls it was fitted to.
    pub calls: u64,
}

impl Fitted {
    /// Fits to the last of these calls; none if they are too few, or say nothing of what was seen.
    #[must_use]
    pub fn fit(outcomes: &[Outcome]) -> Option<Self> {
        let last = outcomes.len().saturating_sub(CALLS_MAX);
        let usable = outcomes.iter().skip(last).filter(|one| is_usable(one));
        let usable: Vec<&Outcome> = usable.collect();
        let questions = questions(&usable);
        let rows: usize = usable.iter().map(|outcome| outcome.exposed.len()).sum();
        let most = CELLS_MAX / (rows / usable.len().max(1) + 1) / questions.len().max(1);
        let usable = &usable[usable.len().saturating_sub(most)..];
        if usable.len() < CALLS_MIN {
            return None;
        }
        let exposed = || usable.iter().flat_map(|outcome| &outcome.exposed);
        let seen: Vec<&Observation> = exposed().map(|exposure| &exposure.seen).collect();
        let (level, keys) = keys(exposed());
        let mut this = Self {
            columns: Column::of(&seen),
            questions,
            level,
            keys,
            additive: Additive::default(),
            forest: Forest::default(),
            calls: u64::try_from(usable.len()).unwrap_or(u64::MAX),
        };
        this.grow(usable);
        Some(this)
    }

    fn grow(&mut self, outcomes: &[&Outcome]) {
        let course = self.course(outcomes);
        let shapes: Vec<(usize, bool)> = self.columns.iter().map(Column::shape).collect();
        let mut standing = Standing::new(&course);
        let keys = self.keys.len() + 1;
        self.additive = Additive::fit(&course, &shapes, keys, TABLES, &mut standing);
        let mut standing = Standing::new(&course);
        self.forest = Forest::fit(&course, &shapes, (ROUNDS, TREES), &mut standing);
    }

    fn course(&self, outcomes: &[&Outcome]) -> Course {
        let mut course = Course {
            questions: self.questions.len(),
            columns: self.columns.len(),
            ..Course::default()
        };
        for outcome in outcomes {
            let Some(meant) = &outcome.meant else {
                continue;
            };
            let first = course.keys.len();
            let places = places(&self.questions, &outcome.questions);
            for exposure in &outcome.exposed {
                let bins = self.columns.iter().map(|column| column.bin(&exposure.seen));
                course.bins.extend(bins);
                course.keys.push(self.key(exposure));
                let starts = starts(&exposure.weights_ppm, outcome.questions.len());
                let of = |place: &Option<usize>| place.and_then(|at| starts.get(at).copied());
                course
                    .starts
                    .extend(places.iter().map(|place| of(place).unwrap_or(NEVER)));
            }
            let asked = self.questions.iter().position(|id| *id == meant.question);
            course.calls.push(Call {
                first,
                rows: outcome.exposed.len(),
                row: first + meant.order,
                question: asked.unwrap_or(0),
            });
        }
        course
    }

    fn key(&self, exposure: &Exposure) -> u16 {
        let cell = exposure.cells.get(self.level);
        cell.and_then(|cell| self.keys.get(cell))
            .copied()
            .unwrap_or(0)
    }

    /// Two forecasts for each order and question of a call: by the sum of tables, and by the trees.
    #[must_use]
    pub fn forecasts(&self, questions: &[String], exposed: &[Exposure]) -> [Vec<f64>; 2] {
        let places = places(questions, &self.questions);
        let cells = questions.len() * exposed.len();
        let mut scores = [Vec::with_capacity(cells), Vec::with_capacity(cells)];
        for exposure in exposed {
            let bins: Vec<u8> = self
                .columns
                .iter()
                .map(|column| column.bin(&exposure.seen))
                .collect();
            let row = Row {
                bins: &bins,
                key: self.key(exposure),
            };
            let mut sums = [
                vec![0.0; self.questions.len()],
                vec![0.0; self.questions.len()],
            ];
            self.additive.score(row, &mut sums[0]);
            self.forest.score(&bins, &mut sums[1]);
            let starts = starts(&exposure.weights_ppm, questions.len());
            for (scores, sums) in scores.iter_mut().zip(&sums) {
                let fitted = places
                    .iter()
                    .map(|place| place.and_then(|at| sums.get(at)).unwrap_or(&0.0));
                scores.extend(
                    starts
                        .iter()
                        .zip(fitted)
                        .map(|(start, fitted)| start + fitted),
                );
            }
        }
        scores.map(|scores| {
            let mut ps = vec![0.0; scores.len()];
            course::share(&scores, &mut ps);
            ps
        })
    }
}

/// Where each of these questions stands among the others.
fn places(questions: &[String], others: &[String]) -> Vec<Option<usize>> {
    if questions == others {
        return (0..questions.len()).map(Some).collect();
    }
    let by_id: BTreeMap<&str, usize> = others.iter().map(String::as_str).zip(0..).collect();
    questions
        .iter()
        .map(|id| by_id.get(id.as_str()).copied())
        .collect()
}

/// Logarithms of the prior weights, of which a small part is spread evenly over all questions.
fn starts(weights_ppm: &[u64], questions: usize) -> Vec<f64> {
    let weight = |at: usize| cell::float(weights_ppm.get(at).copied().unwrap_or(0)) / 1e6;
    let all: f64 = (0..questions).map(weight).sum();
    let count = f64::from(u32::try_from(questions.max(1)).unwrap_or(u32::MAX));
    let floor = all.clamp(cell::WEIGHT_MIN, cell::WEIGHT_MAX) * cell::SURPRISE / count;
    let start = |at: usize| arithmetic::ln((1.0 - cell::SURPRISE) * weight(at) + floor);
    (0..questions).map(start).collect()
}

fn is_usable(outcome: &Outcome) -> bool {
    let Some(meant) = &outcome.meant else {
        return false;
    };
    let weighed = |exposure: &Exposure| exposure.weights_ppm.len() == outcome.questions.len();
    outcome.questions.contains(&meant.question)
        && meant.order < outcome.exposed.len()
        && outcome.exposed.iter().all(weighed)
}

/// The questions of the last call, then those that earlier ones had.
fn questions(outcomes: &[&Outcome]) -> Vec<String> {
    let mut questions: Vec<String> = Vec::new();
    let mut last: Option<&[String]> = None;
    for outcome in outcomes.iter().rev() {
        if last == Some(&outcome.questions) {
            continue;
        }
        last = Some(&outcome.questions);
        for id in &outcome.questions {
            if questions.len() < QUESTIONS_MAX && !questions.contains(id) {
                questions.push(id.clone());
            }
        }
    }
    questions
}

/// The most special level of cells that has few enough cells, and those.
fn keys<'e>(exposed: impl Iterator<Item = &'e Exposure> + Clone) -> (usize, BTreeMap<String, u16>) {
    let depth = exposed
        .clone()
        .map(|exposure| exposure.cells.len())
        .max()
        .unwrap_or(0);
    let mut found = (0, BTreeMap::new());
    for level in 0..depth {
        let names = exposed
            .clone()
            .filter_map(|exposure| exposure.cells.get(level));
        let mut keys: BTreeMap<String, u16> = BTreeMap::new();
        for name in names {
            if !keys.contains_key(name) {
                keys.insert(name.clone(), 0);
            }
            if keys.len() > KEYS_MAX {
                return found;
            }
        }
        keys.values_mut().zip(1..).for_each(|(key, at)| *key = at);
        found = (level, keys);
    }
    found
}

/// How the tables are fitted.
const TABLES: additive::Tuning = additive::Tuning {
    sweeps: 12,
    ridge: 3.0,
    cross: 10.0,
    damping: 0.7,
    wide: 8,
};
/// So many trees for each question.
const ROUNDS: usize = 120;
/// How they are grown.
const TREES: grower::Tuning = grower::Tuning {
    rate: 0.1,
    ridge: 3.0,
    least: 3.0,
    depth: 4,
    gain: 1.0,
};
/// Most calls that are fitted to, the last.
pub const CALLS_MAX: usize = 30_000;
/// Fewer calls are left to the back-off table.
const CALLS_MIN: usize = 100;
/// Most orders times questions that are fitted to; of more calls the last count.
const CELLS_MAX: usize = 4_000_000;
/// Most key cells.
const KEYS_MAX: usize = 64;
/// Most questions, present and past.
const QUESTIONS_MAX: usize = 512;
/// The score of a question that was not to be had.
const NEVER: f64 = -40.0;
