//! The schema that editors get and the reader agree: each key that one knows the other knows too.

use std::collections::BTreeSet;

use ringwise::machine::ivr::check;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::prediction::reading;
use ringwise::machine::schema::bank;
use ringwise::machine::schema::dialplan;
use ringwise::machine::schema::json;
use ringwise::machine::schema::shape::Form;
use ringwise::machine::schema::shape::Shape;
use ringwise::machine::schema::verb;
use ringwise::vocabulary::fault::Fault;
use serde_json::Value;

use crate::stage::file;

/// A dialplan with one step `x`, or with other things in place of these.
fn with(head: &str, x: &str) -> String {
    format!(
        "version: 1\nflow: f\nlanguages: [en]\nbank: b\n\
         vars: {{ n: number }}\nhours: {{ h: {{ week: {{ daily: \"09:00-18:00\" }} }} }}\n\
         subflows: {{ f: {{ outcomes: [ok], steps: {{ s: {{ say: \"x\", goto: ok }} }} }} }}\n{head}\n\
         steps:\n  x: {x}\n  a: {{ say: \"x\", hangup: normal }}\n"
    )
}

const ENTRY: &str = "entry: { did: [\"100\"] }";

fn faults(text: &str) -> Vec<Fault> {
    let bank = reading::bank::read(&file("banks/travel.yaml")).unwrap();
    let bank = ringwise::machine::prediction::bank::Bank {
        name: "b".to_owned(),
        ..bank
    };
    check::check(text, &Surroundings::new(None, [&bank]))
        .err()
        .unwrap_or_default()
}

/// The keys that a reader lists where `zzzzzzz` stands.
fn listed(text: &str, faults: &[Fault]) -> BTreeSet<String> {
    let fault = faults.iter().find(|fault| fault.what.contains("`zzzzzzz`"));
    let fault = fault.unwrap_or_else(|| panic!("{text}\n{faults:?}"));
    let help = fault.help.clone().unwrap_or_default();
    let list = help
        .strip_prefix("expected one of: ")
        .unwrap_or_else(|| panic!("{help}"));
    list.split(", ").map(str::to_owned).collect()
}

fn keys(shape: &Shape) -> BTreeSet<String> {
    shape.keys.iter().map(|key| key.name.to_owned()).collect()
}

fn compare(what: &str, shape: &Shape, text: &str) {
    assert_eq!(listed(text, &faults(text)), keys(shape), "{what}");
}

/// A map in one line with another key in it.
fn more(map: &str) -> String {
    format!(
        "{}, zzzzzzz: 1 }}",
        map.trim_end().strip_suffix('}').unwrap().trim_end()
    )
}

#[test]
fn each_step_has_the_keys_of_the_schema() {
    for verb in &verb::VERBS {
        let example = verb.example.replace(": q,", ": sales,");
        compare(verb.name, &verb.shape, &with(ENTRY, &more(&example)));
        let clean = with(ENTRY, &example);
        let wrong = faults(&clean)
            .into_iter()
            .filter(|fault| fault.what.contains("unknown"));
        assert_eq!(wrong.count(), 0, "{clean}");
    }
    // Where no verb stands, any of them could be meant.
    let mut plain = keys(&verb::PLAIN.shape);
    plain.extend(verb::VERBS.iter().map(|verb| verb.name.to_owned()));
    let text = with(ENTRY, &more(verb::PLAIN.example));
    assert_eq!(listed(&text, &faults(&text)), plain);
}

#[test]
fn each_way_out_of_a_step_is_in_the_schema() {
    let mut seen = 0;
    for verb in &verb::VERBS {
        let goto = verb.shape.keys.iter().find(|key| key.name == "goto");
        let Some(Form::Keyed(shape)) = goto.map(|key| key.form) else {
            continue;
        };
        seen += 1;
        let example = verb.example.replace(": q,", ": sales,");
        let (before, goto) = example.rsplit_once("goto: {").unwrap();
        let goto = goto.split('}').next().unwrap().trim();
        let text = with(ENTRY, &format!("{before}goto: {{ {goto}, zzzzzzz: a }} }}"));
        compare(&format!("the ways of {}", verb.name), shape, &text);
    }
    assert_eq!(seen, 14);
}

/// A step that ends well.
const END: &str = "{ say: \"x\", goto: a }";

#[test]
fn each_map_of_a_dialplan_has_the_keys_of_the_schema() {
    let plain = |head: &str| with(&format!("{ENTRY}\n{head}"), END);
    let test = |what: &str| {
        plain(&format!(
            "tests:\n  - {{ name: t, expect: {{ path: a }}, {what} }}"
        ))
    };
    let menu = "{ menu: \"x\", keys: { \"1\": { goto: a, zzzzzzz: 1 } }, goto: { no_input: a } }";
    let bare = with(ENTRY, END);
    for (what, shape, text) in [
        ("a dialplan", &dialplan::DIALPLAN, plain("zzzzzzz: 1")),
        (
            "entry",
            &dialplan::ENTRY,
            with("entry: { did: [\"100\"], zzzzzzz: 1 }", END),
        ),
        (
            "gate",
            &dialplan::GATE,
            with(
                "entry: { did: [\"100\"], hours: { of: h, closed: a, zzzzzzz: 1 } }",
                END,
            ),
        ),
        (
            "defaults",
            &dialplan::DEFAULTS,
            plain("defaults: { zzzzzzz: 1 }"),
        ),
        (
            "a variable",
            &dialplan::VARIABLE,
            bare.replace("n: number", "n: { type: number, zzzzzzz: 1 }"),
        ),
        (
            "hours",
            &dialplan::HOURS,
            bare.replace("\"09:00-18:00\" }", "\"09:00-18:00\" }, zzzzzzz: 1"),
        ),
        (
            "a subflow",
            &dialplan::SUBFLOW,
            bare.replace("outcomes: [ok]", "outcomes: [ok], zzzzzzz: 1"),
        ),
        ("a test", &dialplan::TEST, test("zzzzzzz: 1")),
        ("given", &dialplan::GIVEN, test("given: { zzzzzzz: 1 }")),
        (
            "expect",
            &dialplan::EXPECT,
            test("keys: \"1\"").replace("path: a", "path: a, zzzzzzz: 1"),
        ),
        ("a target", &verb::TARGET, with(ENTRY, menu)),
        (
            "a case",
            &verb::CASE,
            with(
                ENTRY,
                "{ branch: [{ if: \"true\", goto: a, zzzzzzz: 1 }], else: a }",
            ),
        ),
        (
            "order_tail",
            &verb::ORDER_TAIL,
            with(
                ENTRY,
                "{ lookup: { order_tail: a, zzzzzzz: 1 }, goto: { any: a } }",
            ),
        ),
    ] {
        compare(what, shape, &text);
    }
}

#[test]
fn each_map_of_a_bank_has_the_keys_of_the_schema() {
    let sound = "bank: b\nlanguages: [en]\nattributes: { order: { price: { type: number } } }\n\
                 notices: [{ id: n, say: { en: \"x\" } }]\n\
                 names: [{ say: { en: \"{{ question }}\" } }]\n\
                 questions:\n  - { id: q, short: { en: x }, prior: [{ weight: 1 }], answers: [{ say: { en: x } }] }\n";
    assert_eq!(reading::bank::read(sound).err(), None);
    for (what, shape, from, to) in [
        ("a bank", &bank::BANK, "bank: b", "bank: b\nzzzzzzz: 1"),
        (
            "attributes",
            &bank::ATTRIBUTES,
            "attributes: {",
            "attributes: { zzzzzzz: 1,",
        ),
        (
            "an attribute",
            &bank::ATTRIBUTE,
            "type: number",
            "type: number, zzzzzzz: 1",
        ),
        (
            "a name",
            &bank::ORDER_NAME,
            "names: [{",
            "names: [{ zzzzzzz: 1,",
        ),
        (
            "a notice",
            &bank::NOTICE,
            "notices: [{",
            "notices: [{ zzzzzzz: 1,",
        ),
        ("a question", &bank::QUESTION, "id: q", "id: q, zzzzzzz: 1"),
        (
            "a prior",
            &bank::PRIOR,
            "weight: 1",
            "weight: 1, zzzzzzz: 1",
        ),
        (
            "an answer",
            &bank::ANSWER,
            "answers: [{",
            "answers: [{ zzzzzzz: 1,",
        ),
    ] {
        let text = sound.replacen(from, to, 1);
        let faults = reading::bank::read(&text).unwrap_err();
        assert_eq!(listed(&text, &faults), keys(shape), "{what}");
    }
}

/// Not a validator: enough of one to know that the shipped files fit what editors are told.
fn fits(schema: &Value, value: &Value, root: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str() {
        let found = root.pointer(name.trim_start_matches('#')).unwrap();
        return fits(found, value, root);
    }
    for one in schema["allOf"].as_array().into_iter().flatten() {
        fits(one, value, root)?;
    }
    if let Some(all) = schema["anyOf"].as_array() {
        let wrong: Vec<String> = all
            .iter()
            .filter_map(|one| fits(one, value, root).err())
            .collect();
        if wrong.len() == all.len() {
            return Err(format!("{value} fits none: {}", wrong.join(" | ")));
        }
    }
    if let Some(all) = schema["enum"].as_array()
        && !all.contains(value)
    {
        return Err(format!("{value} is none of {all:?}"));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => false,
    };
    if !kinds.is_empty() && !kinds.iter().any(is) {
        return Err(format!("{value} is no {kinds:?}"));
    }
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if value.get(name).is_none() {
            return Err(format!("{name} is missing in {value}"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(name);
        let pattern = schema["patternProperties"]
            .as_object()
            .and_then(|all| all.values().next());
        match known.or(pattern).or(Some(&schema["additionalProperties"])) {
            Some(Value::Bool(false)) => return Err(format!("{name} is not known")),
            Some(one @ Value::Object(_)) => fits(one, inner, root)?,
            _ => {}
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        fits(&schema["items"], inner, root)?;
    }
    Ok(())
}

/// As a YAML reader of an editor sees a file.
fn seen(path: &str) -> Value {
    serde_saphyr::from_str(&file(path)).unwrap()
}

#[test]
fn the_shipped_files_fit_their_schemas() {
    let dialplan = json::dialplan();
    assert_eq!(
        fits(&dialplan, &seen("dialplans/travel.yaml"), &dialplan),
        Ok(())
    );
    let bank = json::bank();
    assert_eq!(fits(&bank, &seen("banks/travel.yaml"), &bank), Ok(()));
    let mut wrong = seen("dialplans/travel.yaml");
    wrong["steps"]["hello"]["gotoo"] = Value::from("x");
    assert!(fits(&dialplan, &wrong, &dialplan).is_err());
}
