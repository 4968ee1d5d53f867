//! A bank with a mistake is refused with the place, what is wrong, and what to do.

use ringwise::machine::prediction::reading;
use ringwise::vocabulary::fault::FaultyFile;

/// A small bank that is right. Each case replaces one thing.
const BANK: &str = r#"bank: parcels
languages: [en, zh-CN]
attributes:
  order:
    state: { type: state, values: [sent, lost] }
    due: { type: moment }
    due_h: { type: number, unit: h, hours_until: due }
    fee: { type: money, currency: CNY, privacy: private }
    note: { type: text }
cells:
  - [state]
  - [{ due_h: [0, 24] }]
names:
  - say: { en: "{{ question }}, for order {{ order.id | tail }}", zh-CN: "{{ question }}" }
questions:
  - id: where_is_it
    when: { state: sent, due_h: { below: 48 } }
    short: { en: where your parcel is, zh-CN: 查询包裹 }
    prior: [{ when: { due_h: { below: 0 } }, weight: 3 }, { weight: 1 }]
    skill: parcels
    solvable: 0.9
    answers:
      - when: { state: sent }
        say: { en: "It comes on {{ order.due | date }}.", zh-CN: "{{ order.due | date }}送达。" }
      - say: { en: "We do not know.", zh-CN: "我们不清楚。" }
        then: person
"#;

/// What is replaced, by what, and what is then told.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "skill: parcels",
        "skil: parcels",
        "b.yaml:20:5: unknown key `skil` (did you mean `skill`?)",
    ),
    (
        "{ state: sent, due_h",
        "{ stat: sent, due_h",
        "b.yaml:17:13: no attribute `stat` (did you mean `state`?)",
    ),
    (
        "state: sent, due_h",
        "state: snet, due_h",
        "b.yaml:17:20: unknown value `snet`",
    ),
    (
        "{ below: 48 }",
        "{ bellow: 48 }",
        "b.yaml:17:35: unknown key `bellow` (did you mean `below`?)",
    ),
    ("{ below: 48 }", "soon", "b.yaml:17:33: the value is soon"),
    (
        "where your parcel is, zh-CN: 查询包裹",
        "where your parcel is",
        "b.yaml:18:12: `short` has no text in zh-CN",
    ),
    (
        "zh-CN: 查询包裹",
        "zh: 查询包裹",
        "unknown language \"zh\", expected en or zh-CN",
    ),
    (
        "order.due | date }}.",
        "order.due | dat }}.",
        "b.yaml:24:33: no form \"dat\" to say a value in",
    ),
    (
        "order.due | date }}.",
        "order.due | money }}.",
        "b.yaml:24:33: `due` has type moment",
    ),
    (
        "order.due | date }}.",
        "order.duee | date }}.",
        "b.yaml:24:33: no attribute `duee` (did you mean `due`?)",
    ),
    (
        "order.due | date }}.",
        "order.due | date.",
        "b.yaml:24:33: a slot begins with {{ and never ends with }}",
    ),
    (
        "We do not know.",
        "{{ order.note }}",
        "`note` has type text, which cannot be spoken",
    ),
    (
        "say: { en: \"We do not know.\"",
        "privacy: open\n        say: { en: \"It costs {{ order.fee }}.\"",
        "b.yaml:25:18: an open answer tells something private",
    ),
    ("then: person", "then: robot", "unknown `then` `robot`"),
    (
        "solvable: 0.9",
        "solvable: 90",
        "`solvable` is a share, at most 1",
    ),
    ("solvable: 0.9", "solvable: \"0.9\"", "`solvable` is 0.9"),
    ("weight: 3", "weight: -3", "`weight` is -3"),
    (
        ", { weight: 1 }]",
        "]",
        "the last prior has a condition (end with one without `when`, for all other orders)",
    ),
    ("id: where_is_it", "id: Where?", "`Where?` cannot be an id"),
    (
        "  - id: where_is_it\n    when",
        "  - when",
        "`id` is missing",
    ),
    (
        "hours_until: due",
        "hours_until: state",
        "`state` should have type moment",
    ),
    (
        "type: money, currency",
        "type: number, currency",
        "`currency` goes with type money only",
    ),
    (
        "type: text",
        "type: txt",
        "unknown type `txt` (did you mean `text`?)",
    ),
    ("[0, 24]", "[24, 0]", "cuts go upwards"),
    (
        "  - [state]",
        "  - [due_h]",
        "`due_h` is a number (say where to cut it: { due_h: [1, 10] })",
    ),
    (
        "{{ question }}, for order",
        "for order",
        "the slot {{ question }} is missing",
    ),
    (
        "en: where your",
        "en: \"{{ question }}\", x: where your",
        "the slot {{ question }} goes into `names` only",
    ),
    (
        "bank: parcels",
        "bnak: parcels",
        "b.yaml:1:1: unknown key `bnak` (did you mean `bank`?)",
    ),
    (
        "languages: [en, zh-CN]",
        "languages: [en, en, zh-CN]",
        "the same language twice",
    ),
    (
        "when: { state: sent }",
        "when: { due: soon }",
        "a moment is not compared with a value",
    ),
    (
        "below: 48",
        "min: 50, below: 48",
        "nothing lies between these bounds",
    ),
    (
        "state: sent, due_h",
        "state: [], due_h",
        "an empty list never holds",
    ),
    (
        "prior: [",
        "&p prior: [",
        "an anchor (`&`) is not taken here",
    ),
];

fn faults(from: &str, to: &str) -> String {
    let text = BANK.replacen(from, to, 1);
    assert!(from == to || text != BANK, "{from} is not in the bank");
    let name = "b.yaml".to_owned();
    let Err(faults) = reading::bank::read(&text) else {
        return "fine".to_owned();
    };
    FaultyFile { name, text, faults }.to_string()
}

#[test]
fn the_bank_without_a_mistake_is_taken() {
    assert_eq!(faults("", ""), "fine");
}

#[test]
fn each_mistake_is_told_with_its_place_and_the_way_out() {
    let mut wrong = Vec::new();
    for (from, to, expected) in MISTAKES {
        let told = faults(from, to);
        if !told.contains(expected) {
            wrong.push(format!("{to}\n  told: {told}\n  expected: {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn two_questions_of_one_name_are_refused() {
    let (_, question) = BANK.split_once("questions:\n").unwrap();
    let told = faults(question, &format!("{question}{question}"));
    assert!(told.contains("a second question `where_is_it`"), "{told}");
}
