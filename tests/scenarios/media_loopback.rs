//! The media threads on loopback: real sockets, nothing timed but order and content.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use ringwise::driver::clock::Clock;
use ringwise::driver::dscp::Dscp;
use ringwise::driver::media::hub::MediaConfig;
use ringwise::driver::media::hub::MediaHub;
use ringwise::machine::media::contract::Codec;
use ringwise::machine::media::contract::Far;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::contract::Piece;
use ringwise::machine::media::contract::PlayEnd;
use ringwise::machine::media::contract::StopOn;
use ringwise::machine::media::library::Encoded;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::id::PlayId;
use ringwise::vocabulary::id::PromptId;
use ringwise::wire::g711;
use ringwise::wire::rtp;
use ringwise::wire::rtp::Header;
use ringwise::wire::rtp::Seq;
use ringwise::wire::telephone_event;
use ringwise::wire::telephone_event::TelephoneEvent;

const PATIENCE: Duration = Duration::from_secs(5);
const PROMPT: PromptId = PromptId(7);

/// A loopback address that no other process of these tests has, so that ports are ours.
fn address() -> Ipv4Addr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 1 + (high & 0x7f), middle, low)
}

/// Samples of a prompt of 100 ms, each frame at its own level.
fn samples() -> Vec<i16> {
    (1..=5_i16).flat_map(|frame| [frame * 1000; 160]).collect()
}

struct Centre {
    hub: MediaHub,
    bell: std::os::unix::net::UnixDatagram,
}

impl Centre {
    fn start(ports: std::ops::RangeInclusive<u16>, threads: usize) -> Self {
        let config = MediaConfig {
            address: address().into(),
            ports,
            threads,
            dscp: Dscp::VOICE,
        };
        let mut hub = MediaHub::start(&config, Clock::start(), Chance::from_seed(1)).unwrap();
        hub.insert_prompt(PROMPT, Arc::new(Encoded::from_samples(&samples())));
        let bell = hub.bell().unwrap();
        bell.set_nonblocking(false).unwrap();
        bell.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { hub, bell }
    }

    /// The next event that `choose` takes; others are passed over.
    fn expect<T>(&mut self, choose: impl Fn(&MediaEvent) -> Option<T>) -> T {
        loop {
            while let Some(event) = self.hub.poll_event() {
                if let Some(found) = choose(&event) {
                    return found;
                }
            }
            self.bell.recv(&mut [0]).unwrap();
        }
    }

    fn open(&mut self, leg: LegId) -> Option<u16> {
        self.hub.command(MediaCommand::Open { leg });
        self.expect(|event| match event {
            MediaEvent::Opened { port, .. } => Some(Some(*port)),
            MediaEvent::Full { .. } => Some(None),
            _ => None,
        })
    }

    fn close(&mut self, leg: LegId) {
        self.hub.command(MediaCommand::Close { leg });
        self.expect(|event| {
            matches!(event, MediaEvent::Closed { leg: closed, .. } if *closed == leg).then_some(())
        });
    }

    fn play(&mut self, leg: LegId, repeat: bool, stop_on: StopOn) {
        self.hub.command(MediaCommand::Play {
            leg,
            play: PlayId::from_bits(1),
            pieces: vec![Piece::Prompt(PROMPT)],
            stop_on,
            repeat,
        });
    }

    fn play_end(&mut self) -> (PlayEnd, Duration) {
        self.expect(|event| match event {
            MediaEvent::PlayEnded { end, heard, .. } => Some((*end, *heard)),
            _ => None,
        })
    }
}

/// A telephone with a socket.
struct Phone {
    socket: UdpSocket,
    leg: LegId,
    codec: Codec,
    seq: u16,
}

impl Phone {
    fn call(centre: &mut Centre, number: u64, codec: Codec) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let leg = LegId::from_bits(number);
        let port = centre.open(leg).unwrap();
        socket.connect(SocketAddr::from((address(), port))).unwrap();
        let far = Far {
            address: socket.local_addr().unwrap(),
            signalling: Ipv4Addr::LOCALHOST.into(),
            codec,
            telephone_event: Some(101),
            send: true,
            receive: true,
        };
        centre.hub.command(MediaCommand::Aim { leg, far });
        Self {
            socket,
            leg,
            codec,
            seq: 0,
        }
    }

    fn send(&mut self, payload_type: u8, payload: &[u8]) {
        self.seq += 1;
        let header = Header {
            marker: self.seq == 1,
            payload_type,
            seq: Seq(self.seq),
            timestamp: u32::from(self.seq) * 160,
            ssrc: 0x1000,
        };
        let packet = [&rtp::encode(&header), payload].concat();
        self.socket.send(&packet).unwrap();
    }

    fn say(&mut self, code: u8) {
        self.send(self.codec.payload_type(), &[code; 160]);
    }

    fn press(&mut self, key: u8) {
        let event = TelephoneEvent {
            key,
            end: false,
            volume_dbm0: 10,
            duration_ticks: 160,
        };
        self.send(101, &telephone_event::encode(&event));
    }

    fn hear(&self) -> (Header, Vec<u8>) {
        let mut buffer = [0; 2048];
        let bytes = self.socket.recv(&mut buffer).unwrap();
        let packet = rtp::decode(&buffer[..bytes]).unwrap();
        (packet.header, packet.payload.to_vec())
    }
}

#[test]
fn a_prompt_arrives_byte_by_byte_and_in_step() {
    let mut centre = Centre::start(31_000..=31_009, 1);
    let phone = Phone::call(&mut centre, 1, Codec::Pcma);
    centre.play(phone.leg, false, StopOn::Nothing);
    let heard: Vec<_> = (0..5).map(|_| phone.hear()).collect();
    let first = heard[0].0;
    for (at, ((header, payload), samples)) in (0..).zip(heard.iter().zip(samples().chunks(160))) {
        let expected = Header {
            marker: at == 0,
            payload_type: 8,
            seq: first.seq.plus(at),
            timestamp: first.timestamp.wrapping_add(u32::from(at) * 160),
            ssrc: first.ssrc,
        };
        assert_eq!(*header, expected);
        let codes: Vec<_> = samples
            .iter()
            .map(|sample| g711::encode_pcma(*sample))
            .collect();
        assert_eq!(*payload, codes);
    }
    assert_eq!(
        centre.play_end(),
        (PlayEnd::Finished, Duration::from_millis(100))
    );
}

#[test]
fn a_key_stops_a_prompt() {
    let mut centre = Centre::start(31_010..=31_019, 1);
    let mut phone = Phone::call(&mut centre, 1, Codec::Pcmu);
    centre.play(phone.leg, true, StopOn::Digit);
    phone.hear();
    phone.press(5);
    let key = centre.expect(|event| match event {
        MediaEvent::Digit { key, .. } => Some(*key),
        _ => None,
    });
    assert_eq!(key, '5');
    assert_eq!(centre.play_end().0, PlayEnd::Digit);
}

#[test]
fn a_bridge_carries_both_directions_across_threads_and_codecs() {
    let mut centre = Centre::start(31_020..=31_029, 2);
    let mut one = Phone::call(&mut centre, 1, Codec::Pcma);
    let mut other = Phone::call(&mut centre, 2, Codec::Pcmu);
    centre.hub.command(MediaCommand::Bridge {
        one: one.leg,
        other: other.leg,
    });
    // The younger leg moves by way of the loop, which takes a moment; then one is heard.
    let (loud_a, loud_u) = (g711::encode_pcma(9000), g711::encode_pcmu(9000));
    let quiet = g711::encode_pcma(0);
    other
        .socket
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    let mut buffer = [0; 2048];
    for _ in 0..100 {
        while centre.hub.poll_event().is_some() {}
        one.say(quiet);
        if other.socket.recv(&mut buffer).is_ok() {
            break;
        }
    }
    other.socket.set_read_timeout(Some(PATIENCE)).unwrap();
    one.say(loud_a);
    let (header, payload) = std::iter::repeat_with(|| other.hear())
        .find(|(_, payload)| payload[0] != g711::PCMU_SILENCE)
        .unwrap();
    assert_eq!(header.payload_type, 0);
    assert_eq!(payload, [g711::pcma_to_pcmu(loud_a); 160]);
    other.say(loud_u);
    let (header, payload) = one.hear();
    assert_eq!((header.payload_type, header.marker), (8, true));
    assert_eq!(payload, [g711::pcmu_to_pcma(loud_u); 160]);
    let legs = centre.expect(|event| match event {
        MediaEvent::TwoWay { one, other, .. } => Some((*one, *other)),
        _ => None,
    });
    assert_eq!(legs, (one.leg, other.leg));
    centre.close(one.leg);
    centre.close(other.leg);
}

#[test]
fn a_full_port_range_is_told_and_ports_rest_before_they_come_again() {
    let mut centre = Centre::start(31_030..=31_035, 1);
    let legs = [1, 2, 3, 4].map(LegId::from_bits);
    let ports = legs.map(|leg| centre.open(leg));
    assert_eq!(ports, [Some(31_030), Some(31_032), Some(31_034), None]);
    centre.close(legs[1]);
    centre.close(legs[0]);
    assert_eq!(centre.open(legs[0]), Some(31_032));
    assert_eq!(centre.open(legs[1]), Some(31_030));
}

#[test]
fn a_port_that_another_program_holds_is_passed_over() {
    let _held = UdpSocket::bind((address(), 31_040)).unwrap();
    let mut centre = Centre::start(31_040..=31_043, 1);
    assert_eq!(centre.open(LegId::from_bits(1)), Some(31_042));
    assert_eq!(centre.open(LegId::from_bits(2)), None);
}

#[test]
fn strangers_are_neither_heard_nor_answered() {
    let mut centre = Centre::start(31_050..=31_059, 1);
    let mut phone = Phone::call(&mut centre, 1, Codec::Pcmu);
    phone.say(0x80);
    centre.expect(|event| matches!(event, MediaEvent::Latched { .. }).then_some(()));
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.connect(phone.socket.peer_addr().unwrap()).unwrap();
    let header = Header {
        marker: false,
        payload_type: 0,
        seq: Seq(1),
        timestamp: 0,
        ssrc: 0x2000,
    };
    for seq in 0..1000 {
        let header = Header {
            seq: Seq(seq),
            ..header
        };
        stranger
            .send(&[&rtp::encode(&header)[..], &[0; 160]].concat())
            .unwrap();
    }
    centre.play(phone.leg, false, StopOn::Nothing);
    phone.hear();
    assert_eq!(centre.play_end().0, PlayEnd::Finished);
    stranger.set_nonblocking(true).unwrap();
    assert!(stranger.recv(&mut [0; 2048]).is_err());
    centre.hub.command(MediaCommand::Close { leg: phone.leg });
    let quality = centre.expect(|event| match event {
        MediaEvent::Closed { quality, .. } => Some(*quality),
        _ => None,
    });
    assert_eq!((quality.packets_sent, quality.packets_received), (5, 1));
    assert!(quality.packets_dropped > 0);
}
