//! Whatever commands and packets come in whatever order, both keepers of the media stay whole:
//! nothing panics, every play ends once, every closed leg is told, and nothing is left over.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use ringwise::machine::media::contract::Codec;
use ringwise::machine::media::contract::Far;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::contract::Piece;
use ringwise::machine::media::contract::StopOn;
use ringwise::machine::media::exchange::Exchange;
use ringwise::machine::media::library::Encoded;
use ringwise::machine::media::library::Library;
use ringwise::machine::media::order::Order;
use ringwise::machine::media::outline::Outline;
use ringwise::machine::media::outline_wire::WireSignal;
use ringwise::machine::media::outline_wire::WireSound;
use ringwise::machine::media::session::Session;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::id::PlayId;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::time::Now;

const LEGS: u64 = 4;

/// One thing that happens, after a pause.
#[derive(Clone, Debug)]
enum Step {
    Command(MediaCommand),
    /// To a leg, from a host, these bytes; half of them look like RTP.
    Packet(u64, u8, Vec<u8>),
    Report(u64, Vec<u8>),
    Signal(u64, u8, WireSound),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => command().prop_map(Step::Command),
        4 => (0..LEGS, 0..4_u8, packet()).prop_map(|(leg, host, bytes)| Step::Packet(leg, host, bytes)),
        1 => (0..LEGS, bytes(120)).prop_map(|(leg, bytes)| Step::Report(leg, bytes)),
        3 => (0..LEGS, 0..4_u8, sound()).prop_map(|(leg, host, sound)| Step::Signal(leg, host, sound)),
    ]
}

fn bytes(max: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..max)
}

fn packet() -> impl Strategy<Value = Vec<u8>> {
    let payload_type = prop::sample::select(vec![0_u8, 8, 101, 0x80, 0x88, 0xe5, 96]);
    let header = (payload_type, 0..5_u8, any::<u16>(), 0..3_u8, bytes(400));
    let valid = header.prop_map(|(kind, seq, timestamp, ssrc, payload)| {
        let [high, low] = timestamp.to_be_bytes();
        let head = [0x80, kind, 0, seq, 0, 0, high, low, 0, 0, 0, ssrc];
        [&head[..], &payload].concat()
    });
    prop_oneof![valid, bytes(60)]
}

fn sound() -> impl Strategy<Value = WireSound> {
    prop_oneof![
        any::<(Option<u16>, bool)>()
            .prop_map(|(tone, is_marked)| WireSound::Begin { tone, is_marked }),
        any::<Option<u16>>().prop_map(WireSound::Tone),
        Just(WireSound::End),
        Just(WireSound::Key('5')),
    ]
}

fn command() -> impl Strategy<Value = MediaCommand> {
    let leg = || (0..LEGS).prop_map(LegId::from_bits);
    prop_oneof![
        leg().prop_map(|leg| MediaCommand::Aim {
            leg,
            far: far(0, true)
        }),
        (leg(), far_end()).prop_map(|(leg, far)| MediaCommand::Aim { leg, far }),
        (leg(), pieces(), 0..3_u8, any::<bool>()).prop_map(|(leg, pieces, stop, repeat)| {
            MediaCommand::Play {
                leg,
                play: PlayId::from_bits(0),
                pieces,
                stop_on: [StopOn::Nothing, StopOn::Digit, StopOn::Bridge][usize::from(stop)],
                repeat,
            }
        }),
        leg().prop_map(|leg| MediaCommand::Stop { leg }),
        (leg(), leg()).prop_map(|(one, other)| MediaCommand::Bridge { one, other }),
        leg().prop_map(|leg| MediaCommand::Unbridge { leg }),
        (leg(), any::<char>()).prop_map(|(leg, key)| MediaCommand::Press { leg, key }),
        leg().prop_map(|leg| MediaCommand::Press { leg, key: '1' }),
        leg().prop_map(|leg| MediaCommand::Listen { leg }),
        leg().prop_map(|leg| MediaCommand::Close { leg }),
    ]
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let length = || (0..500_u64).prop_map(Duration::from_millis);
    let piece = prop_oneof![
        (0..3_u32).prop_map(|id| Piece::Prompt(PromptId(id))),
        length().prop_map(Piece::Silence),
        (any::<u16>(), length()).prop_map(|(hz, length)| Piece::Tone { hz, length }),
    ];
    prop::collection::vec(piece, 0..4)
}

fn far(host: u8, send: bool) -> Far {
    Far {
        address: SocketAddr::from(([192, 0, 2, host], 4000)),
        signalling: [192, 0, 2, 1].into(),
        codec: if send { Codec::Pcmu } else { Codec::Pcma },
        telephone_event: send.then_some(101),
        send,
        receive: true,
    }
}

fn far_end() -> impl Strategy<Value = Far> {
    let parts = (0..4_u8, any::<bool>(), any::<bool>(), any::<u16>());
    parts.prop_map(|(host, send, receive, port)| {
        let mut far = Far {
            receive,
            ..far(host, send)
        };
        far.address.set_port(port);
        far
    })
}

/// Numbers the plays and checks what is told of them.
#[derive(Default)]
struct Ledger {
    plays: u64,
    playing: BTreeSet<PlayId>,
    closed: BTreeSet<LegId>,
}

impl Ledger {
    /// The command with a play of its own, if it is for an open leg.
    fn enter(&mut self, mut command: MediaCommand) -> MediaCommand {
        if let MediaCommand::Play { leg, play, .. } = &mut command {
            self.plays += 1;
            *play = PlayId::from_bits(self.plays);
            if !self.closed.contains(leg) {
                self.playing.insert(*play);
            }
        }
        command
    }

    fn note(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::PlayEnded { play, .. } => assert!(self.playing.remove(play), "ended twice"),
            MediaEvent::Closed { leg, .. } => assert!(self.closed.insert(*leg), "closed twice"),
            _ => {}
        }
    }

    fn settle(&self) {
        assert!(
            self.playing.is_empty(),
            "plays that never end: {:?}",
            self.playing
        );
        assert_eq!(self.closed.len(), 4);
    }
}

fn close_all() -> impl Iterator<Item = (u16, Step)> {
    let close = |leg| MediaCommand::Close {
        leg: LegId::from_bits(leg),
    };
    (0..LEGS).map(move |leg| (0, Step::Command(close(leg))))
}

fn packets(steps: Vec<(u16, Step)>) {
    let mut library = Library::default();
    library.insert(PromptId(0), Arc::new(Encoded::from_samples(&[100; 3000])));
    library.insert(PromptId(1), Arc::new(Encoded::from_samples(&[])));
    let mut exchange = Exchange::default();
    let (mut chance, mut ledger) = (Chance::from_seed(1), Ledger::default());
    let mut now = Now::START;
    let legs = (0..LEGS).map(LegId::from_bits);
    let places: Vec<_> = legs
        .map(|leg| exchange.attach(Box::new(Session::new(leg, &mut chance)), now))
        .collect();
    for (pause_ms, step) in steps.into_iter().chain(close_all()) {
        now = now + Duration::from_millis(u64::from(pause_ms));
        exchange.handle_timeout(now);
        let place = |leg: u64| places[usize::try_from(leg).unwrap()];
        match step {
            Step::Command(command) => {
                let order = Order::new(ledger.enter(command), &library).unwrap();
                exchange.handle_order(order, now);
            }
            Step::Packet(leg, host, bytes) => {
                let from = SocketAddr::from(([192, 0, 2, host], 4000));
                exchange.handle_packet(place(leg), &bytes, from, now);
            }
            Step::Report(leg, bytes) => {
                let from = SocketAddr::from(([192, 0, 2, 1], 4001));
                exchange.handle_report(place(leg), &bytes, from, now);
            }
            Step::Signal(..) => {}
        }
        let outbox = exchange.outbox();
        assert!(outbox.datagrams().all(|(_, bytes)| bytes.len() >= 8));
        outbox.clear_datagrams();
        std::iter::from_fn(|| outbox.poll_event()).for_each(|event| ledger.note(&event));
    }
    ledger.settle();
    assert!(exchange.is_empty());
    assert_eq!(exchange.poll_timeout(), None);
}

fn outline(steps: Vec<(u16, Step)>) {
    let address = [198, 51, 100, 1].into();
    let mut outline = Outline::new(address, 2000..=2099, Chance::from_seed(1));
    outline.insert_prompt(PromptId(0), Duration::from_millis(375));
    outline.insert_prompt(PromptId(1), Duration::ZERO);
    let mut ledger = Ledger::default();
    let mut now = Now::START;
    for leg in (0..LEGS).map(LegId::from_bits) {
        outline.handle(MediaCommand::Open { leg }, now);
    }
    for (pause_ms, step) in steps.into_iter().chain(close_all()) {
        now = now + Duration::from_millis(u64::from(pause_ms));
        outline.handle_timeout(now);
        match step {
            Step::Command(command) => outline.handle(ledger.enter(command), now),
            Step::Signal(leg, host, sound) => {
                let port = u16::try_from(2000 + leg * 2).unwrap();
                let signal = WireSignal {
                    from: SocketAddr::from(([192, 0, 2, host], 4000)),
                    to: SocketAddr::new(address, port),
                    sound,
                };
                outline.handle_wire(&signal, now);
            }
            Step::Packet(..) | Step::Report(..) => {}
        }
        std::iter::from_fn(|| outline.poll()).for_each(|event| ledger.note(&event));
        while outline.poll_wire().is_some() {}
    }
    ledger.settle();
    assert_eq!(outline.poll_timeout(), None);
}

proptest! {
    #[test]
    fn packet_sessions_stay_whole(steps in prop::collection::vec((0..300_u16, step()), 0..60)) {
        packets(steps);
    }

    #[test]
    fn outlines_stay_whole(steps in prop::collection::vec((0..300_u16, step()), 0..60)) {
        outline(steps);
    }
}
