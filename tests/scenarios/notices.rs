//! What a customer is told before they ask: once, and first.

use std::collections::BTreeMap;

use ringwise::call::fact::Fact;
use ringwise::driver::orders::pushed::Pushed;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::ivr::surface::LookupKey;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::reading;

use crate::stage::Stage;
use crate::stage::customer;
use crate::stage::number;
use crate::stage::offering;
use crate::stage::only;

const BANK: &str = r#"bank: parcels
languages: [en]
attributes:
  order: { late_min: { type: number, unit: min }, pin: { type: code, privacy: private } }
notices:
  - id: delay
    when: "known late_min and late_min > 60"
    say: { en: "Order {{ order.id | tail }} is {{ order.late_min }} late." }
questions:
  - id: where
    short: { en: where it is }
    prior: 1
    answers: [{ say: { en: "On its way." } }]
"#;

fn with_late(orders: &[(&str, f64)]) -> Customer {
    let order = |(id, late): &(&str, f64)| Order {
        id: (*id).to_owned(),
        attributes: BTreeMap::from([("late_min".to_owned(), Value::Number(*late))]),
    };
    customer(orders.iter().map(order).collect())
}

fn said(customer: Customer, cues: &[(u64, &str)]) -> Vec<String> {
    let dialplan = offering("parcels", &[r#"keys: { "9": orders }"#]);
    let stage = Stage::reading(&dialplan, BANK, customer);
    only(&stage.play(cues, 60_000), &["\"", "tells"])
}

#[test]
fn a_notice_is_told_first_and_once_in_a_call() {
    let log = said(
        with_late(&[("A1234", 95.0), ("B5678", 5.0)]),
        &[(0, "ring"), (20_000, "9")],
    );
    let told = "tells delay of A1234";
    assert_eq!(log[0], told, "{log:?}");
    assert_eq!(log[1], "\"Order 1234 is 1 h 35 min late.\"");
    assert_eq!(log[2], "\"Hello.\"");
    assert_eq!(
        log.iter().filter(|line| *line == told).count(),
        1,
        "{log:?}"
    );
    let on_time = said(with_late(&[("B5678", 5.0)]), &[(0, "ring")]);
    assert_eq!(on_time[0], "\"Hello.\"");
}

#[test]
fn what_was_told_is_not_told_in_the_next_call() {
    let pushed = Pushed::default();
    let key = LookupKey::Phone(number());
    let fact = Fact::Walk(WalkFact::Noticed {
        customer: "7".to_owned(),
        order: "A1234".to_owned(),
        notice: "delay".to_owned(),
    });
    fact.news().iter().for_each(|news| pushed.take(news));
    let found = pushed.over(&key, with_late(&[("A1234", 95.0), ("B5678", 80.0)]));
    let log = said(found, &[(0, "ring")]);
    assert_eq!(log[0], "tells delay of B5678", "{log:?}");
    // The source of orders has dropped the order: nothing of it is left.
    let later = pushed.over(&key, with_late(&[("B5678", 80.0)]));
    assert_eq!(later.orders.len(), 1);
    assert_eq!(pushed.over(&key, Customer::default()), Customer::default());
}

#[test]
fn a_notice_tells_nothing_private() {
    let private = BANK.replace("{{ order.late_min }} late", "at {{ order.pin }}");
    let faults = reading::bank::read(&private).unwrap_err();
    let told: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
    assert_eq!(told, ["a notice tells something private"]);
}
