//! Requests that pretend to belong to a call: names that cannot be guessed, and addresses that count.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use ringwise::machine::sip::config::Secrets;
use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::Account;
use ringwise::machine::sip::surface::Target;
use ringwise::machine::sip::surface::UaCommand;
use ringwise::machine::sip::surface::UaEvent;

use crate::sip_call::invitation;
use crate::sip_call::open_config;
use crate::sip_call::pair;
use crate::sip_net::CALM;
use crate::sip_net::Net;
use crate::sip_net::OFFER;
use crate::sip_peer::ASK;
use crate::sip_peer::Ask;
use crate::sip_peer::Peer;
use crate::sip_peer::header;
use crate::sip_peer::status_of;
use crate::sip_peer::tag_of;

/// Random characters of what we name dialogs and transactions with: 16 of 32 letters are 80 bits.
const RANDOM_CHARS: usize = 16;

/// Only the peer's own address may invite.
fn strict() -> UaConfig {
    let mut config = UaConfig::closed("ringwise");
    config.allow = vec!["10.0.0.99".parse().unwrap()];
    config
}

fn stranger() -> SocketAddr {
    ([192, 0, 2, 66], 5060).into()
}

impl Peer {
    /// The same from an address of somebody else's; what is answered comes there.
    fn ask_from(&mut self, from: SocketAddr, ask: Ask<'_>) {
        let at = std::mem::replace(&mut self.at, from);
        let text = self
            .text(ask)
            .replace("SIP/2.0/UDP 10.0.0.99", &format!("SIP/2.0/UDP {from}"));
        self.send(&text);
        self.at = at;
    }

    fn is_up(&self) -> bool {
        self.net.agents[&self.centre].leg_count() == 1
    }

    fn events(&mut self) -> Vec<UaEvent> {
        let events = std::mem::take(&mut self.net.events);
        let events = events.into_iter().map(|(_, event)| event);
        events
            .filter(|event| !matches!(event, UaEvent::TurnedAway { .. }))
            .collect()
    }
}

#[test]
fn names_of_dialogs_and_transactions_cannot_be_guessed() {
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    let mut pair = pair();
    for _ in 0..200 {
        pair.out = pair.net.agent(pair.caller).mint_leg();
        pair.call();
        let soon = pair.net.now_ms + 100;
        pair.net.run_to(soon);
        let leg = pair.net.invited(pair.centre);
        pair.answer(leg);
        pair.net.run_to(soon + 100);
    }
    for text in &pair.net.texts {
        let via = header(text, "Via")
            .unwrap()
            .split_once("branch=")
            .unwrap()
            .1;
        let from = header(text, "From").unwrap().split_once(";tag=").unwrap().1;
        let to = header(text, "To")
            .unwrap()
            .split_once(";tag=")
            .map(|(_, tag)| tag);
        let names = [
            via.split(';').next().unwrap(),
            from,
            header(text, "Call-ID").unwrap(),
        ];
        for name in names.into_iter().chain(to) {
            let random = &name[name.len() - RANDOM_CHARS..];
            assert!(
                random
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || (b'2'..=b'7').contains(&c)),
                "{name}"
            );
            count += usize::from(seen.insert(random.to_owned()));
        }
    }
    // Two tags, a Call-ID, and branches of INVITE and ACK for each call, none twice.
    assert_eq!(count, 200 * 5);
}

#[test]
fn a_bye_that_guesses_a_tag_finds_no_dialog() {
    let mut peer = Peer::new(open_config());
    let (_, tag) = peer.connect("");
    let mut near = tag.clone();
    let last = if near.pop() == Some('a') { 'b' } else { 'a' };
    near.push(last);
    for (at, guess) in [near.as_str(), "peer", &tag[..5], ""]
        .into_iter()
        .enumerate()
    {
        let cseq = 2 + u32::try_from(at).unwrap();
        peer.ask(Ask {
            method: "BYE",
            cseq,
            to_tag: guess,
            ..ASK
        });
        assert_eq!(peer.status(), 481, "{guess:?}");
        assert!(peer.is_up());
    }
    peer.ask(Ask {
        method: "BYE",
        cseq: 9,
        to_tag: &tag,
        ..ASK
    });
    assert_eq!(peer.status(), 200);
}

#[test]
fn a_stranger_who_knows_a_calls_names_cannot_touch_it() {
    let mut peer = Peer::new(strict());
    let (leg, tag) = peer.connect("");
    peer.net.events.clear();
    let to_tag = tag.as_str();
    for (method, body) in [
        ("BYE", ""),
        ("INVITE", OFFER),
        ("UPDATE", OFFER),
        ("UPDATE", ""),
        ("INFO", ""),
    ] {
        peer.ask_from(
            stranger(),
            Ask {
                method,
                cseq: 50,
                to_tag,
                body,
                ..ASK
            },
        );
        assert_eq!(peer.status(), 401, "{method}");
        assert_eq!(peer.events(), [], "{method}");
    }
    // Neither the numbers of the dialog nor its flow have moved.
    peer.ask(Ask {
        method: "INVITE",
        cseq: 2,
        to_tag,
        body: OFFER,
        ..ASK
    });
    let sdp = OFFER.to_owned();
    peer.net.act(
        peer.centre,
        UaCommand::AnswerReoffer {
            leg,
            answer: Ok(sdp),
        },
    );
    let soon = peer.net.now_ms + 20;
    peer.net.run_to(soon);
    assert_eq!(peer.status(), 200);
    peer.ask(Ask {
        method: "ACK",
        cseq: 2,
        to_tag,
        ..ASK
    });
    peer.net
        .act(peer.centre, UaCommand::Hangup { leg, reason: None });
    let sent = peer.net.ladder.len();
    assert!(peer.net.texts.last().unwrap().starts_with("BYE"), "{sent}");
    assert_eq!(peer.net.last_to, Some(peer.at));
}

#[test]
fn a_strangers_ack_answers_no_offer() {
    let mut peer = Peer::new(strict());
    peer.ask(ASK);
    let leg = peer.net.invited(peer.centre);
    peer.mail();
    let sdp = OFFER.to_owned();
    peer.net.act(peer.centre, UaCommand::Answer { leg, sdp });
    let soon = peer.net.now_ms + 20;
    peer.net.run_to(soon);
    let tag = tag_of(&peer.answer());
    let ack = Ask {
        method: "ACK",
        to_tag: &tag,
        body: OFFER,
        ..ASK
    };
    peer.net.events.clear();
    peer.ask_from(stranger(), ack);
    assert_eq!(peer.events(), []);
    peer.ask(ack);
    assert!(matches!(peer.events()[..], [UaEvent::Acked { .. }]));
}

#[test]
fn a_strangers_cancel_finds_no_invite() {
    let mut peer = Peer::new(strict());
    peer.ask(Ask { body: OFFER, ..ASK });
    peer.net.invited(peer.centre);
    peer.mail();
    let text = peer.text(Ask {
        method: "CANCEL",
        ..ASK
    });
    let cancel = text.replace("z9hG4bKpeer2", "z9hG4bKpeer1");
    let at = std::mem::replace(&mut peer.at, stranger());
    peer.send(&cancel);
    assert_eq!(peer.status(), 481);
    assert_eq!(peer.events(), []);
    peer.at = at;
    peer.send(&cancel);
    assert!(matches!(peer.events()[..], [UaEvent::Cancelled { .. }]));
}

#[test]
fn a_guest_behind_a_router_that_forgot_its_port_is_still_itself() {
    let mut peer = Peer::new(strict());
    let (_, tag) = peer.connect("");
    let moved: SocketAddr = ([10, 0, 0, 99], 40_123).into();
    peer.ask_from(
        moved,
        Ask {
            method: "BYE",
            cseq: 2,
            to_tag: &tag,
            ..ASK
        },
    );
    assert_eq!(peer.status(), 200);
}

#[test]
fn a_trunk_may_go_on_from_another_of_its_addresses() {
    let mut config = strict();
    config.trunks = vec!["203.0.113.0/28".parse().unwrap()];
    let mut peer = Peer::new(config);
    peer.at = ([203, 0, 113, 3], 5060).into();
    let (_, tag) = peer.connect("");
    let other: SocketAddr = ([203, 0, 113, 4], 5060).into();
    peer.ask_from(
        other,
        Ask {
            method: "BYE",
            cseq: 2,
            to_tag: &tag,
            ..ASK
        },
    );
    assert_eq!(peer.status(), 200);
}

/// The centre has a call with a seat at `homes[0]`, which may move to `homes[1]`.
struct Moving {
    net: Net,
    centre: SocketAddr,
    homes: [SocketAddr; 2],
    /// The seat's BYE, as if sent from `PLACE`.
    bye: String,
}

impl Moving {
    fn new() -> Self {
        let mut net = Net::new(1, CALM);
        let mut config = UaConfig::closed("ringwise");
        let secret = Secrets::of("1001", "ringwise", "secret");
        config.users.insert("1001".to_owned(), secret);
        let mut moving = Self {
            centre: net.add("centre", config),
            homes: [
                net.add("home", open_config()),
                net.add("away", open_config()),
            ],
            net,
            bye: String::new(),
        };
        let [home, _] = moving.homes;
        moving.register(home);
        let out = moving.net.agent(moving.centre).mint_leg();
        let UaCommand::Invite(mut invite) = invitation(&moving.net, out, moving.centre, home)
        else {
            unreachable!();
        };
        invite.target = Target::Registered("1001".to_owned());
        moving.net.act(moving.centre, UaCommand::Invite(invite));
        moving.pass(50);
        let leg = moving.net.invited(home);
        let sdp = OFFER.to_owned();
        moving.net.act(home, UaCommand::Answer { leg, sdp });
        moving.pass(100);
        moving.bye = moving.write_bye();
        moving.net.events.clear();
        moving
    }

    fn pass(&mut self, ms: u64) {
        let until = self.net.now_ms + ms;
        self.net.run_to(until);
    }

    fn register(&mut self, at: SocketAddr) {
        let account = Account {
            user: "1001".to_owned(),
            password: "secret".to_owned(),
            realm: "ringwise".to_owned(),
            flow: self.net.flow(at, self.centre),
            expires_s: 300,
        };
        self.net.act(at, UaCommand::Register(Box::new(account)));
        self.pass(200);
    }

    fn write_bye(&self) -> String {
        let mut answers = self.net.texts.iter().rev();
        let is_answer =
            |text: &&String| text.starts_with("SIP/2.0 200 ") && text.contains(" INVITE\r\n");
        let answer = answers.find(is_answer).unwrap();
        let name = |what: &str| header(answer, what).unwrap();
        format!(
            "BYE sip:ringwise@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP PLACE;branch=z9hG4bKPLACE;rport\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 7 BYE\r\n\
             Content-Length: 0\r\n\r\n",
            name("To"),
            name("From"),
            name("Call-ID"),
        )
    }

    /// The seat's BYE comes from here; the status it gets.
    fn hang_up_from(&mut self, place: SocketAddr) -> u16 {
        let bye = self.bye.replace("PLACE", &place.to_string());
        self.net.inject(place, self.centre, bye.as_bytes());
        self.pass(50);
        status_of(self.net.texts.last().unwrap())
    }

    fn was_hung_up(&self) -> bool {
        let events = self.net.events.iter();
        let mut ends = events.filter(|(_, event)| matches!(event, UaEvent::HungUp { .. }));
        ends.any(|(who, _)| *who == self.centre)
    }
}

#[test]
fn a_seat_that_has_moved_goes_on_where_it_is_registered_now() {
    let mut moving = Moving::new();
    let away = moving.homes[1];
    assert_eq!(moving.hang_up_from(away), 401);
    assert!(!moving.was_hung_up());
    moving.register(away);
    moving.bye = moving.bye.replace("z9hG4bK", "z9hG4bK-now-");
    assert_eq!(moving.hang_up_from(away), 200);
    assert!(moving.was_hung_up());
}

#[test]
fn a_seat_behind_a_router_that_forgot_its_port_is_still_itself() {
    let mut moving = Moving::new();
    let port = SocketAddr::new(moving.homes[0].ip(), 40_123);
    assert_eq!(moving.hang_up_from(port), 200);
    assert!(moving.was_hung_up());
}
