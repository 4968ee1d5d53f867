//! Whatever the bank, the orders and the past: probabilities are probabilities.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::time::Wall;

fn bank(weights: &[f64]) -> Bank {
    let questions = weights.iter().enumerate().map(|(at, weight)| {
        let when = if at % 3 == 2 {
            "when: { kind: b }, "
        } else {
            ""
        };
        format!("  - {{ id: q{at}, {when}prior: {weight}, short: {{ en: q }}, answers: [] }}\n")
    });
    let text = format!(
        "bank: laws\nlanguages: [en]\nattributes:\n  order:\n    \
         kind: {{ type: state, values: [a, b, c] }}\n    hours: {{ type: number }}\n\
         cells:\n  - kind\n  - [{{ hours: [0, 10] }}]\nquestions:\n{}\
         \x20 - {{ id: me, about: caller, prior: 0.5, short: {{ en: q }}, answers: [] }}\n",
        questions.collect::<String>()
    );
    reading::bank::read(&text).unwrap()
}

fn order() -> impl Strategy<Value = (Option<String>, Option<f64>)> {
    let kind = proptest::option::of("[abcd]");
    let hours = proptest::option::of(prop_oneof![-1e300..1e300, Just(f64::NAN), -20.0..20.0]);
    (kind, hours)
}

fn customer(orders: &[(Option<String>, Option<f64>)]) -> Customer {
    let order = |(at, (kind, hours)): (usize, &(Option<String>, Option<f64>))| Order {
        id: at.to_string(),
        attributes: [
            kind.clone()
                .map(|kind| ("kind".to_owned(), Value::Text(kind))),
            hours.map(|hours| ("hours".to_owned(), Value::Number(hours))),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    let orders = orders.iter().enumerate().map(order).collect();
    Customer {
        orders,
        ..Customer::default()
    }
}

fn asked(question: &str) -> Asked {
    Asked::Question {
        order: Some("0".to_owned()),
        question: question.to_owned(),
    }
}

fn p(model: &Model, bank: &Bank, customer: &Customer, question: &str) -> f64 {
    let ranking = model.rank(bank, customer, Wall::default(), &TimeZone::UTC);
    let mut choices = ranking.choices.iter();
    let found = choices.find(|choice| choice.question == question && choice.order.is_some());
    found.map_or(0.0, |choice| choice.p)
}

#[test]
fn what_a_question_weighed_goes_to_something_else_when_it_is_taken_away() {
    let (before, customer) = (bank(&[1.0, 1.0]), customer(&[(Some("a".to_owned()), None)]));
    let mut model = Model::default();
    for at in 0..200 {
        let question = if at % 4 == 0 { "q1" } else { "q0" };
        let outcome = Outcome::of(
            &before,
            &customer,
            Wall::default(),
            &TimeZone::UTC,
            &asked(question),
        );
        model.learn(&outcome);
    }
    let rare = p(&model, &before, &customer, "q1");
    assert!(rare < 0.35, "{rare}");
    let mut after = before;
    after.questions.retain(|question| question.id != "q0");
    let kept = p(&model, &after, &customer, "q1");
    assert!((kept - rare).abs() < 0.1, "{rare} became {kept}");
    // Calls that do not know of it let it fade.
    for _ in 0..2_000 {
        let outcome = Outcome::of(
            &after,
            &customer,
            Wall::default(),
            &TimeZone::UTC,
            &asked("q1"),
        );
        model.learn(&outcome);
    }
    assert!(p(&model, &after, &customer, "q1") > 0.8);
}

#[test]
fn a_bank_whose_questions_are_all_new_is_asked_all_the_same() {
    let (before, customer) = (bank(&[1.0, 1.0]), customer(&[(Some("a".to_owned()), None)]));
    let mut model = Model::default();
    for _ in 0..500 {
        let (wall, zone) = (Wall::default(), TimeZone::UTC);
        model.learn(&Outcome::of(&before, &customer, wall, &zone, &asked("q0")));
    }
    let mut after = before;
    for question in &mut after.questions {
        question.id = format!("new-{}", question.id);
    }
    assert!(p(&model, &after, &customer, "new-q0") > 0.1);
}

proptest! {
    #[test]
    fn a_ranking_sums_to_one_and_is_sorted(
        weights in proptest::collection::vec(prop_oneof![Just(0.0), 0.0..5.0, Just(1e9)], 1..8),
        calls in proptest::collection::vec(
            (proptest::collection::vec(order(), 0..10), 0_usize..12, 0_usize..12),
            1..30,
        ),
    ) {
        let bank = bank(&weights);
        let mut model = Model::default();
        for (orders, order, question) in &calls {
            let customer = customer(orders);
            let ranking = model.rank(&bank, &customer, Wall::default(), &TimeZone::UTC);
            let sum: f64 = ranking.choices.iter().map(|choice| choice.p).sum();
            prop_assert!((sum + ranking.other - 1.0).abs() < 1e-9, "{ranking:?}");
            prop_assert!(ranking.choices.iter().all(|choice| choice.p > 0.0));
            prop_assert!(ranking.choices.is_sorted_by(|one, next| one.p >= next.p));
            let asked = Asked::Question {
                order: (*order < 10).then(|| order.to_string()),
                question: format!("q{question}"),
            };
            let outcome = Outcome::of(&bank, &customer, Wall::default(), &TimeZone::UTC, &asked);
            model.learn(&outcome);
        }
    }
}
