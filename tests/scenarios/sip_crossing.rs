//! What crosses on the wire: CANCEL with 200, BYE with BYE, re-INVITE with BYE and re-INVITE,
//! ACKs that are lost, hang-ups that must wait.

use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::vocabulary::flow::Transport;
use ringwise::vocabulary::id::LegId;

use crate::sip_call::Pair;
use crate::sip_call::pair;
use crate::sip_net::OFFER;

fn caller_reinvites(pair: &mut Pair) {
    let (leg, sdp) = (pair.out, OFFER.to_owned());
    pair.net.act(pair.caller, UaCommand::Reinvite { leg, sdp });
}

fn centre_reinvites(pair: &mut Pair, leg: LegId) {
    let sdp = OFFER.to_owned();
    pair.net.act(pair.centre, UaCommand::Reinvite { leg, sdp });
}

#[test]
fn cancel_crosses_the_200() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(105);
    pair.answer(leg);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 caller CANCEL
         105 centre 200 INVITE
         110 centre 200 CANCEL
         115 caller ACK
         115 caller BYE
         125 centre * Acked
         125 centre 200 BYE
         125 centre * HungUp Bye
         135 caller * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn cancel_waits_for_a_provisional_answer() {
    let mut pair = pair();
    pair.net.lose("centre", "100 INVITE");
    pair.call();
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE (lost)
          10 centre * Invited
         500 caller INVITE
         510 centre 100 INVITE
         520 caller CANCEL
         530 centre 200 CANCEL
         530 centre 487 INVITE
         530 centre * Cancelled
         540 caller ACK
         540 caller * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_cancelled_call_to_a_dead_peer_ends_after_64_t1() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(50);
    pair.net.agents.remove(&pair.centre);
    pair.net.ladder.clear();
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(60_000);
    assert_eq!(pair.net.ladder.last().unwrap(), "32050 caller * Gone");
    pair.net.assert_nothing_left();
}

#[test]
fn bye_crosses_bye() {
    let mut pair = pair();
    let leg = pair.connect();
    pair.hang_up(pair.caller, pair.out);
    pair.net.run_to(1005);
    pair.hang_up(pair.centre, leg);
    pair.net.run_to(60_000);
    pair.net.expect(
        "1000 caller BYE
         1005 centre BYE
         1010 centre 200 BYE
         1015 caller 200 BYE
         1020 caller * Gone
         1025 centre * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_re_invite_crosses_bye() {
    let mut pair = pair();
    let leg = pair.connect();
    caller_reinvites(&mut pair);
    pair.net.run_to(1005);
    pair.hang_up(pair.centre, leg);
    pair.net.run_to(60_000);
    pair.net.expect(
        "1000 caller INVITE
         1005 centre BYE
         1010 centre 481 INVITE
         1015 caller 200 BYE
         1015 caller * HungUp Bye
         1020 caller ACK
         1025 centre * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn bye_ends_a_re_invite_that_nobody_has_answered() {
    for by_caller in [true, false] {
        let mut pair = pair();
        let leg = pair.connect();
        caller_reinvites(&mut pair);
        pair.net.run_to(1050);
        let (who, leg) = if by_caller {
            (pair.caller, pair.out)
        } else {
            (pair.centre, leg)
        };
        pair.hang_up(who, leg);
        pair.net.run_to(60_000);
        let said = |what: &str| pair.net.ladder.iter().any(|line| line.ends_with(what));
        assert!(said("centre 487 INVITE") && said("caller ACK"));
        pair.net.assert_nothing_left();
    }
}

#[test]
fn re_invites_cross_and_both_come_through() {
    let mut pair = pair();
    let leg = pair.connect();
    caller_reinvites(&mut pair);
    pair.net.run_to(1005);
    centre_reinvites(&mut pair, leg);
    pair.net.run_to(1100);
    pair.net.expect(
        "1000 caller INVITE
         1005 centre INVITE
         1010 centre 491 INVITE
         1015 caller 491 INVITE
         1020 caller ACK
         1025 centre ACK",
    );
    for _ in 0..2 {
        while pair.net.events.is_empty() {
            let next = pair.net.next_ms().unwrap();
            pair.net.run_to(next);
        }
        let (who, event) = pair.net.events.remove(0);
        let UaEvent::Reoffered { leg, .. } = event else {
            panic!("{event:?}");
        };
        let answer = Ok(OFFER.to_owned());
        pair.net.act(who, UaCommand::AnswerReoffer { leg, answer });
        let later = pair.net.now_ms + 100;
        pair.net.run_to(later);
        let (_, event) = pair.net.events.remove(0);
        assert!(matches!(
            event,
            UaEvent::ReofferAnswered { answer: Ok(_), .. }
        ));
    }
}

#[test]
fn hold_and_resume_and_a_refusal_that_keeps_the_call() {
    let mut pair = pair();
    let leg = pair.connect();
    caller_reinvites(&mut pair);
    pair.net.run_to(1100);
    let answer = Ok(OFFER.to_owned());
    pair.net
        .act(pair.centre, UaCommand::AnswerReoffer { leg, answer });
    pair.net.run_to(2000);
    centre_reinvites(&mut pair, leg);
    pair.net.run_to(2100);
    let answer = Err(Status(488));
    let leg = pair.out;
    pair.net
        .act(pair.caller, UaCommand::AnswerReoffer { leg, answer });
    pair.net.run_to(60_000);
    pair.net.expect(
        "1000 caller INVITE
         1010 centre 100 INVITE
         1010 centre * Reoffered
         1100 centre 200 INVITE
         1110 caller ACK
         1110 caller * ReofferAnswered
         2000 centre INVITE
         2010 caller 100 INVITE
         2010 caller * Reoffered
         2100 caller 488 INVITE
         2110 centre ACK
         2110 centre * ReofferAnswered 488",
    );
    assert_eq!(pair.net.agent(pair.caller).leg_count(), 1);
}

#[test]
fn an_offer_waits_for_the_ack_and_for_their_offer() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.answer(leg);
    centre_reinvites(&mut pair, leg);
    pair.net.run_to(200);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 centre 200 INVITE
         110 caller ACK
         110 caller * Accepted
         120 centre INVITE
         120 centre * Acked
         130 caller 100 INVITE
         130 caller * Reoffered",
    );
    caller_reinvites(&mut pair);
    let answer = Ok(OFFER.to_owned());
    let leg = pair.out;
    pair.net
        .act(pair.caller, UaCommand::AnswerReoffer { leg, answer });
    pair.net.run_to(300);
    pair.net.expect(
        "200 caller 200 INVITE
         210 centre ACK
         210 centre * ReofferAnswered
         220 caller INVITE
         230 centre 100 INVITE
         230 centre * Reoffered",
    );
}

#[test]
fn a_lost_ack_makes_the_200_come_again_and_the_ack_too() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.net.lose("caller", "ACK");
    pair.net.lose("caller", "ACK");
    pair.answer(leg);
    pair.net.run_to(9000);
    pair.net.expect(
        "   0 caller INVITE
           10 centre 100 INVITE
           10 centre * Invited
          100 centre 200 INVITE
          110 caller ACK (lost)
          110 caller * Accepted
          600 centre 200 INVITE
          610 caller ACK (lost)
         1600 centre 200 INVITE
         1610 caller ACK
         1620 centre * Acked",
    );
}

#[test]
fn without_any_ack_the_call_is_hung_up_after_64_t1() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    for _ in 0..20 {
        pair.net.lose("caller", "ACK");
    }
    pair.answer(leg);
    pair.net.run_to(31_000);
    pair.net.ladder.clear();
    pair.net.run_to(100_000);
    pair.net.expect(
        "31600 centre 200 INVITE
         31610 caller ACK (lost)
         32100 centre BYE
         32100 centre * HungUp NoAck
         32110 caller 200 BYE
         32110 caller * HungUp Bye",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_hang_up_before_the_ack_waits_for_it() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.answer(leg);
    pair.hang_up(pair.centre, leg);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 centre 200 INVITE
         110 caller ACK
         110 caller * Accepted
         120 centre BYE
         130 caller 200 BYE
         130 caller * HungUp Bye
         140 centre * Gone",
    );
    pair.net.assert_nothing_left();
}

#[test]
fn a_repeated_200_to_a_re_invite_is_acknowledged_again() {
    let mut pair = pair();
    let leg = pair.connect();
    pair.net.lose("caller", "ACK");
    caller_reinvites(&mut pair);
    pair.net.run_to(1010);
    let answer = Ok(OFFER.to_owned());
    pair.net
        .act(pair.centre, UaCommand::AnswerReoffer { leg, answer });
    pair.net.run_to(9000);
    pair.net.expect(
        "1000 caller INVITE
         1010 centre 100 INVITE
         1010 centre * Reoffered
         1010 centre 200 INVITE
         1020 caller ACK (lost)
         1020 caller * ReofferAnswered
         1510 centre 200 INVITE
         1520 caller ACK",
    );
}

#[test]
fn a_dead_peer_within_a_call_ends_it() {
    let mut pair = pair();
    pair.connect();
    pair.net.agents.remove(&pair.centre);
    caller_reinvites(&mut pair);
    pair.net.run_to(100_000);
    assert!(
        pair.net
            .ladder
            .contains(&"33000 caller * HungUp DialogLost".to_owned())
    );
    pair.net.assert_nothing_left();
}

#[test]
fn an_unanswered_ring_is_repeated_each_minute() {
    let mut pair = pair();
    pair.call();
    pair.net.run_to(100);
    let leg = pair.net.invited(pair.centre);
    pair.net.act(pair.centre, UaCommand::Ring { leg });
    pair.net.ladder.clear();
    pair.net.run_to(130_000);
    let rings = pair
        .net
        .ladder
        .iter()
        .filter(|l| l.ends_with("180 INVITE"))
        .count();
    assert_eq!(rings, 2);
}

#[test]
fn on_a_stream_nothing_is_sent_twice_and_its_end_ends_what_it_carried() {
    let mut pair = pair();
    pair.net.transport = Transport::Tcp;
    let leg = pair.connect();
    pair.net.close(pair.centre, pair.caller);
    pair.net.close(pair.caller, pair.centre);
    pair.net.run_to(60_000);
    pair.net.expect(
        "1000 centre * HungUp FlowLost
         1000 caller * HungUp FlowLost",
    );
    pair.net.assert_nothing_left();
    assert_ne!(leg, pair.out);
    let mut pair = self::pair();
    pair.net.transport = Transport::Tcp;
    pair.call();
    pair.net.run_to(100);
    pair.net.close(pair.centre, pair.caller);
    pair.net.close(pair.caller, pair.centre);
    pair.net.run_to(60_000);
    pair.net.expect(
        "  0 caller INVITE
          10 centre 100 INVITE
          10 centre * Invited
         100 centre * Cancelled
         100 caller * Refused 503",
    );
}
