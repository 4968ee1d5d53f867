//! Before the bridge the seat hears whom it will talk to; the caller hears music until then.

use std::time::Duration;

use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::vocabulary::language::Language;

use crate::settlement::Settlement;
use crate::settlement::Wish;

const TALK: &str = "7007";
/// Recorded words, three quarters of a second.
const WORDS: &str = "You are next.";

/// Two seats that answer after half a second, and one caller who waits.
fn centre() -> Settlement {
    let answers = Answering::After(Duration::from_millis(500));
    let wish = Wish::small(vec![answers, answers], 2);
    let mut settlement = Settlement::with_queue(wish, |queue| {
        queue.whisper = [(Language::English, WORDS.to_owned())].into();
    });
    settlement.open();
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial(TALK.to_owned()));
    settlement
}

/// When the first fact of this kind was written, in ms.
fn at(settlement: &Settlement, is: impl Fn(&Fact) -> bool) -> Option<u128> {
    let mut facts = settlement.town.facts.iter();
    let found = facts.find(|fact| is(&fact.fact));
    found.map(|fact| fact.now.since_start().as_millis())
}

/// Lets time pass until a seat is told, and says when that was, in ms.
fn until_told(settlement: &mut Settlement) -> u128 {
    loop {
        if let Some(told) = at(settlement, |fact| matches!(fact, Fact::SeatTold { .. })) {
            return told;
        }
        settlement.pass(20);
    }
}

#[test]
fn a_seat_hears_the_words_before_it_is_bridged() {
    let mut settlement = centre();
    let told = until_told(&mut settlement);
    settlement.pass(10_000);
    let bridged = at(&settlement, |fact| matches!(fact, Fact::Bridged { .. })).unwrap();
    let between = bridged - told;
    assert!((700..900).contains(&between), "{between} ms");
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Served);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_key_of_the_seat_ends_the_words() {
    let mut settlement = centre();
    let told = until_told(&mut settlement);
    let rung = settlement.seats.clone().into_iter();
    for seat in rung {
        settlement.tell(200, seat, PhoneCommand::Press('1'));
    }
    settlement.pass(5_000);
    let bridged = at(&settlement, |fact| matches!(fact, Fact::Bridged { .. })).unwrap();
    let between = bridged - told;
    assert!((150..450).contains(&between), "{between} ms");
}

#[test]
fn a_seat_that_hangs_up_meanwhile_leaves_the_caller_at_the_head() {
    let mut settlement = centre();
    until_told(&mut settlement);
    let first = settlement
        .town
        .facts
        .iter()
        .find_map(|fact| match fact.fact {
            Fact::SeatTold { seat } => Some(seat),
            _ => None,
        });
    let place = usize::try_from(first.unwrap().0).unwrap();
    let seat = settlement.seats[place];
    settlement.tell(100, seat, PhoneCommand::HangUp);
    settlement.pass(10_000);
    let answered = settlement
        .town
        .facts
        .iter()
        .filter_map(|fact| match &fact.fact {
            Fact::Acd(AcdFact::Answered { seat, .. }) => Some(*seat),
            _ => None,
        });
    let answered: Vec<_> = answered.collect();
    assert_eq!(answered.len(), 1);
    assert_ne!(
        answered.first(),
        first.as_ref(),
        "another seat took the call"
    );
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Served);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_caller_who_hangs_up_meanwhile_frees_the_seat() {
    let mut settlement = centre();
    until_told(&mut settlement);
    let caller = settlement.callers[0];
    settlement.tell(100, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Abandoned);
    assert!(settlement.town.centre.is_idle());
}
