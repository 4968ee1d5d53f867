//! What the user agent says to requests that it cannot or will not serve.

use std::fs;

use proptest::prelude::*;
use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::Status;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;

use crate::sip_call::open_config;
use crate::sip_net::OFFER;
use crate::sip_peer::ASK;
use crate::sip_peer::Ask;
use crate::sip_peer::Peer;
use crate::sip_peer::header;
use crate::sip_peer::status_of;
use crate::sip_registration::registrar_config;

#[test]
fn each_method_has_its_answer_for_strangers_and_guests() {
    let rows = [
        ("INVITE", 401, 0),
        ("ACK", 0, 0),
        ("BYE", 481, 481),
        ("CANCEL", 481, 481),
        ("OPTIONS", 200, 200),
        ("REGISTER", 401, 401),
        ("PRACK", 481, 481),
        ("UPDATE", 481, 481),
        ("INFO", 481, 481),
        ("REFER", 401, 403),
        ("SUBSCRIBE", 401, 405),
        ("NOTIFY", 401, 405),
        ("MESSAGE", 401, 405),
        ("PUBLISH", 401, 405),
        ("FROBNICATE", 401, 501),
    ];
    for (method, stranger, guest) in rows {
        for (config, status) in [(registrar_config(), stranger), (open_config(), guest)] {
            let mut peer = Peer::new(config);
            peer.ask(Ask { method, ..ASK });
            if status == 0 {
                let mail = peer.mail();
                assert!(
                    mail.iter().all(|text| text.starts_with("SIP/2.0 100")),
                    "{mail:?}"
                );
            } else {
                let text = peer.answer();
                assert_eq!(status_of(&text), status, "{method}");
                let allow = header(&text, "Allow").is_some();
                assert_eq!(allow, matches!(status, 200 | 405 | 501), "{method}");
                assert!(header(&text, "To").unwrap().contains(";tag="), "{method}");
            }
        }
    }
}

#[test]
fn what_an_invite_asks_too_much_is_said() {
    let rows = [
        (
            "Require: 100rel, timer\r\n",
            OFFER,
            420,
            "Unsupported",
            "100rel",
        ),
        (
            "Content-Encoding: gzip\r\n",
            OFFER,
            415,
            "Accept-Encoding",
            "identity",
        ),
        (
            "Accept: text/plain\r\n",
            OFFER,
            406,
            "Accept",
            "application/sdp",
        ),
        (
            "Supported: timer\r\nSession-Expires: 60\r\n",
            OFFER,
            422,
            "Min-SE",
            "90",
        ),
    ];
    for (headers, body, status, name, value) in rows {
        let mut peer = Peer::new(open_config());
        peer.ask(Ask {
            headers,
            body,
            ..ASK
        });
        let text = peer.answer();
        assert_eq!(status_of(&text), status, "{headers}");
        assert_eq!(header(&text, name), Some(value), "{headers}");
        assert_eq!(peer.net.agent(peer.centre).transaction_count(), 0);
    }
    let mut peer = Peer::new(open_config());
    let text = peer.text(Ask { body: OFFER, ..ASK });
    peer.send(&text.replace("application/sdp", "text/html"));
    assert_eq!(peer.status(), 415);
    let text = peer.text(ASK);
    peer.send(&text.replacen("sip:4000@10.0.0.1 ", "http://h ", 1));
    assert_eq!(peer.status(), 416);
}

#[test]
fn the_same_call_by_another_path_is_merged() {
    let mut peer = Peer::new(open_config());
    peer.ask(ASK);
    peer.mail();
    peer.ask(ASK);
    assert_eq!(peer.status(), 482);
}

#[test]
fn a_full_house_says_when_to_come_again() {
    let mut config = open_config();
    config.limits.legs_max = 1;
    let mut peer = Peer::new(config);
    peer.ask(ASK);
    peer.mail();
    let text = peer.text(ASK).replace("Call-ID: call", "Call-ID: other");
    peer.send(&text);
    let text = peer.answer();
    assert_eq!(status_of(&text), 503);
    assert_eq!(header(&text, "Retry-After"), Some("5"));
}

#[test]
fn a_flood_within_a_call_leaves_nothing_behind() {
    let mut config = open_config();
    config.limits.transactions_max = 2;
    let mut peer = Peer::new(config);
    let (_, tag) = peer.connect("");
    for cseq in 2..9 {
        let (method, to_tag) = ("OPTIONS", tag.as_str());
        peer.ask(Ask {
            method,
            cseq,
            to_tag,
            ..ASK
        });
        assert_eq!(peer.status(), 200);
    }
    assert_eq!(peer.net.agent(peer.centre).transaction_count(), 4);
    let (cseq, to_tag, body) = (9, tag.as_str(), OFFER);
    peer.ask(Ask {
        cseq,
        to_tag,
        body,
        ..ASK
    });
    assert_eq!(peer.status(), 503);
    let (method, cseq) = ("BYE", 10);
    peer.ask(Ask {
        method,
        cseq,
        to_tag,
        ..ASK
    });
    assert_eq!(peer.status(), 200);
    assert_eq!(peer.net.agent(peer.centre).leg_count(), 0);
}

#[test]
fn an_old_client_without_branches_is_served_whole() {
    let mut peer = Peer::new(open_config());
    let old = |text: String| {
        let at = text.find(";branch=").unwrap();
        let end = text[at..].find('\r').unwrap() + at;
        text[..at].to_owned() + &text[end..]
    };
    let invite = old(peer.text(Ask { body: OFFER, ..ASK }));
    peer.send(&invite);
    peer.send(&invite);
    assert_eq!(peer.mail().len(), 2, "100 and its repeat");
    let leg = peer.net.invited(peer.centre);
    let (status, retry_after) = (Status(486), None);
    let refuse = UaCommand::Refuse {
        leg,
        status,
        retry_after,
    };
    peer.net.act(peer.centre, refuse);
    peer.net.run_to(600);
    assert_eq!(peer.mail().len(), 2, "486 and its repeat");
    let ack = old(peer.text(Ask {
        method: "ACK",
        ..ASK
    }));
    peer.send(&ack);
    peer.net.run_to(10_000);
    assert_eq!(peer.mail().len(), 0);
    peer.net.assert_nothing_left();
}

#[test]
fn a_stateless_answer_is_small_single_and_always_the_same_in_its_tag() {
    let mut peer = Peer::new(registrar_config());
    let invite = peer.text(Ask { body: OFFER, ..ASK });
    let mut tags = Vec::new();
    for _ in 0..2 {
        peer.send(&invite);
        let text = peer.answer();
        assert_eq!(status_of(&text), 401);
        assert!(
            text.len() * 10 <= invite.len() * 22,
            "{} to {}",
            text.len(),
            invite.len()
        );
        tags.push(crate::sip_peer::tag_of(&text));
    }
    assert_eq!(tags[0], tags[1]);
    peer.net.run_to(40_000);
    assert_eq!(peer.mail().len(), 0);
    peer.net.assert_nothing_left();
}

#[test]
fn two_line_ends_on_a_stream_get_one_back() {
    let mut peer = Peer::new(open_config());
    peer.send("\r\n\r\n");
    assert_eq!(peer.mail().len(), 0, "a datagram needs no answer");
    peer.net.transport = ringwise::vocabulary::flow::Transport::Tcp;
    peer.send("\r\n\r\n");
    assert_eq!(peer.mail(), ["\r\n"]);
}

/// What `expected.tsv` says of a message: a verdict and the statuses that pass.
fn expected() -> Vec<(String, String, Vec<u16>)> {
    let table = fs::read_to_string("tests/data/rfc4475/expected.tsv").unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default().to_owned();
        let (name, _, _, verdict, codes) = (cell(), cell(), cell(), cell(), cell());
        let codes = codes.split(',').filter_map(|code| code.parse().ok());
        (name, verdict, codes.collect())
    })
    .collect()
}

fn everybody_config() -> UaConfig {
    let mut config = registrar_config();
    config.allow = vec!["0.0.0.0/0".parse().unwrap()];
    config
}

#[test]
fn torture_messages_get_their_verdicts() {
    let mut wrong = Vec::new();
    for (name, verdict, codes) in expected() {
        let bytes = fs::read(format!("tests/data/rfc4475/dat/{name}.dat")).unwrap();
        let mut peer = Peer::new(everybody_config());
        let (from, to) = (peer.at, peer.centre);
        peer.net.inject(from, to, &bytes);
        peer.net.run_to(10);
        let mail = peer.mail();
        let is_response = bytes.starts_with(b"SIP/2.0");
        let statuses: Vec<_> = mail.iter().map(|text| status_of(text)).collect();
        let invited = peer
            .net
            .events
            .iter()
            .any(|(_, e)| matches!(e, UaEvent::Invited { .. }));
        let right = match verdict.as_str() {
            "discard" => mail.is_empty(),
            "accept" | "either" if is_response => mail.is_empty(),
            // Within a dialog that we do not have (RFC 3261 section 12.2.2).
            "accept" if name == "wsinv" => statuses == [481],
            // MESSAGE is not served at all.
            "accept" if name == "mpart01" => statuses == [405],
            "accept" if codes.is_empty() => invited || statuses == [200],
            "accept" | "reject" => statuses.iter().any(|status| codes.contains(status)),
            "either" => {
                let served = invited || statuses.iter().any(|s| matches!(s, 200 | 401));
                served || statuses.iter().any(|status| codes.contains(status))
            }
            _ => true,
        };
        if !right {
            wrong.push(format!("{name}: {verdict} {codes:?}, got {statuses:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut peer = Peer::new(everybody_config());
        let (from, to) = (peer.at, peer.centre);
        peer.net.inject(from, to, &bytes);
        peer.net.run_to(40_000);
    }

    #[test]
    fn no_injured_request_panics(
        method in prop::sample::select(vec![
            "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "UPDATE", "INFO", "X",
        ]),
        within in any::<bool>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut peer = Peer::new(everybody_config());
        let (_, tag) = peer.connect("Supported: timer\r\nSession-Expires: 90\r\n");
        let to_tag = if within { tag.as_str() } else { "" };
        let text = peer.text(Ask { method, to_tag, cseq: 2, body: OFFER, ..ASK });
        let mut bytes = text.into_bytes();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (from, to) = (peer.at, peer.centre);
        peer.net.inject(from, to, &bytes);
        peer.net.run_to(200_000);
    }
}
