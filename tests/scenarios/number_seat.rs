//! A seat that is a telephone, called by its number over a trunk: who answers is asked for a 1.

use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneReport;
use ringwise::call::record::Outcome;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::catalog::SeatEntry;
use ringwise::machine::sip::surface::Status;
use ringwise::machine::trunk::gate::Refusal;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::language::Language;

use crate::settlement::Place;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const TALK: &str = "7007";
const NUMBER: &str = "+8613900000009";
const ANSWERS: Answering = Answering::After(Duration::from_millis(500));
/// The seat behind the number; seat 0 has a phone that registers.
const HOME: SeatId = SeatId(1);

struct Centre {
    settlement: Settlement,
    home: Place,
}

/// One seat with a phone and one at home, who alone is ready; a caller waits.
fn centre(answering: Answering) -> Centre {
    let wish = Wish::small(vec![ANSWERS], 2);
    let mut settlement = Settlement::with(wish, |seats, _| {
        seats.push(SeatEntry {
            id: "home".to_owned(),
            number: Some(NUMBER.to_owned()),
            ..seats[0].clone()
        });
    });
    let home = settlement.settle_outside(NUMBER, answering);
    settlement.set_trunk(home, &["+86139*"], |_| {});
    settlement.tell(0, settlement.seats[0], PhoneCommand::Register);
    settlement.pass(1_000);
    let mut centre = Centre { settlement, home };
    assert_eq!(centre.state(HOME), SeatState::Away);
    centre.ready(HOME);
    centre
}

impl Centre {
    fn state(&self, seat: SeatId) -> SeatState {
        let distributor = self.settlement.town.centre.distributor();
        distributor.seat(seat).unwrap().state
    }

    fn ready(&mut self, seat: SeatId) {
        let (state, by) = (SeatState::Ready, "page".to_owned());
        let command = Command::SeatState { seat, state, by };
        let event = Event::Command { id: 1, command };
        self.settlement.town.tell_centre(event);
        self.settlement.pass(10);
        assert_ne!(self.state(seat), SeatState::Away);
    }

    fn call(&mut self) {
        let caller = self.settlement.callers[0];
        self.settlement
            .tell(0, caller, PhoneCommand::Dial(TALK.to_owned()));
    }

    fn when(&self, is: impl Fn(&Fact) -> bool) -> Option<u128> {
        let mut facts = self.settlement.town.facts.iter();
        let found = facts.find(|fact| is(&fact.fact))?;
        Some(found.now.since_start().as_millis())
    }

    fn bridged_to(&self, seat: SeatId) -> Option<u128> {
        self.when(|fact| matches!(fact, Fact::Bridged { seat: one } if *one == seat))
    }

    /// Lets time pass until the person at home is asked.
    fn asked(&mut self) -> u128 {
        loop {
            if let Some(at) = self.when(|fact| matches!(fact, Fact::SeatTold { .. })) {
                return at;
            }
            self.settlement.pass(20);
        }
    }

    /// Whether the story of the call has these sentences, in this order.
    fn tells(&self, sentences: &[&str]) {
        let facts = &self.settlement.town.facts;
        let call = facts.iter().find_map(|fact| fact.call).unwrap();
        let lines = explain::explain(call, Stage::default(), facts, Language::English);
        let mut rest = lines.iter().map(|line| line.text.as_str());
        for sentence in sentences {
            let found = rest.any(|line| line == *sentence);
            let told: Vec<_> = lines.iter().map(|line| &line.text).collect();
            assert!(found, "{sentence}: {told:#?}");
        }
    }

    /// The caller hangs up; what is left of the centre is one record.
    fn outcome(&mut self) -> (Outcome, Option<String>) {
        let caller = self.settlement.callers[0];
        self.settlement.tell(0, caller, PhoneCommand::HangUp);
        self.settlement.pass(60_000);
        assert!(self.settlement.town.centre.is_idle());
        let records = self.settlement.records();
        assert_eq!(records.len(), 1);
        (records[0].outcome, records[0].seat.clone())
    }
}

#[test]
fn who_presses_1_talks_to_the_caller() {
    let mut centre = centre(ANSWERS);
    centre.call();
    let asked = centre.asked();
    let home = centre.home;
    centre
        .settlement
        .tell(2_000, home, PhoneCommand::Press('1'));
    centre.settlement.pass(1_900);
    assert_eq!(centre.bridged_to(HOME), None, "nobody pressed 1 yet");
    centre.settlement.pass(5_000);
    let took = centre.bridged_to(HOME).unwrap() - asked;
    assert!((2_000..2_500).contains(&took), "{took} ms");
    assert_eq!(centre.state(HOME), SeatState::Talking);
    assert_eq!(centre.outcome(), (Outcome::Served, Some("home".to_owned())));
}

#[test]
fn a_machine_is_not_bridged_and_the_caller_keeps_the_place() {
    let mut centre = centre(ANSWERS);
    centre.call();
    let asked = centre.asked();
    centre.settlement.pass(25_000);
    assert_eq!(centre.bridged_to(HOME), None);
    let reports = centre.settlement.reports(centre.home);
    let ended = reports
        .iter()
        .find(|(_, one)| matches!(one, PhoneReport::Over));
    let held = ended.unwrap().0 - asked;
    assert!((19_900..20_500).contains(&held), "{held} ms");
    // Asked once more, in vain: taken to be away.
    centre.settlement.pass(25_000);
    assert_eq!(centre.state(HOME), SeatState::Away);
    centre.tells(&[
        "home: did not press 1 in time; the call is back at its place",
        "home: did not press 1 in time; the call is back at its place",
        "home is away from here on",
    ]);
    centre.ready(SeatId(0));
    centre.settlement.pass(5_000);
    assert!(centre.bridged_to(SeatId(0)).is_some());
    assert_eq!(
        centre.outcome(),
        (Outcome::Served, Some("seat-0".to_owned()))
    );
}

#[test]
fn who_presses_2_is_left_alone_and_the_next_seat_rings() {
    let mut centre = centre(ANSWERS);
    centre.call();
    centre.asked();
    centre.ready(SeatId(0));
    let home = centre.home;
    centre.settlement.tell(500, home, PhoneCommand::Press('2'));
    centre.settlement.pass(5_000);
    assert_eq!(centre.bridged_to(HOME), None);
    assert!(centre.bridged_to(SeatId(0)).is_some());
    centre.tells(&[
        "home answers and hears whom it will talk to",
        "home presses 2 and does not take the call",
        "home: declined or failed; the call is back at its place",
    ]);
    assert_eq!(
        centre.outcome(),
        (Outcome::Served, Some("seat-0".to_owned()))
    );
}

#[test]
fn a_number_that_is_busy_is_a_seat_that_declined() {
    let mut centre = centre(Answering::Refuse(Status(486)));
    centre.call();
    centre.settlement.pass(5_000);
    let failed = |fact: &Fact| {
        matches!(
            fact,
            Fact::SeatFailed {
                seat: HOME,
                status: 486
            }
        )
    };
    assert!(centre.when(failed).is_some());
    assert_eq!(centre.state(HOME), SeatState::Away);
    assert_eq!(centre.outcome().0, Outcome::Abandoned);
}

#[test]
fn a_caller_who_hangs_up_meanwhile_frees_the_telephone() {
    let mut centre = centre(ANSWERS);
    centre.call();
    centre.asked();
    assert_eq!(centre.outcome().0, Outcome::Abandoned);
    assert_eq!(centre.state(HOME), SeatState::Ready);
    centre.tells(&[
        "the caller hangs up (bye)",
        "home is let go: the caller had left",
    ]);
    let reports = centre.settlement.reports(centre.home);
    let ended = reports
        .iter()
        .any(|(_, one)| matches!(one, PhoneReport::Over));
    assert!(ended, "{reports:?}");
}

#[test]
fn a_trunk_without_room_rings_nobody_and_says_so() {
    let mut centre = centre(ANSWERS);
    let home = centre.home;
    centre
        .settlement
        .set_trunk(home, &["+86139*"], |trunk| trunk.rules.calls_max = 0);
    centre.call();
    centre.settlement.pass(5_000);
    let full = |fact: &Fact| matches!(fact, Fact::CallOutRefused { number, refusal: Refusal::Full } if number == NUMBER);
    assert!(centre.when(full).is_some());
    assert_eq!(centre.outcome().0, Outcome::Abandoned);
}

#[test]
fn without_a_trunk_that_may_call_it_the_seat_is_signed_out() {
    let mut centre = centre(ANSWERS);
    let home = centre.home;
    centre.settlement.set_trunk(home, &["+49*"], |_| {});
    assert_eq!(centre.state(HOME), SeatState::SignedOut);
}
