//! Callers who leave messages, on a whole centre: nothing is thanked for before it is kept.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use ringwise::call::effect::Answer;
use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::effect::Question;
use ringwise::call::fact::Fact;
use ringwise::call::message::MessageDeed;
use ringwise::call::message::MessageFact;
use ringwise::call::message::MessageName;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::record::Record;
use ringwise::driver::simulated::town::World;

use crate::settlement::Place;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const MESSAGE: &str = "7022";
/// How long the caller speaks at first: nobody has recorded the words before the tone.
const SPEAKS: u64 = 12_000;

/// A message as the disk was given it: its name, and its length in samples.
type Kept = Arc<Mutex<Vec<(MessageName, usize)>>>;

/// A centre whose queue is full from the start; the disk answers so, after so long.
fn full_centre(answer: Result<(), String>, after: Duration) -> (Settlement, Place, Kept) {
    full_centre_at(MESSAGE, answer, after)
}

/// The same for who dials this.
fn full_centre_at(
    number: &str,
    answer: Result<(), String>,
    after: Duration,
) -> (Settlement, Place, Kept) {
    let kept = Kept::default();
    let mut wish = Wish::small(Vec::new(), 2);
    let written = Arc::clone(&kept);
    let mut known = wish.world;
    let world: World = Box::new(move |question| {
        let Question::KeepMessage { name, sound } = question else {
            return known(question);
        };
        written.lock().unwrap().push((*name, sound.len()));
        Some((after, Answer::Kept(answer.clone())))
    });
    wish.world = world;
    let mut settlement = Settlement::with_queue(wish, |queue| queue.waiting_max = 0);
    settlement.open();
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial(number.to_owned()));
    settlement.pass(SPEAKS);
    (settlement, caller, kept)
}

fn record(settlement: &Settlement) -> Record {
    let mut records = settlement.records();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn steps(record: &Record) -> Vec<&str> {
    record.steps.iter().map(|(_, step)| step.as_str()).collect()
}

fn lost(settlement: &Settlement) -> usize {
    let facts = settlement.town.facts.iter();
    let lost = |fact: &Fact| matches!(fact, Fact::Message(MessageFact::Lost { .. }));
    facts.filter(|fact| lost(&fact.fact)).count()
}

#[test]
fn what_was_said_before_a_key_is_kept_and_then_thanked_for() {
    let (mut settlement, caller, kept) = full_centre(Ok(()), Duration::from_millis(300));
    settlement.tell(3_000, caller, PhoneCommand::Press('#'));
    settlement.pass(20_000);
    let record = record(&settlement);
    assert_eq!(steps(&record), ["agent", "message", "kept"]);
    assert_eq!(record.outcome, Outcome::LeftMessage);
    let (_, left) = &record.messages[0];
    assert_eq!((left.queue.as_str(), left.name.no), ("after-sales", 1));
    assert_eq!(
        left.number,
        record
            .arrived
            .number
            .as_ref()
            .map(|n| n.as_str().to_owned())
    );
    let kept = kept.lock().unwrap();
    assert_eq!(
        *kept,
        [(left.name, usize::try_from(left.length_ms * 8).unwrap())]
    );
    assert!(
        (SPEAKS..SPEAKS + 3_000).contains(&left.length_ms),
        "{left:?}"
    );
}

#[test]
fn a_caller_who_hangs_up_in_the_middle_has_left_the_message_too() {
    let (mut settlement, caller, kept) = full_centre(Ok(()), Duration::from_secs(3));
    settlement.tell(2_000, caller, PhoneCommand::HangUp);
    settlement.pass(3_000);
    assert_eq!(kept.lock().unwrap().len(), 1);
    assert!(settlement.records().is_empty(), "it is not on disk yet");
    settlement.pass(5_000);
    let record = record(&settlement);
    assert_eq!(record.outcome, Outcome::LeftMessage);
    assert_eq!(record.messages.len(), 1);
}

#[test]
fn a_cough_is_no_message() {
    let (mut settlement, caller, kept) = full_centre(Ok(()), Duration::ZERO);
    let record = record_of_second_call(&mut settlement, caller);
    assert_eq!(steps(&record), ["agent", "message", "bye"]);
    assert_eq!(record.outcome, Outcome::LeftInIvr);
    assert_eq!(kept.lock().unwrap().len(), 1, "that of the first call");
}

/// The caller hangs up, calls again and presses a key as soon as the tone has begun.
fn record_of_second_call(settlement: &mut Settlement, caller: Place) -> Record {
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(2_000);
    settlement.tell(0, caller, PhoneCommand::Dial(MESSAGE.to_owned()));
    settlement.tell(400, caller, PhoneCommand::Press('#'));
    settlement.pass(20_000);
    settlement.records().remove(1)
}

#[test]
fn the_longest_message_ends_by_itself() {
    let (mut settlement, _, kept) = full_centre(Ok(()), Duration::ZERO);
    settlement.pass(120_000);
    let record = record(&settlement);
    assert_eq!(steps(&record), ["agent", "message", "kept"]);
    let (_, samples) = kept.lock().unwrap()[0];
    assert_eq!(samples, 90 * 8_000);
}

#[test]
fn a_disk_that_fails_or_sleeps_is_told_as_a_failure_and_the_caller_hears_so() {
    for (answer, after_s) in [(Err("full".to_owned()), 0), (Ok(()), 60)] {
        let (mut settlement, caller, _) = full_centre(answer, Duration::from_secs(after_s));
        settlement.tell(2_000, caller, PhoneCommand::Press('5'));
        settlement.pass(90_000);
        let record = record(&settlement);
        assert_eq!(steps(&record), ["agent", "message", "sorry"]);
        assert_eq!(lost(&settlement), 1);
    }
}

#[test]
fn who_has_heard_a_message_is_in_the_log() {
    let (mut settlement, caller, _) = full_centre(Ok(()), Duration::ZERO);
    settlement.tell(2_000, caller, PhoneCommand::HangUp);
    settlement.pass(10_000);
    let name = record(&settlement).messages[0].1.name;
    let deed = MessageDeed::Heard;
    let by = "api, lin".to_owned();
    let command = Command::Message {
        name,
        deed,
        by: by.clone(),
    };
    settlement
        .town
        .tell_centre(Event::Command { id: 1, command });
    settlement.pass(10);
    let done = Fact::Message(MessageFact::Done { name, deed, by });
    assert!(settlement.town.facts.iter().any(|fact| fact.fact == done));
}

#[test]
fn a_call_that_ends_before_the_disk_answers_says_that_its_message_is_lost() {
    let (mut settlement, caller, kept) = full_centre(Ok(()), Duration::from_secs(120));
    settlement.tell(2_000, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let record = record(&settlement);
    assert_eq!((kept.lock().unwrap().len(), record.messages.len()), (1, 0));
    assert_eq!(
        lost(&settlement),
        1,
        "the call ended before the disk answered"
    );
}

#[test]
fn while_the_disk_is_at_one_message_no_other_is_taken() {
    let (mut settlement, caller, kept) = full_centre_at("7023", Ok(()), Duration::from_secs(20));
    settlement.tell(1_000, caller, PhoneCommand::Press('#'));
    settlement.pass(60_000);
    let record = record(&settlement);
    assert_eq!(steps(&record), ["agent", "message", "again", "sorry"]);
    assert_eq!(kept.lock().unwrap().len(), 1);
}
