//! What callers want changes: slowly, from one day to the next, for one kind of order, by the time of day. A
//! centre that learns as it goes follows; how the calls come about is known to the test, so that what
//! nobody can know is known too.

use jiff::tz::TimeZone;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::time::Wall;

const QUESTIONS: usize = 8;
const KINDS: usize = 4;
/// Calls before anything changes, and after that.
const QUIET: u32 = 1_500;
const CHANGED: u32 = 3_000;
/// From call to call: 300 a day.
const STEP_MS: i64 = 288_000;
const DAY_MS: f64 = 86_400_000.0;

/// How what callers want changes.
#[derive(Clone, Copy, Debug)]
enum Drift {
    /// A little with every call.
    Slow,
    /// At once, and for good.
    Sudden,
    /// At once, for orders of the first two kinds.
    OfKinds,
    /// Every day again.
    Daily,
    /// Not at all.
    None,
}

/// How calls come about.
struct World {
    chance: Chance,
    bank: Bank,
    usual: [[f64; QUESTIONS]; KINDS],
    change: [[f64; QUESTIONS]; KINDS],
    drift: Drift,
}

fn bank() -> Bank {
    let questions: String = (0..QUESTIONS)
        .map(|at| format!("  - {{ id: q{at}, prior: 1, short: {{ en: q }}, answers: [] }}\n"))
        .collect();
    let text = format!(
        "bank: drift\nlanguages: [en]\nattributes:\n  order: {{ kind: {{ type: state, values: [k0, k1, k2, k3] }} }}\n\
         cells: [kind]\nquestions:\n{questions}"
    );
    reading::bank::read(&text).unwrap()
}

/// Near a normal distribution with this deviation.
fn draw(chance: &mut Chance, deviation: f64) -> [f64; QUESTIONS] {
    std::array::from_fn(|_| {
        let sum: f64 = (0..12).map(|_| chance.fraction()).sum();
        (sum - 6.0) * deviation
    })
}

impl World {
    fn of(drift: Drift, seed: u64) -> Self {
        let mut chance = Chance::from_seed(seed);
        let usual = std::array::from_fn(|_| draw(&mut chance, 1.2));
        let same = draw(&mut chance, 1.0);
        let change = match drift {
            Drift::OfKinds => std::array::from_fn(|_| draw(&mut chance, 1.0)),
            Drift::Slow | Drift::Sudden | Drift::Daily | Drift::None => [same; KINDS],
        };
        Self {
            chance,
            bank: bank(),
            usual,
            change,
            drift,
        }
    }

    /// How far the change has come for a kind of orders.
    fn share(&self, kind: usize, call: u32) -> f64 {
        let Some(since) = call.checked_sub(QUIET) else {
            return 0.0;
        };
        let days = f64::from(since) * 288_000.0 / DAY_MS;
        match self.drift {
            Drift::Slow => 1.5 * f64::from(since) / f64::from(CHANGED),
            Drift::Sudden => 1.0,
            Drift::OfKinds if kind < 2 => 1.0,
            Drift::Daily => (days * std::f64::consts::TAU).sin(),
            Drift::OfKinds | Drift::None => 0.0,
        }
    }

    /// The next call, and what who knows all says of it, in nats.
    fn call(&mut self, call: u32) -> (Outcome, f64) {
        let kind = usize::try_from(self.chance.below(4)).unwrap();
        let share = self.share(kind, call);
        let score = |at: usize| (self.usual[kind][at] + share * self.change[kind][at]).exp();
        let scores: [f64; QUESTIONS] = std::array::from_fn(score);
        let all: f64 = scores.iter().sum();
        let mut drawn = self.chance.fraction() * all;
        let asked = scores.iter().position(|score| {
            drawn -= score;
            drawn < 0.0
        });
        let asked = asked.unwrap_or(QUESTIONS - 1);
        let kind = Value::Text(format!("k{kind}"));
        let order = Order {
            id: "0".to_owned(),
            attributes: [("kind".to_owned(), kind)].into(),
        };
        let customer = Customer {
            orders: vec![order],
            ..Customer::default()
        };
        let meant = Asked::Question {
            order: Some("0".to_owned()),
            question: format!("q{asked}"),
        };
        let at = Wall::from_ms(i64::from(call) * STEP_MS);
        let outcome = Outcome::of(&self.bank, &customer, at, &TimeZone::UTC, &meant);
        (outcome, -(scores[asked] / all).ln())
    }
}

fn loss(model: &Model, outcome: &Outcome) -> f64 {
    let joint = model.joint(&outcome.questions, &outcome.exposed, outcome.at);
    let meant = outcome.meant.as_ref().unwrap();
    let ids = &outcome.questions;
    let at = ids.iter().position(|id| *id == meant.question).unwrap();
    -joint[at].ln()
}

/// Mean loss beyond that of who knows all, in nats: of a model that learns on, and of one that does not.
fn regret(drift: Drift, seed: u64) -> [f64; 2] {
    let mut world = World::of(drift, seed);
    let mut model = Model::default();
    for call in 0..QUIET {
        let (outcome, _) = world.call(call);
        model.learn(&outcome);
    }
    let still = model.settled();
    let mut sums = [0.0; 2];
    for call in QUIET..QUIET + CHANGED {
        let (outcome, known) = world.call(call);
        sums[0] += loss(&model, &outcome) - known;
        sums[1] += loss(&still, &outcome) - known;
        model.learn(&outcome);
    }
    sums.map(|sum| sum / f64::from(CHANGED))
}

#[test]
fn what_changes_is_followed() {
    let drifts = [
        (Drift::Slow, 0.25),
        (Drift::Sudden, 0.2),
        (Drift::OfKinds, 0.3),
        (Drift::Daily, 0.6),
    ];
    for (drift, most) in drifts {
        for seed in 1..=2 {
            let [live, still] = regret(drift, seed);
            assert!(still > 0.06, "{drift:?}, seed {seed}: {still} is no drift");
            assert!(
                live < most * still,
                "{drift:?}, seed {seed}: {live} nats lost by learning on, {still} by not learning"
            );
        }
    }
}

#[test]
fn what_does_not_change_is_not_followed() {
    for seed in 1..=2 {
        let [live, still] = regret(Drift::None, seed);
        assert!(
            live < still + 0.003,
            "seed {seed}: {live} nats lost by learning on, {still} by not learning"
        );
    }
}
