//! What a day that is played does with shifts, lots and who is never answered.

use std::cell::Cell;

use ringwise::machine::acd::policy::Policy;
use ringwise::machine::simulation::day;
use ringwise::machine::simulation::log::End;
use ringwise::machine::simulation::log::Log;
use ringwise::machine::simulation::reading::scenario as scenario_file;
use ringwise::machine::simulation::scenario::Scenario;
use ringwise::machine::simulation::stop::Stop;
use ringwise::machine::simulation::study::Study;
use ringwise::machine::simulation::tally::Tally;
use ringwise::machine::simulation::traffic;

use crate::routing::example;
use crate::routing::played;
use crate::routing::scenario;

/// The first day of a scenario whose calls come at these moments.
fn day_of(text: &str, calls: &str) -> Log {
    let files = |_: &str| Ok(calls.to_owned());
    let scenario = scenario_file::read(text, &files).unwrap();
    let calls = traffic::calls(&scenario, (1, 0), &|| false).unwrap();
    day::play(&scenario, None, calls, (1, 0), &|| false).unwrap()
}

/// How long each waited, by when they came, and what became of them.
fn waits(log: &Log) -> Vec<(f64, End)> {
    let mut all = log.attempts.clone();
    all.sort_by(|one, other| one.at.total_cmp(&other.at));
    all.iter().map(|one| (one.waited, one.end)).collect()
}

#[test]
fn who_waits_for_a_group_goes_on_when_its_shift_is_over() {
    let log = day_of(
        "scenario: x
day: { from: 08:00, to: 12:00 }
queues:
  - { name: a, wrap_up: 1m, steps: [{ need: \"group == pro\", for: 3m, skip_if: nobody_signed_in }, {}] }
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: 10m }
groups:
  - { name: pro, shifts: [{ from: 09:00, to: 10:00, seats: 1 }], queues: [a] }
  - { name: x, seats: 5, queues: [a] }
",
        "at\n08:30:00\n09:54:00\n10:04:00\n10:30:00\n11:30:00\n",
    );
    // The third waits for the seat that talks until 10:04 and works until 10:05; then it goes.
    let expected = [
        (0.0, End::Served(1)),
        (0.0, End::Served(0)),
        (1.0, End::Served(1)),
        (0.0, End::Served(1)),
        (0.0, End::Served(1)),
    ];
    let waits = waits(&log);
    for ((waited, end), (wait, by)) in waits.iter().zip(expected) {
        assert!((waited - wait).abs() < 1e-6 && *end == by, "{waits:?}");
    }
    assert!((log.there[0].counted - 65.0).abs() < 1e-6);
}

/// One centre, but in one of them more seats are there before the first call.
#[test]
fn seats_that_have_gone_home_mean_nothing_to_a_policy() {
    let text = |seats: &str| {
        format!(
            "scenario: x
day: {{ from: 08:00, to: 12:00, period: 1h }}
queues:
  - {{ name: a, weight: 2 }}
  - {{ name: b }}
types:
  - {{ name: a, arrivals: {{ rate: [0/m, 2/m, 2/m, 2/m] }}, talk: {{ exponential: 4m }}, patience: {{ exponential: 5m }} }}
  - {{ name: b, arrivals: {{ rate: [0/m, 2/m, 2/m, 2/m] }}, talk: {{ exponential: 4m }}, patience: {{ exponential: 5m }} }}
groups:
  - {{ name: g, seats: 12, queues: [a, b] }}
  - {{ name: h, seats: [{seats}, 2, 2, 2], queues: [a] }}
"
        )
    };
    let of = |seats| {
        let study = played(scenario(&text(seats)), &[Some(Policy::Auto)], 2);
        let days = study.runs[0].days.iter();
        let days: Vec<_> = days.map(|day| day.kinds.clone()).collect();
        assert!(days[0][0].offered > 200.0);
        days
    };
    assert_eq!(of("2"), of("100"));
}

/// Seats are alike here: whom the lot falls on is nothing to those who wait.
#[test]
fn a_lot_chooses_the_seat_and_never_who_is_served() {
    let text = |choice: &str| {
        format!(
            "scenario: x
day: {{ from: 08:00, to: 12:00 }}
queues: [{{ name: p, ageing: 0.5 }}, {{ name: q, weight: 3 }}]
types:
  - {{ name: p, choice: {choice}, arrivals: {{ rate: 2/m }}, talk: {{ exponential: 4m }}, patience: {{ exponential: 5m }} }}
  - {{ name: vip, choice: {choice}, queue: p, priority: 1, arrivals: {{ rate: 0.5/m }}, talk: 3m }}
  - {{ name: q, choice: {choice}, arrivals: {{ rate: 1/m }}, talk: {{ exponential: 2m }}, patience: {{ exponential: 5m }} }}
groups:
  - {{ name: g, seats: 10, queues: [p, q] }}
"
        )
    };
    let of = |choice| {
        let study = played(scenario(&text(choice)), &Policy::ALL.map(Some), 2);
        let days = study.runs.iter().flat_map(|run| run.days.clone());
        let days: Vec<_> = days.map(|day: Tally| day.kinds).collect();
        assert!(days[0][0].offered > 200.0);
        days
    };
    assert_eq!(of("lot"), of("configured"));
}

/// Three seats of one group, one of another: each of the four is as likely.
#[test]
fn each_ready_seat_is_as_likely_to_be_chosen_by_lot() {
    let text = "scenario: x
day: { from: 08:00, to: 20:00 }
types:
  - { name: a, choice: lot, arrivals: { rate: 1/m }, talk: 1s }
groups:
  - { name: g, seats: 3, queues: [a] }
  - { name: h, seats: 1, queues: [a] }
";
    let study = played(scenario(text), &[None], 4);
    let share = study.runs[0].served_by(0, 0).unwrap().value;
    assert!((share - 0.75).abs() < 0.04, "{share}");
}

#[test]
fn who_is_never_answered_waits_until_the_day_ends() {
    let text = "scenario: x
day: { from: 08:00, to: 10:00, period: 1h }
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: 90m }
groups:
  - { name: g, seats: [1, 0], queues: [a] }
";
    let log = day_of(text, "at,patience_s\n08:45:00,\n09:00:00,\n09:30:00,7200\n");
    let expected = [
        (0.0, End::Served(0)),
        (60.0, End::TurnedAway),
        (120.0, End::Left),
    ];
    let waits = waits(&log);
    for ((waited, end), (wait, became)) in waits.iter().zip(expected) {
        assert!((waited - wait).abs() < 1e-6 && *end == became, "{waits:?}");
    }
    assert!((log.waiting[0].counted - 90.0).abs() < 1e-6);
}

/// A step may bring somebody who can answer long after the last event.
#[test]
fn steps_go_on_when_nothing_else_happens() {
    let text = "scenario: x
day: { from: 08:00, to: 09:00 }
queues:
  - { name: a, steps: [{ need: \"group == g\", for: 40m }, { need: \"group == g\", for: 50h }, {}] }
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: 1m }
groups:
  - { name: g, seats: 0, queues: [a] }
  - { name: h, seats: 1, queues: [a] }
";
    let log = day_of(text, "at\n08:30:00\n");
    assert_eq!(log.attempts.len(), 1);
    assert!((log.attempts[0].waited - 3_040.0).abs() < 1e-6);
    assert_eq!(log.attempts[0].end, End::Served(1));
}

#[test]
fn a_queue_without_places_takes_whom_a_ready_seat_takes() {
    let text = "scenario: x
day: { from: 08:00, to: 09:00 }
queues: [{ name: a, waiting_max: 0 }]
types:
  - { name: a, arrivals: { replay: calls.csv }, talk: 10m }
groups:
  - { name: g, seats: 2, queues: [a] }
";
    let log = day_of(text, "at\n08:00:00\n08:01:00\n08:02:00\n08:12:00\n");
    let ends: Vec<End> = waits(&log).iter().map(|(_, end)| *end).collect();
    let served = End::Served(0);
    assert_eq!(ends, [served, served, End::Blocked, served]);
}

#[test]
fn a_day_with_more_calls_than_can_be_played_is_an_error() {
    let text = |rate: &str| {
        format!(
            "scenario: x
day: {{ from: 08:00, to: 10:00 }}
lines: 1
types:
  - {{ name: a, arrivals: {{ rate: {rate} }}, talk: 10h, again: {{ blocked: 100 %, after: 1s }} }}
groups:
  - {{ name: g, seats: 1, queues: [a] }}
"
        )
    };
    let told = scenario_file::read(&text("20000/m"), &|_| Err(String::new())).unwrap_err();
    let what = "2400000 calls a day on average, at most 2000000";
    assert_eq!(told[0].what, what);
    let mut scenario = scenario(&text("1/m"));
    let calls = traffic::calls(&scenario, (1, 0), &|| false).unwrap();
    let play = |scenario: &Scenario, calls| day::play(scenario, None, calls, (1, 0), &|| false);
    assert!(play(&scenario, calls.clone()).is_ok());
    scenario.calls_max = calls.len() + 10;
    let stopped = play(&scenario, calls.clone()).err();
    assert_eq!(stopped, Some(Stop::TooManyCalls(scenario.calls_max)));
    scenario.calls_max = calls.len() - 1;
    let stopped = traffic::calls(&scenario, (1, 0), &|| false).err();
    assert_eq!(stopped, Some(Stop::TooManyCalls(scenario.calls_max)));
}

#[test]
fn a_day_ends_where_it_is_when_it_has_been_enough() {
    let text = "scenario: x
day: { from: 08:00, to: 10:00 }
types:
  - { name: a, arrivals: { rate: 200/m }, talk: 1m, patience: 1m }
groups:
  - { name: g, seats: 5, queues: [a] }
";
    let scenario = scenario(text);
    let asked = Cell::new(0);
    let enough = |most| {
        let asked = &asked;
        move || {
            asked.set(asked.get() + 1);
            asked.get() > most
        }
    };
    let calls = traffic::calls(&scenario, (1, 0), &enough(5));
    assert_eq!((calls.err(), asked.take()), (Some(Stop::Enough), 6));
    let calls = traffic::calls(&scenario, (1, 0), &|| false).unwrap();
    let log = day::play(&scenario, None, calls, (1, 0), &enough(3));
    assert_eq!((log.err(), asked.take()), (Some(Stop::Enough), 4));
}

#[test]
fn a_policy_that_learns_goes_on_from_days_that_are_not_counted() {
    let study = |policy, days: u64| {
        let scenario = example("n-design.yaml");
        let mut study = Study::new(scenario, &[Some(policy)], 1);
        (0..days).for_each(|_| study.learn(&|| false).unwrap());
        study.play(0, &|| false).unwrap().remove(0).tally
    };
    assert_ne!(study(Policy::Auto, 1), study(Policy::Auto, 0));
    assert_eq!(study(Policy::Auto, 1), study(Policy::Auto, 1));
    let longest = Policy::LongestWait;
    assert_eq!(study(longest, 1), study(longest, 0));
    let mut study = Study::new(example("n-design.yaml"), &[Some(Policy::Auto)], 1);
    assert_eq!(study.learn(&|| true), Err(Stop::Enough));
}
