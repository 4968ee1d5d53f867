//! What was fitted to many calls at once: a sum of tables and boosted trees.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::cell;
use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::learning::column::Column;
use crate::machine::prediction::learning::course;
use crate::machine::prediction::learning::course::Call;
use crate::machine::prediction::learning::course::Course;
use crate::machine::prediction::learning::course::Standing;
use crate::machine::prediction::learning::forest::Forest;
use crate::machine::prediction::learning::forest::Sight;
use crate::machine::prediction::learning::grower;
use crate::machine::prediction::learning::observation::Observation;
use crate::machine::prediction::learning::observation::Seen;
use crate::machine::prediction::learning::softmax::Softmax;
use crate::machine::prediction::outcome::Exposure;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::prediction::table::Table;

/// What was fitted to many calls at once. It does not change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    questions: Vec<String>,
    columns: Vec<Column>,
    /// Attributes that name questions, such as the one asked last time.
    naming: Vec<String>,
    softmax: Softmax,
    forest: Forest,
    /// So many calls it was fitted to.
    pub calls: u64,
    table_share_ppm: u64,
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
        let usable = usable.get(usable.len().saturating_sub(most)..)?;
        if usable.len() < CALLS_MIN {
            return None;
        }
        let held = usable.get(usable.len().saturating_sub(ADVISED_MAX)..)?;
        let held = Held::of(held);
        let least = held.least(&questions);
        let mut this = Self::fit_to(usable, questions, least);
        if usable.len() <= ADVISED_MAX {
            this.table_share_ppm = cell::ppm(held.table_share(&this.questions, least));
        }
        Some(this)
    }

    fn fit_to(outcomes: &[&Outcome], questions: Vec<String>, least: f64) -> Self {
        let mut this = Self::unfitted(outcomes, questions);
        let course = this.course(outcomes);
        let mut standing = Standing::new(&course);
        this.softmax.fit(&course, &mut standing, least);
        let shapes: Vec<(usize, bool)> = this.columns.iter().map(Column::shape).collect();
        this.forest = Forest::fit(&course, &shapes, (ROUNDS, TREES), &mut standing);
        this
    }

    fn unfitted(outcomes: &[&Outcome], questions: Vec<String>) -> Self {
        let exposed = outcomes.iter().flat_map(|outcome| &outcome.exposed);
        let exposed: Vec<&Exposure> = exposed.collect();
        let seen: Vec<&Observation> = exposed.iter().map(|exposure| &exposure.seen).collect();
        let columns = Column::of(&seen);
        let naming = columns.iter().filter(|column| column.names(&questions));
        Self {
            naming: naming.map(|column| column.name.clone()).collect(),
            softmax: Softmax::of(&exposed, questions.len()),
            forest: Forest::default(),
            calls: u64::try_from(outcomes.len()).unwrap_or(u64::MAX),
            table_share_ppm: cell::ppm(TABLE_SHARE),
            columns,
            questions,
        }
    }

    /// The share that a back-off table should have in the mean with it, from 0 to 1.
    #[must_use]
    pub fn table_share(&self) -> f64 {
        cell::float(self.table_share_ppm) / 1e6
    }

    fn course(&self, outcomes: &[&Outcome]) -> Course {
        let mut course = Course {
            questions: self.questions.len(),
            columns: self.columns.len(),
            named: vec![Vec::new(); self.naming.len()],
            ..Course::default()
        };
        let mut rows = 0;
        for outcome in outcomes {
            let Some(meant) = &outcome.meant else {
                continue;
            };
            let own = places(&self.questions, &outcome.questions);
            for exposure in &outcome.exposed {
                course.bins.extend(self.bins(exposure));
                course.places.extend(self.softmax.places(exposure));
                for (named, now) in course.named.iter_mut().zip(self.named(exposure)) {
                    named.push(now);
                }
                let starts = starts(&exposure.weights_ppm, outcome.questions.len());
                let start = |place: &Option<usize>| place.and_then(|at| starts.get(at).copied());
                let starts = own.iter().map(|place| start(place).unwrap_or(NEVER));
                course.starts.extend(starts);
            }
            let asked = self.questions.iter().position(|id| *id == meant.question);
            course.calls.push(Call {
                first: rows,
                rows: outcome.exposed.len(),
                row: rows + meant.order,
                question: asked.unwrap_or(0),
            });
            rows += outcome.exposed.len();
        }
        course
    }

    fn bins<'a>(&'a self, exposure: &'a Exposure) -> impl Iterator<Item = u8> + 'a {
        self.columns.iter().map(|column| column.bin(&exposure.seen))
    }

    fn named<'a>(&'a self, exposure: &'a Exposure) -> impl Iterator<Item = u16> + 'a {
        self.naming.iter().map(|name| {
            let Some(Seen::Word(word)) = exposure.seen.get(name) else {
                return course::NONE;
            };
            let place = self.questions.iter().position(|id| id == word);
            place
                .and_then(|at| u16::try_from(at).ok())
                .unwrap_or(course::NONE)
        })
    }

    /// How likely each question about each order of a call is, by order and question; they sum to 1.
    #[must_use]
    pub fn forecast(&self, questions: &[String], exposed: &[Exposure]) -> Vec<f64> {
        let own = places(questions, &self.questions);
        let sights = exposed.iter().map(|exposure| Sight {
            bins: self.bins(exposure).collect(),
            named: self.named(exposure).collect(),
        });
        let sights: Vec<Sight> = sights.collect();
        let mut sums = vec![vec![0.0; self.questions.len()]; exposed.len()];
        for (exposure, sums) in exposed.iter().zip(&mut sums) {
            let places: Vec<u16> = self.softmax.places(exposure).collect();
            self.softmax.score(&places, sums);
        }
        self.forest.score(&sights, &mut sums);
        let mut scores = Vec::with_capacity(questions.len() * exposed.len());
        for (exposure, sums) in exposed.iter().zip(&sums) {
            let fitted = own.iter().map(|place| place.and_then(|at| sums.get(at)));
            let starts = starts(&exposure.weights_ppm, questions.len());
            let both = starts.iter().zip(fitted);
            scores.extend(both.map(|(start, fitted)| start + fitted.unwrap_or(&0.0)));
        }
        let mut ps = vec![0.0; scores.len()];
        course::share(&scores, &mut ps);
        ps
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

/// Calls of which a part is held back, to see what foretells it best.
struct Held<'a> {
    known: Vec<&'a Outcome>,
    back: Vec<&'a Outcome>,
}

impl<'a> Held<'a> {
    fn of(outcomes: &[&'a Outcome]) -> Self {
        let part = |held: bool| {
            let placed = outcomes.iter().enumerate();
            let kept = placed.filter(move |(at, _)| (at % FOLDS == FOLDS - 1) == held);
            kept.map(|(_, outcome)| *outcome).collect()
        };
        Self {
            known: part(false),
            back: part(true),
        }
    }

    /// What the prior of a softmax's weights should at least be worth: as foretells best what was held back.
    fn least(&self, questions: &[String]) -> f64 {
        let loss = |least: &f64| {
            let mut fitted = Fitted::unfitted(&self.known, questions.to_vec());
            let course = fitted.course(&self.known);
            fitted
                .softmax
                .fit(&course, &mut Standing::new(&course), *least);
            let said = self
                .back
                .iter()
                .filter_map(|outcome| said(&fitted, outcome));
            said.map(|p| -arithmetic::ln(p)).sum::<f64>()
        };
        let losses = LEASTS.iter().map(|least| (*least, loss(least)));
        let best = losses.reduce(|best, next| if next.1 < best.1 { next } else { best });
        best.map_or(LEASTS[0], |(least, _)| least)
    }

    /// The share that a table should have: as foretells best what was held back (expectation
    /// maximisation, from a belief in the fit on).
    fn table_share(&self, questions: &[String], least: f64) -> f64 {
        let fitted = Fitted::fit_to(&self.known, questions.to_vec(), least);
        let mut table = Table::default();
        let meant = |one: &&'a Outcome| Some((*one, one.meant.as_ref()?));
        for (outcome, meant) in self.known.iter().filter_map(meant) {
            table.learn(&outcome.exposed, meant);
        }
        let pair = |outcome: &&Outcome| {
            let by_table = table.forecast(&outcome.questions, &outcome.exposed);
            Some((*by_table.get(place(outcome)?)?, said(&fitted, outcome)?))
        };
        let pairs: Vec<(f64, f64)> = self.back.iter().filter_map(pair).collect();
        let count = cell::float(u64::try_from(pairs.len()).unwrap_or(0));
        let mut share = 0.5;
        for _ in 0..STEPS {
            let part = |(table, fit): &(f64, f64)| {
                let (table, fit) = (share * table, (1.0 - share) * fit);
                table / (table + fit).max(f64::MIN_POSITIVE)
            };
            let sum: f64 = pairs.iter().map(part).sum();
            share = (sum + BELIEF * TABLE_SHARE) / (count + BELIEF);
        }
        share
    }
}

/// Where what was asked stands among all orders and questions.
fn place(outcome: &Outcome) -> Option<usize> {
    let meant = outcome.meant.as_ref()?;
    let mut ids = outcome.questions.iter();
    let question = ids.position(|id| *id == meant.question)?;
    Some(meant.order * outcome.questions.len() + question)
}

/// How likely what was asked was held.
fn said(fitted: &Fitted, outcome: &Outcome) -> Option<f64> {
    let forecast = fitted.forecast(&outcome.questions, &outcome.exposed);
    forecast.get(place(outcome)?).copied()
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

/// The share of the table in the mean where calls are many.
const TABLE_SHARE: f64 = 0.1;
/// That share counts like so many calls.
const BELIEF: f64 = 10.0;
/// What the prior of a softmax's weights may at least be worth, in events.
const LEASTS: [f64; 2] = [2.0, 0.005];
/// Of so many calls, the last, a part is held back to see what foretells it best; the table's share is found
/// so if there are not more.
const ADVISED_MAX: usize = 6_000;
/// One call in so many is held back.
const FOLDS: usize = 5;
/// So often the share is estimated anew.
const STEPS: usize = 60;
/// So many trees for each question.
const ROUNDS: usize = 160;
/// How they are grown.
const TREES: grower::Tuning = grower::Tuning {
    rate: 0.04,
    ridge: 3.0,
    least: 3.0,
    depth: 3,
    gain: 3.0,
    columns_percent: 50,
};
/// Most calls that are fitted to, the last.
pub const CALLS_MAX: usize = 30_000;
/// Fewer calls are left to the back-off table.
const CALLS_MIN: usize = 100;
/// Most orders times questions that are fitted to; of more calls the last count.
const CELLS_MAX: usize = 4_000_000;
/// Most questions, present and past.
const QUESTIONS_MAX: usize = 512;
/// The score of a question that was not to be had.
const NEVER: f64 = -40.0;
