//! A storm is read first within a hundred calls, and the next day it is not.

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

/// Shares of the questions in a thousand: of these all but the last, which storms.
const QUIET: [u64; 11] = [140, 130, 120, 110, 100, 90, 80, 70, 60, 50, 30];
const STORM: usize = QUIET.len();
const SEEDS: u64 = 5;
const KINDS: [&str; 4] = ["flight", "hotel", "package", "voucher"];

/// What storms, and where.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// The share of the rare question in a quiet time, in a thousand; ten times that in the storm.
    share: u64,
    /// So many kinds of orders.
    kinds: usize,
    /// Callers have up to so many orders.
    orders: u64,
    /// The storm is among orders of the first kind only.
    one_kind: bool,
    /// Quiet calls before.
    before: u32,
    /// From call to call.
    step_ms: i64,
}

const PLAIN: Shape = Shape {
    share: 30,
    kinds: 1,
    orders: 1,
    one_kind: false,
    before: 1_500,
    step_ms: 20_000,
};

fn bank() -> Bank {
    let questions: String = (0..=STORM)
        .map(|at| format!("  - {{ id: q{at}, prior: 1, short: {{ en: q }}, answers: [] }}\n"))
        .collect();
    let text = format!(
        "bank: storm\nlanguages: [en]\nattributes:\n  order: {{ kind: {{ type: state, values: [{}] }} }}\n\
         cells: [kind]\nquestions:\n{questions}",
        KINDS.join(", ")
    );
    reading::bank::read(&text).unwrap()
}

fn customer(kinds: &[usize]) -> Customer {
    let order = |(place, kind): (usize, &usize)| Order {
        id: place.to_string(),
        attributes: [("kind".to_owned(), Value::Text(KINDS[*kind].to_owned()))].into(),
    };
    Customer {
        orders: kinds.iter().enumerate().map(order).collect(),
        ..Customer::default()
    }
}

/// A centre's day: what it expects, and what it learns.
struct Day {
    shape: Shape,
    bank: Bank,
    model: Model,
    chance: Chance,
    at_ms: i64,
}

impl Day {
    fn of(shape: Shape, seed: u64) -> Self {
        Self {
            shape,
            bank: bank(),
            model: Model::default(),
            chance: Chance::from_seed(seed),
            at_ms: 0,
        }
    }

    /// One call, in which the rare question has this many times its share.
    fn call(&mut self, times: u64) {
        let kinds = u64::try_from(self.shape.kinds).unwrap();
        let orders = 1 + self.chance.below(self.shape.orders);
        let kinds: Vec<usize> = (0..orders)
            .map(|_| usize::try_from(self.chance.below(kinds)).unwrap())
            .collect();
        let order = usize::try_from(self.chance.below(orders)).unwrap();
        let struck = !self.shape.one_kind || kinds[order] == 0;
        let share = self.shape.share * if struck { times } else { 1 };
        let asked = if self.chance.below(1_000) < share {
            STORM
        } else {
            let mut drawn = self.chance.below(QUIET.iter().sum());
            let hit = |share: &u64| {
                let hit = drawn < *share;
                drawn = drawn.saturating_sub(*share);
                hit
            };
            QUIET.iter().position(hit).unwrap()
        };
        let asked = Asked::Question {
            order: Some(order.to_string()),
            question: format!("q{asked}"),
        };
        let wall = Wall::from_ms(self.at_ms);
        let outcome = Outcome::of(&self.bank, &customer(&kinds), wall, &TimeZone::UTC, &asked);
        self.model.learn(&outcome);
        self.at_ms += self.shape.step_ms;
    }

    /// The place of the rare question in the ranking for an order of the first kind, from 0.
    fn place(&self) -> usize {
        let wall = Wall::from_ms(self.at_ms);
        let ranking = self
            .model
            .rank(&self.bank, &customer(&[0]), wall, &TimeZone::UTC);
        let mut choices = ranking.choices.iter();
        let storm = format!("q{STORM}");
        choices.position(|choice| choice.question == storm).unwrap()
    }
}

fn storm(shape: Shape) {
    for seed in 0..SEEDS {
        let mut day = Day::of(shape, seed);
        (0..shape.before).for_each(|_| day.call(1));
        assert!(day.place() > 3, "{shape:?}, seed {seed}: first in quiet");
        // A storm of one kind of order is seen by a hundred calls about such orders.
        let calls = if shape.one_kind { 400 } else { 100 };
        let mut calls = (0..calls).map(|_| {
            day.call(10);
            day.place()
        });
        assert!(
            calls.any(|place| place == 0),
            "{shape:?}, seed {seed}: not first in time"
        );
        (0..260).for_each(|_| day.call(10));
        assert_eq!(day.place(), 0, "{shape:?}, seed {seed}: after two hours");
        day.at_ms += 22 * 3_600_000;
        assert!(day.place() > 0, "{shape:?}, seed {seed}: first next day");
        (0..100).for_each(|_| day.call(1));
        assert!(day.place() > 1, "{shape:?}, seed {seed}: next noon");
    }
}

#[test]
fn a_storm_is_read_first_within_a_hundred_calls_and_the_next_day_it_is_not() {
    for share in [25, 30, 50, 80] {
        storm(Shape { share, ..PLAIN });
    }
}

#[test]
fn a_storm_among_many_kinds_of_orders_is_read_first() {
    storm(Shape { kinds: 4, ..PLAIN });
    storm(Shape {
        kinds: 4,
        orders: 3,
        ..PLAIN
    });
}

#[test]
fn a_storm_of_one_kind_of_order_is_read_first_to_those_who_have_one() {
    storm(Shape {
        share: 50,
        kinds: 4,
        one_kind: true,
        ..PLAIN
    });
}

#[test]
fn a_storm_is_read_first_in_a_young_centre_a_slow_one_and_a_busy_one() {
    for (before, step_ms) in [(300, 20_000), (1_500, 60_000), (1_500, 2_000)] {
        storm(Shape {
            before,
            step_ms,
            ..PLAIN
        });
    }
}
