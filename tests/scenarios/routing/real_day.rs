//! A day of a bank, call by call (the "Anonymous Bank" of the Technion, one day of August 1999):
//! its arrivals, its seats as they were at work, its callers' patience, through the engine.
//!
//! A seat becomes free for one call whenever that day's server took one up, and is busy for as
//! long; it takes the types that the server took. Who hung up would again after as long; of who
//! was answered it is only known that they stayed so long: how much longer they would have, is
//! drawn from the Kaplan-Meier estimate of that day.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::BinaryHeap;
use std::collections::VecDeque;
use std::path::Path;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::machine::simulation::draw::Draw;
use ringwise::machine::simulation::draw::Use;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

/// A call that wanted an agent. Seconds of the day.
struct Row {
    kind: String,
    arrived: u64,
    queued: u64,
    /// When the service began, how long it was, by whom.
    service: Option<(u64, u64, String)>,
}

/// Seconds of the day of `h:mm:ss`.
fn seconds(text: &str) -> u64 {
    let parts = text.split(':').map(|part| part.parse::<u64>().unwrap());
    parts.fold(0, |sum, part| sum * 60 + part)
}

/// The calls that wanted an agent, by the moment they left the recorded voice.
fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/technion-calls-oneday");
    let text = std::fs::read_to_string(path.join("calls_one_day.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| cells[at].parse::<u64>().unwrap();
        let (queued, answered) = (number(7), cells[8] == "AGENT");
        let wanted = answered || (cells[8] == "HANG" && queued > 0);
        wanted.then(|| Row {
            kind: cells[1].to_owned(),
            arrived: seconds(cells[3]),
            queued,
            service: answered.then(|| (seconds(cells[9]), number(11), cells[12].to_owned())),
        })
    };
    let mut rows: Vec<Row> = text.lines().skip(1).filter_map(row).collect();
    rows.sort_by_key(|row| row.arrived);
    rows
}

/// The Kaplan-Meier estimate: after how many seconds which part still waits.
fn patience(rows: &[Row]) -> Vec<(u64, f64)> {
    let mut ends: Vec<(u64, bool)> = rows
        .iter()
        .map(|row| (row.queued, row.service.is_none()))
        .collect();
    ends.sort_unstable();
    let (mut left, mut part, mut curve) = (ends.len() as f64, 1.0, Vec::new());
    for (after, hung_up) in ends {
        if hung_up {
            part *= 1.0 - 1.0 / left;
            curve.push((after, part));
        }
        left -= 1.0;
    }
    curve
}

/// How long one waits who is known to have waited `known` seconds; past the last known: for ever.
fn drawn(curve: &[(u64, f64)], known: u64, draw: &mut Draw) -> u64 {
    let before = curve.iter().take_while(|(after, _)| *after <= known).last();
    let aim = before.map_or(1.0, |(_, part)| *part) * draw.unit();
    let found = curve.iter().find(|(_, part)| *part <= aim);
    found.map_or(1_000_000, |(after, _)| *after)
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    End(u32),
    Free { seat: u32, talk: u64 },
    Arrives(usize),
    Leaves(usize),
}

struct Replay<'r> {
    rows: &'r [Row],
    engine: Engine,
    kinds: BTreeMap<&'r str, QueueId>,
    events: BinaryHeap<Reverse<(u64, Event)>>,
    now: u64,
    /// Talks that a seat is still to have.
    due: BTreeMap<u32, VecDeque<u64>>,
    talks: BTreeMap<u32, Epoch>,
    answered: u64,
    abandoned: u64,
    waited: u64,
}

impl<'r> Replay<'r> {
    fn new(rows: &'r [Row], policy: Policy, seed: u64) -> Self {
        let names: BTreeSet<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
        let kinds: BTreeMap<&str, QueueId> = names.into_iter().zip((0..).map(QueueId)).collect();
        let mut served: BTreeMap<&str, BTreeSet<QueueId>> = BTreeMap::new();
        for row in rows {
            if let Some((.., server)) = &row.service {
                served
                    .entry(server)
                    .or_default()
                    .insert(kinds[row.kind.as_str()]);
            }
        }
        let seats: BTreeMap<&str, u32> = served.keys().copied().zip(0..).collect();
        let setup = |(server, queues): (&&str, &BTreeSet<QueueId>)| SeatSetup {
            seat: SeatId(seats[server]),
            queues: queues.iter().copied().collect(),
            ..SeatSetup::default()
        };
        let queue = |id: &QueueId| QueueSetup {
            policy,
            waiting_max: 100_000,
            ..QueueSetup::plain(*id)
        };
        let engine = Engine::new(served.iter().map(setup), kinds.values().map(queue));
        let mut replay = Self {
            rows,
            engine,
            kinds: kinds.clone(),
            events: BinaryHeap::new(),
            now: 0,
            due: BTreeMap::new(),
            talks: BTreeMap::new(),
            answered: 0,
            abandoned: 0,
            waited: 0,
        };
        let (curve, mut draw) = (patience(rows), Draw::of(seed, 3, Use::Day));
        for (at, row) in rows.iter().enumerate() {
            replay
                .events
                .push(Reverse((row.arrived, Event::Arrives(at))));
            let patience = match &row.service {
                Some(_) => drawn(&curve, row.queued, &mut draw),
                None => row.queued,
            };
            replay
                .events
                .push(Reverse((row.arrived + patience, Event::Leaves(at))));
            if let Some((start, talk, server)) = &row.service {
                let seat = seats[server.as_str()];
                let free = Event::Free { seat, talk: *talk };
                replay.events.push(Reverse((*start, free)));
            }
        }
        for seat in seats.values() {
            replay.tell(Input::SeatSignedIn(SeatId(*seat)));
        }
        replay
    }

    fn run(&mut self) {
        while let Some(Reverse((at, event))) = self.events.pop() {
            self.now = at;
            match event {
                Event::Arrives(call) => {
                    let queue = self.kinds[self.rows[call].kind.as_str()];
                    let id = CallId::from_bits(call as u64);
                    self.tell(Input::Arrived(Arrival::plain(id, queue)));
                }
                Event::Leaves(call) => {
                    let id = CallId::from_bits(call as u64);
                    if self.engine.waits_in(id).is_some() {
                        self.abandoned += 1;
                        self.waited += self.now - self.rows[call].arrived;
                        self.tell(Input::Left(id));
                    }
                }
                Event::Free { seat, talk } => {
                    self.due.entry(seat).or_default().push_back(talk);
                    self.tell(Input::SeatReady(SeatId(seat)));
                }
                Event::End(seat) => {
                    let Some(epoch) = self.talks.remove(&seat) else {
                        continue;
                    };
                    let more = self.due.get(&seat).is_some_and(|due| !due.is_empty());
                    let seat = SeatId(seat);
                    if !more {
                        self.tell(Input::SeatAway(seat));
                    }
                    self.tell(Input::TalkEnded { seat, epoch });
                }
            }
        }
    }

    fn tell(&mut self, input: Input) {
        let turn = Turn {
            now: Now::at_ms(self.now * 1_000),
            ..Turn::default()
        };
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.engine.handle(turn, input);
            while let Some(output) = self.engine.poll() {
                if let Output::Reserve { seat, epoch, .. } = output {
                    inputs.push_back(Input::Reserved { seat, epoch });
                } else if let Output::Offer {
                    seat,
                    contact,
                    epoch,
                } = output
                {
                    let call = usize::try_from(contact.bits()).unwrap();
                    let talk = self.due.get_mut(&seat.0).and_then(VecDeque::pop_front);
                    self.events
                        .push(Reverse((self.now + talk.unwrap(), Event::End(seat.0))));
                    self.talks.insert(seat.0, epoch);
                    self.answered += 1;
                    self.waited += self.now - self.rows[call].arrived;
                    inputs.push_back(Input::Answered { seat, epoch });
                }
            }
        }
        let idle = |state| state == SeatState::Ready;
        debug_assert!(self.engine.seats().all(|seat| {
            let due = self
                .due
                .get(&seat.seat.0)
                .is_some_and(|due| !due.is_empty());
            due || !idle(seat.state)
        }));
    }
}

#[test]
fn a_real_day_is_replayed_to_its_waits_and_its_abandons() {
    let rows = rows();
    let wanted = rows.len() as f64;
    let hung_up = rows.iter().filter(|row| row.service.is_none()).count() as f64 / wanted;
    let mean = rows.iter().map(|row| row.queued).sum::<u64>() as f64 / wanted;
    println!(
        "that day: mean wait {mean:.1} s, {:.1} % hung up",
        hung_up * 100.0
    );
    let runs = 20;
    for policy in [Policy::LongestWait, Policy::Auto] {
        let (mut waits, mut left) = (0.0, 0.0);
        for seed in 0..runs {
            let mut replay = Replay::new(&rows, policy, seed);
            replay.run();
            let all = (replay.answered + replay.abandoned) as f64;
            waits += replay.waited as f64 / all;
            left += replay.abandoned as f64 / all;
        }
        let (waits, left) = (waits / runs as f64, left / runs as f64);
        println!(
            "{policy}: mean wait {waits:.1} s, {:.1} % hung up",
            left * 100.0
        );
        assert!((waits / mean - 1.0).abs() <= 0.10, "{policy}: {waits} s");
        assert!((left - hung_up).abs() <= 0.03, "{policy}: {left}");
    }
}
