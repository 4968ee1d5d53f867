//! Who calls when, what callers and seats do: by the seed alone.

use std::collections::BTreeMap;
use std::time::Duration;

use ringwise::call::effect::Command;
use ringwise::call::effect::Event;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::phone::Answering;
use ringwise::call::phone::PhoneCommand;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::sip::surface::Status;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;

use crate::settlement::HOTLINE;
use crate::settlement::Place;
use crate::settlement::RING;
use crate::settlement::Settlement;

const KEYS: &[u8] = b"1234567890#*0";
/// Mean time from one call to the next, in milliseconds.
const GAP_MS: u64 = 800;

/// Something that a phone will do, unless it is in another call by then.
enum Plan {
    Call,
    Do(Place, u32, PhoneCommand),
    Seat(usize),
    Supervisor,
}

/// Whether stations lose their network now and then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Storms {
    None,
    Some,
}

/// What everybody does.
pub(super) struct Traffic {
    chance: Chance,
    pub(super) calls_left: u32,
    plans: BTreeMap<(Now, u64), Plan>,
    count: u64,
    /// Calls that each phone has begun or taken.
    turns: BTreeMap<Place, u32>,
    callers: BTreeMap<CallId, Place>,
    /// How often each seat was seen in the same call.
    looks: BTreeMap<Place, (u32, u32)>,
    /// Seats lose their network, and people notice.
    storms: bool,
}

/// How the seat's phone of this place behaves.
pub(super) fn manner(at: usize) -> Answering {
    match at % 10 {
        6 => Answering::After(RING),
        7 => Answering::Never,
        8 => Answering::Refuse(Status(486)),
        fast => Answering::After(Duration::from_millis(800 * (fast as u64 % 5 + 1))),
    }
}

impl Traffic {
    pub(super) fn new(seed: u64, calls: u32, seats: usize, weather: Storms) -> Self {
        let storms = weather == Storms::Some;
        let mut traffic = Self {
            chance: Chance::from_seed(seed ^ 0x6e69_6768_7400),
            calls_left: calls,
            plans: BTreeMap::new(),
            count: 0,
            turns: BTreeMap::new(),
            callers: BTreeMap::new(),
            looks: BTreeMap::new(),
            storms,
        };
        for at in 0..seats {
            let after = traffic.chance.below(30_000);
            traffic.plan(Now::START, after, Plan::Seat(at));
        }
        traffic.plan(Now::START, 5_000, Plan::Call);
        traffic.plan(Now::START, 60_000, Plan::Supervisor);
        traffic
    }

    /// When somebody next does something.
    pub(super) fn next(&self) -> Option<Now> {
        self.plans.first_key_value().map(|((at, _), _)| *at)
    }

    /// Somebody does it.
    pub(super) fn act(&mut self, settlement: &mut Settlement) {
        let Some(((now, _), plan)) = self.plans.pop_first() else {
            return;
        };
        match plan {
            Plan::Call => self.call(now, settlement),
            Plan::Seat(at) => self.look_after(now, at, settlement),
            Plan::Supervisor => self.supervise(now, settlement),
            Plan::Do(place, turn, command) => {
                if self.turns.get(&place) == Some(&turn) {
                    settlement.tell(0, place, command);
                }
            }
        }
    }

    /// What the centre has written.
    pub(super) fn hear(&mut self, fact: &Recorded, settlement: &Settlement) {
        match (&fact.fact, fact.call) {
            (Fact::Arrived(arrived), Some(call)) => {
                let at = arrived.caller.get(3..).and_then(|at| at.parse().ok());
                let place = at.and_then(|at: usize| settlement.callers.get(at));
                if let Some(place) = place {
                    self.callers.insert(call, *place);
                }
            }
            (Fact::Bridged { seat }, Some(call)) => self.talk(fact.now, call, *seat, settlement),
            (Fact::Closed(record), _) => {
                self.callers.remove(&record.call);
            }
            _ => {}
        }
    }

    fn call(&mut self, now: Now, settlement: &mut Settlement) {
        if self.calls_left == 0 {
            return;
        }
        let rush = now.since_start().as_secs() % 600 > 500;
        let mean_ms = if rush { GAP_MS / 4 } else { GAP_MS };
        let gap = self.chance.below(2 * mean_ms);
        self.plan(now, gap, Plan::Call);
        let first = self.below(settlement.callers.len());
        let (before, after) = settlement.callers.split_at(first);
        let stations = &settlement.town.stations;
        let is_free = |place: &&Place| !stations[place.0].bank.is_busy(place.1);
        let Some(place) = after.iter().chain(before).find(is_free).copied() else {
            return;
        };
        self.calls_left = self.calls_left.saturating_sub(1);
        *self.turns.entry(place).or_default() += 1;
        let wrong = self.chance.happens(0.01);
        let number = if wrong { "4711" } else { HOTLINE };
        settlement.tell(0, place, PhoneCommand::Dial(number.to_owned()));
        match self.chance.below(100) {
            0..10 => {
                let after = self.chance.below(110);
                self.plan_for(now, after, place, PhoneCommand::HangUp);
            }
            10..35 => self.wander(now, place),
            _ => self.ask_for_a_person(now, place),
        }
    }

    /// Keys at random, then gone.
    fn wander(&mut self, now: Now, place: Place) {
        let mut at = 1_000;
        for _ in 0..self.chance.below(8) {
            at += 300 + self.chance.below(6_000);
            let key = KEYS[self.below(KEYS.len())];
            self.plan_for(now, at, place, PhoneCommand::Press(char::from(key)));
        }
        at += 10_000 + self.chance.below(60_000);
        self.plan_for(now, at, place, PhoneCommand::HangUp);
    }

    fn ask_for_a_person(&mut self, now: Now, place: Place) {
        let first = 500 + self.chance.below(6_000);
        self.plan_for(now, first, place, PhoneCommand::Press('0'));
        let again = first + 6_000 + self.chance.below(2_000);
        self.plan_for(now, again, place, PhoneCommand::Press('0'));
        let patience = if self.chance.happens(0.25) {
            2_000 + self.chance.below(15_000)
        } else {
            60_000 + self.chance.below(200_000)
        };
        self.plan_for(now, first + patience, place, PhoneCommand::HangUp);
    }

    /// How a talk goes on and ends.
    fn talk(&mut self, now: Now, call: CallId, seat: SeatId, settlement: &Settlement) {
        let Some(caller) = self.callers.get(&call).copied() else {
            return;
        };
        let seat = settlement.seats[seat.0 as usize];
        *self.turns.entry(seat).or_default() += 1;
        let end = 5_000 + self.chance.below(50_000);
        let (one, other) = if self.chance.happens(0.5) {
            (caller, seat)
        } else {
            (seat, caller)
        };
        match self.chance.below(100) {
            0..25 => {
                self.plan_for(now, end, caller, PhoneCommand::HangUp);
                self.plan_for(now, end, seat, PhoneCommand::HangUp);
            }
            25..50 => {
                self.plan_for(now, end, one, PhoneCommand::HangUp);
                self.plan_for(now, end + 8, other, PhoneCommand::Hold);
                self.plan_for(now, end + 20_000, other, PhoneCommand::HangUp);
            }
            50..70 => {
                self.plan_for(now, end / 3, one, PhoneCommand::Hold);
                self.plan_for(now, end / 2, one, PhoneCommand::Resume);
                self.plan_for(now, end, other, PhoneCommand::HangUp);
            }
            70..75 => {
                // Both offer anew at once: one gets 491.
                self.plan_for(now, end / 2, one, PhoneCommand::Hold);
                self.plan_for(now, end / 2, other, PhoneCommand::Hold);
                self.plan_for(now, end, one, PhoneCommand::HangUp);
            }
            _ => self.plan_for(now, end, one, PhoneCommand::HangUp),
        }
    }

    /// A seat that is away comes back, one in seven goes away for a while.
    fn look_after(&mut self, now: Now, at: usize, settlement: &mut Settlement) {
        let again = 20_000 + self.chance.below(30_000);
        self.plan(now, again, Plan::Seat(at));
        let place = settlement.seats[at];
        if self.storms && self.chance.happens(0.3) {
            settlement.tell(0, place, PhoneCommand::Register);
        }
        if self.storms && self.has_sat_too_long(place, settlement) {
            settlement.tell(0, place, PhoneCommand::HangUp);
        }
        let code = if at % 10 == 9 && self.chance.happens(0.4) {
            "*12"
        } else {
            "*11"
        };
        if !settlement.town.stations[place.0].bank.is_busy(place.1) {
            settlement.tell(0, place, PhoneCommand::Dial(code.to_owned()));
        }
    }

    /// A person hangs up on a line that has been dead for minutes.
    fn has_sat_too_long(&mut self, place: Place, settlement: &Settlement) -> bool {
        let turn = self.turns.get(&place).copied().unwrap_or(0);
        let looks = self.looks.entry(place).or_default();
        let busy = settlement.town.stations[place.0].bank.is_busy(place.1);
        *looks = match *looks {
            (before, times) if before == turn && busy => (turn, times + 1),
            _ => (turn, 0),
        };
        looks.1 > 8
    }

    /// A supervisor ends a call, or tells a seat what to be.
    fn supervise(&mut self, now: Now, settlement: &mut Settlement) {
        let again = 5_000 + self.chance.below(10_000);
        self.plan(now, again, Plan::Supervisor);
        let by = "api".to_owned();
        let seat = SeatId(u32::try_from(self.below(settlement.seats.len())).unwrap());
        let state = |state, by| Command::SeatState { seat, state, by };
        let nth = self.below(self.callers.len());
        let command = match (self.chance.below(4), self.callers.keys().nth(nth)) {
            (0, Some(call)) => Command::HangUp { call: *call, by },
            (1, _) => state(SeatState::Away, by),
            (2, _) => state(SeatState::WrapUp, by),
            _ => state(SeatState::Ready, by),
        };
        let event = Event::Command { id: 1, command };
        settlement.town.tell_centre(event);
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.chance.below(end as u64)).unwrap()
    }

    fn plan_for(&mut self, now: Now, after_ms: u64, place: Place, command: PhoneCommand) {
        let turn = self.turns.get(&place).copied().unwrap_or(0);
        self.plan(now, after_ms, Plan::Do(place, turn, command));
    }

    fn plan(&mut self, now: Now, after_ms: u64, plan: Plan) {
        self.count += 1;
        let at = now + Duration::from_millis(after_ms);
        self.plans.insert((at, self.count), plan);
    }
}
