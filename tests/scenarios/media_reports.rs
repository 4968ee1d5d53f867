//! Reports of a leg: to the far end every few seconds, and from it into the leg's quality.

use std::net::SocketAddr;

use ringwise::machine::media::contract::Codec;
use ringwise::machine::media::contract::Far;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::exchange::Exchange;
use ringwise::machine::media::order::Order;
use ringwise::machine::media::outbox::Channel;
use ringwise::machine::media::session::Session;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::time::Now;
use ringwise::wire::rtcp;
use ringwise::wire::rtcp::Block;
use ringwise::wire::rtcp::Part;
use ringwise::wire::rtp;
use ringwise::wire::rtp::Header;
use ringwise::wire::rtp::Seq;

#[test]
fn both_ends_learn_what_the_other_missed() {
    let leg = LegId::from_bits(1);
    let session = Box::new(Session::new(leg, &mut Chance::from_seed(1)));
    let ours = session.ssrc();
    let mut exchange = Exchange::default();
    let place = exchange.attach(session, Now::START);
    let address: SocketAddr = "192.0.2.1:4000".parse().unwrap();
    let far = Far {
        address,
        signalling: address.ip(),
        codec: Codec::Pcmu,
        telephone_event: None,
        send: true,
        receive: true,
    };
    exchange.handle_order(Order::Aim(leg, far), Now::START);
    let reports = hear_ten_seconds(&mut exchange, place, address);
    assert!(
        (1..=3).contains(&reports.len()),
        "{} reports in 10 s",
        reports.len()
    );
    let Some(Part::Receiver { ssrc, blocks }) = rtcp::decode(&reports[0]).unwrap().parts().next()
    else {
        panic!("a leg that sent nothing sends a receiver report");
    };
    let block = blocks.iter().next().unwrap();
    assert_eq!((ssrc, block.ssrc), (ours, 7));
    assert!(
        (20..=30).contains(&block.fraction_lost),
        "a tenth of 256: {}",
        block.fraction_lost
    );

    let mut told = Vec::new();
    let block = Block {
        ssrc: ours,
        lost: 5,
        jitter_ticks: 16,
        ..Block::default()
    };
    rtcp::encode_report(&mut told, 7, None, &[block]);
    exchange.handle_report(
        place,
        &told,
        "192.0.2.1:4001".parse().unwrap(),
        Now::at_ms(9000),
    );
    exchange.handle_report(
        place,
        &told,
        "192.0.2.9:4001".parse().unwrap(),
        Now::at_ms(9000),
    );
    exchange.handle_order(Order::Close(leg), Now::at_ms(10_000));
    let (_, bytes) = exchange.outbox().datagrams().last().unwrap();
    let goodbye = rtcp::decode(bytes).unwrap().parts().last();
    assert_eq!(goodbye, Some(Part::Goodbye { ssrc: Some(ours) }));
    let events: Vec<_> = std::iter::from_fn(|| exchange.outbox().poll_event()).collect();
    let Some(MediaEvent::Closed { quality, .. }) = events.last() else {
        panic!("a closed leg is told last: {events:?}");
    };
    assert_eq!((quality.far_packets_lost, quality.far_jitter_us), (5, 2000));
    assert_eq!((quality.packets_received, quality.packets_lost), (450, 49));
    assert_eq!((quality.packets_dropped, quality.jitter_us), (1, 0));
}

/// Every tenth packet is lost on the way to the leg. The reports it sends meanwhile.
fn hear_ten_seconds(exchange: &mut Exchange, place: usize, address: SocketAddr) -> Vec<Vec<u8>> {
    let mut reports = Vec::new();
    for seq in 0..500_u16 {
        let now = Now::at_ms(u64::from(seq) * 20);
        exchange.handle_timeout(now);
        for (datagram, bytes) in exchange.outbox().datagrams() {
            assert_eq!(
                (datagram.channel, datagram.to.port()),
                (Channel::Rtcp, 4001)
            );
            reports.push(bytes.to_vec());
        }
        exchange.outbox().clear_datagrams();
        let header = Header {
            marker: false,
            payload_type: 0,
            seq: Seq(seq),
            timestamp: u32::from(seq) * 160,
            ssrc: 7,
        };
        if seq % 10 != 9 {
            let packet = [&rtp::encode(&header)[..], &[0xff; 160]].concat();
            exchange.handle_packet(place, &packet, address, now);
        }
    }
    reports
}
