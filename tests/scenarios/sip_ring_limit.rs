//! A phone that rings for ever: the user agent itself gives up after three minutes.

use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;

use ringwise::vocabulary::id::LegId;

use crate::sip_call::Pair;
use crate::sip_call::pair;

const LIMIT_MS: u64 = 180_000;

/// The caller's INVITE rings at the centre, which nobody tells anything more; its leg there.
fn ringing() -> (Pair, LegId) {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.net.act(pair.centre, UaCommand::Ring { leg });
    pair.net.run_to(LIMIT_MS - 1);
    pair.net.ladder.clear();
    pair.net.events.clear();
    (pair, leg)
}

#[test]
fn an_invite_that_rings_for_three_minutes_is_cancelled() {
    let (mut pair, _) = ringing();
    pair.net.run_to(LIMIT_MS + 60_000);
    pair.net.expect(
        "180000 caller CANCEL
         180000 caller * Refused 408
         180010 centre 200 CANCEL
         180010 centre 487 INVITE
         180010 centre * Cancelled
         180020 caller ACK",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn an_answer_that_crosses_the_limit_is_hung_up_and_not_reported() {
    let (mut pair, leg) = ringing();
    let out = pair.out;
    pair.net.lose("caller", "CANCEL");
    pair.net.run_to(LIMIT_MS + 5);
    let refused = pair.net.take(pair.caller, |event| match event {
        UaEvent::Refused { leg, status } if *leg == out => Some(*status),
        _ => None,
    });
    assert_eq!(refused, Status(408));
    pair.net.expect(
        "180000 caller CANCEL (lost)
         180000 caller * Refused 408",
    );
    pair.answer(leg);
    pair.net.run_to(LIMIT_MS + 100_000);
    assert!(
        !pair.net.events.iter().any(|(who, _)| *who == pair.caller),
        "{:?}",
        pair.net.events
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_call_that_its_owner_cancels_in_time_is_gone_once() {
    let (mut pair, _) = ringing();
    let out = pair.out;
    pair.hang_up(pair.caller, out);
    pair.net.run_to(LIMIT_MS + 60_000);
    let told: Vec<_> = pair
        .net
        .events
        .iter()
        .filter(|(who, _)| *who == pair.caller)
        .collect();
    assert!(matches!(told[..], [(_, UaEvent::Gone { .. })]), "{told:?}");
    pair.net.assert_nothing_left();
}
