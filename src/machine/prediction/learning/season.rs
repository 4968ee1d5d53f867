//! What is asked more these hours and days than was expected.
//!
//! Per span, what was asked and what had been expected of each question fade by half in so long, and by
//! half in so many calls; their ratio corrects the expectation. Which span is believed follows how well each foretold the last
//! calls (fixed-share, Herbster and Warmuth 1998): in quiet times no span is.
//!
//! Beside the spans stand storms, of questions as such and in the cells of the first levels. They are seen
//! within minutes and forgotten by the next day; what they explain is kept out of the spans and of
//! the back-off table (`due`), so that nothing of a storm is left when it is over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;
use crate::machine::prediction::learning::storm::Place;
use crate::machine::prediction::learning::storm::Storm;
use crate::machine::prediction::outcome::Exposure;
use crate::vocabulary::time::Wall;

/// What is asked more, or less, at present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Season {
    at: Wall,
    /// Of no span, of each span, then of storms by level.
    #[serde(with = "exact")]
    trusts: Vec<f64>,
    /// By question: asked and expected of each span.
    questions: BTreeMap<String, Sums>,
    /// By level of cells.
    #[serde(default)]
    storms: [Storm; LEVELS],
}

/// A call, as the model sees it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Ids.
    pub questions: &'a [String],
    /// The orders that the caller could mean.
    pub exposed: &'a [Exposure],
    /// When.
    pub at: Wall,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sums(#[serde(with = "exact")] Vec<f64>);

impl Default for Season {
    fn default() -> Self {
        Self {
            at: Wall::default(),
            trusts: vec![1.0 / SHARES; VIEWS],
            questions: BTreeMap::new(),
            storms: <[Storm; LEVELS]>::default(),
        }
    }
}

impl Season {
    /// Probabilities by order and question as each span and storm sees them: as they are, then corrected.
    #[must_use]
    pub fn views(&self, scene: Scene<'_>, base: &[f64]) -> Vec<Vec<f64>> {
        let fades = self.fades(scene.at);
        let mut views = vec![base.to_vec()];
        let sums = scene.questions.iter().map(|question| {
            let sums = self.questions.get(question);
            sums.map_or(&[][..], |sums| &sums.0)
        });
        let sums: Vec<&[f64]> = sums.collect();
        for (span, (fade, (_, _, strength))) in fades.iter().zip(SPANS).enumerate() {
            let ratio = |sums: &&[f64]| {
                let sum = |at: usize| sums.get(at).copied().unwrap_or(0.0) * fade;
                (sum(2 * span) + strength) / (sum(2 * span + 1) + strength)
            };
            let ratios: Vec<f64> = sums.iter().map(ratio).collect();
            views.push(corrected(base, ratios.into_iter().cycle()));
        }
        for (level, storm) in self.storms.iter().enumerate() {
            let outlook = storm.outlook(scene.at);
            let view = outlook.map(|outlook| {
                let times = scene.exposed.iter().flat_map(|order| {
                    let times = outlook.of(cell(order, level));
                    let questions = scene.questions.iter();
                    questions.map(move |question| times(question))
                });
                corrected(base, times)
            });
            views.push(view.unwrap_or_else(|| base.to_vec()));
        }
        views
    }

    /// What is expected by the views of no span: as always, or as storms say.
    #[must_use]
    pub fn due(&self, views: &[Vec<f64>], at: Wall) -> Vec<f64> {
        let all = self.trusts(at).into_iter().zip(views);
        let spanless = all.enumerate();
        let spanless = spanless.filter(|(view, _)| *view == 0 || *view > SPANS.len());
        let spanless: Vec<(f64, &Vec<f64>)> = spanless.map(|(_, one)| one).collect();
        let trust: f64 = spanless.iter().map(|(trust, _)| trust).sum();
        let mut due = vec![0.0; views.first().map_or(0, Vec::len)];
        for (part, view) in spanless {
            for (sum, p) in due.iter_mut().zip(view) {
                *sum += part / trust * p;
            }
        }
        due
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
    pub fn learn(&mut self, scene: Scene<'_>, views: &[Vec<f64>], asked: usize) {
        let at = scene.at;
        let due = self.due(views, at);
        self.believe(views, asked, at);
        self.sum(scene.questions, &due, asked, at);
        let base = views.first().map_or(&[][..], Vec::as_slice);
        let many = scene.questions.len().max(1);
        for (level, storm) in self.storms.iter_mut().enumerate() {
            let order = scene.exposed.get(asked / many);
            let (Some(order), Some(question)) = (order, scene.questions.get(asked % many)) else {
                continue;
            };
            let cell = cell(order, level);
            let place = Place { cell, question };
            storm.learn(place, |place| expected(scene, base, (level, place)), at);
        }
        self.at = self.at.max(at);
    }

    /// Weighs the views by how likely each held what was asked.
    fn believe(&mut self, views: &[Vec<f64>], asked: usize, at: Wall) {
        let seen = |view: &Vec<f64>| view.get(asked).copied().unwrap_or(0.0).max(P_MIN);
        let trusts = self.trusts(at).into_iter().zip(views);
        let trusts: Vec<f64> = trusts.map(|(trust, view)| trust * seen(view)).collect();
        let all: f64 = trusts.iter().sum();
        let shared = |trust: f64| trust / all * (1.0 - SWITCH) + SWITCH / SHARES;
        self.trusts = trusts.into_iter().map(shared).collect();
    }

    /// Adds to the sums of each span what was asked and what had been expected.
    fn sum(&mut self, questions: &[String], due: &[f64], asked: usize, at: Wall) {
        let fades = self.fades(at);
        let many = questions.len().max(1);
        let fades = fades.iter().zip(SPANS);
        let fades = fades.map(|(fade, (_, calls, _))| fade * half_after(1.0 / calls));
        let fades: Vec<f64> = fades.collect();
        for sums in self.questions.values_mut() {
            for (pair, fade) in sums.0.chunks_exact_mut(2).zip(&fades) {
                pair.iter_mut().for_each(|sum| *sum *= fade);
            }
        }
        for (place, question) in questions.iter().enumerate() {
            let expected: f64 = due.iter().skip(place).step_by(many).sum();
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
    }

    /// By which parts sums have faded since the last lesson, by span.
    fn fades(&self, at: Wall) -> Vec<f64> {
        let passed_ms = at.as_ms().saturating_sub(self.at.as_ms()).max(0);
        let hours = f64::from(u32::try_from(passed_ms / 1_000).unwrap_or(u32::MAX)) / 3_600.0;
        let fade = |(span, _, _): &(f64, f64, f64)| half_after(hours / span);
        SPANS.iter().map(fade).collect()
    }

    /// Long after the last lesson each is believed as at the beginning, as are views that an earlier
    /// version did not have.
    fn trusts(&self, at: Wall) -> Vec<f64> {
        if self.trusts.len() != VIEWS {
            return vec![1.0 / SHARES; VIEWS];
        }
        let fade = self.fades(at).get(1).copied().unwrap_or(0.0);
        let faded = self
            .trusts
            .iter()
            .map(|trust| trust * fade + (1.0 - fade) / SHARES);
        faded.collect()
    }
}

/// The cell of an order in which a storm of this level may be.
fn cell(order: &Exposure, level: usize) -> &str {
    let cell = order.cells.get(level).or(order.cells.last());
    cell.map_or("", String::as_str)
}

/// How likely a question about any order in a cell is held.
fn expected(scene: Scene<'_>, base: &[f64], (level, place): (usize, Place<'_>)) -> f64 {
    let many = scene.questions.len().max(1);
    let at = scene.questions.iter().position(|id| id == place.question);
    let orders = scene.exposed.iter().zip(base.chunks(many));
    let there = orders.filter(|(order, _)| cell(order, level) == place.cell);
    there.filter_map(|(_, base)| base.get(at?)).sum()
}

/// Probabilities times what is asked more, as likely together as before.
fn corrected(base: &[f64], times: impl Iterator<Item = f64>) -> Vec<f64> {
    let view: Vec<f64> = base.iter().zip(times).map(|(p, times)| p * times).collect();
    let (before, after): (f64, f64) = (base.iter().sum(), view.iter().sum());
    let scale = before / after.max(f64::MIN_POSITIVE);
    view.into_iter().map(|p| p * scale).collect()
}

/// What is left after so many half-lives.
fn half_after(halves: f64) -> f64 {
    arithmetic::exp(-std::f64::consts::LN_2 * halves)
}

/// Half-lives, in hours and in calls: what comes first counts, both if both come. And so many calls with
/// a question the expectation counts for.
const SPANS: [(f64, f64, f64); 4] = [
    (1.0, 60.0, 1.0),
    (6.0, 200.0, 2.0),
    (36.0, 1_000.0, 2.0),
    (200.0, 6_000.0, 2.0),
];
/// Storms are looked for among all calls, and in the cells of the first two levels.
const LEVELS: usize = 3;
/// As it is, by each span, by storms of each level.
const VIEWS: usize = 1 + SPANS.len() + LEVELS;
/// So many views.
const SHARES: f64 = 8.0;
/// With each call the spans become so much more alike: what was right can change.
const SWITCH: f64 = 0.002;
/// No view is refuted by one call.
const P_MIN: f64 = 1e-9;
