//! How seats are rung: several at once, of whom one gets the caller; by themselves if they are asked.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use ringwise::call::fact::Fact;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::call::phone::PhoneReport;
use ringwise::call::record::Outcome;
use ringwise::call::record::SegmentKind;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::OfferEnd;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::fact::WithdrawReason;
use ringwise::machine::sip::surface::Status;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Turn;

use crate::settlement::Settlement;
use crate::settlement::Wish;

const TALK: &str = "7007";

const fn after(ms: u64) -> Answering {
    Answering::After(Duration::from_millis(ms))
}

/// Seats whose phones answer so, in the order of their idle time, of a queue that rings three at once.
/// Each can do what the others can.
fn centre(seats: &[Answering]) -> Settlement {
    let wish = Wish::small(seats.to_vec(), 3);
    let mut settlement = Settlement::with(wish, |seats, queue| {
        queue.ring_at_once = 3;
        let skills = seats[0].skills.clone();
        seats
            .iter_mut()
            .for_each(|seat| seat.skills.clone_from(&skills));
    });
    settlement.open();
    settlement
}

fn call(settlement: &mut Settlement, caller: usize) {
    let caller = settlement.callers[caller];
    settlement.tell(0, caller, PhoneCommand::Dial(TALK.to_owned()));
}

fn hang_up(settlement: &mut Settlement, caller: usize) {
    let caller = settlement.callers[caller];
    settlement.tell(0, caller, PhoneCommand::HangUp);
}

/// How rings beside the booked seat ended.
fn ends(settlement: &Settlement) -> Vec<(SeatId, OfferEnd)> {
    let facts = settlement.town.facts.iter();
    let ends = facts.filter_map(|fact| match &fact.fact {
        Fact::Acd(AcdFact::BesideEnded { seat, end, .. }) => Some((*seat, *end)),
        _ => None,
    });
    ends.collect()
}

fn state(settlement: &Settlement, seat: u32) -> SeatState {
    let distributor = settlement.town.centre.distributor();
    distributor.seat(SeatId(seat)).unwrap().state
}

fn connected(settlement: &Settlement, seat: usize) -> usize {
    let reports = settlement.reports(settlement.seats[seat]);
    // The call to the star code was connected as well.
    let all = reports
        .iter()
        .filter(|(_, one)| *one == PhoneReport::Connected);
    all.count() - 1
}

#[test]
fn who_answers_first_has_the_caller_and_the_others_ring_no_more() {
    let mut settlement = centre(&[after(5_000), after(900), after(5_000), after(5_000)]);
    call(&mut settlement, 0);
    settlement.pass(500);
    assert_eq!(
        state(&settlement, 3),
        SeatState::Ready,
        "three ring, not four"
    );
    settlement.pass(10_000);
    let talking = [0, 1, 2, 3].map(|seat| state(&settlement, seat) == SeatState::Talking);
    assert_eq!(talking, [false, true, false, false]);
    let connected = [0, 1, 2, 3].map(|seat| connected(&settlement, seat));
    assert_eq!(connected, [0, 1, 0, 0]);
    let elsewhere = OfferEnd::Withdrawn(WithdrawReason::AnsweredElsewhere);
    let ended = [2, 0].map(|seat| (SeatId(seat), elsewhere));
    assert_eq!(ends(&settlement), ended);
    hang_up(&mut settlement, 0);
    settlement.pass(60_000);
    let record = &settlement.records()[0];
    assert_eq!(
        (record.outcome, record.seat.as_deref()),
        (Outcome::Served, Some("seat-1"))
    );
    let rings = record
        .segments
        .iter()
        .filter(|one| one.kind == SegmentKind::Ring);
    let rung: u64 = rings.map(|one| one.duration_ms).sum();
    assert!((850..1_200).contains(&rung), "{rung} ms");
    let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
    assert_eq!(sum, record.duration_ms);
    // They have failed nobody, and stand where they stood.
    assert!([0, 1, 2, 3].map(|seat| state(&settlement, seat)) == [SeatState::Ready; 4]);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn two_that_answer_at_the_same_moment_leave_one_call() {
    let mut settlement = centre(&[after(900), after(900), after(900)]);
    call(&mut settlement, 0);
    settlement.pass(10_000);
    let talking = [0, 1, 2].map(|seat| state(&settlement, seat) == SeatState::Talking);
    assert_eq!(talking.into_iter().filter(|talks| *talks).count(), 1);
    let over = [0, 1, 2].map(|seat| {
        let reports = settlement.reports(settlement.seats[seat]);
        let over = reports.iter().filter(|(_, one)| *one == PhoneReport::Over);
        // The call to the star code is over as well.
        over.count() == 2
    });
    assert_eq!(over.map(|over| !over), talking);
    hang_up(&mut settlement, 0);
    settlement.pass(60_000);
    assert_eq!(settlement.records().len(), 1);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn one_that_declines_leaves_the_others_ringing() {
    let busy = Answering::Refuse(Status(486));
    let mut settlement = centre(&[busy, busy, after(3_000)]);
    call(&mut settlement, 0);
    settlement.pass(10_000);
    assert_eq!(state(&settlement, 2), SeatState::Talking);
    let offers = settlement.town.facts.iter();
    let offers = offers.filter(|fact| {
        matches!(
            fact.fact,
            Fact::Acd(AcdFact::Offered { .. } | AcdFact::BesideOffered { .. })
        )
    });
    // Each was rung once; two that rang beside were booked when the one before declined.
    assert_eq!(offers.count(), 5);
    hang_up(&mut settlement, 0);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Served);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_seat_that_rings_beside_belongs_to_the_next_caller() {
    let mut settlement = centre(&[Answering::Never, after(3_000)]);
    call(&mut settlement, 0);
    settlement.pass(1_000);
    call(&mut settlement, 1);
    settlement.pass(1_000);
    let wanted = OfferEnd::Withdrawn(WithdrawReason::WantedElsewhere);
    assert_eq!(ends(&settlement), [(SeatId(1), wanted)]);
    settlement.pass(5_000);
    assert_eq!(state(&settlement, 0), SeatState::Offered);
    assert_eq!(state(&settlement, 1), SeatState::Talking);
    let bridged = settlement.town.facts.iter();
    let mut bridged = bridged.filter(|fact| matches!(fact.fact, Fact::Bridged { .. }));
    let second = settlement.town.facts.iter();
    let second = second
        .filter(|fact| matches!(fact.fact, Fact::Arrived(_)))
        .nth(1);
    assert_eq!(bridged.next().unwrap().call, second.unwrap().call);
    hang_up(&mut settlement, 0);
    hang_up(&mut settlement, 1);
    settlement.pass(60_000);
    assert_eq!(settlement.records().len(), 2);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn a_caller_who_hangs_up_silences_all_of_them() {
    let mut settlement = centre(&[Answering::Never; 3]);
    call(&mut settlement, 0);
    settlement.pass(2_000);
    hang_up(&mut settlement, 0);
    settlement.pass(2_000);
    assert!([0, 1, 2].map(|seat| state(&settlement, seat)) == [SeatState::Ready; 3]);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Abandoned);
    assert!(settlement.town.centre.is_idle());
}

#[test]
fn whom_nobody_answers_is_back_at_the_place_and_rung_for_again() {
    let mut settlement = centre(&[Answering::Never; 3]);
    call(&mut settlement, 0);
    settlement.pass(20_000);
    let ring_limit = OfferEnd::Withdrawn(WithdrawReason::RingLimit);
    let ends = ends(&settlement);
    assert!(ends.iter().all(|(_, end)| *end == ring_limit), "{ends:?}");
    hang_up(&mut settlement, 0);
    settlement.pass(60_000);
    assert_eq!(settlement.records()[0].outcome, Outcome::Abandoned);
    assert!(settlement.town.centre.is_idle());
}

/// The INVITEs that the centre sends.
#[derive(Clone, Default)]
struct Sent(Rc<RefCell<Vec<String>>>);

impl Tap for Sent {
    fn sent(&mut self, _: Turn, _: Flow, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        if text.starts_with("INVITE sip:seat-") {
            self.0.borrow_mut().push(text.into_owned());
        }
        true
    }
}

#[test]
fn a_phone_is_asked_to_answer_by_itself_if_its_seat_says_so() {
    for auto_answer in [false, true] {
        let wish = Wish::small(vec![after(500)], 1);
        let mut settlement = Settlement::with(wish, |seats, _| seats[0].auto_answer = auto_answer);
        settlement.open();
        let sent = Sent::default();
        settlement.town.tap = Some(Box::new(sent.clone()));
        call(&mut settlement, 0);
        settlement.pass(5_000);
        let invites = sent.0.borrow();
        for header in [
            "Answer-Mode: Auto",
            ";answer-after=0",
            ";info=alert-autoanswer",
        ] {
            assert_eq!(
                invites[0].contains(header),
                auto_answer,
                "{header}: {}",
                invites[0]
            );
        }
    }
}
