//! A day of calls through the engine: it decides, the day plays callers and seats.
//!
//! Every seat answers at once. Nothing here looks at who waits or who is free: what happened is
//! read from what the engine says.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::BinaryHeap;
use std::collections::VecDeque;
use std::time::Duration;

use crate::machine::acd::engine::Engine;
use crate::machine::acd::experience::Experience;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::step::Step;
use crate::machine::acd::surface::Arrival;
use crate::machine::acd::surface::Epoch;
use crate::machine::acd::surface::Input;
use crate::machine::acd::surface::Output;
use crate::machine::simulation::distribution::ENDLESS;
use crate::machine::simulation::draw::Draw;
use crate::machine::simulation::draw::Use;
use crate::machine::simulation::log::Attempt;
use crate::machine::simulation::log::End;
use crate::machine::simulation::log::Log;
use crate::machine::simulation::scenario::Choice;
use crate::machine::simulation::scenario::ContactType;
use crate::machine::simulation::scenario::DayEnd;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::series::Level;
use crate::machine::simulation::staffing::Staffing;
use crate::machine::simulation::staffing::by_lot;
use crate::machine::simulation::staffing::queue_id;
use crate::machine::simulation::stop::ASK_EVERY;
use crate::machine::simulation::stop::Enough;
use crate::machine::simulation::stop::Stop;
use crate::machine::simulation::traffic::Call;
use crate::machine::simulation::traffic::Why;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Orders of seats that a day draws for those whose seat is chosen by lot.
const LOTS: usize = 64;
/// What happens by itself.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    Staff(usize, usize),
    TalkEnds(u32),
    PatienceEnds(usize),
    Close,
    Again(usize),
}

struct Play<'s> {
    scenario: &'s Scenario,
    engine: Engine,
    staffing: Staffing,
    log: Log,
    /// Bits of the time, which order as the times do.
    events: BinaryHeap<Reverse<(u64, Event)>>,
    calls: Vec<Call>,
    /// Who waits.
    waiting: BTreeSet<usize>,
    now: f64,
    /// The last time that anything but a deadline of the engine happened.
    moved: f64,
    /// After so many minutes without anything but the engine's deadlines, these change nothing.
    still: f64,
    clock: Now,
    /// The talk of each seat that talks.
    talks: BTreeMap<u32, Epoch>,
    present: usize,
    lots: Vec<Vec<Step>>,
    lot: Draw,
}

/// Plays these calls under a policy, or under those of the queues. `day` names the stream of lots.
///
/// # Errors
///
/// With those who call again they are more than the scenario allows, or it was enough.
pub fn play(
    scenario: &Scenario,
    policy: Option<Policy>,
    calls: Vec<Call>,
    (seed, day): (u64, u64),
    enough: &Enough<'_>,
) -> Result<Log, Stop> {
    play_on(
        scenario,
        (policy, &mut Vec::new()),
        calls,
        (seed, day),
        enough,
    )
}

/// Plays them as [`play`] does, going on from what was learned of each queue. What has been learned
/// by the end takes its place.
///
/// # Errors
///
/// Those of [`play`].
pub fn play_on(
    scenario: &Scenario,
    (policy, learned): (Option<Policy>, &mut Vec<Experience>),
    calls: Vec<Call>,
    (seed, day): (u64, u64),
    enough: &Enough<'_>,
) -> Result<Log, Stop> {
    let draw = Draw::of(seed, day, Use::Lots);
    let mut play = Play::new(scenario, policy, calls, draw);
    for (at, learned) in learned.iter().enumerate() {
        play.engine.resume(queue_id(at), *learned);
    }
    play.run(enough)?;
    let queues = (0..scenario.queues.len()).map(queue_id);
    *learned = queues
        .filter_map(|queue| play.engine.experience(queue))
        .collect();
    Ok(play.log)
}

impl<'s> Play<'s> {
    fn new(
        scenario: &'s Scenario,
        policy: Option<Policy>,
        calls: Vec<Call>,
        mut lot: Draw,
    ) -> Self {
        let staffing = Staffing::new(scenario);
        let queues = scenario.queues.iter().map(|queue| {
            let mut setup = queue.setup.clone();
            setup.policy = policy.unwrap_or(setup.policy);
            setup
        });
        let engine = Engine::new(staffing.setups(scenario), queues);
        let level = || Level::new(scenario.day.warm_up, scenario.day.length());
        let levels = |count: usize| (0..count).map(|_| level()).collect::<Vec<Level>>();
        let chooses = |one: &ContactType| one.choice == Choice::Lot;
        let lots = if scenario.types.iter().any(chooses) {
            LOTS
        } else {
            0
        };
        let lots = (0..lots)
            .map(|_| by_lot(staffing.len(), &mut lot))
            .collect();
        let log = Log {
            attempts: Vec::with_capacity(calls.len()),
            waiting: levels(scenario.types.len()),
            there: levels(scenario.groups.len()),
            busy: levels(scenario.groups.len()),
        };
        Self {
            scenario,
            engine,
            staffing,
            log,
            events: BinaryHeap::new(),
            calls,
            waiting: BTreeSet::new(),
            now: 0.0,
            moved: 0.0,
            still: scenario.still(),
            clock: Now::START,
            talks: BTreeMap::new(),
            present: 0,
            lots,
            lot,
        }
    }

    fn plan(&mut self, at: f64, event: Event) {
        self.events.push(Reverse((at.max(0.0).to_bits(), event)));
    }

    fn pass(&mut self, at: f64) {
        self.now = at.max(self.now);
    }

    fn run(&mut self, enough: &Enough<'_>) -> Result<(), Stop> {
        for (group, one) in self.scenario.groups.iter().enumerate() {
            for (at, (from, _)) in one.staff.iter().enumerate() {
                self.plan(*from, Event::Staff(group, at));
            }
        }
        if self.scenario.day.end == DayEnd::Close {
            self.plan(self.scenario.day.length(), Event::Close);
        }
        let (mut next, planned) = (0, self.calls.len());
        for step in 0_usize.. {
            if step % ASK_EVERY == 0 && enough() {
                return Err(Stop::Enough);
            }
            if self.calls.len() > self.scenario.calls_max {
                return Err(Stop::TooManyCalls(self.scenario.calls_max));
            }
            let arrival = self.calls.get(next).filter(|_| next < planned);
            let arrival = arrival.map(|call| call.at);
            let event = self.events.peek();
            let event = event.map(|Reverse((at, _))| f64::from_bits(*at));
            let due = self.due();
            let all = arrival.into_iter().chain(event);
            let Some(at) = all.chain(due).min_by(f64::total_cmp) else {
                break;
            };
            self.pass(at);
            if due.is_some_and(|due| due <= at) {
                self.serve_deadlines();
            } else if event.is_some_and(|event| event <= at) {
                if let Some(Reverse((_, event))) = self.events.pop() {
                    self.happen(event);
                }
            } else {
                self.arrive(next);
                next += 1;
            }
        }
        self.finish();
        Ok(())
    }

    /// When the engine wishes to be woken.
    fn due(&self) -> Option<f64> {
        let due = self.engine.poll_timeout()?;
        let due = (due.since_start().as_secs_f64() / 60.0).max(self.now);
        (due <= self.moved + self.still).then_some(due)
    }

    fn turn(&mut self) -> Turn {
        let now = Now::at(Duration::from_secs_f64(self.now * 60.0));
        self.clock = self.clock.max(now);
        Turn {
            now: self.clock,
            ..Turn::default()
        }
    }

    fn serve_deadlines(&mut self) {
        // A minute's fraction may be rounded to before the deadline.
        if let Some(due) = self.engine.poll_timeout() {
            self.clock = self.clock.max(due);
        }
        let turn = self.turn();
        self.engine.handle_timeout(turn);
        self.drain(VecDeque::new());
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Staff(group, at) => self.staff(group, at),
            Event::TalkEnds(seat) => self.end_talk(SeatId(seat)),
            Event::PatienceEnds(call) => {
                if self.waiting.contains(&call) {
                    self.moved = self.now;
                    self.tell(Input::Left(id(call)));
                    self.stop_waiting(call);
                    self.ended(call, End::Left);
                }
            }
            Event::Close => self.close(),
            Event::Again(call) => self.arrive(call),
        }
    }

    fn staff(&mut self, group: usize, at: usize) {
        let staff = self.scenario.groups.get(group);
        let wanted = staff.and_then(|group| group.staff.get(at));
        if let Some((_, wanted)) = wanted {
            self.moved = self.now;
            for input in self.staffing.want(group, *wanted) {
                self.tell(input);
            }
        }
    }

    fn close(&mut self) {
        self.moved = self.now;
        for call in std::mem::take(&mut self.waiting) {
            self.tell(Input::TakeOut(id(call)));
            self.waiting.insert(call);
            self.stop_waiting(call);
            self.ended(call, End::TurnedAway);
        }
        for group in 0..self.scenario.groups.len() {
            for input in self.staffing.want(group, 0) {
                self.tell(input);
            }
        }
    }

    fn arrive(&mut self, call: usize) {
        self.moved = self.now;
        let Some(one) = self.calls.get(call) else {
            return;
        };
        let kind = one.kind;
        let patience = one.patience;
        let Some(about) = self.scenario.types.get(kind) else {
            return;
        };
        if self
            .scenario
            .lines
            .is_some_and(|lines| self.present >= lines)
        {
            self.ended(call, End::Blocked);
            return;
        }
        self.present += 1;
        let steps = match about.choice {
            Choice::Configured => None,
            Choice::Lot => self.lots.get(self.lot.below(self.lots.len())).cloned(),
        };
        let arrival = Arrival {
            need: about.need.clone(),
            priority: about.priority,
            steps: steps.unwrap_or_default(),
            ..Arrival::plain(id(call), queue_id(about.queue))
        };
        self.waiting.insert(call);
        if let Some(level) = self.log.waiting.get_mut(kind) {
            level.add(1.0, self.now);
        }
        self.tell(Input::Arrived(arrival));
        if self.waiting.contains(&call) && patience < ENDLESS {
            self.plan(self.now + patience, Event::PatienceEnds(call));
        }
    }

    fn stop_waiting(&mut self, call: usize) {
        if !self.waiting.remove(&call) {
            return;
        }
        let kind = self.calls.get(call).map(|call| call.kind);
        if let Some(level) = kind.and_then(|kind| self.log.waiting.get_mut(kind)) {
            level.add(-1.0, self.now);
        }
    }

    /// An attempt is over, or is served from here on.
    fn ended(&mut self, call: usize, end: End) {
        self.ended_at(call, end, self.now);
    }

    fn ended_at(&mut self, call: usize, end: End, at: f64) {
        let Some(one) = self.calls.get(call) else {
            return;
        };
        self.log.attempts.push(Attempt {
            kind: one.kind,
            at: one.at,
            attempt: one.attempt,
            waited: at - one.at,
            waited_before: one.waited_before,
            end,
        });
        let why = match end {
            End::Served(_) => return,
            End::TurnedAway => None,
            End::Left => Some(Why::Left),
            End::Blocked => Some(Why::Blocked),
        };
        if end != End::Blocked {
            self.present = self.present.saturating_sub(1);
        }
        let again = why.and_then(|why| one.again(self.scenario, why, self.now));
        if let Some(again) = again.filter(|_| self.calls.len() <= self.scenario.calls_max) {
            let at = again.at;
            self.calls.push(again);
            self.plan(at, Event::Again(self.calls.len() - 1));
        }
    }

    fn end_talk(&mut self, seat: SeatId) {
        let Some(epoch) = self.talks.remove(&seat.0) else {
            return;
        };
        self.moved = self.now;
        self.present = self.present.saturating_sub(1);
        if let Some(goes) = self.staffing.ends_talk(seat) {
            self.tell(goes);
        }
        self.tell(Input::TalkEnded { seat, epoch });
    }

    fn tell(&mut self, input: Input) {
        self.drain(VecDeque::from([input]));
    }

    /// Tells the engine and does what it says at once.
    fn drain(&mut self, mut inputs: VecDeque<Input>) {
        let turn = self.turn();
        loop {
            while let Some(output) = self.engine.poll() {
                self.hear(&output, &mut inputs);
            }
            let Some(input) = inputs.pop_front() else {
                return;
            };
            self.engine.handle(turn, input);
        }
    }

    fn hear(&mut self, output: &Output, inputs: &mut VecDeque<Input>) {
        match *output {
            Output::Reserve { seat, epoch, .. } => {
                inputs.push_back(Input::Reserved { seat, epoch });
            }
            Output::Offer {
                seat,
                contact,
                epoch,
            } => {
                self.answer(contact, seat, epoch);
                inputs.push_back(Input::Answered { seat, epoch });
            }
            Output::Note(AcdFact::SeatChanged { seat, state }) => {
                if let Some(change) = self.staffing.changed(seat, state) {
                    if change.busy != 0.0 {
                        self.moved = self.now;
                    }
                    if let Some(level) = self.log.there.get_mut(change.group) {
                        level.add(change.there, self.now);
                    }
                    if let Some(level) = self.log.busy.get_mut(change.group) {
                        level.add(change.busy, self.now);
                    }
                }
                inputs.extend(self.staffing.goes(seat));
            }
            Output::QueueFull { contact, .. } => {
                let call = index(contact);
                self.stop_waiting(call);
                self.present = self.present.saturating_sub(1);
                self.ended(call, End::Blocked);
            }
            Output::Withdraw { .. }
            | Output::Announce { .. }
            | Output::TakenOut { .. }
            | Output::NobodySignedIn { .. }
            | Output::Note(_) => {}
        }
    }

    fn answer(&mut self, contact: CallId, seat: SeatId, epoch: Epoch) {
        let (call, group) = (index(contact), self.staffing.group(seat));
        let Some(one) = self.calls.get(call) else {
            return;
        };
        let talk = one.talks.get(group).copied().unwrap_or(0.0);
        self.talks.insert(seat.0, epoch);
        self.plan(self.now + talk, Event::TalkEnds(seat.0));
        self.stop_waiting(call);
        self.ended(call, End::Served(group));
    }

    /// Nothing more can happen: who still waits would wait for ever, and is turned away at the end
    /// of the day, or when they came after it.
    fn finish(&mut self) {
        let length = self.scenario.day.length();
        self.pass(length);
        for call in std::mem::take(&mut self.waiting) {
            self.waiting.insert(call);
            self.stop_waiting(call);
            let came = self.calls.get(call).map_or(0.0, |call| call.at);
            self.ended_at(call, End::TurnedAway, came.max(length));
        }
        let end = self.moved.max(length);
        let log = &mut self.log;
        let levels = log.there.iter_mut().chain(&mut log.busy);
        for level in levels.chain(&mut log.waiting) {
            level.pass(end);
        }
    }
}

fn id(call: usize) -> CallId {
    CallId::from_bits(u64::try_from(call).unwrap_or(u64::MAX))
}

fn index(contact: CallId) -> usize {
    usize::try_from(contact.bits()).unwrap_or(usize::MAX)
}
