//! A far end that vanishes without a BYE is noticed; one that is there is left in peace.

use std::time::Duration;

use crate::sip_call::open_config;
use crate::sip_peer::Peer;
use crate::sip_peer::header;

/// A peer in a call, which is asked every minute whether it is there.
fn watched(headers: &str) -> Peer {
    let mut config = open_config();
    config.watch_every = Duration::from_secs(60);
    let mut peer = Peer::new(config);
    peer.connect(headers);
    peer.mail();
    peer
}

fn reply(request: &str, status: &str) -> String {
    let mut kept = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        kept += &format!("{name}: {}\r\n", header(request, name).unwrap());
    }
    format!("{kept}Content-Length: 0\r\n\r\n")
}

#[test]
fn a_far_end_that_says_nothing_is_hung_up_half_a_minute_after_it_was_asked() {
    let mut peer = watched("");
    peer.net.run_to(60_400);
    let asked = peer.answer();
    assert!(asked.starts_with("OPTIONS sip:peer@10.0.0.99"), "{asked}");
    assert!(header(&asked, "To").unwrap().contains(";tag=peer"));
    peer.net.run_to(91_000);
    assert!(peer.net.events.is_empty(), "{:?}", peer.net.events);
    peer.net.run_to(92_500);
    let told = peer.net.ladder.split_off(peer.net.ladder.len() - 2);
    assert_eq!(
        told,
        ["92010 centre BYE", "92010 centre * HungUp DialogLost"]
    );
    peer.net.run_to(200_000);
    assert_eq!(peer.net.agent(peer.centre).leg_count(), 0);
}

#[test]
fn whatever_a_far_end_answers_it_is_there_unless_it_knows_no_such_call() {
    let mut peer = watched("");
    for (minute, status) in [(1, "200 OK"), (2, "405 No"), (3, "500 Oh"), (4, "404 No")] {
        peer.net.run_to(minute * 60_000 + 400);
        let asked = peer.answer();
        assert!(asked.starts_with("OPTIONS"), "{asked}");
        peer.send(&reply(&asked, status));
        assert!(peer.mail().is_empty());
        assert_eq!(peer.net.agent(peer.centre).leg_count(), 1, "{status}");
    }
    peer.net.run_to(300_400);
    let asked = peer.answer();
    peer.send(&reply(&asked, "481 No"));
    assert!(peer.answer().starts_with("BYE"));
    assert_eq!(peer.net.agent(peer.centre).leg_count(), 0);
}

#[test]
fn where_a_session_timer_tells_nobody_is_asked_besides() {
    let mut peer = watched("Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n");
    peer.net.run_to(300_000);
    assert_eq!(peer.mail(), Vec::<String>::new());
}
