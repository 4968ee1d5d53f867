//! Requests within a call by a hand-written peer: late offers, clashes, session timers, forks.

use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;

use crate::sip_call::invitation;
use crate::sip_call::open_config;
use crate::sip_net::OFFER;
use crate::sip_peer::ASK;
use crate::sip_peer::Ask;
use crate::sip_peer::Peer;
use crate::sip_peer::header;
use crate::sip_peer::status_of;
use crate::sip_peer::tag_of;

fn peer() -> Peer {
    Peer::new(open_config())
}

#[test]
fn without_an_offer_we_offer_and_the_ack_answers() {
    let mut peer = peer();
    peer.ask(ASK);
    let leg = peer.net.invited(peer.centre);
    peer.mail();
    let sdp = OFFER.to_owned();
    peer.net.act(peer.centre, UaCommand::Answer { leg, sdp });
    peer.net.run_to(100);
    let text = peer.answer();
    assert!(text.ends_with(OFFER));
    let to_tag = tag_of(&text);
    let update = Ask {
        method: "UPDATE",
        cseq: 2,
        to_tag: &to_tag,
        body: OFFER,
        ..ASK
    };
    peer.ask(update);
    assert_eq!(peer.status(), 491, "our offer is not answered");
    peer.ask(Ask {
        method: "ACK",
        to_tag: &to_tag,
        body: OFFER,
        ..ASK
    });
    let answer = peer.net.take(peer.centre, |event| {
        if let UaEvent::Acked { sdp, .. } = event {
            Some(sdp.clone())
        } else {
            None
        }
    });
    assert_eq!(answer.as_deref(), Some(OFFER));
}

#[test]
fn a_second_offer_during_the_first_may_come_again_soon() {
    for method in ["INVITE", "UPDATE"] {
        let mut peer = peer();
        let (leg, to_tag) = peer.connect("");
        let to_tag = to_tag.as_str();
        let first = Ask {
            cseq: 2,
            to_tag,
            body: OFFER,
            ..ASK
        };
        peer.ask(first);
        peer.mail();
        peer.ask(Ask {
            method,
            cseq: 3,
            ..first
        });
        let text = peer.answer();
        assert_eq!(status_of(&text), 500);
        let wait_s: u32 = header(&text, "Retry-After").unwrap().parse().unwrap();
        assert!(wait_s <= 10);
        let answer = Err(Status(488));
        peer.net
            .act(peer.centre, UaCommand::AnswerReoffer { leg, answer });
        peer.net.run_to(100);
        assert_eq!(peer.status(), 488);
    }
}

#[test]
fn requests_within_a_call_have_their_answers() {
    let rows = [
        ("OPTIONS", "", "", 200),
        ("REFER", "", "", 403),
        ("INFO", "", "", 405),
        ("MESSAGE", "", "", 405),
        ("NOTIFY", "", "", 481),
        ("PRACK", "", "", 481),
        ("UPDATE", "", "", 200),
        ("UPDATE", "Require: precondition\r\n", OFFER, 420),
        ("INVITE", "Content-Encoding: gzip\r\n", OFFER, 415),
        (
            "INVITE",
            "Supported: timer\r\nSession-Expires: 89\r\n",
            OFFER,
            422,
        ),
        ("BYE", "", "", 200),
    ];
    for (method, headers, body, status) in rows {
        let mut peer = peer();
        let (_, to_tag) = peer.connect("");
        let ask = Ask {
            method,
            cseq: 2,
            to_tag: &to_tag,
            headers,
            body,
        };
        let text = peer.text(ask);
        peer.send(&text);
        assert_eq!(peer.status(), status, "{method} {headers}");
        peer.send(&text);
        assert_eq!(peer.status(), status, "{method} again");
    }
}

#[test]
fn old_numbers_and_foreign_tags_are_refused() {
    let mut peer = peer();
    let (_, to_tag) = peer.connect("");
    let bye = Ask {
        method: "BYE",
        cseq: 1,
        to_tag: &to_tag,
        ..ASK
    };
    peer.ask(bye);
    assert_eq!(peer.status(), 500, "the number of the INVITE");
    for (old, new) in [
        (";tag=peer", ";tag=pear"),
        ("Call-ID: call", "Call-ID: cell"),
    ] {
        let text = peer.text(Ask { cseq: 5, ..bye }).replace(old, new);
        peer.send(&text);
        assert_eq!(peer.status(), 481, "{new}");
    }
    peer.ask(Ask {
        cseq: 5,
        to_tag: "x",
        ..bye
    });
    assert_eq!(peer.status(), 481);
    assert_eq!(peer.net.agent(peer.centre).leg_count(), 1);
}

#[test]
fn an_early_bye_ends_a_call_that_nobody_has_answered() {
    let mut peer = peer();
    peer.ask(Ask { body: OFFER, ..ASK });
    let leg = peer.net.invited(peer.centre);
    peer.net.act(peer.centre, UaCommand::Ring { leg });
    peer.net.run_to(100);
    let to_tag = tag_of(&peer.answer());
    peer.ask(Ask {
        method: "BYE",
        cseq: 2,
        to_tag: &to_tag,
        ..ASK
    });
    let mut statuses: Vec<_> = peer.mail().iter().map(|text| status_of(text)).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 487]);
    assert!(matches!(
        peer.net.events.last().unwrap().1,
        UaEvent::Cancelled { .. }
    ));
}

#[test]
fn cancel_ends_a_re_invite_and_keeps_the_call() {
    let mut peer = peer();
    let (leg, to_tag) = peer.connect("");
    let again = Ask {
        cseq: 2,
        to_tag: &to_tag,
        body: OFFER,
        ..ASK
    };
    let text = peer.text(again);
    peer.send(&text);
    peer.mail();
    let cancel = text.replace("INVITE", "CANCEL");
    peer.send(&cancel);
    let mut statuses: Vec<_> = peer.mail().iter().map(|text| status_of(text)).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 487]);
    let answer = Ok(OFFER.to_owned());
    let late = peer
        .net
        .try_do(peer.centre, UaCommand::AnswerReoffer { leg, answer });
    assert!(late.is_err());
    assert_eq!(peer.net.agent(peer.centre).leg_count(), 1);
}

#[test]
fn a_session_that_nobody_refreshes_ends_in_time() {
    let mut peer = peer();
    let headers = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n";
    peer.ask(Ask {
        headers,
        body: OFFER,
        ..ASK
    });
    let leg = peer.net.invited(peer.centre);
    peer.mail();
    let sdp = OFFER.to_owned();
    peer.net.act(peer.centre, UaCommand::Answer { leg, sdp });
    peer.net.run_to(100);
    let text = peer.answer();
    assert_eq!(header(&text, "Session-Expires"), Some("90;refresher=uac"));
    assert_eq!(header(&text, "Require"), Some("timer"));
    let to_tag = tag_of(&text);
    peer.ask(Ask {
        method: "ACK",
        to_tag: &to_tag,
        ..ASK
    });
    peer.net.run_to(50_000);
    peer.ask(Ask {
        method: "UPDATE",
        cseq: 2,
        to_tag: &to_tag,
        headers,
        ..ASK
    });
    let text = peer.answer();
    assert_eq!(header(&text, "Session-Expires"), Some("90;refresher=uac"));
    peer.net.ladder.clear();
    peer.net.run_to(110_100);
    let told: Vec<_> = peer.net.ladder.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        ["110000 centre BYE", "110000 centre * HungUp SessionExpired"]
    );
}

#[test]
fn we_refresh_by_update_or_re_invite_when_it_is_on_us() {
    for (allow, method) in [("Allow: INVITE, UPDATE\r\n", "UPDATE"), ("", "INVITE")] {
        let mut peer = peer();
        let headers = format!("{allow}Supported: timer\r\nSession-Expires: 100;refresher=uas\r\n");
        peer.connect(&headers);
        peer.net.run_to(50_100);
        let text = peer.answer();
        assert!(text.starts_with(method), "{text}");
        assert_eq!(header(&text, "Session-Expires"), Some("100;refresher=uac"));
        let reply = |text: &str, extra: &str, body: &str| {
            let mut kept = String::from("SIP/2.0 200 OK\r\n");
            for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
                kept += &format!("{name}: {}\r\n", header(text, name).unwrap());
            }
            format!("{kept}{extra}Content-Length: {}\r\n\r\n{body}", body.len())
        };
        let terms = "Session-Expires: 100;refresher=uac\r\n";
        let body = if method == "INVITE" { OFFER } else { "" };
        let kind = "Content-Type: application/sdp\r\n";
        let response = reply(&text, &format!("{terms}{kind}"), body);
        peer.send(&response);
        peer.mail();
        assert!(peer.net.events.is_empty(), "{:?}", peer.net.events);
        peer.net.run_to(100_200);
        let text = peer.answer();
        assert!(text.starts_with(method), "{text}");
        peer.net.run_to(140_000);
        let last = peer.net.ladder.last().unwrap();
        assert!(
            last.contains("HungUp DialogLost") || last.contains("BYE"),
            "{last}"
        );
        assert_eq!(peer.net.agent(peer.centre).leg_count(), 0);
    }
}

/// A 2xx to the INVITE that came, by one of several peers behind a fork.
fn accept(invite: &str, tag: &str) -> String {
    let mut text = String::from("SIP/2.0 200 OK\r\n");
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        text += &format!("{name}: {}\r\n", header(invite, name).unwrap());
    }
    let to = header(invite, "To").unwrap();
    text += &format!("To: {to};tag={tag}\r\nContact: <sip:{tag}@10.0.0.99>\r\n");
    text + &format!(
        "Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{OFFER}",
        OFFER.len()
    )
}

#[test]
fn only_the_first_of_a_fork_is_kept_and_the_others_are_hung_up() {
    let mut peer = peer();
    let leg = peer.net.agent(peer.centre).mint_leg();
    let command = invitation(&peer.net, leg, peer.centre, peer.at);
    peer.net.act(peer.centre, command);
    peer.net.run_to(20);
    let invite = peer.answer();
    peer.send(&accept(&invite, "one"));
    peer.send(&accept(&invite, "two"));
    peer.send(&accept(&invite, "one"));
    peer.send(&accept(&invite, "two"));
    peer.net.run_to(100);
    let lines: Vec<_> = peer
        .mail()
        .iter()
        .map(|t| t.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "ACK sip:one@10.0.0.99 SIP/2.0",
            "ACK sip:two@10.0.0.99 SIP/2.0",
            "BYE sip:two@10.0.0.99 SIP/2.0",
            "ACK sip:one@10.0.0.99 SIP/2.0",
            "ACK sip:two@10.0.0.99 SIP/2.0",
        ]
    );
    let accepted = peer
        .net
        .events
        .iter()
        .filter(|(_, e)| matches!(e, UaEvent::Accepted { .. }));
    assert_eq!(accepted.count(), 1);
}

/// A response of the peer's to a request that came.
fn refuse(request: &str, status: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        text += &format!("{name}: {}\r\n", header(request, name).unwrap());
    }
    text + "\r\n"
}

#[test]
fn whose_call_id_it_is_waits_longer_after_491() {
    for ours in [true, false] {
        let mut peer = peer();
        let leg = if ours {
            let leg = peer.net.agent(peer.centre).mint_leg();
            let command = invitation(&peer.net, leg, peer.centre, peer.at);
            peer.net.act(peer.centre, command);
            peer.net.run_to(20);
            let accepted = accept(&peer.answer(), "one");
            peer.send(&accepted);
            peer.net.run_to(50);
            peer.mail();
            leg
        } else {
            peer.connect("").0
        };
        let sdp = OFFER.to_owned();
        peer.net.act(peer.centre, UaCommand::Reinvite { leg, sdp });
        for _ in 0..5 {
            let soon = peer.net.now_ms + 20;
            peer.net.run_to(soon);
            let invite = peer.answer();
            assert!(invite.starts_with("INVITE"), "{invite}");
            let before_ms = peer.net.now_ms;
            peer.send(&refuse(&invite, "491 Request Pending"));
            assert!(peer.answer().starts_with("ACK"));
            let waited_ms = peer.net.next_ms_after(before_ms + 20) - before_ms;
            let range = if ours { 2100..=4000 } else { 20..=2000 };
            assert!(range.contains(&waited_ms), "ours {ours}: {waited_ms}");
            peer.net.run_to(before_ms + waited_ms);
        }
    }
}

#[test]
fn a_challenge_within_a_call_gets_no_credentials() {
    let mut peer = peer();
    let (leg, _) = peer.connect("");
    peer.net
        .act(peer.centre, UaCommand::Hangup { leg, reason: None });
    peer.net.run_to(100);
    let bye = peer.answer();
    let mut text = String::from("SIP/2.0 407 Proxy Authentication Required\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        text += &format!("{name}: {}\r\n", header(&bye, name).unwrap());
    }
    text += "Proxy-Authenticate: Digest realm=\"ringwise\", nonce=\"x\", qop=\"auth\"\r\n\r\n";
    peer.send(&text);
    peer.net.run_to(60_000);
    assert!(peer.mail().is_empty());
    peer.net.assert_nothing_left();
}

#[test]
fn a_response_with_two_vias_or_a_wrong_branch_is_not_for_us() {
    let mut peer = peer();
    let leg = peer.net.agent(peer.centre).mint_leg();
    let command = invitation(&peer.net, leg, peer.centre, peer.at);
    peer.net.act(peer.centre, command);
    peer.net.run_to(20);
    let accepted = accept(&peer.answer(), "one");
    let via = "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKx\r\nFrom: ";
    let two = accepted.replacen("From: ", via, 1);
    let branch = accepted.replacen("branch=z9hG4bK", "branch=z9hG4bK0", 1);
    for text in [two, branch] {
        peer.send(&text);
        assert!(peer.mail().is_empty());
    }
    peer.send(&accepted);
    assert!(peer.answer().starts_with("ACK "));
}
