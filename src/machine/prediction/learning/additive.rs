//! A sum of small tables: one per attribute, and one per attribute within each key cell.
//!
//! Each table gives each question a weight for the bin that an order falls into. Tables are fitted in
//! turn by Newton steps on the log-loss of the joint choice among all orders and questions of a call,
//! with a penalty on the squares of the weights (ridge); a step is damped because neighbours move too.

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Row;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::exact;

/// A sum of tables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Additive {
    questions: usize,
    terms: Vec<Term>,
}

/// One table: weights by group and question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Term {
    part: Part,
    #[serde(with = "exact")]
    weights: Vec<f32>,
}

/// How a table groups orders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Part {
    /// All together.
    All,
    /// By key cell.
    Key,
    /// By bin of a column.
    Bin(usize),
    /// By wide bin of a column: `wide` neighbours are one.
    Wide(usize, u8),
    /// By key cell and wide bin of a column, of which there are so many.
    Cross(usize, u8, usize),
}

/// How a sum of tables is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// So often each table is fitted.
    pub sweeps: usize,
    /// Penalty of the tables of single attributes.
    pub ridge: f64,
    /// Penalty of the tables within key cells.
    pub cross: f64,
    /// A Newton step is taken by this part.
    pub damping: f64,
    /// Wide bins within key cells, at most.
    pub wide: usize,
}

impl Part {
    fn group(self, row: Row<'_>) -> usize {
        let bin = |column: usize| row.bins.get(column).copied().unwrap_or(0);
        let wide = |column: usize, wide: u8| usize::from(bin(column).div_ceil(wide.max(1)));
        let key = usize::from(row.key);
        match self {
            Self::All => 0,
            Self::Key => key,
            Self::Bin(column) => usize::from(bin(column)),
            Self::Wide(column, by) => wide(column, by),
            Self::Cross(column, by, many) => key * many + wide(column, by),
        }
    }

    const fn ridge(self, tuning: Tuning) -> f64 {
        match self {
            Self::All | Self::Key | Self::Wide(..) | Self::Bin(_) => tuning.ridge,
            Self::Cross(..) => tuning.cross,
        }
    }
}

impl Additive {
    /// Fits to a course, whose columns have so many bins, each with whether neighbours are alike, and
    /// so many key cells. `standing` comes to hold the fitted scores.
    #[must_use]
    pub fn fit(
        course: &Course,
        columns: &[(usize, bool)],
        keys: usize,
        tuning: Tuning,
        standing: &mut Standing,
    ) -> Self {
        let mut terms = vec![
            Term::new(Part::All, 1, course.questions),
            Term::new(Part::Key, keys, course.questions),
        ];
        for (column, (bins, ordered)) in columns.iter().enumerate() {
            terms.push(Term::new(Part::Bin(column), *bins, course.questions));
            let by = |most: usize| {
                let by = if *ordered { bins.div_ceil(most) } else { 1 };
                u8::try_from(by).unwrap_or(u8::MAX)
            };
            let many = |by: u8| (bins - 1).div_ceil(usize::from(by)) + 1;
            if *ordered {
                let by = by(tuning.wide);
                terms.push(Term::new(
                    Part::Wide(column, by),
                    many(by),
                    course.questions,
                ));
            }
            let by = by(tuning.wide);
            let many = many(by);
            terms.push(Term::new(
                Part::Cross(column, by, many),
                many * keys,
                course.questions,
            ));
        }
        let mut this = Self {
            questions: course.questions,
            terms,
        };
        for _ in 0..tuning.sweeps {
            for term in &mut this.terms {
                term.step(course, tuning, standing);
                standing.refresh(course);
            }
        }
        this
    }

    /// Adds the scores of each question for one order.
    pub fn score(&self, row: Row<'_>, scores: &mut [f64]) {
        for term in &self.terms {
            let from = term.part.group(row) * self.questions;
            let weights = term.weights.get(from..from + self.questions);
            for (score, weight) in scores.iter_mut().zip(weights.unwrap_or_default()) {
                *score += f64::from(*weight);
            }
        }
    }
}

impl Term {
    fn new(part: Part, groups: usize, questions: usize) -> Self {
        Self {
            part,
            weights: vec![0.0; groups * questions],
        }
    }

    /// One damped Newton step of all weights.
    fn step(&mut self, course: &Course, tuning: Tuning, standing: &mut Standing) {
        let questions = course.questions;
        let places: Vec<usize> = course
            .rows()
            .map(|row| self.part.group(row) * questions)
            .collect();
        let mut sums = vec![(0.0, 0.0); self.weights.len()];
        for (from, ps) in places.iter().zip(standing.ps.chunks_exact(questions)) {
            let sums = sums.get_mut(*from..from + questions).unwrap_or_default();
            for ((slope, curve), p) in sums.iter_mut().zip(ps) {
                *slope -= p;
                *curve += p * (1.0 - p);
            }
        }
        for at in &standing.asked {
            let from = places.get(at / questions).copied().unwrap_or(0);
            if let Some((slope, _)) = sums.get_mut(from + at % questions) {
                *slope += 1.0;
            }
        }
        let ridge = self.part.ridge(tuning);
        let moves = self
            .weights
            .iter_mut()
            .zip(sums)
            .map(|(weight, (slope, curve))| {
                let before = f64::from(*weight);
                let step = (slope - ridge * before) / (curve + ridge);
                let after = before + tuning.damping * step.clamp(-STEP_MAX, STEP_MAX);
                #[expect(clippy::cast_possible_truncation, reason = "weights are kept short")]
                let after = after as f32;
                *weight = after;
                f64::from(after) - before
            });
        let moves: Vec<f64> = moves.collect();
        let scores = standing.scores.chunks_exact_mut(questions);
        for (from, scores) in places.iter().zip(scores) {
            let moves = moves.get(*from..from + questions).unwrap_or_default();
            for (score, by) in scores.iter_mut().zip(moves) {
                *score += by;
            }
        }
    }
}

/// No weight moves further in one step.
const STEP_MAX: f64 = 2.0;
