//! One table for both keepers of the media contract: outlines are exact, packet sessions may
//! differ from them by one frame.
//!
//! Each scenario has a centre and phones, both kept by the same kind of keeper, joined by a
//! network of 10 ms. Leg `a` of the centre speaks with leg `a` of the phones.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ringwise::machine::media::contract::Codec;
use ringwise::machine::media::contract::Far;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::contract::Piece;
use ringwise::machine::media::contract::Sound;
use ringwise::machine::media::contract::StopOn;
use ringwise::machine::media::exchange::Exchange;
use ringwise::machine::media::library::Encoded;
use ringwise::machine::media::library::Library;
use ringwise::machine::media::order::Order;
use ringwise::machine::media::outbox::Channel;
use ringwise::machine::media::outline::Outline;
use ringwise::machine::media::outline_wire::WireSignal;
use ringwise::machine::media::session::Session;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::id::PlayId;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::time::Now;

const DELAY: Duration = Duration::from_millis(10);
const FRAME_MS: u64 = 20;
/// Prompt 1 lasts a second, prompt 2 half a second; there is no prompt 3.
const PROMPTS_MS: [(u32, u64); 2] = [(1, 1000), (2, 500)];

/// What travels: a packet or a signal.
#[derive(Clone)]
enum Wire {
    Packet(SocketAddr, SocketAddr, Vec<u8>),
    Signal(WireSignal),
}

trait Keeper {
    fn command(&mut self, command: MediaCommand, now: Now);
    fn poll(&mut self) -> Option<MediaEvent>;
    fn poll_wire(&mut self) -> Option<Wire>;
    fn handle_wire(&mut self, wire: &Wire, now: Now);
    fn poll_timeout(&self) -> Option<Now>;
    fn handle_timeout(&mut self, now: Now);
}

impl Keeper for Outline {
    fn command(&mut self, command: MediaCommand, now: Now) {
        self.handle(command, now);
    }

    fn poll(&mut self) -> Option<MediaEvent> {
        Self::poll(self)
    }

    fn poll_wire(&mut self) -> Option<Wire> {
        Self::poll_wire(self).map(Wire::Signal)
    }

    fn handle_wire(&mut self, wire: &Wire, now: Now) {
        let Wire::Signal(signal) = wire else {
            panic!("an outline hears signals");
        };
        Self::handle_wire(self, signal, now);
    }

    fn poll_timeout(&self) -> Option<Now> {
        Self::poll_timeout(self)
    }

    fn handle_timeout(&mut self, now: Now) {
        Self::handle_timeout(self, now);
    }
}

/// An exchange with ports but without sockets.
struct Packets {
    address: IpAddr,
    exchange: Exchange,
    library: Library,
    chance: Chance,
    opened: Vec<MediaEvent>,
    next_port: u16,
    places: BTreeMap<u16, usize>,
    ports: BTreeMap<usize, u16>,
    sent: Vec<Wire>,
}

impl Packets {
    fn new(address: IpAddr, chance: Chance) -> Self {
        let mut library = Library::default();
        for (id, ms) in PROMPTS_MS {
            let samples = vec![0; usize::try_from(ms * 8).unwrap()];
            library.insert(PromptId(id), Arc::new(Encoded::from_samples(&samples)));
        }
        Self {
            address,
            exchange: Exchange::default(),
            library,
            chance,
            opened: Vec::new(),
            next_port: 20_000,
            places: BTreeMap::new(),
            ports: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    fn open(&mut self, leg: LegId, now: Now) {
        let session = Box::new(Session::new(leg, &mut self.chance));
        let (port, ssrc) = (self.next_port, session.ssrc());
        self.next_port += 2;
        let place = self.exchange.attach(session, now);
        self.places.insert(port, place);
        self.ports.insert(place, port);
        self.opened.push(MediaEvent::Opened { leg, port, ssrc });
    }

    fn collect(&mut self) {
        let outbox = self.exchange.outbox();
        for (datagram, bytes) in outbox.datagrams() {
            if datagram.channel == Channel::Rtp {
                let from = SocketAddr::new(self.address, self.ports[&datagram.place]);
                self.sent
                    .push(Wire::Packet(from, datagram.to, bytes.to_vec()));
            }
        }
        outbox.clear_datagrams();
    }
}

impl Keeper for Packets {
    fn command(&mut self, command: MediaCommand, now: Now) {
        if let MediaCommand::Open { leg } = command {
            self.open(leg, now);
        } else if let Some(order) = Order::new(command, &self.library) {
            self.exchange.handle_order(order, now);
        }
        self.handle_timeout(now);
    }

    fn poll(&mut self) -> Option<MediaEvent> {
        self.opened
            .pop()
            .or_else(|| self.exchange.outbox().poll_event())
    }

    fn poll_wire(&mut self) -> Option<Wire> {
        (!self.sent.is_empty()).then(|| self.sent.remove(0))
    }

    fn handle_wire(&mut self, wire: &Wire, now: Now) {
        let Wire::Packet(from, to, bytes) = wire else {
            panic!("a session hears packets");
        };
        if let Some(place) = self.places.get(&to.port()) {
            self.exchange.handle_packet(*place, bytes, *from, now);
        }
        self.collect();
    }

    fn poll_timeout(&self) -> Option<Now> {
        self.exchange.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Now) {
        self.exchange.handle_timeout(now);
        self.collect();
    }
}

/// Centre and phones, and what is on its way between them.
struct World {
    keepers: [Box<dyn Keeper>; 2],
    addresses: [IpAddr; 2],
    ports: BTreeMap<(usize, LegId), u16>,
    travelling: BTreeMap<(Now, usize), (usize, Wire)>,
    sent: usize,
    story: Vec<String>,
}

const CENTRE: usize = 0;
const PHONE: usize = 1;

impl World {
    fn new(make: fn(IpAddr, Chance) -> Box<dyn Keeper>) -> Self {
        let addresses = ["192.0.2.1", "198.51.100.1"].map(|ip| ip.parse().unwrap());
        let keeper = |at: usize| make(addresses[at], Chance::from_seed(at.try_into().unwrap()));
        Self {
            keepers: [keeper(CENTRE), keeper(PHONE)],
            addresses,
            ports: BTreeMap::new(),
            travelling: BTreeMap::new(),
            sent: 0,
            story: Vec::new(),
        }
    }

    fn command(&mut self, side: usize, command: MediaCommand, now: Now) {
        self.keepers[side].command(command, now);
        self.drain(now);
    }

    fn aim(&mut self, side: usize, leg: LegId, send: bool, now: Now) {
        let far = Far {
            address: SocketAddr::new(self.addresses[1 - side], self.ports[&(1 - side, leg)]),
            signalling: self.addresses[1 - side],
            codec: Codec::Pcma,
            telephone_event: Some(101),
            send,
            receive: true,
        };
        self.command(side, MediaCommand::Aim { leg, far }, now);
    }

    /// Collects what the keepers have to say at this moment.
    fn drain(&mut self, now: Now) {
        for side in [CENTRE, PHONE] {
            while let Some(event) = self.keepers[side].poll() {
                if let MediaEvent::Opened { leg, port, .. } = event {
                    self.ports.insert((side, leg), port);
                } else {
                    self.story.push(tell(side, &event, now));
                }
            }
            while let Some(wire) = self.keepers[side].poll_wire() {
                self.sent += 1;
                self.travelling
                    .insert((now + DELAY, self.sent), (1 - side, wire));
            }
        }
    }

    /// Lets everything happen up to and including `until`.
    fn run(&mut self, until: Now) {
        loop {
            let wire = self.travelling.keys().next().map(|(at, _)| *at);
            let timeouts = [0, 1].map(|side| self.keepers[side].poll_timeout());
            let next = timeouts.into_iter().chain([wire]).flatten().min();
            let Some(now) = next.filter(|next| *next <= until) else {
                return;
            };
            if wire == Some(now) {
                let (_, (side, wire)) = self.travelling.pop_first().unwrap();
                self.keepers[side].handle_wire(&wire, now);
            } else {
                self.keepers
                    .iter_mut()
                    .for_each(|keeper| keeper.handle_timeout(now));
            }
            self.drain(now);
        }
    }

    fn act(&mut self, words: &[&str], now: Now) {
        let side = if words[0] == "phone" { PHONE } else { CENTRE };
        let leg = leg(words[2]);
        let command = match words[1] {
            "call" => {
                for side in [CENTRE, PHONE] {
                    self.command(side, MediaCommand::Open { leg }, now);
                }
                self.aim(CENTRE, leg, true, now);
                return self.aim(PHONE, leg, true, now);
            }
            "hold" => return self.aim(side, leg, false, now),
            "resume" => return self.aim(side, leg, true, now),
            "play" => MediaCommand::Play {
                leg,
                play: PlayId::from_bits(words[3].parse().unwrap()),
                pieces: words[4].split(',').map(piece).collect(),
                stop_on: match words[5] {
                    "digit" => StopOn::Digit,
                    "bridge" => StopOn::Bridge,
                    _ => StopOn::Nothing,
                },
                repeat: words.get(6) == Some(&"repeat"),
            },
            "stop" => MediaCommand::Stop { leg },
            "bridge" => MediaCommand::Bridge {
                one: leg,
                other: self::leg(words[3]),
            },
            "unbridge" => MediaCommand::Unbridge { leg },
            "press" => MediaCommand::Press {
                leg,
                key: words[3].parse().unwrap(),
            },
            "listen" => MediaCommand::Listen { leg },
            "tape" => MediaCommand::Tape {
                leg,
                longest: Duration::from_millis(words[3].parse().unwrap()),
            },
            "untape" => MediaCommand::EndTape { leg },
            "close" => MediaCommand::Close { leg },
            other => panic!("unknown verb {other}"),
        };
        self.command(side, command, now);
    }
}

fn leg(name: &str) -> LegId {
    LegId::from_bits(u64::from(name.as_bytes()[0]))
}

fn name(leg: LegId) -> char {
    char::from(u8::try_from(leg.bits()).unwrap())
}

/// `p1` is prompt 1, `s100` silence of 100 ms, `t440:200` a tone of 440 Hz and 200 ms.
fn piece(text: &str) -> Piece {
    let number = |text: &str| text.parse::<u64>().unwrap();
    let (kind, rest) = text.split_at(1);
    match (kind, rest.split_once(':')) {
        ("p", None) => Piece::Prompt(PromptId(rest.parse().unwrap())),
        ("s", None) => Piece::Silence(Duration::from_millis(number(rest))),
        ("t", Some((hz, ms))) => Piece::Tone {
            hz: hz.parse().unwrap(),
            length: Duration::from_millis(number(ms)),
        },
        _ => panic!("unknown piece {text}"),
    }
}

fn tell(side: usize, event: &MediaEvent, now: Now) -> String {
    let side = ["centre", "phone"][side];
    let ms = |at: &Now| at.since_start().as_millis();
    match event {
        MediaEvent::PlayEnded {
            leg,
            play,
            heard,
            end,
            at,
        } => {
            let (leg, play, heard) = (name(*leg), play.bits(), heard.as_millis());
            format!("{} {side} {leg} ended {play} {end:?} {heard}", ms(at))
        }
        MediaEvent::Digit { leg, key, at } => {
            format!("{} {side} {} digit {key}", ms(at), name(*leg))
        }
        MediaEvent::Spoke { leg, at } => format!("{} {side} {} spoke", ms(at), name(*leg)),
        MediaEvent::Taped { leg, spoken, .. } => {
            let (at, leg) = (ms(&now), name(*leg));
            format!("{at} {side} {leg} taped of speech {}", spoken.as_millis())
        }
        MediaEvent::TwoWay { one, other, at } => {
            format!("{} {side} {} two-way {}", ms(at), name(*one), name(*other))
        }
        MediaEvent::Heard { leg, sound, at } => {
            let sound = match sound {
                Sound::FirstPacket => "first".to_owned(),
                Sound::Marker => "marker".to_owned(),
                Sound::Tone(hz) => hz.to_string(),
            };
            format!("{} {side} {} hears {sound}", ms(at), name(*leg))
        }
        MediaEvent::FirstSent { leg, at } => format!("{} {side} {} sends", ms(at), name(*leg)),
        MediaEvent::Latched { leg, at, .. } => format!("{} {side} {} latches", ms(at), name(*leg)),
        MediaEvent::Closed { leg, .. } => format!("{} {side} {} closed", ms(&now), name(*leg)),
        MediaEvent::Full { leg } => format!("{} {side} {} full", ms(&now), name(*leg)),
        MediaEvent::Opened { .. } | MediaEvent::ThreadFailed { .. } => String::new(),
    }
}

/// Runs the lines on one kind of keeper. A line whose verb is an event's is expected, not done.
fn story(table: &str, make: fn(IpAddr, Chance) -> Box<dyn Keeper>) -> Vec<String> {
    let mut world = World::new(make);
    let mut end = Now::START;
    for line in lines(table) {
        let words: Vec<_> = line.split_whitespace().collect();
        let now = Now::at_ms(words[0].parse().unwrap());
        end = now.max(end);
        if !is_event(&line) {
            world.run(now);
            world.act(&words[1..], now);
        }
    }
    world.run(end + Duration::from_millis(100));
    world
        .story
        .retain(|event| is_event(event) && !event.ends_with("sends"));
    world.story
}

fn lines(table: &str) -> Vec<String> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    table
        .lines()
        .map(words)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Events name the leg before the verb, actions after it.
fn is_event(line: &str) -> bool {
    line.split(' ').nth(2).is_some_and(|word| word.len() == 1)
}

/// Whether two events differ by at most a frame in their times and lengths. To be sure of a tone
/// takes one frame more than an outline, which is told of it, needs.
fn within_a_frame(exact: &str, packets: &str) -> bool {
    let (exact, packets): (Vec<_>, Vec<_>) =
        (exact.split(' ').collect(), packets.split(' ').collect());
    let is_tone = exact[3] == "hears" && exact[4].parse::<u16>().is_ok();
    let sure_ms = if is_tone { FRAME_MS } else { 0 };
    let near = |(at, (exact, packets)): (usize, (&&str, &&str))| match (
        at,
        exact.parse::<u64>(),
        packets.parse(),
    ) {
        (0, Ok(exact), Ok(packets)) => (exact + sure_ms).abs_diff(packets) <= FRAME_MS,
        (6, Ok(exact), Ok(packets)) => exact.abs_diff(packets) <= FRAME_MS,
        _ => exact == packets,
    };
    exact.len() == packets.len() && exact.iter().zip(&packets).enumerate().all(near)
}

fn check(table: &str) {
    let expected: Vec<_> = lines(table)
        .into_iter()
        .filter(|line| is_event(line))
        .collect();
    let outline = story(table, |address, chance| {
        let mut outline = Outline::new(address, 20_000..=20_099, chance);
        for (id, ms) in PROMPTS_MS {
            outline.insert_prompt(PromptId(id), Duration::from_millis(ms));
        }
        Box::new(outline)
    });
    let told = outline.join("\n");
    assert_eq!(
        sorted(&outline),
        sorted(&expected),
        "the outline tells\n{told}\n"
    );
    let packets = story(table, |address, chance| {
        Box::new(Packets::new(address, chance))
    });
    let told = packets.join("\n");
    let mut left = packets;
    for event in &expected {
        let found = left.iter().position(|other| within_a_frame(event, other));
        left.remove(found.unwrap_or_else(|| panic!("no {event} in packets:\n{told}\n")));
    }
    assert!(left.is_empty(), "too much in packets: {left:?}\n{told}\n");
}

fn sorted(events: &[String]) -> Vec<String> {
    let mut events = events.to_vec();
    events.sort();
    events
}

#[test]
fn a_prompt_plays_to_its_end() {
    check(
        "
           0  centre call a
           0  phone listen a
         100  centre play a 1 s200,p1 digit
         110  phone a latches
         110  phone a hears first
         110  phone a hears marker
        1280  centre a ended 1 Finished 1200
        ",
    );
}

#[test]
fn a_key_in_the_middle_of_a_word_stops_it() {
    check(
        "
           0  centre call a
         100  centre play a 1 p1 digit
         110  phone a latches
         500  phone press a 5
         510  centre a latches
         510  centre a digit 5
         500  centre a ended 1 Digit 420
        ",
    );
}

#[test]
fn keys_do_not_stop_what_they_should_not() {
    check(
        "
           0  centre call a
         100  centre play a 1 p2 nothing
         110  phone a latches
         200  phone press a #
         200  phone press a 1
         210  centre a latches
         210  centre a digit #
         410  centre a digit 1
         580  centre a ended 1 Finished 500
        ",
    );
}

#[test]
fn speech_is_told_while_it_lasts_and_kept_until_it_is_asked_for() {
    check(
        "
           0  centre call a
          50  centre tape a 60000
         100  phone play a 1 t440:1200,s800,t440:300 nothing
         110  centre a latches
         110  centre a spoke
         610  centre a spoke
        1110  centre a spoke
        2110  centre a spoke
        2380  phone a ended 1 Finished 2300
        2600  centre untape a
        2600  centre a taped of speech 1480
        ",
    );
}

#[test]
fn a_leg_that_is_closed_hands_over_what_was_said_and_a_full_tape_tells_no_more() {
    check(
        "
           0  centre call a
           0  centre tape a 1000
         100  phone play a 1 t440:3000 nothing
         110  centre a latches
         110  centre a spoke
         610  centre a spoke
        3080  phone a ended 1 Finished 3000
        3300  centre close a
        3300  centre a taped of speech 1000
        3300  centre a closed
        ",
    );
}

#[test]
fn a_play_takes_the_place_of_another() {
    check(
        "
           0  centre call a
           0  phone listen a
         100  centre play a 1 p1 digit
         110  phone a latches
         110  phone a hears first
         110  phone a hears marker
         300  centre play a 2 p2 digit
         300  centre a ended 1 Replaced 220
         310  phone a hears marker
         780  centre a ended 2 Finished 500
        ",
    );
}

#[test]
fn music_goes_on_until_it_is_stopped() {
    check(
        "
           0  centre call a
         100  centre play a 1 p2,s40 nothing repeat
         110  phone a latches
        5000  centre stop a
        5000  centre a ended 1 Stopped 4920
        ",
    );
}

#[test]
fn a_bridge_stops_ringing_and_music_and_then_both_hear_each_other() {
    check(
        "
           0  centre call a
           0  centre call b
           0  phone listen a
           0  phone listen b
         100  phone play a 1 t440:5000 nothing
         100  phone play b 2 t880:5000 nothing
         110  centre a latches
         110  centre b latches
         200  centre play a 3 p1 bridge repeat
         210  phone a latches
         210  phone a hears first
         210  phone a hears marker
         309  centre bridge a b
         300  centre a ended 3 Bridge 120
         309  centre a two-way b
         319  phone b latches
         319  phone b hears first
         319  phone b hears marker
         319  phone b hears 440
         319  phone a hears marker
         319  phone a hears 880
        1000  phone stop a
        1000  phone a ended 1 Stopped 920
        1000  phone stop b
        1000  phone b ended 2 Stopped 920
        ",
    );
}

#[test]
fn music_goes_on_until_the_other_side_of_a_bridge_has_sound() {
    check(
        "
           0  centre call a
           0  centre call b
           0  phone listen a
         100  phone play a 1 t440:5000 nothing
         110  centre a latches
         200  centre play a 3 p1 bridge repeat
         210  phone a latches
         210  phone a hears first
         210  phone a hears marker
         309  centre bridge a b
         319  phone b latches
        1489  phone play b 2 t880:5000 nothing
        1480  centre a ended 3 Bridge 1300
        1499  centre b latches
        1499  centre a two-way b
        1509  phone a hears marker
        1509  phone a hears 880
        2000  phone stop a
        2000  phone a ended 1 Stopped 1920
        2009  phone stop b
        2009  phone b ended 2 Stopped 540
        ",
    );
}

#[test]
fn music_of_a_bridge_to_a_silent_phone_ends_after_two_seconds() {
    check(
        "
           0  centre call a
           0  centre call b
         200  centre play a 3 p1 bridge repeat
         210  phone a latches
         309  centre bridge a b
        2300  centre a ended 3 Bridge 2120
        ",
    );
}

#[test]
fn music_ends_with_a_bridge_that_never_had_sound() {
    check(
        "
           0  centre call a
           0  centre call b
         200  centre play a 3 p1 bridge repeat
         210  phone a latches
         309  centre bridge a b
         900  centre unbridge b
         900  centre a ended 3 Bridge 720
        ",
    );
}

#[test]
fn keys_cross_a_bridge_and_both_sides_know_them() {
    check(
        "
           0  centre call a
           0  centre call b
         100  centre bridge a b
         200  phone press a 7
         210  centre a latches
         210  centre a digit 7
         220  phone b latches
         220  phone b digit 7
        ",
    );
}

#[test]
fn what_plays_on_a_bridged_leg_wins_over_the_other_side() {
    check(
        "
           0  centre call a
           0  centre call b
           0  phone listen b
         100  phone play a 1 t440:3000 nothing
         110  centre a latches
         149  centre bridge a b
         159  phone b latches
         159  phone b hears first
         159  phone b hears marker
         159  phone b hears 440
        1000  centre play b 2 t1000:200 nothing
        1010  phone b hears marker
        1010  phone b hears 1000
        1180  centre b ended 2 Finished 200
        1190  phone b hears marker
        1190  phone b hears 440
        2000  phone stop a
        2000  phone a ended 1 Stopped 1920
        ",
    );
}

#[test]
fn a_leg_on_hold_hears_nothing_until_it_is_back() {
    check(
        "
           0  centre call a
           0  centre call b
           0  phone listen b
         100  phone play a 1 t440:3000 nothing
         110  centre a latches
         120  centre hold b
         149  centre bridge a b
         609  centre resume b
         619  phone b latches
         619  phone b hears first
         619  phone b hears marker
         619  phone b hears 440
        1000  phone stop a
        1000  phone a ended 1 Stopped 920
        ",
    );
}

#[test]
fn unbridged_legs_hear_each_other_no_more() {
    check(
        "
           0  centre call a
           0  centre call b
           0  phone listen b
         100  phone play a 1 t440:1000 nothing
         110  centre a latches
         149  centre bridge a b
         159  phone b latches
         159  phone b hears first
         159  phone b hears marker
         159  phone b hears 440
         300  centre unbridge b
         500  centre play b 2 t523:100 nothing
         510  phone b hears marker
         510  phone b hears 523
         580  centre b ended 2 Finished 100
        1080  phone a ended 1 Finished 1000
        ",
    );
}

#[test]
fn closing_ends_what_plays_and_the_bridge() {
    check(
        "
           0  centre call a
           0  centre call b
         100  centre bridge a b
         200  centre play a 1 p1 digit
         210  phone a latches
         500  centre close a
         500  centre a ended 1 Stopped 320
         500  centre a closed
         600  phone play a 2 p2 nothing
        1080  phone a ended 2 Finished 500
        1100  centre close b
        1100  centre b closed
        ",
    );
}

#[test]
fn a_missing_prompt_is_told_at_once_and_ends_what_played() {
    check(
        "
           0  centre call a
         100  centre play a 1 p1 digit
         110  phone a latches
         200  centre play a 2 p1,p3 digit
         200  centre a ended 1 Replaced 120
         200  centre a ended 2 Missing 0
         300  centre play a 3 s0 digit
         300  centre a ended 3 Finished 0
        ",
    );
}
