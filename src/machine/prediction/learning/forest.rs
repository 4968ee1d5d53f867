//! Boosted trees: small decision trees, each mending what those before it left.
//!
//! In each round every question gets a tree of its own, grown on the slopes and curvatures of the
//! joint log-loss (gradient boosting with second-order steps) over histograms of the bins.

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::NONE;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::grower::Grower;
use crate::machine::prediction::learning::grower::Target;
use crate::machine::prediction::learning::grower::Tuning;
use crate::machine::prediction::learning::tree::Tree;

/// Boosted trees, each for the question of its number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    trees: Vec<(Target, Tree)>,
}

impl Forest {
    /// Grows so many rounds of trees on columns of these shapes: how many bins, and whether neighbours
    /// are alike. `standing` comes to hold the grown scores.
    #[must_use]
    pub fn fit(
        course: &Course,
        shapes: &[(usize, bool)],
        (rounds, tuning): (usize, Tuning),
        standing: &mut Standing,
    ) -> Self {
        let mut trees = Vec::new();
        for at in 0..rounds {
            let grown = round(course, shapes, tuning, standing, at as u64);
            if grown.is_empty() {
                break;
            }
            let scores = standing.scores.chunks_exact_mut(course.questions);
            for (row, scores) in scores.enumerate() {
                let named = |column: usize| course.named.get(column)?.get(row).copied();
                add(&grown, course.bins_of(row), named, scores);
            }
            standing.refresh(course);
            trees.extend(grown);
        }
        Self { trees }
    }

    /// Adds the scores of each question for each of these orders. Trees are the outer loop: there are
    /// megabytes of them, and each is fetched once for all orders.
    pub fn score(&self, sights: &[Sight], scores: &mut [Vec<f64>]) {
        for (target, tree) in &self.trees {
            for (sight, scores) in sights.iter().zip(scores.iter_mut()) {
                let named = |column: usize| sight.named.get(column).copied();
                give(*target, tree.value(&sight.bins), named, scores);
            }
        }
    }
}

/// What trees look at of one order.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// Its bin in each column.
    pub bins: Vec<u8>,
    /// The question that each naming column names.
    pub named: Vec<u16>,
}

fn add(
    trees: &[(Target, Tree)],
    bins: &[u8],
    named: impl Fn(usize) -> Option<u16>,
    scores: &mut [f64],
) {
    for (target, tree) in trees {
        give(*target, tree.value(bins), &named, scores);
    }
}

/// Adds what a tree says to the scores it is about.
fn give(target: Target, value: f64, named: impl Fn(usize) -> Option<u16>, scores: &mut [f64]) {
    match target {
        Target::Question(question) => {
            if let Some(score) = scores.get_mut(usize::from(question)) {
                *score += value;
            }
        }
        Target::Any => scores.iter_mut().for_each(|score| *score += value),
        Target::Named(column) => {
            let named = named(usize::from(column)).map(usize::from);
            if let Some(score) = named.and_then(|named| scores.get_mut(named)) {
                *score += value;
            }
        }
    }
}

/// A tree for each question where one helps.
fn round(
    course: &Course,
    shapes: &[(usize, bool)],
    tuning: Tuning,
    standing: &Standing,
    at: u64,
) -> Vec<(Target, Tree)> {
    let mut asked = vec![Vec::new(); course.questions];
    for at in &standing.asked {
        if let Some(rows) = asked.get_mut(at % course.questions) {
            rows.push(at / course.questions);
        }
    }
    let rows: Vec<usize> = standing
        .asked
        .iter()
        .map(|at| at / course.questions)
        .collect();
    let questions = (0..)
        .zip(asked)
        .map(|(question, asked)| (Target::Question(question), asked));
    let named = (0..).zip(&course.named).map(|(column, named)| {
        let asked = standing.asked.iter().filter(|at| {
            let named = named.get(*at / course.questions).copied().unwrap_or(NONE);
            usize::from(named) == *at % course.questions
        });
        (
            Target::Named(column),
            asked.map(|at| at / course.questions).collect(),
        )
    });
    let targets = questions.chain([(Target::Any, rows)]).chain(named);
    let mut grower = Grower::new((course, shapes), tuning);
    let grown = targets.zip(0_u64..).filter_map(|((target, asked), place)| {
        let tree = grower.grow(standing, target, &asked, at * 65_536 + place);
        tree.asks().then_some((target, tree))
    });
    grown.collect()
}
