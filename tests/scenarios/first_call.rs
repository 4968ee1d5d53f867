//! The first call: ladders through every floor, from INVITE to record, on virtual time.

use std::path::Path;
use std::time::Duration;

use ringwise::call::effect::Answer;
use ringwise::call::effect::Question;
use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneReport;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record::SegmentKind;
use ringwise::driver::prompts::index::Index;
use ringwise::machine::ivr::fact::WalkFact;
use ringwise::machine::media::contract::Sound;
use ringwise::machine::sip::surface::Status;

use crate::settlement::Place;
use crate::settlement::RING;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const ANSWERS: Answering = Answering::After(Duration::from_secs(2));

fn with_seats(seats: &[Answering]) -> Settlement {
    let mut settlement = Settlement::new(Wish::small(seats.to_vec(), 2));
    settlement.open();
    settlement
}

fn heard(settlement: &Settlement, phone: Place, sound: Sound) -> bool {
    let reports = settlement.reports(phone);
    reports.contains(&(reports_at(&reports, sound), PhoneReport::Heard(sound)))
}

fn reports_at(reports: &[(u128, PhoneReport)], sound: Sound) -> u128 {
    let found = reports
        .iter()
        .find(|(_, report)| *report == PhoneReport::Heard(sound));
    found.map_or(0, |(at, _)| *at)
}

fn count(settlement: &Settlement, is: impl Fn(&Fact) -> bool) -> usize {
    let facts = settlement.town.facts.iter();
    facts.filter(|fact| is(&fact.fact)).count()
}

/// The one record, whose segments must sum to its duration.
fn record_of(settlement: &Settlement) -> ringwise::call::record::Record {
    let records = settlement.records();
    assert_eq!(records.len(), 1, "one call leaves one record");
    let sum: u64 = records[0].segments.iter().map(|s| s.duration_ms).sum();
    assert_eq!(sum, records[0].duration_ms);
    records.into_iter().next().unwrap()
}

/// A caller who asks for a person until a seat has answered.
fn bridged(settlement: &mut Settlement) {
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.pass(20_000);
    assert_eq!(count(settlement, |f| matches!(f, Fact::Bridged { .. })), 1);
}

#[test]
fn caller_hears_the_greeting_at_once() {
    let mut settlement = with_seats(&[]);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.pass(1_000);
    let reports = settlement.reports(caller);
    let begun = reports.first().unwrap();
    assert_eq!(begun.1, PhoneReport::Connected);
    let first = reports_at(&reports, Sound::FirstPacket);
    assert!(first > 0 && first - begun.0 <= 20, "{reports:?}");
    assert_eq!(count(&settlement, |f| matches!(f, Fact::Alarm { .. })), 0);
}

#[test]
fn key_stops_the_prompt() {
    let mut settlement = with_seats(&[]);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(1_500, caller, PhoneCommand::Press('2'));
    settlement.pass(3_000);
    let stopped = |f: &Fact| matches!(f, Fact::PromptStopped { after_us } if *after_us <= 60_000);
    assert_eq!(count(&settlement, stopped), 1);
}

#[test]
fn unknown_number_gets_404_and_leaves_no_record() {
    let mut settlement = with_seats(&[]);
    let caller = settlement.callers[0];
    settlement.tell(0, caller, PhoneCommand::Dial("4711".to_owned()));
    settlement.pass(40_000);
    let reports = settlement.reports(caller);
    assert_eq!(reports[0].1, PhoneReport::Refused(Status(404)));
    assert!(settlement.records().is_empty());
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn key_0_bridges_to_a_ready_seat_and_both_hear_each_other() {
    let mut settlement = with_seats(&[ANSWERS]);
    bridged(&mut settlement);
    let (caller, seat) = (settlement.callers[0], settlement.seats[0]);
    assert!(heard(&settlement, caller, Sound::Tone(440)));
    assert!(heard(&settlement, seat, Sound::Tone(620)));
    let two_way = |f: &Fact| matches!(f, Fact::TwoWay { after_us } if *after_us <= 50_000);
    assert_eq!(count(&settlement, two_way), 1);
}

#[test]
fn caller_who_hangs_up_leaves_one_served_record() {
    let mut settlement = with_seats(&[ANSWERS]);
    bridged(&mut settlement);
    let caller = settlement.callers[0];
    settlement.tell(5_000, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let record = record_of(&settlement);
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.hung_up, Some((Party::Caller, "bye".to_owned())));
    let kinds: Vec<_> = record.segments.iter().map(|one| one.kind).collect();
    assert_eq!(kinds.first(), Some(&SegmentKind::Ivr));
    assert!(kinds.contains(&SegmentKind::Ring), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&SegmentKind::Talk));
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn seat_that_hangs_up_ends_the_call_for_both() {
    let mut settlement = with_seats(&[ANSWERS]);
    bridged(&mut settlement);
    let (caller, seat) = (settlement.callers[0], settlement.seats[0]);
    settlement.tell(5_000, seat, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let record = record_of(&settlement);
    assert_eq!(record.outcome, Outcome::Served);
    assert_eq!(record.hung_up, Some((Party::Seat, "bye".to_owned())));
    let last = settlement.reports(caller).pop().unwrap();
    assert_eq!(last.1, PhoneReport::Over);
}

#[test]
fn hold_plays_music_and_resume_brings_the_voice_back() {
    let mut settlement = with_seats(&[ANSWERS]);
    bridged(&mut settlement);
    let (caller, seat) = (settlement.callers[0], settlement.seats[0]);
    let before = settlement.reports(caller).len();
    settlement.tell(1_000, seat, PhoneCommand::Hold);
    settlement.tell(6_000, seat, PhoneCommand::Resume);
    settlement.tell(9_000, caller, PhoneCommand::HangUp);
    settlement.pass(60_000);
    let agreed = (PhoneReport::Reoffered(Ok(())), 2);
    let reports = settlement.reports(seat);
    let answers = reports.iter().filter(|(_, report)| *report == agreed.0);
    assert_eq!(answers.count(), agreed.1, "{reports:?}");
    let after = settlement.reports(caller).split_off(before);
    let sounds = after.iter().map(|(_, report)| report);
    let again = sounds.filter(|report| **report == PhoneReport::Heard(Sound::Tone(440)));
    assert_eq!(again.count(), 1, "{after:?}");
    let record = record_of(&settlement);
    let held: Vec<_> = record
        .segments
        .iter()
        .filter(|one| one.kind == SegmentKind::Hold)
        .collect();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].duration_ms, 5_000);
}

#[test]
fn seat_that_does_not_answer_gives_way_to_the_next() {
    let mut settlement = with_seats(&[Answering::Never, ANSWERS]);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.pass(10_000 + u64::try_from(RING.as_millis()).unwrap() + 5_000);
    let bridged = settlement.town.facts.iter().find_map(|fact| {
        let Fact::Bridged { seat } = fact.fact else {
            return None;
        };
        Some(seat.0)
    });
    assert_eq!(bridged, Some(1));
    let rung = settlement.reports(settlement.seats[0]);
    let rings = |report: &PhoneReport| matches!(report, PhoneReport::Rings(_));
    assert_eq!(rung.iter().filter(|(_, report)| rings(report)).count(), 1);
}

#[test]
fn seat_that_signs_in_to_a_waiting_caller_is_rung_once_its_star_code_is_over() {
    let mut settlement = Settlement::new(Wish::small(vec![ANSWERS], 1));
    let (caller, seat) = (settlement.callers[0], settlement.seats[0]);
    settlement.tell(0, seat, PhoneCommand::Register);
    settlement.dial(0, caller);
    settlement.tell(2_000, caller, PhoneCommand::Press('0'));
    settlement.tell(15_000, seat, PhoneCommand::Dial("*11".to_owned()));
    settlement.pass(40_000);
    let failed = |f: &Fact| matches!(f, Fact::SeatFailed { .. });
    assert_eq!(count(&settlement, failed), 0);
    assert_eq!(count(&settlement, |f| matches!(f, Fact::Bridged { .. })), 1);
}

#[test]
fn order_source_that_answers_after_30_s_holds_nobody_up() {
    let mut wish = Wish::small(Vec::new(), 2);
    wish.world = Box::new(|question| match question {
        Question::Orders(_) => {
            let late = Duration::from_secs(30);
            Some((late, Answer::Orders(Ok(Default::default()))))
        }
        Question::Service { .. } | Question::KeepMessage { .. } => None,
        Question::Speak { .. } => Some((Duration::ZERO, Answer::Speak(None))),
    });
    let mut settlement = Settlement::new(wish);
    let caller = settlement.callers[0];
    settlement.dial(0, caller);
    settlement.tell(1_000, caller, PhoneCommand::Press('2'));
    settlement.pass(40_000);
    let at = |is: &dyn Fn(&Fact) -> bool| {
        let facts = settlement.town.facts.iter();
        let at = |fact: &ringwise::call::fact::Recorded| fact.now.since_start().as_millis();
        facts.filter(|fact| is(&fact.fact)).map(at).next()
    };
    assert!(at(&|f| matches!(f, Fact::FirstSound { .. })).unwrap() < 30);
    let said = |word: &'static str| move |f: &Fact| matches!(f, Fact::Walk(WalkFact::Said { text, .. }) if text.contains(word));
    let entered = |name: &'static str| move |f: &Fact| matches!(f, Fact::Walk(WalkFact::Entered { step }) if step == name);
    let length = Index::read(Path::new("prompts"));
    let mut rows = length.rows.iter();
    let row = rows.find(|row| row.text.contains("looking up your bookings"));
    let length = row.unwrap().duration.as_millis();
    let comfort = at(&said("looking up your bookings")).expect("no comfort phrase");
    let asked = at(&entered("orders")).unwrap();
    let menu = at(&entered("products")).unwrap();
    assert!(comfort - asked <= 1_500);
    assert!(menu <= comfort + length + 1_500);
    let late = at(&|f| {
        matches!(
            f,
            Fact::AnswerUnawaited { .. } | Fact::Walk(WalkFact::LateAnswer { .. })
        )
    });
    assert!(late.unwrap() >= 30_000);
}
