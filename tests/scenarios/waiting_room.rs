//! What callers may do while they wait, on a whole centre: leave, go elsewhere and keep the place,
//! wait too long, find nobody; and what is told of it afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::fact::Fact;
use ringwise::call::kpi_book::KpiBook;
use ringwise::call::kpi_rows::Period;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::record::Record;
use ringwise::machine::acd::step::Target;
use ringwise::machine::catalog::StepEntry;
use ringwise::machine::ivr::surface::LeaveReason;
use ringwise::machine::report::formula;
use ringwise::machine::report::sums::Sums;
use ringwise::machine::report::sums::Yardstick;
use ringwise::machine::wait_step;
use ringwise::machine::wait_step::NamedStep;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::time::Wall;

use crate::settlement::Settlement;
use crate::settlement::Wish;

const TALK: &str = "7007";
const WAIT: &str = "7015";

/// One seat that answers after half a second; the first caller talks to it.
fn busy_centre() -> Settlement {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 3));
    settlement.open();
    let first = settlement.callers[0];
    settlement.tell(0, first, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    settlement
}

fn facts(settlement: &Settlement, is: impl Fn(&Fact) -> bool) -> usize {
    let facts = settlement.town.facts.iter();
    facts.filter(|fact| is(&fact.fact)).count()
}

/// The record of who dialled this number.
fn record(settlement: &Settlement, called: &str) -> Record {
    let mut records = settlement.records().into_iter();
    let record = records.find(|record| record.arrived.called == called);
    let record = record.unwrap();
    let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
    assert_eq!(sum, record.duration_ms);
    record
}

#[test]
fn a_seat_fetches_a_caller_who_went_elsewhere_and_kept_the_place() {
    let mut settlement = busy_centre();
    let (first, second, third) = (
        settlement.callers[0],
        settlement.callers[1],
        settlement.callers[2],
    );
    settlement.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.tell(2_000, second, PhoneCommand::Press('1'));
    settlement.tell(3_000, third, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.pass(12_000);
    assert_eq!(facts(&settlement, |fact| *fact == Fact::PlaceKept), 1);
    settlement.tell(0, first, PhoneCommand::HangUp);
    settlement.pass(5_000);
    assert_eq!(facts(&settlement, |fact| *fact == Fact::BackInQueue), 1);
    settlement.tell(0, second, PhoneCommand::HangUp);
    settlement.pass(5_000);
    settlement.tell(0, third, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let bridged = settlement.town.facts.iter();
    let bridged = bridged.filter(|fact| matches!(fact.fact, Fact::Bridged { .. }));
    let order: Vec<_> = bridged.filter_map(|fact| fact.call).collect();
    let second_call = record(&settlement, WAIT).call;
    assert_eq!(order.len(), 3);
    // Who was elsewhere came before the third caller all the same.
    assert_eq!(order[1], second_call);
    assert_eq!(record(&settlement, WAIT).outcome, Outcome::Served);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_caller_comes_back_by_a_key_and_leaves_by_another() {
    let mut settlement = busy_centre();
    let (first, second) = (settlement.callers[0], settlement.callers[1]);
    settlement.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.tell(2_000, second, PhoneCommand::Press('1'));
    settlement.tell(4_000, second, PhoneCommand::Press('1'));
    settlement.tell(8_000, second, PhoneCommand::Press('9'));
    settlement.pass(30_000);
    let asked = |fact: &Fact| {
        *fact
            == Fact::LeftQueue {
                reason: LeaveReason::Asked,
            }
    };
    assert_eq!(facts(&settlement, |fact| *fact == Fact::BackInQueue), 1);
    assert_eq!(facts(&settlement, asked), 1);
    let left = record(&settlement, WAIT);
    assert_eq!(left.outcome, Outcome::LeftInIvr);
    assert!(left.steps.iter().any(|(_, step)| step == "bye"));
    let view = settlement.view();
    let queue = view.present_queues().next().unwrap();
    assert_eq!(
        (queue.offered, queue.left, queue.abandoned, queue.waiting),
        (2, 1, 0, 0)
    );
    settlement.tell(0, first, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_wait_ends_at_its_limit() {
    let mut settlement = busy_centre();
    let second = settlement.callers[1];
    settlement.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.pass(660_000);
    let timed_out = Fact::LeftQueue {
        reason: LeaveReason::TimedOut,
    };
    assert_eq!(facts(&settlement, |fact| *fact == timed_out), 1);
    let record = record(&settlement, WAIT);
    assert!(record.steps.iter().any(|(_, step)| step == "sorry"));
    assert_eq!(
        settlement
            .town
            .centre
            .distributor()
            .waiting(ringwise::vocabulary::id::QueueId(0))
            .count(),
        0
    );
}

#[test]
fn where_nobody_is_signed_in_the_call_goes_on_at_once() {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.pass(30_000);
    let record = record(&settlement, WAIT);
    let steps: Vec<&str> = record.steps.iter().map(|(_, step)| step.as_str()).collect();
    assert_eq!(steps, ["agent", "night", "bye"]);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn an_explanation_says_who_could_help_who_could_not_and_who_went_first() {
    let mut settlement = busy_centre();
    let (first, second, third) = (
        settlement.callers[0],
        settlement.callers[1],
        settlement.callers[2],
    );
    settlement.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.tell(1_000, third, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(20_000);
    settlement.tell(0, first, PhoneCommand::HangUp);
    settlement.pass(4_000);
    settlement.tell(0, third, PhoneCommand::HangUp);
    settlement.pass(4_000);
    settlement.tell(0, second, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let call = record(&settlement, WAIT).call;
    let told = |language| {
        let stage = Stage {
            names: ringwise::call::record::Names::of(&settlement.catalog),
            seats: BTreeMap::new(),
        };
        let lines = explain::explain(call, stage, &settlement.town.facts, language);
        let lines = lines
            .iter()
            .map(|line| format!("{}: {}", line.kind, line.text));
        lines.collect::<Vec<_>>().join("\n")
    };
    let english = told(Language::English);
    for part in [
        "queued: waits in after-sales for anybody, with priority 0",
        "candidates: 1 seat of after-sales can help: talking: seat-0",
        "passed_over: seat-0 is rung for another call: priority 10 goes before 0",
        "offered: seat-0 rings after ",
        "answered: seat-0 answers",
        "hung_up: the caller hangs up (bye)",
        "ended: over: a seat helped",
    ] {
        assert!(english.contains(part), "{part}\n{english}");
    }
    let mandarin = told(Language::Mandarin);
    assert!(
        mandarin.contains("after-sales 有 1 个坐席符合要求：通话中：seat-0"),
        "{mandarin}"
    );
}

#[test]
fn figures_of_a_day_are_folded_from_its_facts() {
    let mut settlement = busy_centre();
    let (first, second, third) = (
        settlement.callers[0],
        settlement.callers[1],
        settlement.callers[2],
    );
    settlement.tell(0, second, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.tell(0, third, PhoneCommand::Dial(WAIT.to_owned()));
    settlement.tell(3_000, third, PhoneCommand::HangUp);
    settlement.pass(30_000);
    settlement.tell(0, first, PhoneCommand::HangUp);
    settlement.pass(10_000);
    settlement.tell(0, second, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let period = Period {
        from: Wall::from_ms(0),
        to: Wall::from_ms(i64::MAX),
    };
    let mut book = KpiBook::new(period, Vec::new(), Yardstick::default());
    settlement
        .town
        .facts
        .iter()
        .for_each(|fact| book.take(fact));
    book.finish(settlement.town.turn().wall);
    let counted = |sums: &Sums| {
        (
            sums.queued,
            sums.answered,
            sums.answered_in_target,
            sums.abandoned_short,
            sums.abandoned,
            sums.handled,
            sums.waiting,
        )
    };
    assert_eq!(counted(&book.sums.total.all), (3, 2, 1, 1, 0, 2, 0));
    let value = |id| {
        formula::named(id)
            .unwrap()
            .value(&book.sums.total.all)
            .unwrap()
    };
    assert!((value("sl.ignore.1") - 0.5).abs() < 1e-9);
    assert!(
        value("asa.1") > 14.0 && value("asa.1") < 16.5,
        "{}",
        value("asa.1")
    );
    assert!(
        value("aht.1") > 20.0 && value("aht.1") < 25.0,
        "{}",
        value("aht.1")
    );
    let (work, ready) = (
        book.sums.total.all.work_ms(),
        book.sums.total.all.available_ms,
    );
    assert!(ready > 60_000 && work > 45_000, "{work} {ready}");
    assert_eq!(book.sums.total.seats.len(), 1);
    assert_eq!(
        (
            book.sums.total.all.calls,
            book.sums.total.all.calls_in_ivr_only
        ),
        (3, 0)
    );
}

#[test]
fn the_story_says_whom_a_step_asks_for_and_who_sent_the_call_elsewhere() {
    let answers = Answering::After(Duration::from_millis(500));
    let step = |target, lasts| StepEntry {
        need: String::new(),
        step: NamedStep {
            target,
            lasts,
            ..NamedStep::default()
        },
    };
    let wish = Wish::small(vec![answers, answers], 3);
    let wish = Wish {
        more_queues: vec!["complaints"],
        ..wish
    };
    let mut settlement = Settlement::with_queue(wish, |queue| {
        queue.steps = vec![
            step(wait_step::seats(["seat-1"]), Some(Duration::from_secs(20))),
            step(Target::default(), None),
        ];
    });
    let seat = settlement.seats[0];
    settlement.tell(0, seat, PhoneCommand::Register);
    settlement.tell(1_000, seat, PhoneCommand::Dial("*11".to_owned()));
    settlement.pass(10_000);
    let first = settlement.callers[0];
    settlement.tell(0, first, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    let call = settlement
        .town
        .facts
        .iter()
        .rev()
        .find_map(|fact| fact.call);
    let call = call.unwrap();
    let replied = ["after-sales", "complaints"].map(|queue| {
        let (queue, by) = (queue.to_owned(), "api, Li".to_owned());
        let command = Command::Reroute { call, queue, by };
        let event = Event::Command { id: 1, command };
        settlement.town.tell_centre(event);
        settlement.town.replies.pop().unwrap().1
    });
    let there = replied[0].as_ref().unwrap_err().to_string();
    assert_eq!(there, "the call waits in \"after-sales\" already");
    assert_eq!(replied[1], Ok(()));
    settlement.pass(30_000);
    let facts = &settlement.town.facts;
    let lines = explain::explain(call, Stage::default(), facts, Language::English);
    let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    let mut rest = told.iter();
    for sentence in [
        "waits in after-sales for ",
        "step 1 asks only for seat-1 (signed out)",
        "a supervisor (api, Li) sends it to another queue after ",
        "waits in complaints for ",
        "step 1 asks only for seat-1 (signed out)",
        "the step before ends, its time is over: step 2 begins",
        "step 2 asks for everybody who can help",
        "seat-0 rings after ",
    ] {
        let found = rest.any(|line| line.starts_with(sentence));
        assert!(found, "{sentence}: {told:#?}");
    }
    let interventions = told.iter().filter(|line| line.contains("a supervisor"));
    assert_eq!(interventions.count(), 1, "{told:#?}");
}

#[test]
fn the_story_says_which_supervisor_hung_up() {
    let mut settlement = busy_centre();
    let call = settlement.town.facts.iter().rev();
    let call = call.clone().find_map(|fact| fact.call).unwrap();
    let command = Command::HangUp {
        call,
        by: "api, Li".to_owned(),
    };
    let event = Event::Command { id: 1, command };
    settlement.town.tell_centre(event);
    settlement.pass(60_000);
    for (language, sentence) in [
        (Language::English, "a supervisor (api, Li) ends the call"),
        (Language::Mandarin, "主管（api, Li）结束通话"),
    ] {
        let lines = explain::explain(call, Stage::default(), &settlement.town.facts, language);
        let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert!(told.contains(&sentence), "{told:#?}");
    }
}
