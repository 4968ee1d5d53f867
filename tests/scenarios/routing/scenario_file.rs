//! What a scenario file may say, and what is told of one that cannot be meant so.

use ringwise::machine::acd::policy::Policy;
use ringwise::machine::simulation::day;
use ringwise::machine::simulation::figure::Figure;
use ringwise::machine::simulation::figure::GroupFigure;
use ringwise::machine::simulation::figure::Whom;
use ringwise::machine::simulation::log::End;
use ringwise::machine::simulation::reading::scenario as scenario_file;
use ringwise::machine::simulation::traffic;
use ringwise::vocabulary::fault::FaultyFile;

use crate::routing::example;
use crate::routing::played;
use crate::routing::scenario;

const TALKS: &str = "talk_s\n60\n120\n";
const CALLS: &str = "type,at,talk_s\na,08:00:00,300\na,08:01:00,300\na,08:02:00,60\n";

fn files(name: &str) -> Result<String, String> {
    match name {
        "talks.csv" => Ok(TALKS.to_owned()),
        "calls.csv" => Ok(CALLS.to_owned()),
        _ => Err("cannot be read: not there".to_owned()),
    }
}

/// What is wrong, one line each.
fn refused(text: &str) -> Vec<String> {
    let faults = scenario_file::read(text, &files).unwrap_err();
    let file = FaultyFile {
        name: "s.yaml".to_owned(),
        text: text.to_owned(),
        faults,
    };
    file.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn each_mistake_is_told_at_its_place() {
    let text = "scenario: x
day: { from: 08:00, to: 10:00, period: 1h }
polcy: auto
queues:
  - { name: q, policy: fifo, service_level: 20s, need: \"refnd >= 3\" }
types:
  - { name: a, arrivals: { rate: 4.2 }, talk: { exponental: 2m }, priority: -2147483648 }
  - { name: b, queue: q, arrivals: { rate: [1/m, 2/m, 3/m] }, talk: { empirical: t.csv } }
groups:
  - { name: g, seats: 3, queues: [q, r], skills: { refund: 11 } }
";
    let expected = [
        "s.yaml:3:1: unknown key `polcy` (did you mean `policy`?)",
        "s.yaml:5:24: `policy` is `fifo` (expected one of",
        "s.yaml:5:45: `service_level` is 20s",
        "s.yaml:5:57: no seat has a skill called `refnd` (did you mean `refund`?)",
        "s.yaml:7:5: no queue is called `a` (name the queue of this type: queue: NAME)",
        "s.yaml:7:34: `rate` is 4.2 (rates are written 4.2/m or 250/h)",
        "s.yaml:7:49: no distribution is called `exponental` (did you mean `exponential`?)",
        "s.yaml:7:77: this is no priority",
        "s.yaml:8:44: `rate` has 3 values, the day 2 periods",
        "s.yaml:8:82: t.csv: cannot be read: not there",
        "s.yaml:10:38: no queue is called `r`",
        "s.yaml:10:60: a skill's level is 11",
    ];
    let told = refused(text);
    assert_eq!(told.len(), expected.len(), "{}", told.join("\n"));
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
}

#[test]
fn what_only_the_whole_shows_is_told_too() {
    let told = refused(
        "scenario: x
day: {}
types:
  - { name: a, arrivals: { rate: 1/m }, talk: 2m }
  - { name: a, arrivals: { rate: 1/m }, talk: 2m }
  - { name: b, arrivals: { rate: 1/m }, talk: 2m, choice: lot }
groups:
  - { name: g, seats: 201, queues: [a] }
",
    );
    assert!(told[0].contains("two are called `a`"), "{told:?}");
    let told = refused(
        "scenario: x
day: {}
types:
  - { name: a, arrivals: { rate: 1/m }, talk: 2m }
  - { name: b, arrivals: { rate: 1/m }, talk: 2m, choice: lot }
groups:
  - { name: g, seats: 201, queues: [a] }
",
    );
    assert!(
        told[0].contains("201 seats, at most 200 with `choice: lot`"),
        "{told:?}"
    );
    assert!(
        told[1].contains("no group serves the queue of type `b`"),
        "{told:?}"
    );
    let told = refused(
        "scenario: x
day: {}
queues:
  - { name: a }
  - { name: b, policy: priority }
types:
  - { name: t, queue: a, arrivals: { rate: 1/m }, talk: 2m }
groups:
  - { name: g, seats: 2, queues: [a] }
  - { name: h, seats: 2, queues: [a, b] }
",
    );
    assert!(
        told[0]
            .contains("`b` has policy priority and shares seats with `a`, which has policy auto"),
        "{told:?}"
    );
}

#[test]
fn what_could_not_be_meant_is_told() {
    let told = refused(
        "scenario: x
day: { from: 08:00, to: 10:00, period: 1ms }
queues:
  - { name: a, need: \"refund >= 4\" }
  - { name: b, steps: [{}, { need: \"refund >= 1\", for: 20s }] }
types:
  - { name: a, arrivals: { replay: calls.csv, rate: 1/m }, talk: 2m }
  - { name: b, arrivals: { replay: calls.csv }, talk: 2m }
  - { name: z, queue: a, arrivals: { replay: calls.csv }, talk: 2m }
groups:
  - { name: g, seats: 3, queues: [a, a, b], skills: { refund: 3 } }
  - { name: h, shifts: [], queues: [b] }
",
    );
    let expected = [
        "s.yaml:2:40: `period` is 1ms (times are written",
        "s.yaml:5:28: no call comes to this step (the step before it has no end",
        "s.yaml:7:53: `arrivals` has `rate` or `replay`, not both",
        "s.yaml:8:36: calls.csv: none of its rows is of type `b`",
        "s.yaml:9:46: calls.csv: none of its rows is of type `z`",
        "s.yaml:11:38: `queues` names `a` twice",
        "s.yaml:12:24: a group without shifts never has a seat",
    ];
    assert_eq!(told.len(), expected.len(), "{}", told.join("\n"));
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
    let told = refused(
        "scenario: x
day: {}
queues: [{ name: a, need: \"refund >= 4\" }]
types: [{ name: a, arrivals: { rate: 1/m }, talk: 2m }]
groups: [{ name: g, seats: 3, queues: [a], skills: { refund: 3 } }]
",
    );
    let none = "no group that serves the queue of type `a` meets its need";
    assert!(told[0].contains(none), "{told:?}");
    let told = refused("scenario: x\nbusyness: .nan\n");
    assert!(
        told[0].contains("`.nan` and `.inf` are no numbers"),
        "{told:?}"
    );
}

#[test]
fn arrivals_are_replayed_and_a_shift_ends_after_its_last_talk() {
    let text = "scenario: x
day: { from: 08:00, to: 09:00 }
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: { empirical: talks.csv } }
groups:
  - { name: g, shifts: [{ from: 08:00, to: 08:03, seats: 1 }, { from: 08:10, to: 09:00, seats: 1 }], queues: [a] }
";
    let scenario = scenario_file::read(text, &files).unwrap();
    let calls = traffic::calls(&scenario, (1, 0), &|| false).unwrap();
    let log = day::play(&scenario, None, calls, (1, 0), &|| false).unwrap();
    let waits: Vec<(f64, End)> = log
        .attempts
        .iter()
        .map(|one| (one.waited, one.end))
        .collect();
    // The seat that talks from 08:00 to 08:05 goes then; the next comes at 08:10.
    assert_eq!(
        waits,
        [
            (0.0, End::Served(0)),
            (9.0, End::Served(0)),
            (13.0, End::Served(0))
        ]
    );
    assert!(
        (log.there[0].counted - 55.0).abs() < 1e-6,
        "{}",
        log.there[0].counted
    );
    assert!((log.busy[0].counted - 11.0).abs() < 1e-6);
    assert!((log.waiting[0].counted - 22.0).abs() < 1e-6);
}

#[test]
fn the_close_turns_away_who_waits_and_lines_that_are_taken_block() {
    let text = "scenario: x
day: { from: 08:00, to: 08:04, end: close }
lines: 2
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: 1m }
groups:
  - { name: g, seats: 1, queues: [a] }
";
    let scenario = scenario_file::read(text, &files).unwrap();
    let calls = traffic::calls(&scenario, (1, 0), &|| false).unwrap();
    let log = day::play(&scenario, None, calls, (1, 0), &|| false).unwrap();
    let ends: Vec<End> = log.attempts.iter().map(|one| one.end).collect();
    assert_eq!(ends, [End::Served(0), End::Blocked, End::TurnedAway]);
    assert!((log.attempts[2].waited - 3.0).abs() < 1e-9);
    assert!((log.busy[0].to_the_end - 5.0).abs() < 1e-6);
}

/// Whoever hangs up at once calls again as often as is said.
#[test]
fn those_who_leave_call_again() {
    let text = "scenario: x
day: { from: 08:00, to: 18:00 }
types:
  - name: a
    arrivals: { rate: 10/m }
    talk: 1m
    at_once: 100 %
    again: { left: 50 %, after: { constant: 1m } }
groups:
  - { name: g, seats: 0, queues: [a] }
";
    let study = played(scenario(text), &[None], 3);
    let of = |figure| study.runs[0].figure(figure, Whom::All).unwrap().value;
    let (offered, again) = (of(Figure::Offered), of(Figure::Again));
    assert!((again / offered - 0.5).abs() < 0.02, "{again} of {offered}");
    assert!((of(Figure::Abandonment) - 1.0).abs() < 1e-12);
    assert!(of(Figure::Wait).abs() < 1e-9);
}

/// Erlang C of 8 seats with 5 erlangs: a contact waits with probability .167, 10.04 s on average.
#[test]
fn the_formula_of_erlang_is_met() {
    let text = "scenario: x
day: { from: 00:00, to: 20:00, warm_up: 1h }
types:
  - { name: a, arrivals: { rate: 100/h }, talk: { exponential: 180s } }
groups:
  - { name: g, seats: 8, queues: [a] }
";
    let study = played(scenario(text), &[Some(Policy::Auto)], 40);
    let run = &study.runs[0];
    let within = |figure, expected: f64| {
        let got = run.figure(figure, Whom::All).unwrap();
        let half = got.half.unwrap();
        assert!(
            (got.value - expected).abs() < 1.6 * half,
            "{figure:?} {got:?}"
        );
        assert!(half < 0.2 * expected, "{figure:?} {got:?}");
    };
    within(Figure::SpeedOfAnswer, 10.036);
    within(Figure::ServiceLevel, 0.880_148);
    within(Figure::Queue, 0.278_78);
    let occupancy = run.group_figure(GroupFigure::Occupancy, Some(0)).unwrap();
    assert!((occupancy.value - 0.625).abs() < 0.01, "{occupancy:?}");
}

#[test]
fn policies_meet_the_same_callers() {
    let policies = [Some(Policy::LongestWait), Some(Policy::Auto)];
    let study = played(example("n-design.yaml"), &policies, 2);
    let [fifo, auto] = &study.runs[..] else {
        panic!()
    };
    let offered = fifo.difference(auto, Figure::Offered, Whom::All).unwrap();
    assert_eq!((offered.value, offered.half), (0.0, Some(0.0)));
    let cost = fifo.difference(auto, Figure::Cost, Whom::All).unwrap();
    assert!(cost.value < 0.0, "{cost:?}");
    let again = played(example("n-design.yaml"), &policies, 2);
    assert_eq!(study.runs[1].days, again.runs[1].days);
}
