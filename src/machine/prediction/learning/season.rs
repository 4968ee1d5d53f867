//! What is asked more these hours and days than was expected.
//!
//! Per span, what was asked and what had been expected of each question fade by half in so long, and by
//! half in so many calls; their ratio corrects the expectation. Which span is believed follows how well each foretold the last
//! calls (fixed-share, Herbster and Warmuth 1998): a storm is believed within minutes and forgotten
//! by the next day, and in quiet times no span is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;
use crate::vocabulary::time::Wall;

/// What is asked more, or less, at present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Season {
    at: Wall,
    /// Of no span, then of each span.
    #[serde(with = "exact")]
    trusts: Vec<f64>,
    /// By question: asked and expected of each span.
    questions: BTreeMap<String, Sums>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sums(#[serde(with = "exact")] Vec<f64>);

impl Default for Season {
    fn default() -> Self {
        Self {
            at: Wall::default(),
            trusts: vec![1.0 / SHARES; SPANS.len() + 1],
            questions: BTreeMap::new(),
        }
    }
}

impl Season {
    /// Probabilities by order and question as each span sees them: as they are, then corrected.
    #[must_use]
    pub fn views(&self, questions: &[String], base: &[f64], at: Wall) -> Vec<Vec<f64>> {
        let fades = self.fades(at);
        let mut views = vec![base.to_vec()];
        for (span, fade) in fades.iter().enumerate() {
            let ratio = |question: &String| {
                let sums = self.questions.get(question).map_or(&[][..], |sums| &sums.0);
                let sum = |at: usize| sums.get(at).copied().unwrap_or(0.0) * fade;
                (sum(2 * span) + STRENGTH) / (sum(2 * span + 1) + STRENGTH)
            };
            let ratios: Vec<f64> = questions.iter().map(ratio).collect();
            let pairs = base.iter().zip(ratios.iter().cycle());
            let view: Vec<f64> = pairs.map(|(p, ratio)| p * ratio).collect();
            let (before, after): (f64, f64) = (base.iter().sum(), view.iter().sum());
            let scale = before / after.max(f64::MIN_POSITIVE);
            views.push(view.into_iter().map(|p| p * scale).collect());
        }
        views
    }

    /// The views, each as far as it is believed.
    #[must_use]
    pub fn mixed(&self, views: &[Vec<f64>], at: Wall) -> Vec<f64> {
        let mut mixed = vec![0.0; views.first().map_or(0, Vec::len)];
        for (view, trust) in views.iter().zip(self.trusts(at)) {
            for (sum, p) in mixed.iter_mut().zip(view) {
                *sum += trust * p;
            }
        }
        mixed
    }

    /// Learns that what stands at `asked` in these views was asked.
    pub fn learn(&mut self, questions: &[String], views: &[Vec<f64>], asked: usize, at: Wall) {
        let seen = |view: &Vec<f64>| view.get(asked).copied().unwrap_or(0.0).max(P_MIN);
        let trusts = self.trusts(at).into_iter().zip(views);
        let trusts: Vec<f64> = trusts.map(|(trust, view)| trust * seen(view)).collect();
        let all: f64 = trusts.iter().sum();
        let shared = |trust: f64| trust / all * (1.0 - SWITCH) + SWITCH / SHARES;
        self.trusts = trusts.into_iter().map(shared).collect();

        let fades = self.fades(at);
        let base = views.first().map_or(&[][..], Vec::as_slice);
        let many = questions.len().max(1);
        let fades = fades.iter().zip(SPANS);
        let fades = fades.map(|(fade, (_, calls))| fade * half_after(1.0 / calls));
        let fades: Vec<f64> = fades.collect();
        for sums in self.questions.values_mut() {
            for (pair, fade) in sums.0.chunks_exact_mut(2).zip(&fades) {
                pair.iter_mut().for_each(|sum| *sum *= fade);
            }
        }
        for (place, question) in questions.iter().enumerate() {
            let expected: f64 = base.iter().skip(place).step_by(many).sum();
            let seen = if asked % many == place { 1.0 } else { 0.0 };
            let sums = self.questions.entry(question.clone());
            let sums = sums.or_insert_with(|| Sums(vec![0.0; 2 * SPANS.len()]));
            for pair in sums.0.chunks_exact_mut(2) {
                if let [all_seen, due] = pair {
                    *all_seen += seen;
                    *due += expected;
                }
            }
        }
        self.at = self.at.max(at);
    }

    /// By which parts sums have faded since the last lesson, by span.
    fn fades(&self, at: Wall) -> Vec<f64> {
        let passed_ms = at.as_ms().saturating_sub(self.at.as_ms()).max(0);
        let hours = f64::from(u32::try_from(passed_ms / 1_000).unwrap_or(u32::MAX)) / 3_600.0;
        let fade = |(span, _): &(f64, f64)| half_after(hours / span);
        SPANS.iter().map(fade).collect()
    }

    /// Long after the last lesson each is believed as at the beginning.
    fn trusts(&self, at: Wall) -> Vec<f64> {
        let fade = self.fades(at).get(1).copied().unwrap_or(0.0);
        let faded = self
            .trusts
            .iter()
            .map(|trust| trust * fade + (1.0 - fade) / SHARES);
        faded.collect()
    }
}

/// What is left after so many half-lives.
fn half_after(halves: f64) -> f64 {
    arithmetic::exp(-std::f64::consts::LN_2 * halves)
}

/// Half-lives, in hours and in calls: what comes first counts, both if both come.
const SPANS: [(f64, f64); 4] = [(1.0, 40.0), (6.0, 200.0), (36.0, 1_000.0), (200.0, 6_000.0)];
/// One for each span and one for none.
const SHARES: f64 = 5.0;
/// The expectation counts like so many calls with a question.
const STRENGTH: f64 = 2.0;
/// With each call the spans become so much more alike: what was right can change.
const SWITCH: f64 = 0.002;
/// No view is refuted by one call.
const P_MIN: f64 = 1e-9;
