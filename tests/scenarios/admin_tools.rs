//! The admin's commands as they are typed: check, try, draw.

use std::path::PathBuf;
use std::time::Duration;

use ringwise::face::cli::check;
use ringwise::face::cli::config_choice::ConfigChoice;
use ringwise::face::cli::draw;
use ringwise::face::cli::ending::Ending;
use ringwise::face::cli::trial;
use ringwise::face::cli::trial_ground;
use serde_json::Value;

const TRAVEL: &str = "dialplans/travel.yaml";

fn options(caller: &str, keys: &str) -> trial::Options {
    trial::Options {
        dialplan: PathBuf::from(TRAVEL),
        caller: Some(caller.to_owned()),
        called: None,
        keys: Some(keys.parse().unwrap()),
        lang: Some("en".parse().unwrap()),
        at: None,
        fail: Vec::new(),
        wav: None,
        fast: true,
        config: ConfigChoice::default(),
    }
}

fn tried(options: &trial::Options, typed: &str) -> String {
    let mut out = Vec::new();
    let ending = trial::run(options, || typed.as_bytes(), &mut out).unwrap();
    assert_eq!(ending, Ending::Fine);
    String::from_utf8(out).unwrap()
}

/// All of these, in this order.
fn has(told: &str, parts: &[&str]) {
    let mut rest = told;
    for part in parts {
        let found = rest.split_once(part);
        rest = found
            .unwrap_or_else(|| panic!("{part} is missing in\n{told}"))
            .1;
    }
}

#[test]
fn a_trial_tells_words_with_their_recorded_lengths() {
    let told = tried(&options("13800000001", "1,hangup"), "");
    has(
        &told,
        &[
            "travel is called by +8613800000001 on 10101234",
            "looks up the orders of +8613800000001",
            "-> hello",
            "says (2.6 s, en) Hello, and welcome to Qicheng Travel.",
            "finds 1 order",
            "[1]",
            "the caller asks flight_delay_status",
            "-> answer",
            "the caller hangs up",
        ],
    );
}

#[test]
fn a_trial_of_a_number_that_the_dialplan_does_not_answer_says_so() {
    let mut options = options("13800000001", "hangup");
    options.called = Some("999".to_owned());
    let told = tried(&options, "");
    let note = "note: a centre would not lead 999 here: travel answers ";
    assert!(told.starts_with(note), "{told}");
    options.called = Some("10101234".to_owned());
    assert!(!tried(&options, "").contains("note:"));
}

#[test]
fn a_trial_travels_in_time_and_lets_look_ups_fail() {
    let mut options = options("13800000001", "0");
    options.at = Some("2026-12-25T09:00".parse().unwrap());
    options.fail = vec!["orders=timeout".parse().unwrap()];
    let told = tried(&options, "");
    has(
        &told,
        &[
            "Friday 2026-12-25 09:00 CST",
            "comforts",
            "gives up the look-up",
            "-> products",
            "waits in after-sales",
        ],
    );
    options.fail = vec!["orders=failed".parse().unwrap()];
    has(
        &tried(&options, ""),
        &["finds nothing: the source failed", "-> products"],
    );
    for wrong in ["orders", "orders=slow", "queue=full", "orders=-1s"] {
        assert!(wrong.parse::<trial_ground::Failing>().is_err(), "{wrong}");
    }
}

#[test]
fn a_trial_takes_lines_of_keys_and_shows_what_is_known() {
    let mut options = options("13800000004", "");
    options.keys = None;
    let told = tried(&options, "v\nx\n?\n1\n4004\n0\nfull\n");
    has(
        &told,
        &[
            "keys (none: silence, ?: help)>",
            "language en",
            "customer Chen Jing, 1 orders",
            "refund_amount: 1280.5",
            "likely",
            "the caller has not proved who they are",
            "\"x\" is neither keys",
            "hangs up",
            "the caller asks refund_progress",
            "takes ****",
            "the caller is who they say",
            "waits in after-sales",
            "queue (full, left, q)>",
            "the queue is full",
            "-> busy",
            "hangs up",
        ],
    );
}

#[test]
fn a_trial_writes_what_the_caller_heard() {
    let path = std::env::temp_dir().join(format!("ringwise-try-{}.wav", std::process::id()));
    let mut options = options("13800000001", "w2,0");
    options.wav = Some(path.clone());
    let told = tried(&options, "");
    let mut wav = hound::WavReader::open(&path).unwrap();
    let spec = wav.spec();
    assert_eq!((spec.sample_rate, spec.channels), (8_000, 1));
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    let length = Duration::from_millis(samples.len() as u64 / 8);
    // Two seconds of the greeting until key 0, then the words of the queue.
    assert!(
        length > Duration::from_secs(4) && length < Duration::from_secs(12),
        "{length:?}"
    );
    let loud = |from: usize| {
        samples[from..from + 8_000]
            .iter()
            .any(|sample| sample.abs() > 1_000)
    };
    assert!(loud(4_000) && loud(samples.len() - 16_000));
    assert!(told.contains("s of sound"), "{told}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_check_tells_programs_what_it_tells_people() {
    let options = check::Options {
        paths: vec![PathBuf::from(TRAVEL)],
        coverage: true,
        json: true,
        ..check::Options::default()
    };
    let mut out = Vec::new();
    assert_eq!(check::run(&options, &mut out).unwrap(), Ending::Fine);
    let told: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(told["ok"], true);
    let suite = &told["tests"][0];
    assert_eq!(suite["tests"], suite["passed"]);
    assert!(suite["tests"].as_u64().unwrap() >= 15);
    let missed = suite["steps_missed"].as_array().unwrap().len() as u64;
    assert!(
        missed <= 1 && suite["steps"].as_u64().unwrap() >= 22,
        "{suite}"
    );
    let people = check::Options {
        json: false,
        ..options
    };
    let mut out = Vec::new();
    check::run(&people, &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    has(
        &told,
        &[
            "tests passed; they walk",
            "no test leaves",
            "1 file checked, no faults",
        ],
    );
}

#[test]
fn a_drawing_goes_to_a_file_or_out() {
    let path = std::env::temp_dir().join(format!("ringwise-draw-{}.svg", std::process::id()));
    let mut options = draw::Options {
        dialplan: PathBuf::from(TRAVEL),
        output: Some(path.clone()),
        records: None,
        config: ConfigChoice::default(),
    };
    let mut out = Vec::new();
    assert_eq!(draw::run(&options, &mut out).unwrap(), Ending::Fine);
    let drawn = std::fs::read_to_string(&path).unwrap();
    assert!(drawn.starts_with("<svg ") && drawn.contains("<g id=\"welcome\""));
    std::fs::remove_file(&path).unwrap();
    options.output = None;
    let mut out = Vec::new();
    draw::run(&options, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), drawn);
    options.dialplan = PathBuf::from("banks/travel.yaml");
    assert_eq!(draw::run(&options, &mut Vec::new()).unwrap(), Ending::Input);
}
