//! The seat hangs up first: the caller goes on in the dialplan, gives a score, and one record tells it.

use std::time::Duration;

use ringwise::call::explain;
use ringwise::call::explain::Stage;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record::SegmentKind;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::vocabulary::language::Language;

use crate::settlement::Settlement;
use crate::settlement::Wish;

#[test]
fn a_caller_scores_the_seat_that_hung_up() {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    settlement.open();
    let (caller, seat) = (settlement.callers[0], settlement.seats[0]);
    settlement.tell(0, caller, PhoneCommand::Dial("7007".to_owned()));
    settlement.pass(20_000);
    settlement.tell(0, seat, PhoneCommand::HangUp);
    settlement.tell(3_000, caller, PhoneCommand::Press('4'));
    settlement.pass(60_000);
    let record = settlement.records().pop().unwrap();
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.hung_up, Some((Party::Centre, "dialplan".to_owned())));
    assert!(record.seat.is_some());
    let scored = record.story.iter().any(|(_, fact)| {
        matches!(fact, WalkFact::Scored { survey, score: 4, .. } if survey == "satisfaction")
    });
    assert!(scored, "{:?}", record.story);
    let facts = &settlement.town.facts;
    let lines = explain::explain(record.call, Stage::default(), facts, Language::English);
    let left = lines.iter().find(|line| line.kind == "seat_left").unwrap();
    assert!(left.text.ends_with("hangs up (bye)"), "{}", left.text);
    let kinds: Vec<SegmentKind> = record.segments.iter().map(|one| one.kind).collect();
    let expected = [
        SegmentKind::Ivr,
        SegmentKind::Ring,
        SegmentKind::Talk,
        SegmentKind::Ivr,
    ];
    let kinds: Vec<SegmentKind> = kinds
        .into_iter()
        .filter(|kind| *kind != SegmentKind::Queue)
        .collect();
    assert_eq!(kinds, expected);
    let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
    assert_eq!(sum, record.duration_ms);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_caller_who_hangs_up_first_is_asked_nothing() {
    let answers = Answering::After(Duration::from_millis(500));
    let mut settlement = Settlement::new(Wish::small(vec![answers], 1));
    settlement.open();
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial("7007".to_owned()));
    settlement.pass(20_000);
    settlement.tell(0, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let record = settlement.records().pop().unwrap();
    assert_eq!(record.outcome, Outcome::Served);
    let asked = record.steps.iter().any(|(_, step)| step == "rate");
    assert!(!asked, "{:?}", record.steps);
    assert!(settlement.town.centre.is_idle());
}
