//! How one tree is grown.

use std::ops::Range;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::column::BINS_MAX;
use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::tree::Passing;
use crate::machine::prediction::learning::tree::Test;
use crate::machine::prediction::learning::tree::Tree;

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Of each leaf's number so much counts.
    pub rate: f64,
    /// Penalty on the squares of leaves' numbers.
    pub ridge: f64,
    /// Least curvature in a leaf.
    pub least: f64,
    /// Questions asked of an order before a leaf.
    pub depth: u8,
    /// A question must gain so much.
    pub gain: f64,
    /// Each tree looks at so many of a hundred columns, drawn by lot.
    pub columns_percent: u64,
}

/// Whose score a tree moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// That question's.
    Question(u16),
    /// Every question's about the order: it says which order is meant.
    Any,
    /// That of the question which a column names, such as the one asked last time: the column is the
    /// one at this place among those that name questions.
    Named(u16),
}

/// Grows a tree on the slopes and curvatures of one question's scores.
#[derive(Debug)]
pub struct Grower<'a> {
    course: &'a Course,
    shapes: &'a [(usize, bool)],
    tuning: Tuning,
    rows: Vec<Pull>,
    histogram: Vec<Sum>,
    looked: Vec<bool>,
}

/// Where a row wants its score to go.
#[derive(Clone, Copy, Debug)]
struct Pull {
    row: usize,
    sum: Sum,
}

/// Sums of slopes and curvatures, always in the order of rows.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    slope: f64,
    curve: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.slope += other.slope;
        self.curve += other.curve;
    }

    const fn less(self, other: Self) -> Self {
        Self {
            slope: self.slope - other.slope,
            curve: self.curve - other.curve,
        }
    }

    fn worth(self, tuning: Tuning) -> f64 {
        self.slope * self.slope / (self.curve + tuning.ridge)
    }
}

/// Rows that have come to the same leaf.
struct Open {
    leaf: u16,
    rows: Range<usize>,
    depth: u8,
}

impl<'a> Grower<'a> {
    /// Grows on this course, whose columns have these shapes.
    #[must_use]
    pub fn new((course, shapes): (&'a Course, &'a [(usize, bool)]), tuning: Tuning) -> Self {
        Self {
            course,
            shapes,
            tuning,
            rows: Vec::new(),
            looked: Vec::new(),
            histogram: vec![Sum::default(); shapes.len() * BINS_MAX],
        }
    }

    /// Grows a tree for a question that was asked on these rows, in ascending order; for none of them:
    /// a tree for whichever question, which says what order is meant.
    #[must_use]
    pub fn grow(
        &mut self,
        standing: &Standing,
        target: Target,
        asked: &[usize],
        seed: u64,
    ) -> Tree {
        let percent = |at: u64| mixed(seed ^ (at.wrapping_mul(0x9e37_79b9_7f4a_7c15))) % 100;
        let columns = 0..u64::try_from(self.shapes.len()).unwrap_or(0);
        self.looked = columns
            .map(|column| percent(column) < self.tuning.columns_percent)
            .collect();
        let questions = self.course.questions;
        let rows = standing.ps.chunks_exact(questions);
        self.rows = match target {
            Target::Question(question) => {
                let ps = standing
                    .ps
                    .iter()
                    .skip(usize::from(question))
                    .step_by(questions);
                pulls(ps.copied(), asked)
            }
            Target::Any => pulls(rows.map(|ps| ps.iter().sum()), asked),
            Target::Named(column) => {
                let named = self.course.named.get(usize::from(column));
                let named = rows.zip(named.into_iter().flatten());
                let p = |(ps, named): (&[f64], &u16)| ps.get(usize::from(*named)).copied();
                pulls(named.map(|pair| p(pair).unwrap_or(0.0)), asked)
            }
        };
        let mut tree = Tree::leaf();
        let mut open = vec![Open {
            leaf: 0,
            rows: 0..self.rows.len(),
            depth: 0,
        }];
        while let Some(Open { leaf, rows, depth }) = open.pop() {
            let mut all = Sum::default();
            let pulls = self.rows.get(rows.clone()).unwrap_or_default();
            pulls.iter().for_each(|pull| all.add(pull.sum));
            let deeper = depth < self.tuning.depth;
            let best = deeper.then(|| self.best(rows.clone(), all)).flatten();
            let Some(test) = best else {
                let value = all.slope / (all.curve + self.tuning.ridge);
                tree.set(leaf, (self.tuning.rate * value).clamp(-1.0, 1.0));
                continue;
            };
            let middle = self.part(rows.clone(), test);
            let [no, yes] = tree.ask(leaf, test);
            let sides = [(no, rows.start..middle), (yes, middle..rows.end)];
            open.extend(sides.map(|(leaf, rows)| Open {
                leaf,
                rows,
                depth: depth + 1,
            }));
        }
        tree
    }

    /// Puts those that do not pass before those that do, each in their order; says where these begin.
    fn part(&mut self, range: Range<usize>, test: Test) -> usize {
        let course = self.course;
        let start = range.start;
        let Some(rows) = self.rows.get_mut(range) else {
            return start;
        };
        let (yes, no): (Vec<Pull>, Vec<Pull>) = rows
            .iter()
            .partition(|pull| test.passes(course.bins_of(pull.row)));
        let middle = start + no.len();
        for (place, pull) in rows.iter_mut().zip(no.into_iter().chain(yes)) {
            *place = pull;
        }
        middle
    }

    /// The question that gains most, if one gains enough.
    fn best(&mut self, rows: Range<usize>, all: Sum) -> Option<Test> {
        let tuning = self.tuning;
        if all.curve < 2.0 * tuning.least {
            return None;
        }
        self.histogram.fill(Sum::default());
        for pull in self.rows.get(rows).unwrap_or_default() {
            let columns = self.histogram.chunks_exact_mut(BINS_MAX);
            for (bins, bin) in columns.zip(self.course.bins_of(pull.row)) {
                if let Some(sum) = bins.get_mut(usize::from(*bin)) {
                    sum.add(pull.sum);
                }
            }
        }
        let before = all.worth(tuning);
        let (mut most, mut best) = (tuning.gain, None);
        let columns = self.histogram.chunks_exact(BINS_MAX).zip(self.shapes);
        for (column, (sums, (bins, ordered))) in (0..).zip(columns) {
            if !self
                .looked
                .get(usize::from(column))
                .copied()
                .unwrap_or(true)
            {
                continue;
            }
            let mut below = Sum::default();
            for (bin, sum) in (0..).zip(sums.iter().take(*bins)) {
                below.add(*sum);
                let one = if *ordered { below } else { *sum };
                let other = all.less(one);
                if one.curve < tuning.least || other.curve < tuning.least {
                    continue;
                }
                let gain = one.worth(tuning) + other.worth(tuning) - before;
                if gain > most {
                    let passing = if *ordered {
                        Passing::UpTo
                    } else {
                        Passing::Alone
                    };
                    most = gain;
                    best = Some(Test {
                        column,
                        bin,
                        passing,
                    });
                }
            }
        }
        best
    }
}

/// The rows on which a question is likely, or was asked.
fn pulls(ps: impl Iterator<Item = f64>, asked: &[usize]) -> Vec<Pull> {
    let mut asked = asked.iter().peekable();
    let mut pulls = Vec::new();
    for (row, p) in ps.enumerate() {
        let is_asked = asked.next_if_eq(&&row).is_some();
        if is_asked || (p > P_MIN && p < P_MAX) {
            let sum = Sum {
                slope: f64::from(u8::from(is_asked)) - p,
                curve: p * (1.0 - p),
            };
            pulls.push(Pull { row, sum });
        }
    }
    pulls
}

/// A question that is held less likely about an order is not looked at there.
const P_MIN: f64 = 0.002;
/// Nor is an order that is the only one.
const P_MAX: f64 = 1.0 - 1e-9;

/// A number that looks drawn by lot (`SplitMix64`'s last step).
const fn mixed(seed: u64) -> u64 {
    let one = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let two = (one ^ (one >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    two ^ (two >> 31)
}
