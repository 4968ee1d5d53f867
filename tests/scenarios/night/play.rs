//! One night, from its seed.
//!
//! `RINGWISE_NIGHT_CALLS` sets how many calls (10,000 if unset), `RINGWISE_NIGHT_SEED` the seed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ringwise::call::effect::Answer;
use ringwise::call::effect::Event;
use ringwise::call::effect::Question;
use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::phone::PhoneCommand;
use ringwise::driver::orders::csv;
use ringwise::driver::orders::row::Reading;
use ringwise::driver::simulated::network::Weather;
use ringwise::driver::simulated::town::World;
use ringwise::machine::ivr::failure::LookupFailure;
use ringwise::machine::ivr::surface::LookupKey;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::flow::Transport;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::phone_number::NumberPlan;
use ringwise::vocabulary::time::Now;

use crate::night::crossing::Crossings;
use crate::night::fault::Fault;
use crate::night::fault::Meddler;
use crate::night::ledger::Broken;
use crate::night::ledger::Count;
use crate::night::ledger::Ledger;
use crate::night::look;
use crate::night::traffic;
use crate::night::traffic::Storms;
use crate::night::traffic::Traffic;
use crate::night::wire::Seen;
use crate::night::wire::Wire;
use crate::settlement::CENTRE_IP;
use crate::settlement::EPOCH;
use crate::settlement::Settlement;
use crate::settlement::Wish;

const CALLS: u32 = 10_000;
const CALLERS: usize = 300;
const SEATS: usize = 50;
/// Jitter and duplicates beside the loss of one in twenty.
const WEATHER: Weather = Weather {
    loss: 0.05,
    repeat: 0.02,
    delay_min: Duration::from_millis(5),
    delay_max: Duration::from_millis(40),
};
/// Nights with fewer calls keep their facts.
const KEPT_CALLS_MAX: u32 = 1_000;
/// How long those stay who are still there after the last call has come.
const LAST_CALLS: Duration = Duration::from_secs(600);
/// Facts that are at hand to tell what went before.
const RECENT_MAX: usize = 20_000;
/// So much may happen in one moment.
const STEPS_MAX: u32 = 100_000;
/// What a SIP transaction may last: 64·T1, and as long again for the far end's.
const SILENCE: Duration = Duration::from_secs(32 + 32 + 1);

/// What a night was.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    pub(super) count: Count,
    pub(super) crossings: Crossings,
    pub(super) messages: u64,
    pub(super) steps: u64,
    pub(super) lasted: Duration,
    pub(super) facts: Vec<Recorded>,
}

struct Night {
    settlement: Settlement,
    traffic: Traffic,
    ledger: Ledger,
    seen: Rc<RefCell<Seen>>,
    second: Now,
    recent: VecDeque<Recorded>,
    keeps: bool,
    report: Report,
}

/// Plays a night; the first broken promise ends it.
pub(super) fn play(calls: u32, seed: u64, fault: Option<Fault>) -> Result<Report, Broken> {
    let mut night = Night::new(calls, seed, fault);
    for (at, seat) in night.settlement.seats.clone().into_iter().enumerate() {
        night
            .settlement
            .tell(at as u64 * 50, seat, PhoneCommand::Register);
    }
    while night.traffic.calls_left > 0 {
        night.go_on()?;
    }
    night.end()
}

impl Night {
    fn new(calls: u32, seed: u64, fault: Option<Fault>) -> Self {
        let seats = if fault.is_some() { SEATS / 3 } else { SEATS };
        let mut settlement = Settlement::new(Wish {
            seats: (0..seats).map(traffic::manner).collect(),
            callers: CALLERS,
            weather: WEATHER,
            seed,
            world: world(seed),
            wrap_up: Duration::from_secs(4),
            ports: 20_000..=20_399,
            from: (EPOCH, 0),
            more_queues: Vec::new(),
        });
        let storms = if fault.is_some() {
            Storms::None
        } else {
            Storms::Some
        };
        let seen = Rc::new(RefCell::new(Seen {
            storms: storms == Storms::Some,
            ..Seen::default()
        }));
        settlement.town.tap = Some(Box::new(Wire {
            seen: Rc::clone(&seen),
            meddler: fault.map(Meddler::new),
        }));
        Self {
            settlement,
            traffic: Traffic::new(seed, calls, seats, storms),
            ledger: Ledger::default(),
            seen,
            second: Now::START,
            recent: VecDeque::new(),
            keeps: calls < KEPT_CALLS_MAX,
            report: Report::default(),
        }
    }

    /// Until somebody does the next thing, and does it.
    fn go_on(&mut self) -> Result<(), Broken> {
        if let Some(next) = self.traffic.next() {
            self.run(next)?;
            self.traffic.act(&mut self.settlement);
            self.check()?;
        }
        Ok(())
    }

    fn run(&mut self, until: Now) -> Result<(), Broken> {
        let mut moment = (self.settlement.town.turn().now, 0);
        loop {
            let now = self.settlement.town.turn().now;
            moment = if moment.0 == now {
                (now, moment.1 + 1)
            } else {
                (now, 0)
            };
            if moment.1 > STEPS_MAX {
                return Err(format!("town: time stands still at {now:?}"));
            }
            if self.settlement.town.step(until.min(self.second)) {
                self.report.steps += 1;
                self.check()?;
            } else if self.second <= until {
                self.settlement.town.rest(self.second);
                look::everything(&self.settlement, &self.ledger)?;
                self.second = self.second + Duration::from_secs(1);
            } else {
                self.settlement.town.rest(until);
                return Ok(());
            }
        }
    }

    /// After each event: what it wrote, and the distributor if it moved.
    fn check(&mut self) -> Result<(), Broken> {
        self.settlement.town.reports.clear();
        let facts = std::mem::take(&mut self.settlement.town.facts);
        let mut moved = false;
        for fact in &facts {
            self.recent.push_back(fact.clone());
            let taken = self.ledger.take(fact);
            taken.map_err(|broken| self.story(&broken, fact))?;
            self.traffic.hear(fact, &self.settlement);
            moved |= matches!(fact.fact, Fact::Acd(_));
        }
        if moved {
            look::distributor(&self.settlement, &self.ledger)?;
        }
        let surplus = self.recent.len().saturating_sub(RECENT_MAX);
        self.recent.drain(..surplus);
        if self.keeps {
            self.report.facts.extend(facts);
        }
        let broken = self.seen.borrow_mut().broken.take();
        broken.map_or(Ok(()), Err)
    }

    /// A broken promise with the recent facts of the call concerned.
    fn story(&self, broken: &str, at: &Recorded) -> Broken {
        let mut story = broken.to_owned();
        let same = |fact: &&Recorded| at.call.is_some() && fact.call == at.call;
        for fact in self.recent.iter().filter(same) {
            let ms = fact.now.since_start().as_millis();
            write!(story, "\n{ms:>9} {:?}", fact.fact).unwrap();
        }
        story
    }

    /// Everybody goes home; then nothing may be left.
    fn end(mut self) -> Result<Report, Broken> {
        self.seen.borrow_mut().storms = false;
        let home = self.settlement.town.turn().now + LAST_CALLS;
        while self.traffic.next().is_some_and(|next| next < home) {
            self.go_on()?;
        }
        for caller in self.settlement.callers.clone() {
            self.settlement.tell(0, caller, PhoneCommand::HangUp);
        }
        self.pass(Duration::from_secs(60))?;
        self.seen.borrow_mut().closing = true;
        let mut seats: Vec<_> = self.settlement.seats.iter().map(|seat| seat.0).collect();
        seats.dedup();
        for bank in seats {
            let flow = Flow {
                transport: Transport::Udp,
                local: (CENTRE_IP, 5060).into(),
                remote: self.settlement.town.stations[bank].address,
            };
            self.settlement.town.tell_centre(Event::FlowClosed(flow));
            self.check()?;
        }
        self.pass(SILENCE)?;
        look::nothing_left(&self.settlement, &self.ledger)?;
        let seen = self.seen.borrow();
        self.report.count = self.ledger.count.clone();
        self.report.crossings = seen.counter.crossings;
        self.report.messages = seen.messages;
        self.report.lasted = self.settlement.town.turn().now.since_start();
        drop(seen);
        Ok(self.report)
    }

    fn pass(&mut self, span: Duration) -> Result<(), Broken> {
        let until = self.settlement.town.turn().now + span;
        self.run(until)
    }
}

/// An order source that is mostly well, sometimes late, sometimes broken.
fn world(seed: u64) -> World {
    let mut chance = Chance::from_seed(seed ^ 0x6f72_6465_7273);
    let reading = Reading {
        plan: NumberPlan::new("CN", "10").unwrap(),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        wall: EPOCH,
    };
    let bytes = std::fs::read(Path::new("examples/orders.csv")).unwrap();
    let book = csv::read(&bytes, &reading).unwrap();
    Box::new(move |question| {
        let soon = Duration::from_millis(3 + chance.below(900));
        let key = match question {
            Question::Orders(key) => key,
            Question::Service { .. } | Question::KeepMessage { .. } => return None,
            Question::Speak { .. } => {
                let spoken = (PromptId(0), Duration::from_secs(1));
                let spoken = chance.happens(0.5).then_some(spoken);
                return Some((soon, Answer::Speak(spoken)));
            }
        };
        let somebody = format!("C{:04}", 1 + chance.below(400));
        let customer = match key {
            LookupKey::Phone(_) => book.customer(&somebody).cloned().unwrap_or_default(),
            LookupKey::OrderTail(_) => book.lookup(key),
        };
        let (after, result) = match chance.below(100) {
            0..3 => (Duration::from_secs(30), Ok(customer)),
            3..6 => (soon, Err(LookupFailure::Failed)),
            6..8 => (soon, Err(LookupFailure::Busy)),
            8..20 => (soon * 8, Ok(customer)),
            _ => (soon, Ok(customer)),
        };
        Some((after, Answer::Orders(result)))
    })
}

fn parameter<N: std::str::FromStr>(name: &str, unset: N) -> N {
    let set = std::env::var(name).ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(unset)
}

#[test]
fn night_of_10_000_calls_breaks_no_promise() {
    let calls = parameter("RINGWISE_NIGHT_CALLS", CALLS);
    let seed = parameter("RINGWISE_NIGHT_SEED", 1);
    let report = play(calls, seed, None).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    let (count, crossings) = (&report.count, report.crossings);
    println!(
        "{calls} calls in {:.1} h there, {} messages, {} steps\n{count:#?}\n{crossings:#?}",
        report.lasted.as_secs_f64() / 3600.0,
        report.messages,
        report.steps
    );
    assert!(
        count.queued * 100 >= u64::from(calls) * 40,
        "too few queued"
    );
    assert!(
        count.bridged * 100 >= u64::from(calls) * 25,
        "too few bridged"
    );
    if calls >= CALLS {
        assert!(crossings.cancel_with_200 >= 100);
        assert!(crossings.bye_with_bye >= 100);
        assert!(crossings.reinvite_with_bye >= 100);
    }
}

#[test]
fn night_is_the_same_when_it_is_played_again() {
    let first = play(200, 7, None).unwrap();
    assert_eq!(first, play(200, 7, None).unwrap());
    assert_ne!(first.facts, play(200, 8, None).unwrap().facts);
}
