//! A day of calls through the engine: it decides, the day plays callers and seats.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;
use std::collections::VecDeque;
use std::time::Duration;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::step::Prefer;
use ringwise::machine::acd::step::Step;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::machine::acd::surface::SeatState;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::id::SkillId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

use crate::routing::instance::Call;
use crate::routing::instance::Draw;
use crate::routing::instance::Instance;
use crate::routing::tally::Tally;

/// Ways to draw lots among seats.
const LOTS: usize = 64;

/// What happens by itself.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    Staff(usize),
    End(u32),
    Patience(usize),
    Return(usize),
}

struct Day<'a> {
    instance: &'a Instance,
    engine: Engine,
    tally: Tally,
    /// Bits of the time, which order as the times do.
    events: BinaryHeap<Reverse<(u64, Event)>>,
    calls: Vec<Call>,
    now: f64,
    /// The group of each seat.
    group_of: Vec<usize>,
    /// The booking of each seat that talks, and since when.
    talks: BTreeMap<u32, (usize, Epoch, f64)>,
    present: usize,
    /// Seats of each group that are there, and how many of these should go.
    there: Vec<u32>,
    excess: Vec<u32>,
    counted_at: f64,
    lots: Vec<Step>,
    draw: Draw,
}

/// Plays a day of these calls under a policy.
pub(super) fn play(instance: &Instance, policy: Policy, calls: Vec<Call>, seed: u64) -> Tally {
    let mut day = Day::new(instance, policy, calls, seed);
    day.run();
    day.tally
}

impl<'a> Day<'a> {
    fn new(instance: &'a Instance, policy: Policy, calls: Vec<Call>, seed: u64) -> Self {
        let most = |group: usize| instance.staff.iter().map(|(_, staff)| staff[group]).max();
        let groups = 0..instance.groups.len();
        let group_of: Vec<usize> = groups
            .flat_map(|group| (0..most(group).unwrap_or(0)).map(move |_| group))
            .collect();
        let seats = (0..).zip(&group_of).map(|(seat, group)| SeatSetup {
            seat: SeatId(seat),
            // One skill tells groups apart, one seats, so that preferences can name them.
            skills: vec![
                (SkillId(u32::try_from(*group).unwrap()), 1),
                (SkillId(1_000 + seat), 1),
            ],
            queues: instance.groups[*group]
                .iter()
                .map(|kind| queue_id(*kind))
                .collect(),
            ..SeatSetup::default()
        });
        let queues = instance.kinds.iter().enumerate().map(|(at, kind)| {
            let weight = |place: usize| 100 - i32::try_from(place).unwrap();
            let order = kind.order.iter().enumerate();
            let order = order.map(|(place, group)| (skill_id(*group), weight(place)));
            let prefer = Prefer::Weights(order.collect());
            let ordered = policy == Policy::LongestWait && !kind.order.is_empty();
            QueueSetup {
                policy,
                weight: kind.weight,
                target: Duration::from_secs_f64(kind.target),
                waiting_max: 1_000_000,
                steps: if ordered {
                    vec![Step {
                        prefer: Some(prefer),
                        ..Step::default()
                    }]
                } else {
                    Vec::new()
                },
                ..QueueSetup::plain(queue_id(at))
            }
        });
        let mut draw = Draw::of(seed, 2);
        let lots = if instance.lottery { LOTS } else { 0 };
        let lots = (0..lots).map(|_| lot(group_of.len(), &mut draw)).collect();
        let engine = Engine::new(seats, queues);
        let groups = instance.groups.len();
        let mut day = Self {
            instance,
            engine,
            tally: Tally::new(instance.kinds.len(), groups),
            events: BinaryHeap::new(),
            calls,
            now: 0.0,
            group_of,
            talks: BTreeMap::new(),
            present: 0,
            there: vec![0; groups],
            excess: vec![0; groups],
            counted_at: 0.0,
            lots,
            draw,
        };
        for (at, (from, _)) in instance.staff.iter().enumerate() {
            day.plan(*from, Event::Staff(at));
        }
        day
    }

    fn plan(&mut self, at: f64, event: Event) {
        self.events.push(Reverse((at.to_bits(), event)));
    }

    fn run(&mut self) {
        let last = self.calls.last().map_or(0.0, |call| call.at);
        let mut next = 0;
        let planned = self.calls.len();
        loop {
            let arrival = (next < planned).then(|| self.calls[next].at);
            let event = self
                .events
                .peek()
                .map(|Reverse((at, _))| f64::from_bits(*at));
            let Some(at) = arrival.into_iter().chain(event).min_by(f64::total_cmp) else {
                break;
            };
            self.pass(at, last);
            if arrival.is_some_and(|arrival| arrival <= at) {
                self.arrive(next);
                next += 1;
            } else if let Some(Reverse((_, event))) = self.events.pop() {
                self.happen(event);
            }
        }
    }

    /// Time passes; until the last call comes, who is there and who works is counted.
    fn pass(&mut self, at: f64, last: f64) {
        let counted = at.min(last);
        let span = (counted - self.counted_at).max(0.0);
        for (work, there) in self.tally.work.iter_mut().zip(&self.there) {
            work.1 += span * f64::from(*there);
        }
        for seat in self.talks.keys() {
            self.tally.work[self.group_of[*seat as usize]].0 += span;
        }
        self.counted_at = counted.max(self.counted_at);
        self.now = at;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Staff(at) => self.staff(&self.instance.staff[at].1.clone()),
            Event::End(seat) => self.end(seat),
            Event::Patience(call) => {
                if self.engine.waits(id(call)) {
                    self.tell(Input::Left(id(call)));
                    self.left(call);
                }
            }
            Event::Return(call) => {
                self.tally.returned += 1.0;
                let mut again = self.calls[call].clone();
                again.at = self.now;
                again.patience = self.draw.exponential(2.0);
                self.calls.push(again);
                self.arrive(self.calls.len() - 1);
            }
        }
    }

    fn arrive(&mut self, call: usize) {
        let one = &self.calls[call];
        let (kind, patience, counts) = (one.kind, one.patience, self.counts(call));
        if counts {
            self.tally.kinds[kind].offered += 1.0;
        }
        if self.present >= self.instance.lines {
            self.tally.kinds[kind].blocked += 1.0;
            return;
        }
        self.present += 1;
        let lot = u64::try_from(self.lots.len()).unwrap();
        let lot = (lot > 0).then(|| usize::try_from(self.draw.below(lot)).unwrap());
        let levelled = self.instance.kinds[kind].levelled.then(|| self.level());
        let arrival = Arrival {
            steps: lot
                .map(|at| self.lots[at].clone())
                .into_iter()
                .chain(levelled)
                .collect(),
            ..Arrival::plain(id(call), queue_id(kind))
        };
        self.tell(Input::Arrived(arrival));
        if self.engine.waits(id(call)) {
            self.plan(self.now + patience, Event::Patience(call));
        }
    }

    /// The groups by how many of their seats are free.
    fn level(&self) -> Step {
        let mut free = vec![0; self.there.len()];
        for seat in self.engine.seats() {
            let ready = seat.state == SeatState::Ready;
            free[self.group_of[seat.seat.0 as usize]] += i32::from(ready);
        }
        let weights = free.into_iter().enumerate();
        Step {
            prefer: Some(Prefer::Weights(
                weights
                    .map(|(group, free)| (skill_id(group), free))
                    .collect(),
            )),
            ..Step::default()
        }
    }

    fn staff(&mut self, staff: &[u32]) {
        for (group, target) in staff.iter().enumerate() {
            let seats = self.group_of.iter().enumerate();
            let seats = seats.filter(|(_, of)| **of == group);
            let seats: Vec<SeatId> = seats
                .map(|(at, _)| SeatId(u32::try_from(at).unwrap()))
                .collect();
            self.excess[group] = 0;
            for seat in seats {
                let state = self.engine.seat(seat).map(|seat| seat.state);
                let away = matches!(state, Some(SeatState::SignedOut | SeatState::Away));
                if away && self.there[group] < *target {
                    self.tell(Input::SeatSignedIn(seat));
                    self.there[group] += 1;
                    self.tell(Input::SeatReady(seat));
                } else if state == Some(SeatState::Ready) && self.there[group] > *target {
                    self.tell(Input::SeatAway(seat));
                    self.there[group] -= 1;
                }
            }
            self.excess[group] = self.there[group].saturating_sub(*target);
        }
    }

    /// The seat that talks longest too long goes with the first talk that ends.
    fn end(&mut self, seat: u32) {
        let Some((_, epoch, _)) = self.talks.remove(&seat) else {
            return;
        };
        let group = self.group_of[seat as usize];
        let seat = SeatId(seat);
        self.present -= 1;
        if self.excess[group] > 0 {
            self.excess[group] -= 1;
            self.there[group] -= 1;
            self.tell(Input::SeatAway(seat));
        }
        self.tell(Input::TalkEnded { seat, epoch });
    }

    /// Tells the engine and does what it says at once: every seat answers.
    fn tell(&mut self, input: Input) {
        let now = Now::at(Duration::from_secs_f64(self.now * 60.0));
        let turn = Turn {
            now,
            ..Turn::default()
        };
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.engine.handle(turn, input);
            while let Some(output) = self.engine.poll() {
                match output {
                    Output::Reserve { seat, epoch, .. } => {
                        inputs.push_back(Input::Reserved { seat, epoch });
                    }
                    Output::Offer {
                        seat,
                        contact,
                        epoch,
                    } => {
                        let call = usize::try_from(contact.bits()).unwrap();
                        self.answer(call, seat, epoch);
                        inputs.push_back(Input::Answered { seat, epoch });
                    }
                    Output::Withdraw { .. }
                    | Output::Announce { .. }
                    | Output::QueueFull { .. }
                    | Output::TakenOut { .. }
                    | Output::NobodySignedIn { .. }
                    | Output::Note(_) => {}
                }
            }
        }
    }

    fn answer(&mut self, call: usize, seat: SeatId, epoch: Epoch) {
        let group = self.group_of[seat.0 as usize];
        let talk = self.calls[call].talk[group];
        self.talks.insert(seat.0, (call, epoch, self.now));
        self.plan(self.now + talk, Event::End(seat.0));
        if !self.counts(call) {
            return;
        }
        let (kind, waited) = (self.calls[call].kind, self.now - self.calls[call].at);
        let target = self.instance.kinds[kind].target / 60.0;
        let count = &mut self.tally.kinds[kind];
        count.served += 1.0;
        count.served_wait += waited;
        if waited <= target {
            count.good += 1.0;
            let at = self.calls[call].at;
            let period = usize::from(at >= 120.0) + usize::from(at >= 240.0);
            self.tally.good_by_period[kind][period] += 1.0;
        }
        self.waited(kind, waited);
    }

    fn left(&mut self, call: usize) {
        self.present -= 1;
        let (returns, after) = self.instance.returns;
        if self.calls[call].returns < returns {
            self.calls[call].returns = self.draw.unit();
            self.plan(self.now + after, Event::Return(call));
        }
        if !self.counts(call) {
            return;
        }
        let (kind, waited) = (self.calls[call].kind, self.now - self.calls[call].at);
        let target = self.instance.kinds[kind].target / 60.0;
        let count = &mut self.tally.kinds[kind];
        count.abandoned += 1.0;
        count.early += f64::from(waited <= target);
        self.waited(kind, waited);
    }

    fn waited(&mut self, kind: usize, waited: f64) {
        let weight = f64::from(self.instance.kinds[kind].weight) / 1_000.0;
        let count = &mut self.tally.kinds[kind];
        count.wait += waited;
        count.cost += weight * waited * waited;
        #[expect(clippy::cast_possible_truncation, reason = "a wait for a percentile")]
        self.tally.waits.push(waited as f32);
    }

    fn counts(&self, call: usize) -> bool {
        self.calls[call].at >= self.instance.warm_up
    }
}

/// All seats in some order: the first of them that is ready goes first.
fn lot(seats: usize, draw: &mut Draw) -> Step {
    let weights = (0..seats).map(|seat| {
        let skill = SkillId(1_000 + u32::try_from(seat).unwrap());
        let weight = i32::try_from(draw.below(1 << 30)).unwrap();
        (skill, weight)
    });
    Step {
        prefer: Some(Prefer::Weights(weights.collect())),
        ..Step::default()
    }
}

fn id(call: usize) -> CallId {
    CallId::from_bits(call as u64)
}

fn queue_id(kind: usize) -> QueueId {
    QueueId(u32::try_from(kind).unwrap())
}

fn skill_id(group: usize) -> SkillId {
    SkillId(u32::try_from(group).unwrap())
}
