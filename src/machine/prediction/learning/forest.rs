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
use crate::machine::prediction::learning::packed_tree::PackedTree;
use crate::machine::prediction::learning::tree::Tree;

/// Boosted trees, each for the question of its number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Grown")]
pub struct Forest {
    trees: Vec<(Target, Tree)>,
    /// The same in the same order, but for those that are too deep.
    #[serde(skip)]
    packed: Vec<Option<PackedTree>>,
}

/// A forest as it is kept.
#[derive(Deserialize)]
struct Grown {
    trees: Vec<(Target, Tree)>,
}

impl From<Grown> for Forest {
    fn from(Grown { trees }: Grown) -> Self {
        let mut forest = Self::default();
        forest.extend(trees);
        forest
    }
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
        let mut forest = Self::default();
        for at in 0..rounds {
            let grown = round(course, shapes, tuning, standing, at as u64);
            if grown.is_empty() {
                break;
            }
            let first = forest.trees.len();
            forest.extend(grown);
            let scores = standing.scores.chunks_exact_mut(course.questions);
            for (row, scores) in scores.enumerate() {
                let named = |column: usize| course.named.get(column)?.get(row).copied();
                for tree in forest.walk(first) {
                    tree.give(course.bins_of(row), named, scores);
                }
            }
            standing.refresh(course);
        }
        forest
    }

    fn extend(&mut self, trees: Vec<(Target, Tree)>) {
        let packed = trees.iter().map(|(_, tree)| PackedTree::of(tree));
        self.packed.extend(packed);
        self.trees.extend(trees);
    }

    /// The trees from the one at `first` on.
    fn walk(&self, first: usize) -> impl Iterator<Item = Walked<'_>> {
        let trees = self.trees.iter().zip(&self.packed).skip(first);
        trees.map(|((target, tree), packed)| Walked {
            target: *target,
            tree,
            packed: packed.as_ref(),
        })
    }

    /// Adds the scores of each question for each of these orders. Trees are the outer loop: there is half
    /// a megabyte of them, and each is fetched once for all orders.
    pub fn score(&self, sights: &[Sight], scores: &mut [Vec<f64>]) {
        for tree in self.walk(0) {
            for (sight, scores) in sights.iter().zip(scores.iter_mut()) {
                let named = |column: usize| sight.named.get(column).copied();
                tree.give(&sight.bins, named, scores);
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

/// A tree on a walk through the forest.
#[derive(Clone, Copy)]
struct Walked<'a> {
    target: Target,
    tree: &'a Tree,
    packed: Option<&'a PackedTree>,
}

impl Walked<'_> {
    /// Adds what the tree says to the scores it is about.
    fn give(self, bins: &[u8], named: impl Fn(usize) -> Option<u16>, scores: &mut [f64]) {
        let value = match self.packed {
            Some(packed) => packed.value(bins),
            None => self.tree.value(bins),
        };
        match self.target {
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
