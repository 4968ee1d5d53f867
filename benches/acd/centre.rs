//! A distributor with its seats and who waits: 60 groups over 3 sites, 200 needs, 30 % ask for
//! their last seat first, 20 % rise at differing rates.

use std::fmt;
use std::fs;
use std::time::Duration;
use std::time::Instant;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::need::Clause;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::need::SkillTerm;
use ringwise::machine::acd::step::SkipIf;
use ringwise::machine::acd::step::Step;
use ringwise::machine::acd::step::Target;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatGroupId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

const GROUPS: u32 = 60;
const SITES: u32 = 3;
const QUEUES: u32 = 20;
const NEEDS: u32 = 200;
const SKILLS: u32 = 40;
/// How long a contact asks for the seat that served it last.
pub(super) const PERSONAL: Duration = Duration::from_secs(120);

/// How large a centre is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Size {
    pub(super) seats: u32,
    pub(super) waiting: u64,
}

impl Size {
    pub(super) const fn new(seats: u32, waiting: u64) -> Self {
        Self { seats, waiting }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seats, waiting } = self;
        write!(
            f,
            "{seats} seats in {GROUPS} groups over {SITES} sites, {waiting} waiting with {NEEDS} needs"
        )
    }
}

/// A centre under way.
pub(super) struct Centre {
    pub(super) engine: Engine,
    pub(super) chance: Chance,
    pub(super) now: Now,
    pub(super) size: Size,
    pub(super) waiting: Vec<CallId>,
    next: u64,
}

impl Centre {
    /// All seats away, this many waiting; and what each of these takes, in bytes of the process.
    pub(super) fn new(size: Size) -> (Self, f64) {
        let mut centre = Self {
            engine: Engine::new((0..size.seats).map(seat), (0..QUEUES).map(queue)),
            chance: Chance::from_seed(1),
            now: Now::START,
            size,
            waiting: Vec::new(),
            next: 0,
        };
        for number in 0..size.seats {
            centre.tell(Input::SeatSignedIn(SeatId(number)));
        }
        let before = resident();
        for _ in 0..size.waiting {
            centre.arrive();
        }
        let memory = (resident() - before) / size.waiting as f64;
        (centre, memory)
    }

    /// Tells one thing, grants what is reserved, takes all that is said; how long that took.
    pub(super) fn tell(&mut self, input: Input) -> Duration {
        self.now = self.now + Duration::from_micros(10);
        let turn = self.turn();
        let start = Instant::now();
        self.engine.handle(turn, input);
        self.take(turn);
        start.elapsed()
    }

    /// A seat has other skills and queues; how long that took.
    pub(super) fn change(&mut self, setup: &SeatSetup) -> Duration {
        self.now = self.now + Duration::from_micros(10);
        let turn = self.turn();
        let start = Instant::now();
        self.engine.set_seat(turn, setup);
        self.take(turn);
        start.elapsed()
    }

    /// Wakes the engine; how long that took.
    pub(super) fn wake(&mut self, at: Now) -> Duration {
        self.now = self.now.max(at);
        let turn = self.turn();
        let start = Instant::now();
        self.engine.handle_timeout(turn);
        self.take(turn);
        start.elapsed()
    }

    /// Somebody more waits; how long that took.
    pub(super) fn arrive(&mut self) -> Duration {
        let arrival = self.arrival();
        self.waiting.push(arrival.contact);
        self.tell(Input::Arrived(arrival))
    }

    /// Someone who waits, taken out of the list.
    pub(super) fn leaver(&mut self) -> CallId {
        let at = self.chance.below(self.waiting.len() as u64);
        self.waiting.swap_remove(usize::try_from(at).unwrap_or(0))
    }

    /// Any seat.
    pub(super) fn any_seat(&mut self) -> SeatId {
        let number = self.chance.below(self.size.seats.into());
        SeatId(u32::try_from(number).unwrap_or(0))
    }

    /// A seat's booking, if it has one.
    pub(super) fn booking(&self, seat: SeatId) -> Option<Epoch> {
        self.engine.seat(seat)?.booking.map(|(_, epoch)| epoch)
    }

    /// A contact that has not come yet.
    pub(super) fn arrival(&mut self) -> Arrival {
        self.next += 1;
        let need = u32::try_from(self.chance.below(NEEDS.into())).unwrap_or(0);
        let level = u8::try_from(need / SKILLS).unwrap_or(0) + 1;
        let term = SkillTerm::at_least(SkillId(need % SKILLS), level);
        let personal = self.chance.happens(0.3);
        let ages = self.chance.happens(0.2);
        let last = self.any_seat();
        let steps = [
            Step {
                target: Target::Seats {
                    seats: Vec::new(),
                    last: true,
                },
                lasts: Some(PERSONAL),
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
            last: personal.then_some(last),
            ..Arrival::plain(CallId::from_bits(self.next), QueueId(need % QUEUES))
        }
    }

    fn take(&mut self, turn: Turn) {
        while let Some(output) = self.engine.poll() {
            if let Output::Reserve { seat, epoch, .. } = output {
                self.engine.handle(turn, Input::Reserved { seat, epoch });
            }
        }
    }

    fn turn(&self) -> Turn {
        Turn {
            now: self.now,
            ..Turn::default()
        }
    }
}

/// A seat of the group that its number falls to.
pub(super) fn seat(number: u32) -> SeatSetup {
    let group = number % GROUPS;
    let skills = (0..20).map(|step| {
        let level = u8::try_from((group + step) % 10).unwrap_or(0) + 1;
        (SkillId((group + step * 2) % SKILLS), level)
    });
    SeatSetup {
        seat: SeatId(number),
        skills: skills.collect(),
        groups: vec![SeatGroupId(group % SITES)],
        queues: (0..QUEUES)
            .filter(|queue| !(queue + group).is_multiple_of(3))
            .map(QueueId)
            .collect(),
        ..SeatSetup::default()
    }
}

fn queue(number: u32) -> QueueSetup {
    QueueSetup {
        ring: Duration::from_secs(3_600),
        wrap_up: Duration::from_secs(3_600),
        waiting_max: 1_000_000,
        ..QueueSetup::plain(QueueId(number))
    }
}

/// Bytes of the process in memory.
fn resident() -> f64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0.0) * 4_096.0
}
