//! The examples of docs/dialplans.md: each is sound, is walked as the page says, and stands there
//! word for word.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ringwise::machine::ivr::check;
use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::machine::ivr::rehearsal::Scene;
use ringwise::machine::ivr::surroundings::Surroundings;
use ringwise::machine::ivr::testing::suite;
use ringwise::machine::prediction::model::Model;
use ringwise::machine::prediction::order::Customer;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::vocabulary::time::Wall;

use crate::stage::Stage;
use crate::stage::file;
use crate::stage::only;
use crate::stage::refunded;
use crate::stage::script;
use crate::stage::travel_bank;
use crate::stage::traveller;

/// What a log tells: steps, words, deeds and ends.
const TOLD: [&str; 19] = [
    "->",
    "\"",
    "vars.",
    "ask/",
    "check_",
    "branches",
    "hours",
    "marked",
    "took",
    "scored",
    "friendliness",
    "recommend",
    "satisfaction",
    "enqueue",
    "hang up",
    "found",
    "waiting",
    "place",
    "dial ",
];

fn stage(name: &str, customer: Customer) -> Stage {
    let bank = travel_bank();
    let text = file(&format!("examples/dialplans/{name}.yaml"));
    Stage::of(script(&text, &bank), bank, customer)
}

fn told(stage: &Stage, cues: &[(u64, &str)]) -> Vec<String> {
    let end = cues.last().map_or(0, |(at, _)| *at) + 120_000;
    only(&stage.play(cues, end), &TOLD)
}

fn walked(name: &str, cues: &[(u64, &str)]) -> String {
    told(&stage(name, traveller()), cues).join(" | ")
}

const RING: (u64, &str) = (0, "ring");

#[test]
fn every_example_is_sound_passes_its_tests_and_answers_a_number_of_its_own() {
    let bank = travel_bank();
    let around = Surroundings::new(None, [&bank]);
    let folder = format!("{}/examples/dialplans", env!("CARGO_MANIFEST_DIR"));
    let mut numbers = BTreeSet::new();
    let scene = Scene {
        bank: &bank,
        model: &Model::default(),
        phrasebook: &Phrasebook::default(),
        zone: &jiff::tz::TimeZone::UTC,
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let checked = check::check(&text, &around);
        let checked = checked.unwrap_or_else(|faults| panic!("{path:?}: {faults:?}"));
        let script = Arc::new(checked.script);
        let suite = suite::run(scene, &script, &checked.cases);
        assert_eq!(suite.faults, [], "{path:?}");
        for did in &script.dids {
            assert!(numbers.insert(did.to_string()), "{path:?}: {did}");
        }
    }
    assert!(numbers.len() >= 14);
}

#[test]
fn examples_on_the_page_are_excerpts_of_the_files() {
    let page = file("docs/dialplans.md");
    let mut shown = BTreeSet::new();
    for block in page.split("```yaml\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        let (first, rest) = block.split_once('\n').unwrap();
        let path = first
            .strip_prefix("# ")
            .unwrap_or_else(|| panic!("no file: {block}"));
        let text = file(path);
        assert!(
            text.contains(rest.trim_end()),
            "{path} does not hold:\n{rest}"
        );
        shown.insert(path.to_owned());
    }
    let folder = format!("{}/examples/dialplans", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            shown.contains(&format!("examples/dialplans/{name}")),
            "{name} is not on the page"
        );
    }
}

#[test]
fn say_speaks_values_in_every_language() {
    assert_eq!(
        walked("say", &[RING]),
        "-> hello | \"Welcome.\" | \"欢迎。\" | -> facts | \"It is 2026-03-02 10:00\" | -> bye | \"Goodbye.\" | hang up"
    );
}

#[test]
fn play_plays_a_recording_by_its_id() {
    assert_eq!(
        walked("play", &[RING]),
        "-> weather | \"[number.7]\" | -> bye | hang up"
    );
}

#[test]
fn menu_asks_in_other_words_each_time() {
    let asked = "-> topics | \"For sales, press 1. For support, press 2\"";
    let again = "\"Please press 1 for sales or 2 for suppor\"";
    let last = "\"I did not hear a key. Press 1 or 2 on yo\"";
    assert_eq!(
        walked("menu", &[RING]),
        format!("{asked} | {again} | {last} | -> bye | \"Goodbye.\" | hang up")
    );
    assert_eq!(
        walked("menu", &[RING, (100, "9"), (200, "*"), (300, "2")]),
        format!(
            "{asked} | took 9 | {again} | took * | {again} | took 2 | -> support | \"This is support.\" | -> bye | \"Goodbye.\" | hang up"
        )
    );
    assert!(walked("menu", &[RING, (100, "9"), (200, "9"), (300, "9")]).contains("-> sales"));
}

#[test]
fn collect_takes_ranges_ends_and_secrets() {
    let end = "-> bye | \"Goodbye.\" | hang up";
    let ended = walked("collect", &[RING, (100, "40041#"), (200, "1234")]);
    assert_eq!(
        ended,
        format!(
            "-> number | \"Please enter your booking number, then p\" | took 40041 | vars.booking is 40041 | \
             -> pin | \"And your PIN, please.\" | took **** | vars.pin is *** | \
             -> told | \"Your booking number is 40041\" | {end}"
        )
    );
    // Silence ends digits that are enough; too few are asked for again; the most end by themselves.
    assert!(walked("collect", &[RING, (100, "4004")]).contains("took 4004 | vars.booking is 4004"));
    let few = walked("collect", &[RING, (100, "400#")]);
    assert!(
        few.contains("took 400 | \"Your booking number has four to eight di\""),
        "{few}"
    );
    assert!(walked("collect", &[RING, (100, "123456789")]).contains("took 12345678 |"));
    assert!(walked("collect", &[RING, (100, "#")]).ends_with(&format!("took # | {end}")));
    assert!(walked("collect", &[RING]).ends_with(end));
}

#[test]
fn lookup_has_a_way_for_every_failure() {
    let mut stage = stage("lookup", traveller());
    assert!(told(&stage, &[RING]).contains(&"\"You have 1 orders.\"".to_owned()));
    for failure in [
        LookupFailure::Failed,
        LookupFailure::Busy,
        LookupFailure::Timeout,
    ] {
        stage.source.result = Err(failure);
        assert!(told(&stage, &[RING]).contains(&"-> later".to_owned()));
    }
    stage.source.after = Duration::from_secs(60);
    assert!(told(&stage, &[RING]).contains(&"-> later".to_owned()));
    stage.source.after = Duration::from_millis(20);
    stage.source.result = Ok(Customer::default());
    assert!(told(&stage, &[RING, (1000, "4004")]).contains(&"-> by_tail".to_owned()));
    stage.caller.number = None;
    assert!(told(&stage, &[RING]).contains(&"-> ask".to_owned()));
}

#[test]
fn predict_answers_what_is_private_only_after_a_proof() {
    let stage = stage("predict", refunded());
    let cues = [RING, (100, "1"), (20_000, "1111"), (30_000, "0815")];
    let log = told(&stage, &cues);
    let steps: Vec<&String> = log.iter().filter(|line| line.starts_with("->")).collect();
    let expected = [
        "-> orders",
        "-> guess",
        "-> answer",
        "-> prove",
        "-> answer",
        "-> bye",
    ];
    assert_eq!(steps, expected);
    let failed = told(
        &stage,
        &[RING, (100, "1"), (20_000, "1111"), (30_000, "2222")],
    );
    assert!(failed.contains(&"-> sorry".to_owned()));
    assert!(told(&stage, &[RING, (100, "#")]).contains(&"-> sorry".to_owned()));
}

#[test]
fn waiting_tells_the_place_and_keeps_it_while_the_caller_is_elsewhere() {
    let begun = "-> agent | enqueue after-sales ";
    let told = "place Some(1) | \"Press 1 for our opening hours, you keep \"";
    let elsewhere =
        "took 1 | waiting Stroll | -> hours | \"We are here from nine to six. Press 1 to\"";
    assert_eq!(
        walked("waiting", &[RING, (9_000, "next"), (9_100, "2")]),
        format!("{begun} | {told} | took 2 | waiting AskPlace | {told}")
    );
    let back = walked("waiting", &[RING, (9_000, "1"), (9_100, "1"), (9_200, "9")]);
    assert_eq!(
        back,
        format!(
            "{begun} | {elsewhere} | took 1 | -> agent | waiting Return | took 9 | waiting Leave(Asked) | {BYE}"
        )
    );
    // A seat that rings fetches the caller from wherever they are.
    let offered = walked(
        "waiting",
        &[RING, (9_000, "1"), (9_100, "offered"), (9_200, "talked")],
    );
    assert_eq!(offered, format!("{begun} | {elsewhere} | -> agent | {BYE}"));
}

#[test]
fn waiting_ends_at_its_limits() {
    let begun = "-> agent | enqueue after-sales ";
    let ways = [
        (
            "long",
            "-> busy | \"The wait would be too long now. Please c\"",
        ),
        ("closed", "-> night | \"Nobody is here at this hour.\""),
        (
            "nobody",
            "waiting Leave(Nobody) | -> night | \"Nobody is here at this hour.\"",
        ),
    ];
    for (cue, way) in ways {
        let expected = format!("{begun} | {way} | {BYE}");
        assert_eq!(walked("waiting", &[RING, (9_000, cue)]), expected);
    }
    let waited = told(&stage("waiting", traveller()), &[RING, (590_000, "next")]).join(" | ");
    assert!(waited.ends_with(TIMED_OUT), "{waited}");
}

#[test]
fn dial_leads_on_by_what_becomes_of_the_call() {
    let begun = "-> shop | \"I will put you through to our shop.\" | dial +861060000002";
    let ways = [
        (
            "busy",
            "-> busy | \"The line is busy. Please call again.\" | ",
        ),
        (
            "no_answer",
            "-> later | \"Nobody can be reached there now.\" | ",
        ),
        (
            "failed",
            "-> later | \"Nobody can be reached there now.\" | ",
        ),
        ("talked", ""),
    ];
    for (cue, way) in ways {
        let expected = format!("{begun} | {way}{BYE}");
        assert_eq!(walked("dial", &[RING, (9_000, cue)]), expected, "{cue}");
    }
}

const BYE: &str = "-> bye | \"Goodbye.\" | hang up";
const TIMED_OUT: &str = "waiting Leave(TimedOut) | -> sorry | \"We are sorry that nobody was free.\" | -> bye | \"Goodbye.\" | hang up";

#[test]
fn queue_leads_on_when_it_is_full_left_or_talked() {
    let begun = "-> agent | \"I will find somebody for you.\" | enqueue after-sales lang.en >= 1 and refund >= 3";
    let end = "-> bye | \"Goodbye.\" | hang up";
    assert_eq!(
        walked("queue", &[RING, (9000, "full")]),
        format!("{begun} | -> busy | \"All lines are busy. Please call again.\" | {end}")
    );
    assert_eq!(
        walked("queue", &[RING, (9000, "left")]),
        format!("{begun} | {end}")
    );
    let rated = walked("queue", &[RING, (9000, "talked"), (9100, "4")]);
    assert!(
        rated.ends_with(&format!("took 4 | satisfaction scored 4 | {end}")),
        "{rated}"
    );
}

#[test]
fn set_computes_keeps_and_counts() {
    let log = walked("set", &[RING]);
    assert_eq!(
        log,
        "-> begin | vars.tier is gold | vars.fee is CNY 25.00 | vars.due is 2026-03-03T14:00:00.000Z | \
         -> told | \"You are a gold member. The fee is ¥25.00\" | \
         -> count | vars.tries is 1 | -> again | branches at `vars.tries < 3` | \
         -> count | vars.tries is 2 | -> again | branches at `vars.tries < 3` | \
         -> count | vars.tries is 3 | -> again | branches at `else` | \
         -> bye | \"I counted to 3. Goodbye.\" | hang up"
    );
}

#[test]
fn branch_takes_the_first_condition_that_holds() {
    let late = walked("branch", &[RING]);
    assert!(
        late.contains(
            "vars.delay is 90 | -> sort | branches at `known vars.delay and vars.delay >= 60`"
        ),
        "{late}"
    );
    assert!(
        late.contains("\"Your flight is late by 1 h 30 min\""),
        "{late}"
    );
    let mut order = refunded();
    assert!(
        told(&stage("branch", order.clone()), &[RING]).contains(&"branches at `else`".to_owned())
    );
    let state = ringwise::machine::prediction::order::Value::Text("refunded".to_owned());
    order.orders[0].attributes.insert("state".to_owned(), state);
    let over = told(&stage("branch", order), &[RING]);
    assert!(over.contains(&"vars.delay is absent".to_owned()));
    assert!(over.contains(&"-> over".to_owned()));
    let mut abroad = stage("branch", refunded());
    abroad.caller.number = serde_json::from_str("\"+4930123456\"").unwrap();
    assert!(told(&abroad, &[RING]).contains(&"-> abroad".to_owned()));
}

#[test]
fn time_follows_hours_holidays_and_clock_changes() {
    let table = [
        ("2026-03-27T09:00+01:00", "hours office: open | -> day"),
        ("2026-03-30T09:00+02:00", "hours office: open | -> day"),
        ("2026-03-30T09:00+01:00", "hours office: open | -> day"),
        (
            "2026-03-30T08:59+02:00",
            "hours office: closed | -> night | hours hotline: closed | -> shut",
        ),
        (
            "2026-10-25T02:30+02:00",
            "hours office: closed | -> night | hours hotline: open | -> emergency",
        ),
        (
            "2026-10-25T02:30+01:00",
            "hours office: closed | -> night | hours hotline: open | -> emergency",
        ),
        ("2026-12-24T11:00+01:00", "hours office: open | -> day"),
        (
            "2026-12-24T14:00+01:00",
            "hours office: a holiday | -> holiday",
        ),
        (
            "2026-12-25T10:00+01:00",
            "hours office: a holiday | -> holiday",
        ),
    ];
    for (moment, expected) in table {
        let mut stage = stage("time", traveller());
        let start: jiff::Timestamp = moment.parse().unwrap();
        stage.start = Wall::from_ms(start.as_millisecond());
        let log = told(&stage, &[RING]).join(" | ");
        assert!(log.starts_with(expected), "{moment}: {log}");
    }
}

#[test]
fn survey_takes_scores_within_its_scale() {
    let log = walked("survey", &[RING, (100, "9"), (200, "5"), (300, "0")]);
    assert!(log.contains("took 9 | \"Please press a key from 1 to 5.\" | took 5 | friendliness scored 5 | -> recommend"), "{log}");
    assert!(
        log.contains("took 0 | recommend scored 0 | -> thanks"),
        "{log}"
    );
    assert!(walked("survey", &[RING]).ends_with("-> bye | \"Goodbye.\" | hang up"));
}

#[test]
fn tag_marks_the_contact_for_the_seat() {
    let log = walked("tag", &[RING]);
    let expected = "-> campaign | marked as spring-sale | marked as from-letter | -> agent | enqueue after-sales ";
    assert_eq!(log, expected);
}

#[test]
fn subflow_is_walked_with_its_arguments_and_returns() {
    let cues = [
        RING,
        (100, "101"),
        (200, "2"),
        (300, "202"),
        (400, "1"),
        (500, "4"),
        (600, "1"),
    ];
    let steps: Vec<String> = told(&stage("subflow", traveller()), &cues)
        .into_iter()
        .filter(|line| line.starts_with("->") || line.starts_with("\"You"))
        .collect();
    let expected = [
        "-> room",
        "-> check_room",
        "-> check_room/ask",
        "\"You entered 101. If that is right, press\"",
        "-> room",
        "-> check_room",
        "-> check_room/ask",
        "\"You entered 202. If that is right, press\"",
        "-> guests",
        "-> check_guests",
        "-> check_guests/ask",
        "\"You entered 202. If that is right, press\"",
        "-> bye",
    ];
    assert_eq!(steps, expected);
}

#[test]
fn hangup_says_its_last_words_to_the_end() {
    assert_eq!(
        walked("hangup", &[RING, (100, "1")]),
        "-> bye | \"This line is no longer in use.\" | hang up"
    );
}

#[test]
fn services_may_do_what_they_like_and_the_dialplan_goes_on() {
    let bank = travel_bank();
    let around = Surroundings::new(None, [&bank]);
    for (name, tests) in [("service", 6), ("call", 11)] {
        let text = file(&format!("examples/dialplans/{name}.yaml"));
        let checked = check::check(&text, &around).unwrap();
        let scene = Scene {
            bank: &bank,
            model: &Model::default(),
            phrasebook: &Phrasebook::default(),
            zone: &jiff::tz::TimeZone::UTC,
        };
        let suite = suite::run(scene, &Arc::new(checked.script), &checked.cases);
        assert_eq!(
            (suite.tests, suite.passed),
            (tests, tests),
            "{:#?}",
            suite.faults
        );
        assert_eq!(suite.coverage.steps_missed, [""; 0]);
    }
}
