//! A storm is read first within a hundred calls, and the next day it is not.

use jiff::tz::TimeZone;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::time::Wall;

/// Shares of the questions in a hundred: the last one is rare.
const QUIET: [u64; 12] = [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 3, 2];
const STORM: &str = "q11";
/// A call every 20 seconds.
const STEP_MS: i64 = 20_000;

fn bank() -> Bank {
    let questions: String = (0..QUIET.len())
        .map(|at| format!("  - {{ id: q{at}, prior: 1, short: {{ en: q }}, answers: [] }}\n"))
        .collect();
    let text = format!(
        "bank: storm\nlanguages: [en]\nattributes:\n  order: {{ kind: {{ type: state, values: [a, b] }} }}\n\
         cells: [kind]\nquestions:\n{questions}"
    );
    reading::bank::read(&text).unwrap()
}

fn customer() -> Customer {
    Customer {
        orders: vec![Order {
            id: "1".to_owned(),
            ..Order::default()
        }],
        ..Customer::default()
    }
}

/// A centre's day: what it expects, and what it learns.
struct Day {
    bank: Bank,
    model: Model,
    chance: Chance,
    at_ms: i64,
}

impl Day {
    /// So many calls by these shares.
    fn pass(&mut self, calls: u32, shares: &[u64]) {
        for _ in 0..calls {
            let mut drawn = self.chance.below(shares.iter().sum());
            let asked = shares.iter().position(|share| {
                let hit = drawn < *share;
                drawn = drawn.saturating_sub(*share);
                hit
            });
            let asked = Asked::Question {
                order: Some("1".to_owned()),
                question: format!("q{}", asked.unwrap()),
            };
            let wall = Wall::from_ms(self.at_ms);
            let outcome = Outcome::of(&self.bank, &customer(), wall, &TimeZone::UTC, &asked);
            self.model.learn(&outcome);
            self.at_ms += STEP_MS;
        }
    }

    /// The place of the rare question in the ranking, from 0.
    fn place(&self) -> usize {
        let wall = Wall::from_ms(self.at_ms);
        let ranking = self
            .model
            .rank(&self.bank, &customer(), wall, &TimeZone::UTC);
        let mut choices = ranking.choices.iter();
        choices.position(|choice| choice.question == STORM).unwrap()
    }
}

#[test]
fn a_storm_is_read_first_within_a_hundred_calls_and_the_next_day_it_is_not() {
    for seed in 0..20 {
        let mut day = Day {
            bank: bank(),
            model: Model::default(),
            chance: Chance::from_seed(seed),
            at_ms: 0,
        };
        day.pass(3_000, &QUIET);
        assert!(
            day.place() >= 9,
            "seed {seed}: place {} in quiet",
            day.place()
        );
        let mut stormy = QUIET;
        stormy[11] = 25;
        day.pass(100, &stormy);
        assert_eq!(day.place(), 0, "seed {seed}: after 100 calls of storm");
        day.pass(260, &stormy);
        assert_eq!(day.place(), 0, "seed {seed}: after two hours of storm");
        day.at_ms += 22 * 3_600_000;
        assert!(
            day.place() > 2,
            "seed {seed}: place {} next day",
            day.place()
        );
        day.pass(200, &QUIET);
        assert!(
            day.place() > 4,
            "seed {seed}: place {} next noon",
            day.place()
        );
    }
}
