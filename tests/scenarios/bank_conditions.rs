//! A bank's conditions, as maps of tests and as expressions: one meaning, one set of faults.

use jiff::tz::TimeZone;
use ringwise::machine::prediction::answer::Asking;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::prediction::order::Order;
use ringwise::machine::prediction::order::Value;
use ringwise::machine::prediction::reading;
use ringwise::vocabulary::fault::FaultyFile;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::time::Wall;

const BANK: &str = r#"bank: parcels
languages: [en]
attributes:
  order:
    state: { type: state, values: [sent, lost, held] }
    due: { type: moment }
    due_h: { type: number, unit: h, hours_until: due }
    fee: { type: money, currency: CNY }
    code: { type: code }
    gift: { type: bool }
  customer:
    tier: { type: state, values: [gold, plain] }
questions:
  - id: where
    short: { en: where your parcel is }
    prior: 1
    answers:
      - when: WHEN
        say: { en: "yes" }
      - say: { en: "no" }
"#;

/// A condition as a map, the same as an expression, and for which of [`orders`] it holds.
const CONDITIONS: [(&str, &str, [bool; 3]); 12] = [
    (
        "{ state: sent }",
        "known state and state == 'sent'",
        [true, false, false],
    ),
    (
        "{ state: [sent, lost] }",
        "state or else 'held' in ['sent', 'lost']",
        [true, true, false],
    ),
    (
        "{ state: { not: sent } }",
        "unknown state or state != 'sent'",
        [false, true, true],
    ),
    ("{ due: known }", "known order.due", [true, true, false]),
    ("{ due: unknown }", "not known due", [false, false, true]),
    (
        "{ due_h: { below: 0 } }",
        "known due and due < now",
        [false, true, false],
    ),
    (
        "{ due_h: { min: 2, below: 48 } }",
        "known due and due - now >= 2h and due - now < 2d",
        [true, false, false],
    ),
    (
        "{ fee: { min: 12.5 } }",
        "known fee and fee >= CNY 12.50",
        [true, false, false],
    ),
    (
        "{ fee: 0 }",
        "known fee and fee == CNY 0",
        [false, true, false],
    ),
    (
        "{ code: \"0042\" }",
        "(order.code or else '') == '0042'",
        [true, false, false],
    ),
    (
        "{ gift: true, state: sent }",
        "(gift or else false) and known state and state == 'sent'",
        [true, false, false],
    ),
    (
        "{ customer.tier: gold }",
        "known customer.tier and customer.tier == 'gold'",
        [true, true, true],
    ),
];

/// One that is full, one that is late, one of which nothing is known.
fn orders() -> [Order; 3] {
    let text = |text: &str| Value::Text(text.to_owned());
    let order = |attributes: Vec<(&str, Value)>| Order {
        id: "T1".to_owned(),
        attributes: attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    };
    [
        order(vec![
            ("state", text("sent")),
            ("due", text("2026-05-02T10:00:00+08:00")),
            ("fee", Value::Number(12.5)),
            ("code", text("0042")),
            ("gift", Value::Bool(true)),
        ]),
        order(vec![
            ("state", text("lost")),
            ("due", text("2026-05-01T09:00:00+08:00")),
            ("fee", Value::Number(0.0)),
            ("code", text("7")),
            ("gift", text("perhaps")),
        ]),
        order(Vec::new()),
    ]
}

fn holds(when: &str) -> [bool; 3] {
    let bank = reading::bank::read(&BANK.replace("WHEN", when)).unwrap();
    let customer = Customer {
        attributes: [("tier".to_owned(), Value::Text("gold".to_owned()))].into(),
        ..Customer::default()
    };
    let now: jiff::Timestamp = "2026-05-01T12:00:00+08:00".parse().unwrap();
    let asking = Asking {
        customer: &customer,
        language: Language::English,
        wall: Wall::from_ms(now.as_millisecond()),
        zone: &TimeZone::get("Asia/Shanghai").unwrap(),
    };
    orders().map(|order| bank.answer("where", Some(&order), asking).unwrap().text == "yes")
}

#[test]
fn a_map_of_tests_and_an_expression_mean_the_same() {
    for (map, expression, expected) in CONDITIONS {
        assert_eq!(holds(map), expected, "{map}");
        assert_eq!(
            holds(&format!("\"{expression}\"")),
            expected,
            "{expression}"
        );
        assert_eq!(
            holds(&format!(">-\n          {expression}")),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn a_fault_in_an_expression_stands_at_its_place_in_the_file() {
    let table = [
        (
            "\"known state and stat == 'sent'\"",
            "b.yaml:18:32: no value is called `stat` (did you mean `state`?)",
        ),
        (
            "known state and\n          state == 'snet'",
            "b.yaml:19:20: this is never `snet` (did you mean `sent`?)",
        ),
        (
            "'known state and state == ''snet'''",
            "this is never `snet` (did you mean `sent`?)",
        ),
        (
            "state == 'sent'",
            "b.yaml:18:15: `state` may be absent (write `known state and …`, or `state or else VALUE`)",
        ),
        ("fee", "b.yaml:18:15: this is money in CNY"),
        (
            "\"known fee and fee > 5\"",
            "money in CNY is not compared with a number (amounts are written CNY 12.50)",
        ),
        (
            "{ due: soon }",
            "a moment is not compared with a value (write the condition as an expression",
        ),
        (
            "{ due: { min: 5 } }",
            "bounds go with numbers, not with type moment",
        ),
    ];
    for (when, expected) in table {
        let text = BANK.replace("WHEN", when);
        let faults = reading::bank::read(&text).unwrap_err();
        let name = "b.yaml".to_owned();
        let told = FaultyFile { name, text, faults }.to_string();
        assert!(told.contains(expected), "{when}\n{told}");
    }
}
