//! What is asked more these hours and days than was expected.
//!
//! Several views of one forecast: as it is; as storms see it; and tilted, by offsets that are learned over
//! hours, days or weeks, of all calls, of kinds of orders, or of times of day. Which view is believed follows how well each foretold
//! the last calls (fixed-share, Herbster and Warmuth 1998): in quiet times it is the first.
//!
//! Storms, of questions as such and in the cells of the first levels, are seen within minutes and forgotten by the
//! next day; what they explain is kept out of the tilts and of the back-off table (`due`), so that
//! nothing of a storm is left when it is over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::exact;
use crate::machine::prediction::learning::storm::Place;
use crate::machine::prediction::learning::storm::Storm;
use crate::machine::prediction::learning::tilt::Grain;
use crate::machine::prediction::learning::tilt::Habit;
use crate::machine::prediction::learning::tilt::Sight;
use crate::machine::prediction::learning::tilt::Tilt;
use crate::machine::prediction::outcome::Exposure;
use crate::vocabulary::time::Wall;

/// What is asked more, or less, at present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Season {
    at: Wall,
    /// As it is, of storms by level, of each tilt.
    #[serde(with = "exact")]
    trusts: Vec<f64>,
    /// By level of cells.
    #[serde(default)]
    storms: [Storm; LEVELS],
    /// So many calls were learned.
    #[serde(default)]
    calls: u64,
    /// Ids of the questions that were ever asked about, by the column that tilts keep them in.
    #[serde(default)]
    known: Vec<String>,
    #[serde(default)]
    tilts: [Tilt; TILTED],
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

impl Default for Season {
    fn default() -> Self {
        Self {
            at: Wall::default(),
            trusts: vec![1.0 / SHARES; VIEWS],
            storms: <[Storm; LEVELS]>::default(),
            calls: 0,
            known: Vec::new(),
            tilts: <[Tilt; TILTED]>::default(),
        }
    }
}

impl Season {
    /// Probabilities by order and question as they are, as each storm sees them, and as each tilt does.
    #[must_use]
    pub fn views(&self, scene: Scene<'_>, base: &[f64]) -> Vec<Vec<f64>> {
        let mut views = vec![base.to_vec()];
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
        let due = self.due(&views, scene.at);
        let columns = self.columns(scene.questions);
        let sight = self.sight(scene, &columns);
        for (tilt, (habit, on)) in self.tilts.iter().zip(TILTS) {
            let under = on.and_then(|on| views.get(FIRST_TILT + on)).unwrap_or(&due);
            let times = tilt.times(sight, habit);
            let view = times.map(|times| corrected(under, times.into_iter()));
            views.push(view.unwrap_or_else(|| under.clone()));
        }
        views
    }

    /// What is expected as always, or as storms say.
    #[must_use]
    pub fn due(&self, views: &[Vec<f64>], at: Wall) -> Vec<f64> {
        let trusts = self.trusts(at).into_iter().take(FIRST_TILT);
        let stormy: Vec<(f64, &Vec<f64>)> = trusts.zip(views).collect();
        let trust: f64 = stormy.iter().map(|(trust, _)| trust).sum();
        let mut due = vec![0.0; views.first().map_or(0, Vec::len)];
        for (part, view) in stormy {
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
        self.believe(views, asked, at);
        self.tilt(scene, views, asked);
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

    /// Each tilt learns what its own view did not foretell.
    fn tilt(&mut self, scene: Scene<'_>, views: &[Vec<f64>], asked: usize) {
        self.meet(scene.questions);
        let columns = self.columns(scene.questions);
        self.calls = self.calls.saturating_add(1);
        let sight = self.sight(scene, &columns);
        let tilts = self.tilts.iter_mut().zip(TILTS);
        for ((tilt, (habit, _)), view) in tilts.zip(views.iter().skip(FIRST_TILT)) {
            tilt.learn(sight, habit, (view, asked));
        }
    }

    /// Gives new questions a column.
    fn meet(&mut self, questions: &[String]) {
        if self.known.starts_with(questions) {
            return;
        }
        for id in questions {
            if self.known.len() < QUESTIONS_MAX && !self.known.contains(id) {
                self.known.push(id.clone());
            }
        }
    }

    /// The column of each question that has one.
    fn columns(&self, questions: &[String]) -> Vec<Option<usize>> {
        if self.known.starts_with(questions) {
            return (0..questions.len()).map(Some).collect();
        }
        let ids = self.known.iter().map(String::as_str);
        let by_id: BTreeMap<&str, usize> = ids.zip(0..).collect();
        let column = |id: &String| by_id.get(id.as_str()).copied();
        questions.iter().map(column).collect()
    }

    const fn sight<'a>(&self, scene: Scene<'a>, columns: &'a [Option<usize>]) -> Sight<'a> {
        Sight {
            exposed: scene.exposed,
            columns,
            at: scene.at,
            calls: self.calls,
        }
    }

    /// Long after the last lesson each is believed as at the beginning, as are views that an earlier
    /// version did not have.
    fn trusts(&self, at: Wall) -> Vec<f64> {
        if self.trusts.len() != VIEWS {
            return vec![1.0 / SHARES; VIEWS];
        }
        let passed_ms = at.as_ms().saturating_sub(self.at.as_ms()).max(0);
        let hours = f64::from(u32::try_from(passed_ms / 1_000).unwrap_or(u32::MAX)) / 3_600.0;
        let fade = half_after(hours / TRUST_H);
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

/// Tilts, each with the one whose view it tilts on; none: what is due. From hours to weeks; then, of what the weeks
/// leave, what is of a kind of orders, of that what is of a time of day, and of that what is of these days.
const TILTS: [(Habit, Option<usize>); TILTED] = [
    (habit(Grain::All, (6.0, 200.0), 4.0), None),
    (habit(Grain::All, (36.0, 1_000.0), 3.0), None),
    (habit(Grain::All, (200.0, 8_000.0), 3.0), None),
    (
        habit(Grain::Kind(LEVELS - 1), (200.0, 8_000.0), 3.0),
        Some(2),
    ),
    (habit(Grain::DayPart, (400.0, 12_000.0), 4.0), Some(3)),
    (habit(Grain::All, (36.0, 1_000.0), 3.0), Some(4)),
];

const fn habit(grain: Grain, (hours, calls): (f64, f64), prior: f64) -> Habit {
    Habit {
        grain,
        hours,
        calls,
        prior,
    }
}

/// So many tilts.
const TILTED: usize = 6;
/// Storms are looked for among all calls, and in the cells of the first two levels.
const LEVELS: usize = 3;
/// The place of the first tilt among the views.
const FIRST_TILT: usize = 1 + LEVELS;
/// As it is, by storms of each level, by each tilt.
const VIEWS: usize = FIRST_TILT + TILTED;
/// So many views.
const SHARES: f64 = 10.0;
/// Half of what is believed of views fades in so many hours without a call.
const TRUST_H: f64 = 200.0;
/// With each call the views become so much more alike: what was right can change.
const SWITCH: f64 = 0.000_5;
/// No view is refuted by one call.
const P_MIN: f64 = 1e-9;
/// Of further questions no tilt is learned.
const QUESTIONS_MAX: usize = 1_024;
