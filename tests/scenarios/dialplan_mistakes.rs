//! Mistakes that people make in dialplans, each with the message they read.

use std::collections::BTreeSet;

use ringwise::machine::ivr::check;
use ringwise::machine::ivr::surroundings::Centre;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::vocabulary::fault::FaultyFile;

const SOUND: &str = r##"version: 1
flow: small
entry: { did: ["100", "_2XX"] }
languages: [en, zh-CN]
bank: shop
defaults: { person: agent, key_timeout: 5s, retries: 2 }
steps:
  start:
    say: { en: "Hello.", zh-CN: "您好。" }
    goto: orders
  orders:
    lookup: caller
    timeout: 5s
    goto: { ok: guess, empty: ask, no_number: ask, timeout: topics, failed: topics }
  guess:
    predict: questions
    at_most: 4
    say_each: { en: "For {{q.short}}, press {{digit}}.", zh-CN: "{{q.short}}，请按{{digit}}。" }
    goto: { chosen: reply, none: topics, no_input: agent }
  reply:
    answer: chosen
    goto: { done: bye, person: agent, private: prove, no_order: ask, none: agent }
  prove:
    verify: { en: "Your order's last four digits.", zh-CN: "请输入订单号后四位。" }
    goto: { ok: reply, failed: agent }
  topics:
    menu: { en: "For hours, press 1.", zh-CN: "营业时间，请按1。" }
    keys: { "1": { goto: reply, question: hours }, "2": ask }
    goto: { no_input: agent }
  ask:
    collect: { en: "Your order number.", zh-CN: "请输入订单号。" }
    digits: 4
    goto: { ok: by_order, none: agent, no_input: agent }
  by_order:
    lookup: { order_tail: ask }
    goto: { any: topics }
  agent:
    queue: after-sales
    need: "refund >= 3"
    goto: { full: bye, left: bye }
  bye:
    say: { en: "Goodbye.", zh-CN: "再见。" }
    hangup: normal
"##;

/// What is written, what somebody writes instead, and what they read.
const MISTAKES: [(&str, &str, &str); 47] = [
    (
        "flow: small",
        "flwo: small",
        "2:1: unknown key `flwo` (did you mean `flow`?)",
    ),
    ("version: 1", "version: 2", "1:10: `version` is 2"),
    ("version: 1", "version: \"1\"", "1:10: `version` is 1"),
    (
        "bank: shop",
        "bank: shp",
        "5:7: no bank is called `shp` (did you mean `shop`?)",
    ),
    (
        "[en, zh-CN]",
        "[en, zh-TW]",
        "4:17: no language is called zh-TW (did you mean `zh-CN`?)",
    ),
    ("[en, zh-CN]", "[en, en]", "4:17: en stands twice"),
    (
        "\"100\", ",
        "100, ",
        "3:16: number 100 is not in quotes (write \"100\")",
    ),
    (
        "\"100\", ",
        "0100, ",
        "3:16: number 0100 is not in quotes (write \"0100\")",
    ),
    (
        "\"_2XX\"",
        "\"_2YX\"",
        "3:23: \"_2YX\" is no number: 'Y' has no meaning here",
    ),
    ("\"100\", ", "\"233\", ", "3:23: _2XX overlaps with 233"),
    (
        "did:",
        "dids:",
        "3:10: unknown key `dids` (did you mean `did`?)",
    ),
    (
        "{ \"1\": {",
        "{ 1: {",
        "28:13: key 1 is not in quotes (write \"1\")",
    ),
    (
        "\"2\": ask",
        "0: ask",
        "28:52: key 0 is not in quotes (write \"0\")",
    ),
    (
        "\"2\": ask",
        "\"12\": ask",
        "28:52: \"12\" is no key of a telephone",
    ),
    (
        "\"2\": ask",
        "\"A\": ask",
        "28:52: \"A\" is no key of a telephone",
    ),
    (
        "\"2\": ask",
        "\"1\": ask",
        "28:52: `1` stands twice (each key stands once; rename or remove one)",
    ),
    (
        "\"2\": ask",
        "*: ask",
        "28:52: an alias (`*`) is not taken here (the key star is written \"*\"; to use a value twice, write it twice)",
    ),
    (
        "\"2\": ask",
        "\"2\": aks",
        "28:57: no step is called `aks` (did you mean `ask`?)",
    ),
    (
        "question: hours",
        "question: huors",
        "28:43: the bank has no question `huors` (did you mean `hours`?)",
    ),
    (
        "    need: \"refund >= 3\"\n",
        "    steps: [{ prefer: least_busy, weights: { refund: 1 } }]\n",
        "39:13: a step has `prefer` or `weights`, not both (leave out one of them)",
    ),
    (
        "goto: orders",
        "goto: order",
        "10:11: no step is called `order` (did you mean `orders`?)",
    ),
    (
        "    goto: orders\n",
        "",
        "9:5: step `start` ends in silence: `goto` is missing (add goto: STEP, or hangup: normal)",
    ),
    (
        "    goto: { no_input: agent }\n",
        "",
        "27:5: this step ends in silence: `goto` is missing (add goto: { no_input: STEP })",
    ),
    (
        ", none: topics, no_input",
        ", no_input",
        "19:11: `goto` does not say where `none` leads (add none: STEP, or any: STEP for all the rest)",
    ),
    (
        "no_number: ask, ",
        "",
        "14:11: `goto` does not say where `no_number` leads (add no_number: STEP, or any: STEP for all the rest)",
    ),
    (
        "{ any: topics }",
        "topics",
        "36:11: this step has several outcomes",
    ),
    (
        "{ ok: reply, failed",
        "{ yes: reply, failed",
        "25:11: `goto` does not say where `ok` leads",
    ),
    (
        "hangup: normal",
        "hangup: now",
        "43:13: `hangup` has one value: normal (write hangup: normal)",
    ),
    (
        "    hangup: normal\n",
        "    hangup: normal\n    goto: bye\n",
        "44:5: unknown key `goto`",
    ),
    ("    digits: 4\n", "", "31:5: `digits` is missing"),
    ("digits: 4", "digits: 99", "32:13: `digits` is 99"),
    (
        "    timeout: 5s\n",
        "    timeout: 5\n",
        "13:14: `timeout` is 5 (times are written 800ms, 5s or 2m)",
    ),
    (
        "timeout: 5s\n    goto",
        "timeout: 5h\n    goto",
        "13:14: `timeout` is 5h",
    ),
    (
        "timeout: 5s\n    goto",
        "timout: 5s\n    goto",
        "13:5: unknown key `timout` (did you mean `timeout`?)",
    ),
    (
        "    digits: 4\n",
        "    digits: 4\n    menu: { en: \"x\", zh-CN: \"y\" }\n",
        "31:5: step `ask` does two things: menu and collect (make two steps of it)",
    ),
    (
        "    queue: after-sales\n",
        "    que: after-sales\n",
        "38:5: unknown key `que`",
    ),
    (
        "queue: after-sales",
        "queue: after-sale",
        "38:12: no queue is called `after-sale` (did you mean `after-sales`?)",
    ),
    (
        "refund >= 3",
        "refnd >= 3",
        "39:12: no seat has the skill `refnd` (did you mean `refund`?)",
    ),
    (
        "refund >= 3",
        "refund >= 30",
        "39:22: \"30\" is not a level of 1 to 10",
    ),
    (
        "{ en: \"Hello.\", zh-CN: \"您好。\" }",
        "{ en: \"Hello.\" }",
        "9:10: the text in zh-CN is missing",
    ),
    (
        "{ en: \"Hello.\", zh-CN: \"您好。\" }",
        "\"Hello.\"",
        "9:10: a text in one language only (write { en: …, zh-CN: … })",
    ),
    (
        "\"Hello.\"",
        "\"Hello {{caller.nam}}.\"",
        "9:25: unknown slot `caller.nam` (did you mean `caller.name`?)",
    ),
    (
        "\"Hello.\"",
        "\"Hello {{digit}}.\"",
        "9:25: unknown slot `digit`",
    ),
    (
        "\"Hello.\"",
        "\"Hello {{caller.name.\"",
        "9:23: a slot begins with {{ and never ends with }}",
    ),
    (
        ", press {{digit}}.",
        ", press 1.",
        "18:15: `say_each` needs {{digit}} in every language ({{q.short}} is the question, {{digit}} its key)",
    ),
    ("at_most: 4", "at_most: 12", "17:14: `at_most` is 12"),
    (
        "{ order_tail: ask }",
        "{ order_tail: bye }",
        "34:3: `bye` takes no digits (order_tail names a step with collect)",
    ),
];

/// Mistakes in the ways between steps.
const WAYS: [(&str, &str, &str); 4] = [
    (
        "goto: orders",
        "goto: topics",
        "11:3: no call reaches step `orders` (let a key or a goto lead to it, or take it out)",
    ),
    (
        "{ full: bye, left: bye }",
        "{ full: agent, left: bye }",
        "37:3: a call can circle here with nobody doing anything: agent → agent",
    ),
    ("{ any: topics }", "{ ok: orders, any: topics }", ""),
    (
        "    hangup: normal\n",
        "    goto: start\n",
        "8:3: a call can circle here with nobody doing anything: start → orders →",
    ),
];

fn around() -> Surroundings {
    let names = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    Surroundings {
        centre: Some(Centre {
            queues: names(&["after-sales", "sales"]),
            skills: names(&["refund", "lang.en"]),
            destinations: None,
            groups: names(&["night"]),
            seats: names(&["1001"]),
        }),
        banks: [("shop".to_owned(), names(&["hours", "refunds"]))].into(),
        ..Surroundings::default()
    }
}

fn read(text: &str) -> String {
    let Err(faults) = check::check(text, &around()) else {
        return String::new();
    };
    let file = FaultyFile {
        name: String::new(),
        text: text.to_owned(),
        faults,
    };
    file.to_string()
        .replace("\n:", "\n")
        .trim_start_matches(':')
        .to_owned()
}

#[test]
fn a_sound_dialplan_has_no_faults() {
    assert_eq!(read(SOUND), "");
}

#[test]
fn each_mistake_is_named_with_its_place_and_a_way_out() {
    let mut missed = Vec::new();
    for (right, wrong, expected) in MISTAKES.iter().chain(&WAYS) {
        assert!(SOUND.contains(right), "{right}");
        let found = read(&SOUND.replacen(right, wrong, 1));
        let said = found.lines().any(|line| line.starts_with(expected));
        if !(said || expected.is_empty() && found.is_empty()) {
            missed.push(format!(
                "{wrong}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn two_files_cannot_answer_the_same_number() {
    let one = check::check(SOUND, &around()).unwrap();
    let other = SOUND.replace("\"100\", \"_2XX\"", "\"234\"");
    let other = other.replace("flow: small", "flow: other");
    let other = check::check(&other, &around()).unwrap();
    let faults = check::overlaps(&[("one.yaml", &one), ("other.yaml", &other)]);
    assert!(faults[0].is_empty());
    assert_eq!(faults[1][0].what, "234 overlaps with _2XX of one.yaml");
}

#[test]
fn two_files_cannot_have_the_same_name() {
    let one = check::check(SOUND, &around()).unwrap();
    let other = SOUND.replace("\"100\", \"_2XX\"", "\"334\"");
    let other = check::check(&other, &around()).unwrap();
    let faults = check::overlaps(&[("one.yaml", &one), ("other.yaml", &other)]);
    assert!(faults[0].is_empty());
    assert_eq!(faults[1].len(), 1);
    assert_eq!(faults[1][0].what, "one.yaml is called `small` too");
    assert_eq!(faults[1][0].span.start, SOUND.find("small").unwrap());
}

#[test]
fn a_file_of_nonsense_is_refused_in_words() {
    assert!(read("").starts_with("1:1: a dialplan is nothing"));
    assert!(read("- a\n- b").starts_with("1:1: a dialplan is a list"));
    assert!(read(&"x".repeat(2 << 20)).contains("at most 1048576 are read"));
}
