//! What a report says of calls that are given.

use ringwise::call::record::Outcome;
use ringwise::call::report::account::Account;
use ringwise::call::report::account::Foreseen;
use ringwise::call::report::account::Wanted;
use ringwise::call::report::picture;
use ringwise::call::report::returning::CallBook;
use ringwise::call::report::returning::Returns;
use ringwise::call::report::tally::Tally;
use ringwise::vocabulary::id::ReleaseNo;
use ringwise::vocabulary::time::Wall;

const HOUR_MS: i64 = 3_600_000;

/// A call at this hour about an order, answered without a person.
fn call(number: &str, hour: i64, order: &str) -> Account {
    let phone = format!("\"+86138{number:0>8}\"");
    Account {
        started: Wall::from_ms(hour * HOUR_MS),
        duration_ms: 30_000,
        number: Some(serde_json::from_str(&phone).unwrap()),
        release: ReleaseNo(1),
        outcome: Outcome::Contained,
        foreseen: Some(Foreseen {
            ranked: vec![(Some(order.to_owned()), "late".to_owned(), 0.8)],
            read: 3,
            propensity: 1.0,
            none_of_them: false,
        }),
        wanted: Some(Wanted {
            order: Some(order.to_owned()),
            question: "late".to_owned(),
            place: Some(1),
            p: Some(0.8),
            listened_ms: Some(4_000),
        }),
        answers: vec![("late".to_owned(), true)],
        queued: false,
    }
}

fn tally(calls: &[Account], log_ends_at_hour: i64) -> Tally {
    let mut book = CallBook::default();
    book.reaches(Wall::from_ms(log_ends_at_hour * HOUR_MS));
    calls.iter().for_each(|call| book.take(call));
    let mut tally = Tally::default();
    calls.iter().for_each(|call| tally.take(call, 9, &book));
    tally
}

#[test]
fn who_calls_again_about_the_same_order_was_not_helped() {
    let calls = [
        call("1", 0, "A"),
        call("1", 20, "A"),
        call("2", 0, "B"),
        call("2", 50, "B"),
        call("3", 0, "C"),
        call("3", 5, "D"),
    ];
    let tally = tally(&calls, 200);
    assert_eq!(tally.contained, 6);
    assert_eq!(
        (tally.returns_24h.checked, tally.returns_24h.returned),
        (6, 1)
    );
    assert_eq!(
        (tally.returns_72h.checked, tally.returns_72h.returned),
        (6, 2)
    );
    assert_eq!(tally.questions["late"].returned, 2);
}

#[test]
fn who_talked_to_a_person_and_calls_again_was_not_settled_at_the_first_call() {
    let served = |number, hour| Account {
        outcome: Outcome::Served,
        ..call(number, hour, "A")
    };
    let gave_up = Account {
        outcome: Outcome::Abandoned,
        ..call("4", 0, "A")
    };
    let calls = [
        served("1", 0),
        served("2", 0),
        served("2", 30),
        gave_up,
        call("5", 0, "A"),
    ];
    let tally = tally(&calls, 200);
    let returns = |of: Returns| (of.checked, of.returned);
    assert_eq!(tally.served, 3);
    assert_eq!(returns(tally.served_returns_24h), (3, 0));
    assert_eq!(returns(tally.served_returns_72h), (3, 1));
    // One of four: those who gave up were not answered at all.
    assert_eq!(tally.first_contact_72h(), Some(0.75));
    assert_eq!(Tally::default().first_contact_72h(), None);
}

#[test]
fn a_call_is_checked_when_its_time_is_over() {
    let calls = [call("1", 0, "A"), call("1", 20, "A"), call("2", 10, "B")];
    let tally = tally(&calls, 30);
    // The second and third may still be followed by others.
    assert_eq!(
        (tally.returns_24h.checked, tally.returns_24h.returned),
        (1, 1)
    );
    assert_eq!(tally.returns_72h.checked, 0);
}

#[test]
fn hits_losses_and_listening_are_those_of_callers_who_said_what_they_wanted() {
    let mut second = call("2", 1, "B");
    let wanted = second.wanted.as_mut().unwrap();
    (wanted.place, wanted.p, wanted.listened_ms) = (Some(2), Some(0.1), Some(30_000));
    let mut silent = call("3", 2, "C");
    silent.wanted = None;
    silent.outcome = Outcome::Abandoned;
    silent.queued = true;
    let mut refused = call("4", 3, "D");
    refused.outcome = Outcome::Refused;
    let tally = tally(&[call("1", 0, "A"), second, silent, refused], 3);
    assert_eq!((tally.calls, tally.taken, tally.foreseen), (4, 3, 3));
    assert_eq!((tally.labelled, tally.hit_1, tally.hit_3), (2, 1, 2));
    let loss = -(0.8_f64.ln() + 0.1_f64.ln()) / 2.0;
    assert!((tally.log_loss().unwrap() - loss).abs() < 1e-12);
    let written = serde_json::to_value(&tally).unwrap();
    assert_eq!(written["log_loss_sum"], tally.losses.sum);
    assert_eq!(written.get("losses"), None);
    assert_eq!(tally.listened(0.5), Some(4_000));
    assert_eq!(tally.listened(0.9), Some(30_000));
    assert_eq!((tally.false_comfort, tally.queued), (1, 1));
    // Two said with 0.8, one of them true.
    assert!((tally.calibration.error().unwrap() - 0.3).abs() < 1e-9);
    let drawn = picture::draw("Calls of <today> & more", &tally);
    assert!(drawn.contains("Calls of &lt;today> &amp; more"));
    assert!(drawn.contains("abandoned while waiting: 1"), "{drawn}");
    assert_eq!(
        drawn.matches("<svg").count(),
        drawn.matches("</svg>").count()
    );
}

#[test]
fn an_empty_report_divides_by_nothing() {
    let tally = tally(&[], 0);
    assert_eq!(tally.log_loss(), None);
    assert_eq!(tally.listened(0.5), None);
    assert!(picture::draw("Nothing", &tally).contains("–"));
}
