//! Sums over many calls, and what they say.

use std::collections::BTreeMap;

use crate::machine::prediction::cell;
use crate::machine::prediction::evaluation::fixed_menu::FixedMenu;
use crate::machine::prediction::evaluation::listening::Listening;
use crate::machine::prediction::evaluation::reliability::Came;
use crate::machine::prediction::evaluation::reliability::Reliability;
use crate::machine::prediction::learning::arithmetic;
use crate::machine::prediction::outcome::Outcome;

/// Sums over calls.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Calls.
    pub calls: u64,
    /// Calls with a question that the bank has, about an order that was considered.
    pub covered: u64,
    hits: [u64; 3],
    loss: f64,
    question_loss: f64,
    marginal: f64,
    ranks: u64,
    listened_s: f64,
    fixed_s: f64,
    read: u64,
    served: u64,
    /// Of what was held likeliest.
    pub first: Reliability,
    /// Of all that was held possible.
    pub all: Reliability,
    /// By question: how often it was asked, and among the first three.
    pub questions: BTreeMap<String, (u64, u64)>,
}

/// Places that count as hits.
pub const HITS: [usize; 3] = [1, 3, 5];

/// What is known without a model: how often each question was asked, and what a fixed menu takes.
#[derive(Clone, Debug, Default)]
pub struct Common {
    /// The fixed menu.
    pub menu: FixedMenu,
    asked: BTreeMap<String, u64>,
    all: u64,
    fixed_s: f64,
}

impl Common {
    /// Counts a call.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.menu.learn(outcome);
        self.all += 1;
        let asked = outcome.meant.as_ref().map(|meant| meant.question.clone());
        *self.asked.entry(asked.unwrap_or_default()).or_default() += 1;
    }

    /// What the fixed menu takes on average over these calls; counted after they are learned.
    pub fn close(&mut self, outcomes: &[Outcome]) {
        let seconds: Vec<f64> = outcomes
            .iter()
            .filter_map(|one| self.menu.seconds(one))
            .collect();
        let count = f64::from(u32::try_from(seconds.len().max(1)).unwrap_or(u32::MAX));
        self.fixed_s = seconds.iter().sum::<f64>() / count;
    }

    /// How likely the question is by its share alone, the orders being alike.
    fn marginal(&self, outcome: &Outcome) -> f64 {
        let asked = outcome
            .meant
            .as_ref()
            .map_or("", |meant| meant.question.as_str());
        let count = self.asked.get(asked).copied().unwrap_or(0);
        let questions = cell::float(u64::try_from(outcome.questions.len() + 1).unwrap_or(1));
        let share = (cell::float(count) + 1.0 / questions) / (cell::float(self.all) + 1.0);
        let orders = if outcome.meant.is_some() {
            outcome.exposed.len().max(1)
        } else {
            1
        };
        share / cell::float(u64::try_from(orders).unwrap_or(1))
    }
}

impl Score {
    /// Counts a call for which the model said `joint` (by order and question).
    pub fn count(&mut self, outcome: &Outcome, joint: &[f64], common: &Common) {
        self.calls += 1;
        self.marginal -= arithmetic::ln(common.marginal(outcome));
        let ranked = ranked(joint);
        let other = (1.0 - joint.iter().sum::<f64>()).max(0.0);
        let Some((asked, question)) = asked(outcome) else {
            self.loss -= arithmetic::ln(other);
            self.question_loss -= arithmetic::ln(other);
            self.calibrate(joint, &ranked, None);
            return;
        };
        self.covered += 1;
        let many = outcome.questions.len();
        let p = joint.get(asked).copied().unwrap_or(0.0);
        let of_question: f64 = joint.iter().skip(question).step_by(many).sum();
        self.loss -= arithmetic::ln(p);
        self.question_loss -= arithmetic::ln(of_question);
        let rank = ranked
            .iter()
            .position(|(at, _)| *at == asked)
            .unwrap_or(ranked.len());
        self.ranks += u64::try_from(rank + 1).unwrap_or(u64::MAX);
        for (hits, most) in self.hits.iter_mut().zip(HITS) {
            *hits += u64::from(rank < most);
        }
        self.calibrate(joint, &ranked, Some(asked));
        self.listen(outcome, (&ranked, rank), other, common);
        let id = outcome.questions.get(question).cloned().unwrap_or_default();
        let (count, found) = self.questions.entry(id).or_default();
        *count += 1;
        *found += u64::from(rank < 3);
    }

    /// Counts what another score counted.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.covered += other.covered;
        for (sum, hits) in self.hits.iter_mut().zip(other.hits) {
            *sum += hits;
        }
        self.loss += other.loss;
        self.question_loss += other.question_loss;
        self.marginal += other.marginal;
        self.ranks += other.ranks;
        self.listened_s += other.listened_s;
        self.fixed_s += other.fixed_s;
        self.read += other.read;
        self.served += other.served;
        self.first.add(&other.first);
        self.all.add(&other.all);
        for (id, (count, found)) in &other.questions {
            let sums = self.questions.entry(id.clone()).or_default();
            *sums = (sums.0 + count, sums.1 + found);
        }
    }

    fn calibrate(&mut self, joint: &[f64], ranked: &[(usize, f64)], asked: Option<usize>) {
        let came = |at: usize| {
            if asked == Some(at) {
                Came::True
            } else {
                Came::Not
            }
        };
        if let Some((at, p)) = ranked.first() {
            self.first.count(*p, came(*at));
        }
        for (at, p) in joint.iter().enumerate().filter(|(_, p)| **p >= P_LEAST) {
            self.all.count(*p, came(at));
        }
    }

    fn listen(
        &mut self,
        outcome: &Outcome,
        (ranked, rank): (&[(usize, f64)], usize),
        other: f64,
        common: &Common,
    ) {
        let ps: Vec<f64> = ranked.iter().map(|(_, p)| *p).collect();
        let fixed_s = common.menu.seconds(outcome).unwrap_or(common.fixed_s);
        let Listening {
            seconds,
            read,
            served,
        } = Listening::to(rank, (&ps, other), (common.fixed_s, fixed_s));
        self.listened_s += seconds;
        self.fixed_s += fixed_s;
        self.read += u64::try_from(read).unwrap_or(u64::MAX);
        self.served += u64::from(served);
    }

    /// The means.
    #[must_use]
    pub fn means(&self) -> Means {
        let (calls, covered) = (
            cell::float(self.calls.max(1)),
            cell::float(self.covered.max(1)),
        );
        Means {
            hits: self.hits.map(|hits| cell::float(hits) / calls),
            loss: self.loss / calls,
            question_loss: self.question_loss / calls,
            marginal: self.marginal / calls,
            rank: cell::float(self.ranks) / covered,
            listened_s: self.listened_s / covered,
            fixed_s: self.fixed_s / covered,
            read: cell::float(self.read) / covered,
            served: cell::float(self.served) / covered,
            coverage: cell::float(self.covered) / calls,
            first_error: self.first.error(),
            all_error: self.all.error(),
        }
    }
}

/// Means over calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Means {
    /// Share of calls with the right order and question among the first 1, 3 and 5.
    pub hits: [f64; 3],
    /// Log-loss over order and question, in nats.
    pub loss: f64,
    /// Log-loss over the question alone, in nats.
    pub question_loss: f64,
    /// Log-loss of the questions' shares in what was learned.
    pub marginal: f64,
    /// Place of the right order and question, from 1.
    pub rank: f64,
    /// Seconds to the right option.
    pub listened_s: f64,
    /// Seconds to it by the fixed menu.
    pub fixed_s: f64,
    /// Options planned.
    pub read: f64,
    /// Share of covered calls whose option was among those planned.
    pub served: f64,
    /// Share of calls whose question the bank has.
    pub coverage: f64,
    /// Calibration error of what was held likeliest.
    pub first_error: f64,
    /// Calibration error of all that was held possible.
    pub all_error: f64,
}

impl Means {
    /// The share of what the oracle knows beyond the questions' shares.
    #[must_use]
    pub fn information(&self, oracle: f64) -> f64 {
        (self.marginal - self.loss) / (self.marginal - oracle)
    }
}

/// By probability, the likeliest first; equal ones in their order.
fn ranked(joint: &[f64]) -> Vec<(usize, f64)> {
    let mut ranked: Vec<(usize, f64)> = joint.iter().copied().enumerate().collect();
    ranked.sort_by(|(_, p), (_, q)| q.total_cmp(p));
    ranked
}

/// Where the right order and question stand, and the question's place in the bank.
fn asked(outcome: &Outcome) -> Option<(usize, usize)> {
    let meant = outcome.meant.as_ref()?;
    let question = outcome
        .questions
        .iter()
        .position(|id| *id == meant.question)?;
    Some((meant.order * outcome.questions.len() + question, question))
}

/// What is held less likely is not looked at when all are.
const P_LEAST: f64 = 0.005;
