//! The model learns what the generated travel calls teach, from the bank's priors on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use ringwise::machine::prediction::bank::Bank;
use ringwise::machine::prediction::learning::fitted::Fitted;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::outcome::Asked;
use ringwise::machine::prediction::outcome::Outcome;
use ringwise::vocabulary::time::Wall;

use crate::travel_bank::travel_bank;

/// Joint log-loss of the marginal frequencies and of the generator itself (THEORY 1b).
const MARGINAL: f64 = 3.136;
const ORACLE: f64 = 1.530;

struct Call {
    customer: Customer,
    asked: Asked,
}

/// The calls of a part of the data set.
fn calls(part: &str) -> Vec<Call> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = path.join(format!("tests/data/order-questions-sim/{part}.csv"));
    let mut calls: Vec<(String, Call)> = Vec::new();
    for row in csv::Reader::from_path(path).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        if calls.last().is_none_or(|(id, _)| *id != row["call"]) {
            let customer = caller(&row);
            calls.push((
                row["call"].clone(),
                Call {
                    customer,
                    asked: Asked::SomethingElse,
                },
            ));
        }
        let call = &mut calls.last_mut().unwrap().1;
        let order = order(&row, call.customer.orders.len());
        if !row["label"].is_empty() {
            let (order, question) = (Some(order.id.clone()), row["label"].clone());
            call.asked = Asked::Question { order, question };
        }
        call.customer.orders.push(order);
    }
    calls.into_iter().map(|(_, call)| call).collect()
}

fn caller(row: &BTreeMap<String, String>) -> Customer {
    let mut attributes = BTreeMap::new();
    if !row["last_q"].is_empty() {
        attributes.insert("last_q".to_owned(), Value::Text(row["last_q"].clone()));
        let hours = row["last_q_h"].parse().unwrap();
        attributes.insert("last_q_h".to_owned(), Value::Number(hours));
    }
    Customer {
        attributes,
        ..Customer::default()
    }
}

fn order(row: &BTreeMap<String, String>, place: usize) -> Order {
    let words = ["product", "state"].map(|name| (name, Value::Text(row[name].clone())));
    let numbers = ["to_service_h", "in_state_h", "delay_min", "sla_h"]
        .map(|name| (name, Value::Number(row[name].parse().unwrap())));
    let truths = ["cancelled", "invoice", "coupon", "intl"]
        .map(|name| (name, Value::Bool(row[name] == "1")));
    let all = words.into_iter().chain(numbers).chain(truths);
    Order {
        id: place.to_string(),
        attributes: all.map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

/// Mean log-loss over (order, question), and the share of calls whose question is among the first
/// three.
fn score(model: &Model, bank: &Bank, calls: &[Call]) -> (f64, f64) {
    let (mut loss, mut hits) = (0.0, 0.0);
    for call in calls {
        let Asked::Question { order, question } = &call.asked else {
            unreachable!("every call of the set asks something")
        };
        let ranking = model.rank(bank, &call.customer, Wall::default(), &TimeZone::UTC);
        let choices = &ranking.choices;
        let place = choices
            .iter()
            .position(|choice| choice.order == *order && choice.question == *question);
        // A question that the bank rules out shares "something else" with all others it rules out.
        let p = place.map_or(ranking.other / 26.0, |place| choices[place].p);
        loss -= p.ln();
        hits += f64::from(u8::from(place.is_some_and(|place| place < 3)));
    }
    let count = f64::from(u32::try_from(calls.len()).unwrap());
    (loss / count, hits / count)
}

fn information(loss: f64) -> f64 {
    (MARGINAL - loss) / (MARGINAL - ORACLE)
}

#[test]
fn three_thousand_calls_teach_nine_tenths_of_what_can_be_known() {
    let (bank, test) = (travel_bank(), calls("dev"));
    let mut model = Model::default();
    let (cold, _) = score(&model, &bank, &test);
    for call in calls("train") {
        let wall = Wall::default();
        let outcome = Outcome::of(&bank, &call.customer, wall, &TimeZone::UTC, &call.asked);
        model.learn(&outcome);
    }
    let (learned, top3) = score(&model, &bank, &test);
    println!("cold {cold:.4}, learned {learned:.4}, top 3 {top3:.3}");
    assert!(information(cold) > 0.80, "cold start: {cold}");
    assert!(information(learned) > 0.90, "learned: {learned}");
    assert!(top3 > 0.75, "{top3}");
}

#[test]
fn a_fit_to_two_thousand_calls_teaches_more_and_replays_to_the_bit() {
    let (bank, test) = (travel_bank(), calls("dev"));
    let zone = TimeZone::UTC;
    let train: Vec<Outcome> = calls("train")
        .iter()
        .take(2_000)
        .map(|call| Outcome::of(&bank, &call.customer, Wall::default(), &zone, &call.asked))
        .collect();
    let mut model = Model::default();
    train.iter().for_each(|outcome| model.learn(outcome));
    assert!(model.is_fit_due());
    let fitted = Fitted::fit(&train).unwrap();
    let kept = serde_json::to_string(&fitted).unwrap();
    model.take("kept".to_owned(), 2_000, Arc::new(fitted));
    let (learned, _) = score(&model, &bank, &test);
    println!("fitted {learned:.4}");
    assert!(information(learned) > 0.93, "fitted: {learned}");

    let snapshot = serde_json::to_string(&model).unwrap();
    let mut restored: Model = serde_json::from_str(&snapshot).unwrap();
    restored.restore(Arc::new(serde_json::from_str(&kept).unwrap()));
    assert_eq!(restored, model);
}

#[test]
fn outcomes_learned_again_from_their_journal_give_the_same_model_to_the_bit() {
    let bank = travel_bank();
    let mut model = Model::default();
    let mut journal = Vec::new();
    for call in calls("train").iter().take(300) {
        let zone = TimeZone::UTC;
        let outcome = Outcome::of(&bank, &call.customer, Wall::default(), &zone, &call.asked);
        model.learn(&outcome);
        journal.push(serde_json::to_string(&outcome).unwrap());
    }
    let mut replayed = Model::default();
    for line in &journal {
        replayed.learn(&serde_json::from_str(line).unwrap());
    }
    assert_eq!(model, replayed);
    let snapshot = serde_json::to_string(&model).unwrap();
    let restored: Model = serde_json::from_str(&snapshot).unwrap();
    for call in calls("dev").iter().take(100) {
        let rank =
            |model: &Model| model.rank(&bank, &call.customer, Wall::default(), &TimeZone::UTC);
        assert_eq!(rank(&model), rank(&restored));
    }
}
