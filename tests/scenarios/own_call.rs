//! A seat's own phone calls the hotline: as long as that call lasts the seat is offered nothing.

use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::language::Language;

use crate::settlement::Settlement;
use crate::settlement::Wish;

const SEAT: SeatId = SeatId(0);
const TALK: &str = "7007";

/// One seat, ready, whose phone has called for a talk ten seconds ago; one caller.
fn calling_centre() -> Settlement {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    settlement.open();
    assert_eq!(state(&settlement), SeatState::Ready);
    let seat = settlement.seats[0];
    settlement.tell(0, seat, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    settlement
}

fn state(settlement: &Settlement) -> SeatState {
    let distributor = settlement.town.centre.distributor();
    distributor.seat(SEAT).unwrap().state
}

fn wish(settlement: &mut Settlement, state: SeatState) {
    let (seat, by) = (SEAT, "api, test".to_owned());
    let command = Command::SeatState { seat, state, by };
    settlement
        .town
        .tell_centre(Event::Command { id: 1, command });
    assert_eq!(settlement.town.replies.pop().unwrap().1, Ok(()));
}

fn offers(settlement: &Settlement) -> usize {
    let facts = settlement.town.facts.iter();
    let offers = facts.filter(|fact| matches!(fact.fact, Fact::Acd(AcdFact::Offered { .. })));
    offers.count()
}

/// What is said to be wrong with the seat.
fn ailment(settlement: &Settlement) -> Option<String> {
    let view = settlement.view();
    let shown = serde_json::to_value(&view.seats[0]).unwrap();
    shown["ailment"].as_str().map(str::to_owned)
}

#[test]
fn a_seat_is_offered_nothing_while_its_own_phone_calls_and_is_ready_afterwards() {
    let mut settlement = calling_centre();
    assert_eq!(
        (state(&settlement), offers(&settlement)),
        (SeatState::Away, 0)
    );
    assert!(ailment(&settlement).unwrap().contains("call of its own"));
    let (seat, caller) = (settlement.seats[0], settlement.callers[0]);
    settlement.tell(0, caller, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    assert_eq!(
        (state(&settlement), offers(&settlement)),
        (SeatState::Away, 0)
    );
    let own = settlement.town.facts.iter().find_map(|fact| fact.call);
    settlement.tell(0, seat, PhoneCommand::HangUp);
    settlement.pass(5_000);
    assert_eq!(state(&settlement), SeatState::Talking);
    assert_eq!(ailment(&settlement), None);
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(state(&settlement), SeatState::Ready);
    assert!(settlement.town.centre.is_idle());
    let facts = &settlement.town.facts;
    for (language, sentence) in [
        (
            Language::English,
            "seat-0 gets no calls from here on: the seat's phone is in a call of its own",
        ),
        (
            Language::Mandarin,
            "自此不向 seat-0 派送来电：坐席话机正在自行通话",
        ),
    ] {
        let lines = explain::explain(own.unwrap(), Stage::default(), facts, language);
        let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert!(told.contains(&sentence), "{told:#?}");
    }
}

#[test]
fn what_a_seat_wishes_in_a_call_of_its_own_counts_after_it() {
    let mut settlement = calling_centre();
    let seat = settlement.seats[0];
    wish(&mut settlement, SeatState::Ready);
    settlement.pass(1_000);
    assert_eq!(state(&settlement), SeatState::Away);
    assert!(ailment(&settlement).unwrap().contains("call of its own"));
    settlement.tell(0, seat, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(state(&settlement), SeatState::Ready);
    settlement.tell(0, seat, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    wish(&mut settlement, SeatState::Away);
    assert_eq!(ailment(&settlement), None, "it is away by its own wish");
    settlement.tell(0, seat, PhoneCommand::HangUp);
    settlement.pass(60_000);
    assert_eq!(state(&settlement), SeatState::Away);
    assert_eq!(offers(&settlement), 0);
}

#[test]
fn a_call_of_its_own_that_is_refused_or_that_the_centre_ends_lets_the_seat_go() {
    let mut settlement = calling_centre();
    let seat = settlement.seats[0];
    let facts = settlement.town.facts.iter();
    let call = facts.filter_map(|fact| fact.call).next().unwrap();
    let by = "api, test".to_owned();
    let command = Command::HangUp { call, by };
    let event = Event::Command { id: 1, command };
    settlement.town.tell_centre(event);
    settlement.pass(10_000);
    assert_eq!(state(&settlement), SeatState::Ready);
    settlement.tell(0, seat, PhoneCommand::Dial("nobody".to_owned()));
    settlement.pass(10_000);
    assert_eq!(state(&settlement), SeatState::Ready);
}

#[test]
fn of_several_seats_at_one_address_the_one_that_calls_is_left_out() {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers, answers], 0));
    settlement.open();
    let second = settlement.seats[1];
    settlement.tell(0, second, PhoneCommand::Dial(TALK.to_owned()));
    settlement.pass(10_000);
    assert_eq!(state(&settlement), SeatState::Talking);
    let distributor = settlement.town.centre.distributor();
    assert_eq!(distributor.seat(SeatId(1)).unwrap().state, SeatState::Away);
    settlement.tell(0, second, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let distributor = settlement.town.centre.distributor();
    assert_eq!(distributor.seat(SeatId(1)).unwrap().state, SeatState::Ready);
}
