//! Digest at the registrar: what is right, what is not, and what nobody can tell.

use ringwise::machine::sip::config::UaConfig;
use ringwise::machine::sip::surface::UaEvent;
use ringwise::wire::sip::challenge::Challenge;
use ringwise::wire::sip::credentials::Credentials;
use ringwise::wire::sip::credentials::Login;
use ringwise::wire::sip::digest::Algorithm;
use ringwise::wire::sip::digest::Nonces;
use ringwise::wire::sip::method::Method;

use crate::sip_peer::ASK;
use crate::sip_peer::Ask;
use crate::sip_peer::Peer;
use crate::sip_peer::header;
use crate::sip_peer::status_of;
use crate::sip_registration::registrar_config;

/// A peer that registers by hand.
struct Door {
    peer: Peer,
    cseq: u32,
}

impl Door {
    fn new(config: UaConfig) -> Self {
        let peer = Peer::new(config);
        Self { peer, cseq: 0 }
    }

    fn knock(&mut self, user: &str, authorization: &str) -> String {
        let headers = match authorization {
            "" => String::new(),
            value => format!("Authorization: {value}\r\n"),
        };
        self.knock_with(user, &headers)
    }

    fn knock_with(&mut self, user: &str, headers: &str) -> String {
        self.cseq += 1;
        let ask = Ask {
            method: "REGISTER",
            cseq: self.cseq,
            headers,
            ..ASK
        };
        let text = self.peer.text(ask);
        let text = text.replace("<sip:4000@10.0.0.1>", &format!("<sip:{user}@10.0.0.1>"));
        self.peer.send(&text);
        self.peer.answer()
    }

    fn challenges(&mut self, user: &str) -> Vec<Challenge> {
        challenges(&self.knock(user, ""))
    }

    fn last_reason(&self) -> &'static str {
        let (_, event) = self.peer.net.events.last().unwrap();
        let UaEvent::TurnedAway { reason, .. } = event else {
            panic!("{event:?}");
        };
        reason
    }
}

fn challenges(text: &str) -> Vec<Challenge> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("WWW-Authenticate: "));
    lines.map(|line| Challenge::decode(line).unwrap()).collect()
}

fn answer(challenge: &Challenge, user: &str, password: &str, count: u32) -> String {
    let login = Login {
        user,
        password,
        method: &Method::Register,
        uri: "sip:10.0.0.1",
    };
    let cnonce = "c".to_owned();
    Credentials::answer(challenge, &login, Nonces { count, cnonce }).to_string()
}

#[test]
fn client_that_gives_up_at_unknown_challenges_is_offered_md5_alone() {
    let mut door = Door::new(registrar_config());
    for user in ["1001", "nobody"] {
        let text = door.knock_with(user, "User-Agent: baresip v1.0.0 (x86_64/linux)\r\n");
        let offered = challenges(&text);
        let algorithms: Vec<_> = offered
            .iter()
            .map(|challenge| challenge.algorithm)
            .collect();
        assert_eq!(algorithms, [Algorithm::Md5], "{user}");
    }
}

#[test]
fn sha_256_comes_first_and_both_open_the_door() {
    let mut door = Door::new(registrar_config());
    let offered = door.challenges("1001");
    let algorithms: Vec<_> = offered
        .iter()
        .map(|challenge| challenge.algorithm)
        .collect();
    assert_eq!(algorithms, [Algorithm::Sha256, Algorithm::Md5]);
    for which in 0..2 {
        let challenge = door.challenges("1001").remove(which);
        let text = door.knock("1001", &answer(&challenge, "1001", "secret", 1));
        assert_eq!(status_of(&text), 200);
        assert!(
            header(&text, "Contact").unwrap().ends_with(";expires=3600"),
            "{text}"
        );
    }
}

#[test]
fn without_md5_it_is_neither_offered_nor_taken() {
    let mut config = registrar_config();
    config.md5 = false;
    let mut door = Door::new(config);
    let mut offered = door.challenges("1001");
    assert_eq!(offered.len(), 1);
    offered[0].algorithm = Algorithm::Md5;
    let text = door.knock("1001", &answer(&offered[0], "1001", "secret", 1));
    assert_eq!(status_of(&text), 401);
}

#[test]
fn a_wrong_answer_is_counted_by_what_is_wrong_with_it() {
    let rows: [(&str, &str, u32, u64, u16, &str, bool); 6] = [
        ("1001", "wrong", 1, 0, 401, "bad_password", false),
        ("6666", "secret", 1, 0, 401, "unknown_user", false),
        ("1002", "secret", 1, 0, 403, "other_user", false),
        ("1001", "secret", 1, 61_000, 401, "stale_nonce", true),
        ("1001", "wrong", 1, 61_000, 401, "bad_password", false),
        ("1001", "secret", 1, 59_000, 200, "", false),
    ];
    for (user, password, count, wait_ms, status, reason, stale) in rows {
        let mut door = Door::new(registrar_config());
        let challenge = door.challenges("1001").remove(0);
        let later = door.peer.net.now_ms + wait_ms;
        door.peer.net.run_to(later);
        let text = door.knock("1001", &answer(&challenge, user, password, count));
        assert_eq!(status_of(&text), status, "{user} {password} {wait_ms}");
        assert_eq!(
            text.contains("stale=true"),
            stale,
            "{user} {password} {wait_ms}"
        );
        if !reason.is_empty() {
            assert_eq!(door.last_reason(), reason);
        }
    }
}

#[test]
fn each_count_of_a_nonce_opens_the_door_once() {
    let mut door = Door::new(registrar_config());
    let challenge = door.challenges("1001").remove(0);
    for (count, status) in [(1, 200), (1, 401), (2, 200), (5, 200), (4, 401), (6, 200)] {
        let text = door.knock("1001", &answer(&challenge, "1001", "secret", count));
        assert_eq!(status_of(&text), status, "count {count}");
        assert_eq!(text.contains("stale=true"), status == 401, "count {count}");
    }
    assert_eq!(
        door.peer
            .net
            .events
            .iter()
            .filter(|(_, event)| matches!(
                event,
                UaEvent::TurnedAway {
                    reason: "replayed_nonce",
                    ..
                }
            ))
            .count(),
        2
    );
}

#[test]
fn a_wrong_answer_does_not_use_up_a_count() {
    let mut door = Door::new(registrar_config());
    let challenge = door.challenges("1001").remove(0);
    door.knock("1001", &answer(&challenge, "1001", "wrong", 9));
    let text = door.knock("1001", &answer(&challenge, "1001", "secret", 1));
    assert_eq!(status_of(&text), 200);
}

#[test]
fn a_nonce_of_our_own_making_or_of_another_realm_opens_nothing() {
    let mut door = Door::new(registrar_config());
    let mut challenge = door.challenges("1001").remove(0);
    challenge.nonce = "dGhpcyBpcyBub3Qgb3VycywgbmV2ZXIgd2FzISE".to_owned();
    let text = door.knock("1001", &answer(&challenge, "1001", "secret", 1));
    assert_eq!(status_of(&text), 401);
    challenge.realm = "other".to_owned();
    let text = door.knock("1001", &answer(&challenge, "1001", "secret", 1));
    assert_eq!(status_of(&text), 401);
    let text = door.knock("1001", "NoOneKnowsThisScheme opaque-data=here");
    assert_eq!(status_of(&text), 401);
}

#[test]
fn known_and_unknown_users_look_alike() {
    let mut door = Door::new(registrar_config());
    let shape = |text: &str, user: &str| {
        let lines = text.lines().map(|line| {
            let line = line.replace(user, "USER");
            match line.split_once("nonce=\"") {
                Some((before, after)) => format!("{before}{}", after.len()),
                None => line,
            }
        });
        let kept = lines.filter(|line| !line.starts_with("Via") && !line.starts_with("CSeq"));
        let kept: Vec<_> = kept
            .map(|line| line.split(";tag=").next().unwrap().to_owned())
            .collect();
        (kept, text.len())
    };
    for authorized in [false, true] {
        let mut seen = Vec::new();
        for user in ["1001", "6666"] {
            let challenge = door.challenges(user).remove(0);
            let given = if authorized {
                answer(&challenge, user, "wrong", 1)
            } else {
                String::new()
            };
            let text = door.knock(user, &given);
            seen.push(shape(&text, user));
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[test]
fn a_query_lists_bindings_as_they_were_given() {
    let mut door = Door::new(registrar_config());
    let challenge = door.challenges("1001").remove(0);
    let first = answer(&challenge, "1001", "secret", 1);
    door.knock("1001", &first);
    door.cseq += 1;
    let second = answer(&challenge, "1001", "secret", 2);
    let ask = Ask {
        method: "REGISTER",
        cseq: door.cseq,
        headers: &format!("Authorization: {second}\r\n"),
        ..ASK
    };
    let text = door.peer.text(ask);
    let text = text.replace("<sip:4000@", "<sip:1001@");
    let text = text.replace("Contact: <sip:peer@10.0.0.99>\r\n", "");
    door.peer.send(&text);
    let text = door.peer.answer();
    assert_eq!(status_of(&text), 200);
    assert!(
        header(&text, "Contact")
            .unwrap()
            .starts_with("<sip:peer@10.0.0.99>;expires=3")
    );
}

#[test]
fn too_brief_and_malformed_registrations_have_their_answers() {
    let rows = [
        ("Expires: 30\r\n", "<sip:peer@10.0.0.99>", 423),
        ("Expires: 0\r\n", "*", 200),
        ("Expires: 60\r\n", "*", 400),
        ("", "*", 400),
        ("Require: path\r\n", "<sip:peer@10.0.0.99>", 420),
    ];
    for (headers, contact, status) in rows {
        let mut door = Door::new(registrar_config());
        let challenge = door.challenges("1001").remove(0);
        let given = answer(&challenge, "1001", "secret", 1);
        let ask = Ask {
            method: "REGISTER",
            cseq: 9,
            headers: &format!("{headers}Authorization: {given}\r\n"),
            ..ASK
        };
        let text = door.peer.text(ask).replace("<sip:4000@", "<sip:1001@");
        let text = text.replace(
            "Contact: <sip:peer@10.0.0.99>",
            &format!("Contact: {contact}"),
        );
        door.peer.send(&text);
        let text = door.peer.answer();
        assert_eq!(status_of(&text), status, "{headers} {contact}");
        if status == 423 {
            assert_eq!(header(&text, "Min-Expires"), Some("60"));
        }
    }
}
