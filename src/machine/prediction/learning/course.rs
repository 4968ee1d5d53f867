//! Calls as a fit works on them: bins, keys and first scores, row by row.

use crate::machine::prediction::learning::arithmetic;

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its first row.
    pub first: usize,
    /// So many rows follow, the first among them.
    pub rows: usize,
    /// The row that was meant.
    pub row: usize,
    /// The question that was asked.
    pub question: usize,
}

/// Calls that are learned from.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// So many questions.
    pub questions: usize,
    /// So many columns.
    pub columns: usize,
    /// Bins by row and column.
    pub bins: Vec<u8>,
    /// Places of cells by row and level of the softmax.
    pub places: Vec<u16>,
    /// Scores that a fit begins with, by row and question: logarithms of the bank's weights.
    pub starts: Vec<f64>,
    /// For each column that names questions: which of them, by row; [`NONE`] if it names none.
    pub named: Vec<Vec<u16>>,
    /// The calls.
    pub calls: Vec<Call>,
}

impl Course {
    /// A row's bin in each column.
    #[must_use]
    pub fn bins_of(&self, row: usize) -> &[u8] {
        let from = row * self.columns;
        self.bins.get(from..from + self.columns).unwrap_or_default()
    }
}

/// No question.
pub const NONE: u16 = u16::MAX;

/// How far a fit has come.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Scores by row and question.
    pub scores: Vec<f64>,
    /// Probabilities by row and question; each call's sum to 1.
    pub ps: Vec<f64>,
    /// What was asked in each call: where it stands.
    pub asked: Vec<usize>,
}

impl Standing {
    /// Before anything is fitted.
    #[must_use]
    pub fn new(course: &Course) -> Self {
        let place = |call: &Call| call.row * course.questions + call.question;
        let mut standing = Self {
            scores: course.starts.clone(),
            ps: vec![0.0; course.starts.len()],
            asked: course.calls.iter().map(place).collect(),
        };
        standing.refresh(course);
        standing
    }

    /// Probabilities anew from the scores.
    pub fn refresh(&mut self, course: &Course) {
        for call in &course.calls {
            let from = call.first * course.questions;
            let to = from + call.rows * course.questions;
            if let (Some(scores), Some(ps)) = (self.scores.get(from..to), self.ps.get_mut(from..to))
            {
                share(scores, ps);
            }
        }
    }

    /// Mean log-loss, in nats.
    #[must_use]
    pub fn loss(&self) -> f64 {
        let ps = self.asked.iter().filter_map(|at| self.ps.get(*at));
        let (sum, count) = ps.fold((0.0, 0.0), |(sum, count), p| {
            (sum - arithmetic::ln(*p), count + 1.0)
        });
        sum / f64::max(count, 1.0)
    }
}

/// Scores as probabilities that sum to 1.
pub fn share(scores: &[f64], ps: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for (p, score) in ps.iter_mut().zip(scores) {
        *p = arithmetic::exp(score - most);
        sum += *p;
    }
    for p in ps {
        *p /= sum;
    }
}
