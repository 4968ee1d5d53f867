//! What a prediction costs: a customer with 5 orders, a bank of 50 questions, a fitted model. Prints
//! the 50th and 99th percentile and the longest, in µs, and what the model weighs.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use jiff::tz::TimeZone;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::learning::fitted::Fitted;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::time::Wall;

const QUESTIONS: u64 = 50;
const ORDERS: u64 = 5;
const CALLS: u64 = 3_000;
const ROUNDS: usize = 20_000;

fn bank() -> Bank {
    let numbers: String = (0..10)
        .map(|at| format!("n{at}: {{ type: number }}, "))
        .collect();
    let words: String = (0..6)
        .map(|at| format!("w{at}: {{ type: text }}, "))
        .collect();
    let questions: String = (0..QUESTIONS)
        .map(|at| {
            format!(
                "  - {{ id: q{at}, short: {{ en: q }}, answers: [], prior: [{{ when: {{ state: s{} }}, weight: 1 }}, {{ weight: 0.01 }}] }}\n",
                at % 8
            )
        })
        .collect();
    let text = format!(
        "bank: bench\nlanguages: [en]\nattributes:\n  order:\n    {{ {numbers}{words}state: {{ type: state, values: [s0, s1, s2, s3, s4, s5, s6, s7] }} }}\n\
         cells:\n  - w0\n  - state\n  - [{{ n0: [10, 20, 30] }}]\nquestions:\n{questions}"
    );
    reading::bank::read(&text).expect("the bank of the bench is right")
}

fn customer(chance: &mut Chance, orders: u64) -> Customer {
    let order = |(chance, at): (&mut Chance, u64)| {
        let mut attributes = std::collections::BTreeMap::new();
        for n in 0..10 {
            attributes.insert(format!("n{n}"), Value::Number(chance.fraction() * 48.0));
        }
        for w in 0..6 {
            attributes.insert(
                format!("w{w}"),
                Value::Text(format!("v{}", chance.below(6))),
            );
        }
        attributes.insert(
            "state".to_owned(),
            Value::Text(format!("s{}", chance.below(8))),
        );
        Order {
            id: at.to_string(),
            attributes,
        }
    };
    Customer {
        orders: (0..orders).map(|at| order((chance, at))).collect(),
        ..Customer::default()
    }
}

/// What is asked: by the order's state, and by a number.
fn asked(customer: &Customer, chance: &mut Chance) -> Asked {
    let order =
        &customer.orders[usize::try_from(chance.below(2)).unwrap_or(0) % customer.orders.len()];
    let state = match &order.attributes["state"] {
        Value::Text(state) => state[1..].parse::<u64>().unwrap_or(0),
        Value::Number(_) | Value::Bool(_) => 0,
    };
    let late = matches!(order.attributes["n1"], Value::Number(n) if n > 24.0);
    let question = state + if late { 8 } else { 0 } + 16 * chance.below(3);
    Asked::Question {
        order: Some(order.id.clone()),
        question: format!("q{}", question.min(QUESTIONS - 1)),
    }
}

fn main() {
    let (bank, zone, mut chance) = (bank(), TimeZone::UTC, Chance::from_seed(1));
    let outcomes: Vec<Outcome> = (0..CALLS)
        .map(|_| {
            let many = 1 + chance.below(3);
            let customer = customer(&mut chance, many);
            let asked = asked(&customer, &mut chance);
            Outcome::of(&bank, &customer, Wall::default(), &zone, &asked)
        })
        .collect();
    let mut model = Model::default();
    let mut learning = Vec::new();
    let begun = Instant::now();
    let fitted = Fitted::fit(&outcomes).expect("enough calls");
    println!(
        "fitted to {CALLS} calls in {:.2} s",
        begun.elapsed().as_secs_f64()
    );
    let weight = |json: Result<String, serde_json::Error>| json.map_or(0, |json| json.len() / 1024);
    let checkpoint = weight(serde_json::to_string(&fitted));
    model.take("bench".to_owned(), 0, Arc::new(fitted));
    for outcome in &outcomes {
        let begun = Instant::now();
        model.learn(outcome);
        learning.push(begun.elapsed());
    }
    let state = weight(serde_json::to_string(&model));
    println!("checkpoint {checkpoint} KiB, state beside it {state} KiB");

    let customers: Vec<Customer> = (0..100).map(|_| customer(&mut chance, ORDERS)).collect();
    let mut ranking = Vec::new();
    for customer in customers.iter().cycle().take(ROUNDS) {
        let begun = Instant::now();
        let ranked = model.rank(&bank, customer, Wall::default(), &zone);
        ranking.push(begun.elapsed());
        assert!(!ranked.choices.is_empty());
    }
    println!("{:>28} {:>8} {:>8} {:>8}", "", "p50", "p99", "longest");
    line("learn, 2 orders", learning);
    line("rank, 5 orders", ranking);
}

fn line(name: &str, mut lengths: Vec<Duration>) {
    lengths.sort_unstable();
    let micros = |at: usize| {
        lengths
            .get(at)
            .map_or(0.0, |length| length.as_secs_f64() * 1e6)
    };
    let last = lengths.len().saturating_sub(1);
    println!(
        "{name:>28} {:>8.1} {:>8.1} {:>8.1}",
        micros(last / 2),
        micros(last * 99 / 100),
        micros(last)
    );
}
