//! Boosted trees: small decision trees, each mending what those before it left.
//!
//! In each round every question gets a tree of its own, grown on the slopes and curvatures of the
//! joint log-loss (gradient boosting with second-order steps) over histograms of the bins.

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::grower::Grower;
use crate::machine::prediction::learning::grower::Tuning;
use crate::machine::prediction::learning::tree::Tree;

/// Boosted trees, each for the question of its number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    trees: Vec<(u16, Tree)>,
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
        for _ in 0..rounds {
            let grown = round(course, shapes, tuning, standing);
            if grown.is_empty() {
                break;
            }
            let scores = standing.scores.chunks_exact_mut(course.questions);
            for (row, scores) in course.rows().zip(scores) {
                add(&grown, row.bins, scores);
            }
            standing.refresh(course);
            trees.extend(grown);
        }
        Self { trees }
    }

    /// Adds the scores of each question for one order.
    pub fn score(&self, bins: &[u8], scores: &mut [f64]) {
        add(&self.trees, bins, scores);
    }
}

fn add(trees: &[(u16, Tree)], bins: &[u8], scores: &mut [f64]) {
    for (question, tree) in trees {
        if let Some(score) = scores.get_mut(usize::from(*question)) {
            *score += tree.value(bins);
        }
    }
}

/// A tree for each question where one helps.
fn round(
    course: &Course,
    shapes: &[(usize, bool)],
    tuning: Tuning,
    standing: &Standing,
) -> Vec<(u16, Tree)> {
    let mut asked = vec![Vec::new(); course.questions];
    for at in &standing.asked {
        if let Some(rows) = asked.get_mut(at % course.questions) {
            rows.push(at / course.questions);
        }
    }
    let grow = |(question, asked): (u16, &Vec<usize>)| {
        let mut grower = Grower::new((course, shapes), tuning);
        let tree = grower.grow(standing, usize::from(question), asked);
        tree.asks().then_some((question, tree))
    };
    (0..).zip(&asked).filter_map(grow).collect()
}
