//! What an event costs the distributor, from event in to outputs out, with many seats and a long
//! queue. Prints the 50th and 99.9th percentile and the longest, in µs, for each kind of event.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::Duration;
use std::time::Instant;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::need::SkillTerm;
use ringwise::machine::acd::step::Class;
use ringwise::machine::acd::step::SkipIf;
use ringwise::machine::acd::step::Step;
use ringwise::machine::acd::step::Target;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

const SEATS: u32 = 10_000;
const GROUPS: u32 = 60;
const QUEUES: u32 = 20;
const NEEDS: u32 = 200;
const WAITING: u64 = 100_000;
const ROUNDS: u64 = 20_000;

struct Bench {
    engine: Engine,
    chance: Chance,
    now: Now,
    next: u64,
    waiting: Vec<CallId>,
}

fn main() {
    for waiting in [WAITING / 100, WAITING / 10, WAITING] {
        println!("{SEATS} seats in {GROUPS} groups, {waiting} waiting with {NEEDS} needs");
        println!(
            "{:>24} {:>8} {:>8} {:>8}",
            "event", "p50", "p99.9", "longest"
        );
        Bench::new(waiting).run();
    }
}

impl Bench {
    fn new(waiting: u64) -> Self {
        let mut bench = Self {
            engine: Engine::new((0..SEATS).map(seat), (0..QUEUES).map(queue)),
            chance: Chance::from_seed(1),
            now: Now::START,
            next: 0,
            waiting: Vec::new(),
        };
        for seat in 0..SEATS {
            bench.tell(Input::SeatSignedIn(SeatId(seat)));
        }
        for _ in 0..waiting {
            let arrival = bench.arrival();
            bench.waiting.push(arrival.contact);
            bench.tell(Input::Arrived(arrival));
        }
        bench
    }

    fn run(&mut self) {
        let mut arrivals = Vec::new();
        let mut hang_ups = Vec::new();
        for _ in 0..ROUNDS {
            let arrival = self.arrival();
            let contact = arrival.contact;
            arrivals.push(self.tell(Input::Arrived(arrival)).0);
            self.waiting.push(contact);
            let at = self.chance.below(self.waiting.len() as u64);
            let gone = self.waiting.swap_remove(usize::try_from(at).unwrap_or(0));
            hang_ups.push(self.tell(Input::Left(gone)).0);
        }
        row("arrival, no free seat", arrivals);
        row("hang-up while waiting", hang_ups);
        self.intervene();
        self.announce();
        self.serve();
        self.serve_idle();
    }

    /// Waiting contacts get another class; seats get other skills.
    fn intervene(&mut self) {
        let (mut classes, mut skills) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let at = self.chance.below(self.waiting.len() as u64);
            let contact = self.waiting[usize::try_from(at).unwrap_or(0)];
            let class = Class::priority(i32::from(round % 2 == 0));
            classes.push(self.tell(Input::Reprioritise { contact, class }).0);
            let number = u32::try_from(self.chance.below(SEATS.into())).unwrap_or(0);
            let mut setup = seat(number);
            let other = u32::try_from(self.chance.below(GROUPS.into())).unwrap_or(0);
            setup.skills = seat(other).skills;
            setup.queues = seat(other).queues;
            self.now = self.now + Duration::from_micros(10);
            let turn = Turn {
                now: self.now,
                ..Turn::default()
            };
            let start = Instant::now();
            self.engine.set_seat(turn, &setup);
            while self.engine.poll().is_some() {}
            skills.push(start.elapsed());
        }
        row("another class", classes);
        row("a seat's other skills", skills);
    }

    /// One turn for each deadline: a waiting contact hears its position, or its step ends.
    fn announce(&mut self) {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let due = self.engine.poll_timeout().unwrap_or(self.now);
            self.now = self.now.max(due);
            let turn = Turn {
                now: due,
                ..Turn::default()
            };
            let start = Instant::now();
            self.engine.handle_timeout(turn);
            while self.engine.poll().is_some() {}
            times.push(start.elapsed());
        }
        row("deadline", times);
    }

    /// A seat becomes ready, is offered, declines, is offered again, answers, talks, wraps up.
    fn serve(&mut self) {
        const KINDS: [&str; 8] = [
            "seat ready",
            "reservation granted",
            "seat declines",
            "granted again",
            "seat answers",
            "talk ends",
            "wrap-up done",
            "seat signs out",
        ];
        let mut times: [Vec<Duration>; 8] = Default::default();
        for _ in 0..ROUNDS {
            let seat = SeatId(u32::try_from(self.chance.below(SEATS.into())).unwrap_or(0));
            let mut reply = Some(Input::SeatReady(seat));
            for (kind, times) in KINDS.iter().zip(&mut times) {
                let input = match *kind {
                    "seat declines" => {
                        self.booked(seat, |seat, epoch| Input::Declined { seat, epoch })
                    }
                    "seat answers" => {
                        self.booked(seat, |seat, epoch| Input::Answered { seat, epoch })
                    }
                    "talk ends" => {
                        self.booked(seat, |seat, epoch| Input::TalkEnded { seat, epoch })
                    }
                    "wrap-up done" => Some(Input::WrapUpDone(seat)),
                    "seat signs out" => Some(Input::SeatSignedOut(seat)),
                    _ => reply.take(),
                };
                let Some(input) = input else {
                    continue;
                };
                let (time, booked) = self.tell(input);
                times.push(time);
                reply = booked;
            }
            self.tell(Input::SeatSignedIn(seat));
            let arrival = self.arrival();
            self.waiting.push(arrival.contact);
            self.tell(Input::Arrived(arrival));
        }
        for (kind, times) in KINDS.iter().zip(times) {
            row(kind, times);
        }
    }

    /// Nobody waits any more and every seat is ready: the search is among the seats.
    fn serve_idle(&mut self) {
        for contact in 0..self.next {
            self.tell(Input::Left(CallId::from_bits(contact)));
        }
        for seat in 0..SEATS {
            self.tell(Input::SeatSignedIn(SeatId(seat)));
            self.tell(Input::SeatReady(SeatId(seat)));
        }
        let mut arrivals = Vec::new();
        let mut hang_ups = Vec::new();
        for _ in 0..ROUNDS {
            let arrival = self.arrival();
            let contact = arrival.contact;
            arrivals.push(self.tell(Input::Arrived(arrival)).0);
            hang_ups.push(self.tell(Input::Left(contact)).0);
        }
        row("arrival, free seat", arrivals);
        row("hang-up while booked", hang_ups);
    }

    /// Tells one thing and takes all that is said; how long that took, and the answer to a
    /// reservation if there was one.
    fn tell(&mut self, input: Input) -> (Duration, Option<Input>) {
        self.now = self.now + Duration::from_micros(10);
        let turn = Turn {
            now: self.now,
            ..Turn::default()
        };
        let mut granted = None;
        let start = Instant::now();
        self.engine.handle(turn, input);
        while let Some(output) = self.engine.poll() {
            if let Output::Reserve { seat, epoch, .. } = output {
                granted = Some(Input::Reserved { seat, epoch });
            }
        }
        (start.elapsed(), granted)
    }

    fn booked(
        &self,
        seat: SeatId,
        word: impl Fn(SeatId, ringwise::machine::acd::surface::Epoch) -> Input,
    ) -> Option<Input> {
        let booking = self.engine.seat(seat)?.booking?;
        Some(word(seat, booking.1))
    }

    fn arrival(&mut self) -> Arrival {
        self.next += 1;
        let need = u32::try_from(self.chance.below(NEEDS.into())).unwrap_or(0);
        let level = u8::try_from(need / 40).unwrap_or(0) + 1;
        let term = SkillTerm::at_least(SkillId(need % 40), level);
        let personal = self.chance.happens(0.3);
        let ages = self.chance.happens(0.2);
        let last = u32::try_from(self.chance.below(SEATS.into())).unwrap_or(0);
        let steps = [
            Step {
                target: Target::Seats {
                    seats: Vec::new(),
                    last: true,
                },
                lasts: Some(Duration::from_secs(120)),
                skip: SkipIf::NobodySignedIn,
                prefer: None,
            },
            Step::default(),
        ];
        let ageing = 100 * u32::try_from(self.chance.below(5)).unwrap_or(0) + 100;
        Arrival {
            need: Need(vec![Clause::Skill(term)]),
            priority: i32::from(self.chance.happens(0.1)),
            ageing: ages.then_some(ageing),
            steps: if personal { steps.to_vec() } else { Vec::new() },
            last: personal.then_some(SeatId(last)),
            ..Arrival::plain(CallId::from_bits(self.next), QueueId(need % QUEUES))
        }
    }
}

fn seat(number: u32) -> SeatSetup {
    let group = number % GROUPS;
    let skills = (0..20).map(|step| {
        let level = u8::try_from((group + step) % 10).unwrap_or(0) + 1;
        (SkillId((group + step * 2) % 40), level)
    });
    SeatSetup {
        seat: SeatId(number),
        skills: skills.collect(),
        queues: (0..QUEUES)
            .filter(|queue| !(queue + group).is_multiple_of(3))
            .map(QueueId)
            .collect(),
        ..SeatSetup::default()
    }
}

fn queue(number: u32) -> QueueSetup {
    QueueSetup {
        ring: Duration::from_secs(15),
        wrap_up: Duration::from_secs(30),
        waiting_max: 1_000_000,
        announce_every: Duration::from_secs(30),
        ..QueueSetup::plain(QueueId(number))
    }
}

fn row(kind: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| {
        let index = (times.len() * part / 1_000).min(times.len().saturating_sub(1));
        times
            .get(index)
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    println!(
        "{kind:>24} {:>8.1} {:>8.1} {:>8.1}",
        at(500),
        at(999),
        at(1_000)
    );
}
