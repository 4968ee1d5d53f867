//! What becomes of calls when a leg loses its media, or a whole thread of the media fails.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record::Record;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::media::contract::CloseEnd;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::contract::Quality;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::time::Turn;

use crate::settlement::Settlement;
use crate::settlement::Wish;

/// The centre's legs in the order in which their ports were asked for.
#[derive(Clone, Default)]
struct Legs(Rc<RefCell<Vec<LegId>>>);

impl Tap for Legs {
    fn effect(&mut self, _: Turn, effect: Effect) -> Vec<Effect> {
        if let Effect::Media(MediaCommand::Open { leg }) = effect {
            self.0.borrow_mut().push(leg);
        }
        vec![effect]
    }
}

/// A town whose seats are open, with the legs from then on.
fn town(seats: Vec<Answering>, callers: usize) -> (Settlement, Legs) {
    let mut settlement = Settlement::new(Wish::small(seats, callers));
    settlement.open();
    let legs = Legs::default();
    settlement.town.tap = Some(Box::new(legs.clone()));
    (settlement, legs)
}

fn lose(settlement: &mut Settlement, leg: LegId) {
    let lost = MediaEvent::Closed {
        leg,
        quality: Quality::default(),
        end: CloseEnd::Failed,
    };
    settlement.town.tell_centre(Event::Media(lost));
}

fn alarms(settlement: &Settlement) -> Vec<&str> {
    let mut alarms = Vec::new();
    for fact in &settlement.town.facts {
        if let Fact::Alarm { text } = &fact.fact {
            alarms.push(text.as_str());
        }
    }
    alarms
}

fn hung_up(record: &Record) -> (Party, &str) {
    let (by, cause) = record.hung_up.as_ref().unwrap();
    (*by, cause)
}

#[test]
fn a_call_that_loses_its_media_ends_with_that_cause_and_the_others_go_on() {
    let (mut settlement, legs) = town(Vec::new(), 2);
    let (first, second) = (settlement.callers[0], settlement.callers[1]);
    settlement.dial(0, first);
    settlement.dial(500, second);
    settlement.pass(2_000);
    let leg = legs.0.borrow()[0];
    lose(&mut settlement, leg);
    settlement.pass(1_000);
    let records = settlement.records();
    assert_eq!(records.len(), 1);
    assert_eq!(hung_up(&records[0]), (Party::Centre, "media_failed"));
    assert_eq!(alarms(&settlement).len(), 1);
    settlement.tell(0, second, PhoneCommand::HangUp);
    settlement.pass(40_000);
    assert_eq!(hung_up(&settlement.records()[1]).0, Party::Caller);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn two_who_talk_are_parted_when_either_loses_its_media() {
    for party in 0..2 {
        let answers = Answering::After(Duration::from_millis(500));
        let (mut settlement, legs) = town(vec![answers], 1);
        let caller = settlement.callers[0];
        settlement.dial(0, caller);
        settlement.tell(2_000, caller, PhoneCommand::Press('0'));
        settlement.pass(15_000);
        let leg = legs.0.borrow()[party];
        lose(&mut settlement, leg);
        settlement.pass(40_000);
        let record = &settlement.records()[0];
        assert_eq!(record.outcome, Outcome::Served);
        assert_eq!(hung_up(record), (Party::Centre, "media_failed"));
        assert!(settlement.town.centre.is_idle());
    }
}

#[test]
fn a_caller_keeps_waiting_when_a_phone_that_rings_loses_its_media() {
    let answers = Answering::After(Duration::from_secs(5));
    let (mut settlement, legs) = town(vec![answers], 1);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    while legs.0.borrow().len() < 2 {
        settlement.pass(1_000);
    }
    let leg = legs.0.borrow()[1];
    lose(&mut settlement, leg);
    settlement.pass(1_000);
    assert!(settlement.records().is_empty());
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(40_000);
    let record = &settlement.records()[0];
    assert_eq!(record.outcome, Outcome::Abandoned);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_thread_that_fails_is_an_alarm() {
    let (mut settlement, _) = town(Vec::new(), 0);
    for goes_on in [true, false] {
        let failed = MediaEvent::ThreadFailed { thread: 2, goes_on };
        settlement.town.tell_centre(Event::Media(failed));
    }
    settlement.pass(10);
    let [went_on, gone] = alarms(&settlement)[..] else {
        panic!("two alarms");
    };
    assert!(went_on.contains("media thread 2") && went_on.contains("began anew"));
    assert!(gone.contains("is gone"), "{gone}");
}
