//! What media threads cost and how well they keep the pace: legs that play to a sink, legs that
//! are bridged, and what a command, a key and a leg come to while others play.
//!
//! `gap` is how far two packets of a leg are from 20 ms apart, `late` how far a packet is behind
//! the leg's best since its second, so a drift shows. Other work on the machine
//! shows as late packets: `chrt -f 5` before the command keeps it away.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock and waits"
)]
#![expect(clippy::unwrap_used, reason = "a bench may panic")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers of our own"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use ringwise::driver::clock::Clock;
use ringwise::driver::dscp::Dscp;
use ringwise::driver::media::hub::MediaConfig;
use ringwise::driver::media::hub::MediaHub;
use ringwise::machine::media::contract::Codec;
use ringwise::machine::media::contract::Far;
use ringwise::machine::media::contract::MediaCommand;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::machine::media::contract::Piece;
use ringwise::machine::media::contract::StopOn;
use ringwise::machine::media::library::Encoded;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::id::PlayId;
use ringwise::vocabulary::id::PromptId;
use ringwise::wire::rtp;
use ringwise::wire::rtp::Header;
use ringwise::wire::rtp::Seq;
use ringwise::wire::telephone_event;
use ringwise::wire::telephone_event::TelephoneEvent;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const PROMPT: PromptId = PromptId(1);
const KEYS: u8 = 101;
const FRAME: Duration = Duration::from_millis(20);
const WINDOW: Duration = Duration::from_secs(5);
/// How long the far end sleeps between two looks: a packet's time is not known closer.
const NAP: Duration = Duration::from_micros(20);

/// A packet that the far end has received.
#[derive(Clone, Copy)]
struct Came {
    at: Instant,
    ssrc: u32,
    seq: Seq,
}

fn main() {
    let play_head = "legs that play, one media thread";
    run("play", play_head, &[1, 10, 50, 100, 500, 1000, 2000], play);
    let churn_head = "legs a second that open, play for a second and close, one media thread";
    run("churn", churn_head, &[10, 100, 600], churn);
    let bridge_head = "legs in bridges of two, both sides talk, one media thread";
    run("bridge", bridge_head, &[2, 20, 100, 200, 500], bridge);
    run(
        "instant",
        "while legs play, in ms",
        &[0, 500, 1000],
        instant,
    );
}

/// Runs what the command line wants: nothing said is all, `play` is all of a kind, `play:1000`
/// one of it.
fn run(name: &str, about: &str, sizes: &[usize], act: fn(usize)) {
    let words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'));
    let wanted: Vec<String> = words.collect();
    let sized = |word: &String| word.strip_prefix(name)?.strip_prefix(':')?.parse().ok();
    let mut chosen: Vec<usize> = wanted.iter().filter_map(sized).collect();
    if wanted.is_empty() || wanted.iter().any(|word| word == name) {
        chosen.extend(sizes);
    }
    if !chosen.is_empty() {
        println!("{about}");
        head();
    }
    chosen.into_iter().for_each(act);
}

fn head() {
    println!(
        "{:>6} {:>10} {:>8} {:>11} {:>8} | gap ms {:>5} {:>6} {:>6} | late ms {:>5} {:>6} {:>6}",
        "legs",
        "packets/s",
        "wakes/s",
        "us a packet",
        "kB a leg",
        "p50",
        "p99",
        "max",
        "p50",
        "p99",
        "max"
    );
}

fn play(legs: usize) {
    let mut centre = Centre::start();
    let far = FarEnd::start(centre.far_socket());
    let before = resident_kb();
    centre.fill(legs, 0);
    let kb = resident_kb().saturating_sub(before) / legs as u64;
    let start = Instant::now();
    let (spent, took) = centre.measure(WINDOW);
    row(legs, kb, &spent, took, &far.stop(start));
}

fn churn(a_second: usize) {
    let mut centre = Centre::start();
    let far = FarEnd::start(centre.far_socket());
    let spent = Spent::read();
    let (start, every) = (
        Instant::now(),
        Duration::from_secs(1) / u32::try_from(a_second).unwrap(),
    );
    let (mut opened, mut closed) = (0, 0);
    while start.elapsed() < WINDOW {
        while start.elapsed() >= every * opened {
            centre.open(u64::from(opened));
            opened += 1;
        }
        while start.elapsed() >= every * closed + Duration::from_secs(1) {
            let leg = LegId::from_bits(u64::from(closed));
            centre.hub.command(MediaCommand::Close { leg });
            closed += 1;
        }
        centre.attend(Duration::from_micros(500));
    }
    let spent = Spent::read().since(&spent);
    row(a_second, 0, &spent, start.elapsed(), &far.stop(start));
}

fn bridge(legs: usize) {
    let mut centre = Centre::start();
    let far = FarEnd::start(centre.far_socket());
    let ports = centre.fill(legs, 1);
    for pair in 0..legs as u64 / 2 {
        let (one, other) = (LegId::from_bits(2 * pair), LegId::from_bits(2 * pair + 1));
        centre.hub.command(MediaCommand::Bridge { one, other });
    }
    far.talk_to.send(ports).unwrap();
    centre.attend(Duration::from_millis(200));
    let start = Instant::now();
    let (spent, took) = centre.measure(WINDOW);
    row(legs, 0, &spent, took, &far.stop(start));
}

/// A new leg's first packet, and a key's last one.
fn instant(legs: usize) {
    let mut centre = Centre::start();
    let far = FarEnd::start(centre.far_socket());
    if legs > 0 {
        centre.fill(legs, 0);
    }
    let start = Instant::now();
    let mut told = Vec::new();
    for number in 0..200 {
        let before = Instant::now();
        let (port, ssrc) = centre.open(1_000_000 + number);
        told.push((before, port, ssrc));
        centre.attend(Duration::from_micros(7300));
    }
    let socket = centre.far_socket();
    let mut pressed = Vec::new();
    for (_, port, ssrc) in &told {
        pressed.push((Instant::now(), *ssrc));
        socket.send_to(&key(), (HERE, *port)).unwrap();
        centre.attend(Duration::from_micros(3100));
    }
    centre.attend(Duration::from_millis(100));
    let came = far.stop(start);
    let of = |ssrc: u32| {
        came.iter()
            .filter(move |came| came.ssrc == ssrc)
            .map(|came| came.at)
    };
    let first = told
        .iter()
        .filter_map(|(at, _, ssrc)| Some(of(*ssrc).min()?.saturating_duration_since(*at)));
    tail(legs, "open to first packet", first.collect());
    let last = pressed
        .iter()
        .filter_map(|(at, ssrc)| Some(of(*ssrc).max()?.saturating_duration_since(*at)));
    tail(legs, "key to last packet", last.collect());
}

/// The hub, held as the loop holds it.
struct Centre {
    hub: MediaHub,
    bell: std::os::unix::net::UnixDatagram,
    far: UdpSocket,
}

impl Centre {
    fn start() -> Self {
        let config = MediaConfig {
            address: HERE.into(),
            ports: 30_000..=60_000,
            threads: 1,
            dscp: Dscp::VOICE,
        };
        let mut hub = MediaHub::start(&config, Clock::start(), Chance::from_seed(1)).unwrap();
        let samples: Vec<i16> = (0..8000).map(|at| at % 160 * 50).collect();
        hub.insert_prompt(PROMPT, Arc::new(Encoded::from_samples(&samples)));
        let far = UdpSocket::bind((HERE, 0)).unwrap();
        socket2::SockRef::from(&far)
            .set_recv_buffer_size(4 << 20)
            .unwrap();
        far.set_nonblocking(true).unwrap();
        let bell = hub.bell().unwrap();
        let mut centre = Self { hub, bell, far };
        // The thread has its name.
        centre.attend(Duration::from_millis(20));
        centre
    }

    fn far_socket(&self) -> UdpSocket {
        self.far.try_clone().unwrap()
    }

    /// Opens legs as calls come in, not all at one moment. Gives their ports.
    fn fill(&mut self, legs: usize, silent: u8) -> Vec<u16> {
        let mut chance = Chance::from_seed(2);
        let mut ports = Vec::new();
        for number in 0..legs as u64 {
            let (port, _) = if silent == 0 {
                self.open(number)
            } else {
                self.aim(number)
            };
            ports.push(port);
            self.attend(Duration::from_micros(chance.below(2_000_000 / legs as u64)));
        }
        self.attend(Duration::from_millis(100));
        ports
    }

    /// Opens a leg that knows its far end.
    fn aim(&mut self, number: u64) -> (u16, u32) {
        let leg = LegId::from_bits(number);
        self.hub.command(MediaCommand::Open { leg });
        let opened = loop {
            if let Some(MediaEvent::Opened {
                leg: new,
                port,
                ssrc,
            }) = self.hub.poll_event()
                && new == leg
            {
                break (port, ssrc);
            }
        };
        let far = Far {
            address: self.far.local_addr().unwrap(),
            signalling: HERE.into(),
            codec: Codec::Pcmu,
            telephone_event: Some(KEYS),
            send: true,
            receive: true,
        };
        self.hub.command(MediaCommand::Aim { leg, far });
        opened
    }

    /// Opens a leg that plays until a key comes.
    fn open(&mut self, number: u64) -> (u16, u32) {
        let opened = self.aim(number);
        self.hub.command(MediaCommand::Play {
            leg: LegId::from_bits(number),
            play: PlayId::from_bits(number),
            pieces: vec![Piece::Prompt(PROMPT)],
            stop_on: StopOn::Digit,
            repeat: true,
        });
        opened
    }

    /// Waits as the loop does: takes events at the bell.
    fn attend(&mut self, time: Duration) {
        let start = Instant::now();
        loop {
            while self.bell.recv(&mut [0]).is_ok() {}
            while self.hub.poll_event().is_some() {}
            let Some(rest) = time.checked_sub(start.elapsed()) else {
                return;
            };
            thread::sleep(rest.min(Duration::from_millis(1)));
        }
    }

    fn measure(&mut self, window: Duration) -> (Spent, Duration) {
        let (before, start) = (Spent::read(), Instant::now());
        self.attend(window);
        (Spent::read().since(&before), start.elapsed())
    }
}

/// Telephones, all behind one socket.
struct FarEnd {
    stop: Arc<AtomicBool>,
    /// Ports to talk to from now on, each every 20 ms.
    talk_to: mpsc::Sender<Vec<u16>>,
    thread: thread::JoinHandle<Vec<Came>>,
}

impl FarEnd {
    fn start(socket: UdpSocket) -> Self {
        let (talk_to, told) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut came = Vec::with_capacity(1 << 20);
            let (mut start, mut sent) = (Instant::now(), 0_u32);
            let (mut talks_to, mut every) = (Vec::new(), FRAME);
            while !stopped.load(Ordering::Relaxed) {
                receive(&socket, &mut came);
                thread::sleep(NAP);
                if let Ok(ports) = told.try_recv() {
                    (start, talks_to) = (Instant::now(), ports);
                    every = FRAME / u32::try_from(talks_to.len()).unwrap();
                }
                while !talks_to.is_empty() && start.elapsed() >= every * sent {
                    let round = sent / talks_to.len() as u32;
                    let place = sent as usize % talks_to.len();
                    let packet = voice(place as u32, round);
                    let _ = socket.send_to(&packet, (HERE, talks_to[place]));
                    sent += 1;
                }
            }
            receive(&socket, &mut came);
            came
        });
        Self {
            stop,
            talk_to,
            thread,
        }
    }

    /// What came since `start`.
    fn stop(self, start: Instant) -> Vec<Came> {
        self.stop.store(true, Ordering::Relaxed);
        let mut came = self.thread.join().unwrap();
        came.retain(|came| came.at >= start);
        came
    }
}

fn receive(socket: &UdpSocket, came: &mut Vec<Came>) {
    let mut buffer = [0; 512];
    while let Ok(bytes) = socket.recv(&mut buffer) {
        if let Ok(packet) = rtp::decode(&buffer[..bytes]) {
            let (ssrc, seq) = (packet.header.ssrc, packet.header.seq);
            let at = Instant::now();
            came.push(Came { at, ssrc, seq });
        }
    }
}

fn voice(ssrc: u32, round: u32) -> Vec<u8> {
    let header = Header {
        marker: round == 0,
        payload_type: 0,
        seq: Seq(u16::try_from(round % 65_536).unwrap()),
        timestamp: round * 160,
        ssrc,
    };
    let mut packet = rtp::encode(&header).to_vec();
    packet.resize(packet.len() + 160, 0xd5);
    packet
}

fn key() -> Vec<u8> {
    let header = Header {
        marker: true,
        payload_type: KEYS,
        seq: Seq(1),
        timestamp: 1,
        ssrc: 5,
    };
    let mut packet = rtp::encode(&header).to_vec();
    let event = TelephoneEvent {
        key: 5,
        end: false,
        volume_dbm0: 10,
        duration_ticks: 160,
    };
    packet.extend(telephone_event::encode(&event));
    packet
}

/// What the media thread has spent so far.
struct Spent {
    cpu: Duration,
    wakes: u64,
}

impl Spent {
    fn read() -> Self {
        let tasks = fs::read_dir("/proc/self/task")
            .unwrap()
            .map(|task| task.unwrap().path());
        let is_media = |path: &std::path::PathBuf| -> io::Result<bool> {
            Ok(fs::read_to_string(path.join("comm"))?.starts_with("media-"))
        };
        let task = tasks
            .into_iter()
            .find(|path| is_media(path).unwrap_or(false))
            .unwrap();
        let number = |text: &str| text.split_whitespace().next().unwrap().parse().unwrap();
        let cpu = number(&fs::read_to_string(task.join("schedstat")).unwrap());
        let status = fs::read_to_string(task.join("status")).unwrap();
        let wakes = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        Self {
            cpu: Duration::from_nanos(cpu),
            wakes: number(wakes.unwrap()),
        }
    }

    fn since(&self, before: &Self) -> Self {
        Self {
            cpu: self.cpu - before.cpu,
            wakes: self.wakes - before.wakes,
        }
    }
}

fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

fn row(legs: usize, kb: u64, spent: &Spent, took: Duration, came: &[Came]) {
    let mut streams: BTreeMap<u32, Vec<Came>> = BTreeMap::new();
    for packet in came {
        streams.entry(packet.ssrc).or_default().push(*packet);
    }
    let (mut gaps, mut late) = (Vec::new(), Vec::new());
    for stream in streams.values() {
        for pair in stream.windows(2) {
            if pair[1].seq == pair[0].seq.next() {
                gaps.push((pair[1].at - pair[0].at).abs_diff(FRAME));
            }
        }
        let Some(first) = stream.get(1) else {
            continue;
        };
        let behind = |came: &Came| {
            let due = FRAME * u32::from(came.seq.since(first.seq));
            (came.at - first.at).as_secs_f64() - due.as_secs_f64()
        };
        let best = stream[1..].iter().map(behind).fold(f64::MAX, f64::min);
        late.extend(
            stream[1..]
                .iter()
                .map(|came| Duration::from_secs_f64((behind(came) - best).max(0.0))),
        );
    }
    let (seconds, packets) = (took.as_secs_f64(), came.len().max(1) as f64);
    let us = spent.cpu.as_secs_f64() * 1e6 / packets;
    println!(
        "{legs:>6} {:>10.0} {:>8.0} {us:>11.2} {kb:>8} | gap ms {} | late ms {}",
        packets / seconds,
        spent.wakes as f64 / seconds,
        spread(gaps),
        spread(late)
    );
}

fn tail(legs: usize, what: &str, times: Vec<Duration>) {
    let count = times.len();
    println!("{legs:>6} {what:>26} {}  of {count}", spread(times));
}

/// Median, 99th percentile and longest, in ms.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |part: f64| {
        let place = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
        times
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    format!("{:>6.3} {:>6.3} {:>6.3}", at(0.5), at(0.99), at(1.0))
}
