//! The shipped hotline, walked: every ladder a caller may climb.

use std::time::Duration;

use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::vocabulary::language::Language;

use crate::stage::Stage;
use crate::stage::file;
use crate::stage::only;
use crate::stage::refunded;
use crate::stage::traveller;

const WAYS: [&str; 5] = ["->", "chose", "verified", "enqueue", "hang up"];

#[test]
fn the_predicted_question_is_answered_by_one_key() {
    let log = Stage::travel(traveller()).play(&[(100, "ring"), (12_000, "1")], 100_000);
    let expected = [
        "-> welcome",
        "-> hello",
        "-> orders",
        "-> guess",
        "chose flight_delay_status at 1",
        "-> answer",
        "-> more",
        "-> bye",
        "hang up",
    ];
    assert_eq!(only(&log, &WAYS), expected, "{}", log.join("\n"));
    let answered = only(&log, &["answered"]);
    assert_eq!(answered, ["answered flight_delay_status true"]);
}

#[test]
fn orders_are_asked_for_at_the_invite_and_the_greeting_waits_for_nobody() {
    let log = Stage::travel(traveller()).play(&[(100, "ring")], 5_000);
    let begins = ["     0 look up 1 +8613800001234", "    20 found 1 Ok(1)"];
    assert_eq!(log[..2], begins);
    assert_eq!(log[2], "   100 -> welcome");
    assert_eq!(only(&log, &["forget", "filler"]), [""; 0]);
}

#[test]
fn private_answers_are_for_callers_who_prove_it() {
    let cues = [
        (100, "ring"),
        (12_000, "1"),
        (30_000, "9999"),
        (40_000, "0815"),
    ];
    let log = Stage::travel(refunded()).play(&cues, 45_000);
    let expected = [
        "-> welcome",
        "-> hello",
        "-> orders",
        "-> guess",
        "chose refund_progress at 1",
        "-> answer",
        "-> verify",
        "verified false 1",
        "verified true 2",
        "-> answer",
    ];
    assert_eq!(only(&log, &WAYS), expected, "{}", log.join("\n"));
    assert_eq!(only(&log, &["took"]), ["took 1", "took ****", "took ****"]);
}

#[test]
fn three_wrong_proofs_lead_to_a_person() {
    let cues = [
        (100, "ring"),
        (12_000, "1"),
        (30_000, "1111"),
        (40_000, "2222"),
        (50_000, "3333"),
    ];
    let log = Stage::travel(refunded()).play(&cues, 90_000);
    let expected = [
        "-> verify",
        "verified false 1",
        "verified false 2",
        "verified false 3",
        "-> not_verified",
        "-> agent",
        "enqueue after-sales lang.en >= 1 and refund >= 1",
    ];
    assert_eq!(only(&log, &WAYS)[6..], expected, "{}", log.join("\n"));
}

#[test]
fn an_order_number_that_found_the_caller_proves_nothing() {
    let mut stage = Stage::travel(refunded());
    stage.caller.number = None;
    let cues = [(100, "ring"), (9_000, "0815"), (25_000, "1")];
    let log = stage.play(&cues, 90_000);
    let expected = [
        "-> welcome",
        "-> hello",
        "-> orders",
        "-> ask_order",
        "-> by_order",
        "-> guess",
        "chose refund_progress at 1",
        "-> answer",
        "-> verify",
        "-> not_verified",
        "-> agent",
        "enqueue after-sales lang.en >= 1 and refund >= 1",
    ];
    assert_eq!(only(&log, &WAYS), expected, "{}", log.join("\n"));
    assert_eq!(only(&log, &["look up"]), ["look up 1 …0815"]);
}

#[test]
fn zero_leads_to_a_person_from_everywhere() {
    for at_ms in [300, 4_000, 9_000, 14_000, 30_000] {
        let cues = [(100, "ring"), (at_ms, "0")];
        let log = Stage::travel(traveller()).play(&cues, 60_000);
        let last = only(&log, &["enqueue"]);
        assert_eq!(last, ["enqueue after-sales lang.en >= 1"], "at {at_ms}");
    }
}

#[test]
fn silence_leads_to_a_person_after_two_repetitions() {
    let log = Stage::travel(traveller()).play(&[(100, "ring")], 400_000);
    assert_eq!(only(&log, &["enqueue"]).len(), 1);
    let intro = log
        .iter()
        .filter(|line| line.contains("Looking at your"))
        .count();
    assert_eq!(intro, 1, "{}", log.join("\n"));
    let last = log
        .iter()
        .filter(|line| line.contains("For anything else"))
        .count();
    assert_eq!(last, 3);
}

#[test]
fn keys_before_a_predicted_menu_are_dropped_and_kept_for_a_fixed_one() {
    let cues = [(100, "ring"), (500, "1"), (12_000, "#")];
    let log = Stage::travel(traveller()).play(&cues, 14_000);
    assert_eq!(only(&log, &["took"]), ["took #"]);
    assert_eq!(only(&log, &["->"]).last().unwrap(), "-> products");

    let mut stage = Stage::travel(traveller());
    stage.source.result = Err(LookupFailure::Failed);
    let log = stage.play(&[(100, "ring"), (500, "14")], 9_000);
    let expected = [
        "-> welcome",
        "-> hello",
        "-> orders",
        "-> products",
        "-> flights",
    ];
    assert_eq!(only(&log, &WAYS)[..5], expected, "{}", log.join("\n"));
    assert_eq!(only(&log, &["chose"]), ["chose change_progress at 4"]);
}

#[test]
fn a_caller_of_unknown_language_may_choose_english() {
    let mut stage = Stage::travel(traveller());
    stage.caller.language = None;
    let log = stage.play(&[(100, "ring"), (1_000, "2")], 1_200);
    assert_eq!(only(&log, &["->"]), ["-> welcome", "-> hello"]);
    assert!(log.last().unwrap().contains("say"), "{}", log.join("\n"));
    let hello = log.iter().any(|line| line.contains("Hello, and welcome"));
    assert!(hello, "{}", log.join("\n"));

    let log = stage.play(&[(100, "ring")], 30_000);
    assert_eq!(
        only(&log, &["->"])[..3],
        ["-> welcome", "-> orders", "-> guess"]
    );
    assert!(log.iter().any(|line| line.contains("根据您的订单")));
    assert_eq!(stage.script.language(), Language::Mandarin);
}

#[test]
fn a_full_queue_ends_with_words() {
    let cues = [(100, "ring"), (12_000, "0"), (30_000, "full")];
    let log = Stage::travel(traveller()).play(&cues, 90_000);
    let expected = [
        "-> agent",
        "enqueue after-sales lang.en >= 1",
        "-> busy",
        "-> bye",
        "hang up",
    ];
    assert_eq!(only(&log, &WAYS)[4..], expected, "{}", log.join("\n"));
}

/// The source hangs for 30 s and then answers: greeting at once, comfort, the fixed menu, no
/// silence of 1.5 s, and the answer is only a fact.
#[test]
fn a_hanging_source_costs_the_caller_one_comfort_phrase() {
    let mut stage = Stage::travel(traveller());
    stage.source.after = Duration::from_secs(30);
    let log = stage.play(&[(100, "ring")], 31_000);
    let begins = [
        "     0 look up 1 +8613800001234",
        "   100 -> welcome",
        "   100 -> hello",
    ];
    assert_eq!(log[..3], begins);
    assert_eq!(
        only(&log, &["filler", "forget", "found", "late"]),
        [
            "filler Nothing",
            "forget 1",
            "found 1 Err(Timeout)",
            "late 1",
        ]
    );
    assert_eq!(
        only(&log, &["->"]),
        ["-> welcome", "-> hello", "-> orders", "-> products"]
    );
    let menu = log.iter().position(|line| line.ends_with("-> products"));
    let until_menu = &log[..menu.unwrap() + 3];
    assert!(longest_silence_ms(until_menu) < 1_500, "{}", log.join("\n"));
}

/// A source that fails at once is noticed before the greeting ends: no comfort, no silence.
#[test]
fn a_source_that_resets_leads_to_the_fixed_menu_at_once() {
    let mut stage = Stage::travel(traveller());
    stage.source.result = Err(LookupFailure::Failed);
    let log = stage.play(&[(100, "ring")], 8_000);
    assert_eq!(
        only(&log, &["->"]),
        ["-> welcome", "-> hello", "-> orders", "-> products"]
    );
    assert_eq!(only(&log, &["filler"]), [""; 0]);
}

/// The longest time between the end of words and the next words.
fn longest_silence_ms(log: &[String]) -> u64 {
    let time = |line: &String| -> u64 { line.split_whitespace().next().unwrap().parse().unwrap() };
    let mut longest = 0;
    let mut since = None;
    for line in log {
        if line.ends_with("silence") {
            since = Some(time(line));
        } else if line.contains(" say ") || line.contains(" filler ") {
            longest = longest.max(since.take().map_or(0, |since| time(line) - since));
        }
    }
    longest
}

#[test]
fn what_must_be_recorded_is_listed() {
    let stage = Stage::travel(traveller());
    let listed = file("prompts/literals.dialplan.csv");
    let mut listed: Vec<String> = listed.lines().skip(1).map(str::to_owned).collect();
    let literals = stage.script.literals().into_iter();
    let mut spoken: Vec<String> = literals
        .map(|(id, language, text)| {
            let text = if text.contains(',') {
                format!("\"{text}\"")
            } else {
                text
            };
            format!("{id},{language},{text},sentence")
        })
        .collect();
    listed.sort();
    spoken.sort();
    assert_eq!(listed, spoken);
}
