//! What other files would have made of recorded calls.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ringwise::call::effect::Answer;
use ringwise::call::effect::Question;
use ringwise::call::fact::Recorded;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::driver::journal::writer::Journal;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::diff;
use ringwise::face::cli::ending::Ending;
use serde_json::Value;

use crate::release_works;
use crate::release_works::DIALPLAN;
use crate::release_works::Works;
use crate::release_works::config;
use crate::settlement;
use crate::settlement::Settlement;
use crate::stage;

const ANSWERS: Answering = Answering::After(Duration::from_secs(2));

/// A journal with these facts.
fn write(dir: &Path, facts: &[Recorded]) {
    let database = dir.join("data/ringwise.db");
    let mut journal = Journal::open(&database, Vec::new(), Box::new(|| ())).unwrap();
    for fact in facts {
        journal.append(Box::new(fact.clone()));
    }
    journal.close();
}

/// What `ringwise diff` prints.
fn told(dir: &Path, (old, new): (&str, &str), json: bool) -> (Ending, String) {
    let options = diff::Options {
        old: Some(old.to_owned()),
        new: Some(new.to_owned()),
        calls: 1_000,
        config: ConfigChoice {
            config: Some(dir.join("ringwise.toml")),
        },
        json,
    };
    let mut out = Vec::new();
    let ending = diff::run(&options, &mut out).unwrap();
    (ending, String::from_utf8(out).unwrap())
}

/// Nine callers: three press 1, three press 2 and then hang up, three only listen.
fn recorded(test: &str) -> Works {
    let wish = settlement::Wish::small(vec![ANSWERS; 1], 9);
    let (works, mut town) = Works::open(test, &config(&["sales"], 1), wish);
    town.open();
    for (at, caller) in town.callers.clone().into_iter().enumerate() {
        town.dial(0, caller);
        match at % 3 {
            0 => town.tell(2_500, caller, PhoneCommand::Press('1')),
            1 => town.tell(2_500, caller, PhoneCommand::Press('2')),
            _ => {}
        }
        town.tell(9_000, caller, PhoneCommand::HangUp);
        town.pass(30_000);
    }
    town.pass(60_000);
    write(&works.dir, &town.town.facts);
    works
}

#[test]
fn the_same_files_change_nothing_and_walk_as_recorded() {
    let works = recorded("diff-same");
    let (ending, text) = told(&works.dir, ("1", "files"), false);
    assert_eq!(ending, Ending::Fine);
    assert_eq!(
        text,
        "none of 9 calls would change from 1 to files\n9 of them walk through 1 as they were recorded\n"
    );
}

#[test]
fn what_would_change_is_counted_in_words() {
    let works = recorded("diff-words");
    let survey = "  offer:\n    menu: { en: \"Press 9 for an offer.\" }\n    keys: { \"9\": bye }\n    \
                  key_timeout: 3s\n    retries: 0\n    goto: { no_input: agent }\n  agent:\n";
    let text = DIALPLAN
        .replace("\"1\": agent", "\"1\": offer")
        .replace("\"2\": words", "\"2\": bye")
        .replace(
            "  words: { say: { en: \"These are the first words.\" }, goto: topics }\n",
            "",
        )
        .replace("  agent:\n", survey);
    works.write("dialplans/hotline.yaml", &text);
    let (_, text) = told(&works.dir, ("1", "files"), false);
    assert_eq!(
        text,
        "6 of 9 calls would change from 1 to files\n\
         \x20 3 would no longer hang up (6 did)\n\
         \x20 3 would no longer reach `words` (3 did)\n\
         \x20 3 would now be hung up on by the dialplan (none did)\n\
         \x20 3 would now reach `bye` (none did)\n\
         \x20 3 would now reach `offer` (none did)\n\
         9 of them walk through 1 as they were recorded\n"
    );
    let (_, json) = told(&works.dir, ("1", "files"), true);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["compared"], &json["changed"]),
        (&9.into(), &6.into())
    );
    let calls = json["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 6);
    let queued = calls
        .iter()
        .filter(|one| one["new"]["end"]["queue"] == "sales");
    assert_eq!(
        queued.count(),
        3,
        "who never met the offer goes on by silence"
    );
}

#[test]
fn longer_words_do_not_swallow_the_keys_that_were_pressed_after_them() {
    let works = recorded("diff-longer");
    let long = "Welcome to the first. We are glad that you call us today, and have a lot to tell you before you choose.";
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("Welcome to the first.", long),
    );
    let (_, text) = told(&works.dir, ("1", "files"), false);
    assert!(text.starts_with("none of 9 calls"), "{text}");
}

#[test]
fn a_number_that_nobody_answers_any_more_is_told() {
    let works = recorded("diff-number");
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("10101234", "10105678"),
    );
    let (_, text) = told(&works.dir, ("1", "files"), false);
    assert!(
        text.contains("9 would now be answered by no dialplan"),
        "{text}"
    );
    let (_, text) = told(&works.dir, ("files", "1"), false);
    assert_eq!(text, "no recorded call can be walked through files\n");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let works = recorded("diff-wrong");
    assert_eq!(told(&works.dir, ("7", "files"), false).0, Ending::Input);
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("goto: bye", "goto: bey"),
    );
    works.write(
        "dialplans/hotline.yaml",
        &DIALPLAN.replace("full: bye", "full: bey"),
    );
    assert_eq!(told(&works.dir, ("1", "files"), false).0, Ending::Input);
}

/// Known callers of the shipped hotline, whose keys are as they come.
#[test]
fn the_shipped_hotline_is_walked_again_as_it_was_recorded() {
    let world: ringwise::driver::simulated::town::World = Box::new(|question| {
        let answer = match question {
            Question::Orders(_) => Answer::Orders(Ok(stage::traveller())),
            Question::Service { .. } => Answer::Service(Ok(String::new())),
            Question::Speak { .. } => Answer::Speak(None),
            Question::KeepMessage { .. } => Answer::Kept(Ok(())),
        };
        Some((Duration::from_millis(40), answer))
    });
    let mut wish = settlement::Wish::small(vec![ANSWERS; 2], 24);
    wish.world = world;
    let mut town = Settlement::new(wish);
    town.open();
    let keys = ["1", "2", "3", "#", "0", "*1", "2#1", "", "111", "9"];
    for (at, caller) in town.callers.clone().into_iter().enumerate() {
        town.dial(0, caller);
        for (nth, key) in keys[at % keys.len()].chars().enumerate() {
            let after = 9_000 + at as u64 * 1_700 + nth as u64 * 6_500;
            town.tell(after, caller, PhoneCommand::Press(key));
        }
        town.tell(75_000 + at as u64 * 900, caller, PhoneCommand::HangUp);
        town.pass(90_000 + at as u64 * 900);
    }
    town.pass(60_000);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("works-diff-travel");
    let _nothing_there = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("data")).unwrap();
    release_works::write_config_of(&dir, &dir.join("data"), root);
    write(&dir, &town.town.facts);
    let (_, json) = told(&dir, (&root.display().to_string(), "files"), true);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["compared"], &json["changed"]),
        (&24.into(), &0.into()),
        "{json}"
    );
    assert_eq!(json["as_recorded"], 24, "{json}");
    let answered = json["answers"].as_object().unwrap().len();
    assert!(answered >= 2, "{}", json["answers"]);
}
