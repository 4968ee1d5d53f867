//! Random histories that drive the engine and the model side by side.
//!
//! `RINGWISE_ACD_HISTORIES` sets how many (2,000 if unset), `RINGWISE_ACD_SEED` where they begin.
//! A failure prints its seed and the shortest history found, event by event.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use proptest::prelude::Strategy;
use proptest::prelude::TestCaseError;
use proptest::prelude::prop;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestError;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::policy::Policy;
use ringwise::machine::acd::seat::Wish;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

use crate::acd::assertions::Broken;
use crate::acd::assertions::Watch;
use crate::acd::centre;
use crate::acd::centre::POLICIES;
use crate::acd::fault::FAULTS;
use crate::acd::fault::Fault;
use crate::acd::fault::Subject;
use crate::acd::fault::turn;
use crate::acd::reference::Model;
use crate::acd::transition;
use crate::acd::transition::Act;
use crate::acd::transition::Transition;

const HISTORIES: u32 = 2_000;
const EVENTS_MIN: usize = 200;
const EVENTS_MAX: usize = 240;
/// Histories that one seed makes.
const BATCH: u32 = 250;

/// How often each event met each state, for the table.
type Coverage = BTreeMap<(String, String), u32>;

/// Who judges.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Judge {
    /// The watch and the model.
    Both,
    /// The watch alone.
    Watch,
}

struct History<'a> {
    model: Model,
    subject: Subject,
    watch: Watch,
    policy: Policy,
    judge: Judge,
    coverage: &'a mut Coverage,
    /// The ladder as it went, if anybody wants to read it.
    ladder: Option<String>,
}

impl<'a> History<'a> {
    fn new(fault: Option<Fault>, judge: Judge, seed: u64, coverage: &'a mut Coverage) -> Self {
        let at = usize::try_from(seed).unwrap() % POLICIES.len();
        let policy = POLICIES[at];
        Self {
            model: Model::new(centre::seats(), centre::queues(policy)),
            subject: Subject::new(centre::seats(), centre::queues(policy), fault),
            watch: Watch::new(centre::seats(), centre::queues(policy)),
            policy,
            judge,
            coverage,
            ladder: None,
        }
    }

    fn play(&mut self, transitions: &[Transition]) -> Result<(), Broken> {
        transitions.iter().try_for_each(|one| self.step(one))
    }

    fn step(&mut self, transition: &Transition) -> Result<(), Broken> {
        match transition.act(&self.model) {
            Act::Input(input) => self.tell(input),
            Act::SetSeat { seat, variant } => {
                let setup = centre::seat(seat, variant);
                self.cover("reload seat", "");
                self.model.set_seat(setup.clone());
                self.watch.set_seat(setup.clone());
                let said = self.subject.set_seat(self.turn(), setup);
                self.judge("reload", &said)
            }
            Act::SetQueue { queue, variant } => {
                let setup = centre::queue(queue, variant, self.policy);
                self.cover("reload queue", "");
                self.model.set_queue(setup.clone());
                self.watch.set_queue(setup.clone());
                self.subject.set_queue(setup);
                self.judge("reload", &[])
            }
            Act::Wait(span) => self.wait(span),
            Act::Oversleep(span) => {
                self.model.now = self.model.now + span;
                self.wake()
            }
        }
    }

    fn turn(&self) -> Turn {
        turn(self.model.now.since_start())
    }

    fn wait(&mut self, span: Duration) -> Result<(), Broken> {
        let end = self.model.now + span;
        while let Some(at) = self.due().filter(|at| *at <= end) {
            self.model.now = at.max(self.model.now);
            self.wake()?;
        }
        self.model.now = end;
        self.watch.at(end);
        Ok(())
    }

    /// When the model or, if it has a fault, the engine wants to be woken.
    fn due(&self) -> Option<Now> {
        let model = self.model.due().map(|due| due.0);
        model.into_iter().chain(self.subject.poll_timeout()).min()
    }

    fn wake(&mut self) -> Result<(), Broken> {
        let due = self.model.due().filter(|due| due.0 <= self.model.now);
        if let Some((_, kind, id)) = due {
            let state = match kind {
                0 => self.state_of(u32::try_from(id).unwrap()),
                2 => "a step".to_owned(),
                _ => "Waiting".to_owned(),
            };
            self.cover("deadline", &state);
        }
        self.watch.at(self.model.now);
        self.model.timeout();
        let said = self.subject.wake(self.turn());
        self.judge("deadline", &said)
    }

    fn tell(&mut self, input: Input) -> Result<(), Broken> {
        let (event, state) = self.name(&input);
        self.cover(&event, &state);
        self.watch.at(self.model.now);
        self.watch.hear(&input);
        self.model.handle(&input);
        let words = self.ladder.is_some().then(|| format!("{input:?}"));
        let said = self.subject.tell(self.turn(), input);
        self.judge(&words.unwrap_or_default(), &said)
    }

    fn judge(&mut self, event: &str, said: &[Output]) -> Result<(), Broken> {
        let expected = std::mem::take(&mut self.model.said);
        if let Some(ladder) = &mut self.ladder {
            let ms = self.model.now.since_start().as_millis();
            writeln!(ladder, "{ms:>8} {event}").unwrap();
            for output in said {
                writeln!(ladder, "{:>12} {output:?}", "->").unwrap();
            }
        }
        self.watch.check(said, &self.subject)?;
        if self.judge == Judge::Watch {
            return Ok(());
        }
        same_words(said, &expected)?;
        self.same_state()
    }

    /// The engine shows what the model has.
    fn same_state(&self) -> Result<(), Broken> {
        for (view, seat) in self.subject.seats().zip(&self.model.seats) {
            let wish = if seat.wishes_calls {
                Wish::Ready
            } else {
                Wish::Away
            };
            let booking = seat.contact.map(|contact| (contact, Epoch(seat.epoch)));
            let right = (seat.setup.seat, seat.state, wish, seat.until, booking);
            let shown = (
                view.seat,
                view.state,
                view.wish,
                view.deadline,
                view.booking,
            );
            if shown != right {
                return Err(format!("model: {shown:?}, should be {right:?}"));
            }
        }
        for queue in &self.model.queues {
            let right = self.model.waiting(queue.queue);
            let waiting = self.subject.engine.waiting(queue.queue);
            let shown: Vec<_> = waiting.map(|one| one.contact).collect();
            if shown != right {
                return Err(format!("model: {shown:?} wait, should be {right:?}"));
            }
        }
        let (due, right) = (self.subject.poll_timeout(), self.model.due());
        if due != right.map(|due| due.0) {
            return Err(format!("model: wakes at {due:?}, should at {right:?}"));
        }
        Ok(())
    }

    fn cover(&mut self, event: &str, state: &str) {
        let key = (event.to_owned(), state.to_owned());
        *self.coverage.entry(key).or_default() += 1;
    }

    fn state_of(&self, seat: u32) -> String {
        let mut seats = self.model.seats.iter();
        let found = seats.find(|one| one.setup.seat.0 == seat);
        found.map_or_else(|| "unknown".to_owned(), |one| format!("{:?}", one.state))
    }

    /// The event and the state that it meets.
    fn name(&self, input: &Input) -> (String, String) {
        let (event, seat, epoch) = match input {
            Input::SeatSignedIn(seat) => ("signed in", seat, None),
            Input::SeatSignedOut(seat) => ("signed out", seat, None),
            Input::SeatReady(seat) => ("ready", seat, None),
            Input::SeatAway(seat) => ("away", seat, None),
            Input::WrapUpDone(seat) => ("wrap-up done", seat, None),
            Input::WrapUpLasts { seat, .. } => ("wrap-up lasts", seat, None),
            Input::Reserved { seat, epoch } => ("reserved", seat, Some(epoch)),
            Input::ReserveRefused { seat, epoch } => ("refused", seat, Some(epoch)),
            Input::Answered { seat, epoch } => ("answered", seat, Some(epoch)),
            Input::Declined { seat, epoch } => ("declined", seat, Some(epoch)),
            Input::TalkEnded { seat, epoch } => ("talk ended", seat, Some(epoch)),
            Input::Arrived(arrival) => return ("arrived".into(), self.stage(arrival.contact)),
            Input::Left(contact) => return ("left".into(), self.stage(*contact)),
            Input::Held { seat, epoch, .. } => ("held", seat, Some(epoch)),
            Input::Parked(contact) => return ("parked".into(), self.stage(*contact)),
            Input::TakeOut(contact) => return ("taken out".into(), self.stage(*contact)),
            Input::Reroute { contact, .. } => return ("rerouted".into(), self.stage(*contact)),
            Input::Reprioritise { contact, .. } => {
                return ("reprioritised".into(), self.stage(*contact));
            }
        };
        let mut seats = self.model.seats.iter();
        let found = seats.find(|one| one.setup.seat == *seat);
        let stale = found.is_some_and(|one| epoch.is_some_and(|epoch| epoch.0 != one.epoch));
        let event = if stale { "earlier epoch" } else { event };
        (event.to_owned(), self.state_of(seat.0))
    }

    fn stage(&self, contact: CallId) -> String {
        let mut contacts = self.model.contacts.iter();
        let Some(found) = contacts.find(|one| one.id == contact) else {
            return "unknown".to_owned();
        };
        let seat = found.seat.map(|seat| self.state_of(seat.0));
        seat.unwrap_or_else(|| "Waiting".to_owned())
    }
}

fn same_words(said: &[Output], expected: &[Output]) -> Result<(), Broken> {
    let is_word = |output: &&Output| !matches!(output, Output::Note(_));
    let words: Vec<_> = said.iter().filter(is_word).collect();
    let mut right: Vec<_> = expected.iter().collect();
    // Two bookings of one event may be said in either order.
    let mut wrong = words.clone();
    wrong.retain(|word| {
        let at = right.iter().position(|other| other == word);
        at.map(|at| right.remove(at)).is_none()
    });
    if wrong.is_empty() && right.is_empty() {
        return Ok(());
    }
    Err(format!("model: said {words:?}, should say {expected:?}"))
}

fn histories() -> impl Strategy<Value = Vec<Transition>> {
    prop::collection::vec(transition::strategy(), EVENTS_MIN..=EVENTS_MAX)
}

fn runner(seed: u64, cases: u32) -> TestRunner {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases,
        failure_persistence: None,
        // Histories are of a fixed length; `shortest` shrinks them better.
        max_shrink_iters: 0,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key))
}

/// Runs histories of one seed; the shortest failing one with its ladder if any fails.
fn run(seed: u64, cases: u32, coverage: &RefCell<Coverage>) -> Result<(), String> {
    let tried = runner(seed, cases).run(&histories(), |transitions| {
        let mut coverage = coverage.borrow_mut();
        let mut history = History::new(None, Judge::Both, seed, &mut coverage);
        history.play(&transitions).map_err(TestCaseError::fail)
    });
    let Err(error) = tried else {
        return Ok(());
    };
    let TestError::Fail(_, transitions) = error else {
        return Err(error.to_string());
    };
    let transitions = shortest(transitions, seed);
    let (broken, ladder) = tell(&transitions, seed);
    let length = transitions.len();
    Err(format!(
        "{}\nseed {seed}, {length} events:\n{ladder}{transitions:#?}",
        broken.unwrap_or_default()
    ))
}

/// Leaves out whatever the failure does not need.
fn shortest(mut transitions: Vec<Transition>, seed: u64) -> Vec<Transition> {
    loop {
        let length = transitions.len();
        for at in (0..length).rev() {
            let mut fewer = transitions.clone();
            fewer.remove(at);
            if tell(&fewer, seed).0.is_some() {
                transitions = fewer;
            }
        }
        if transitions.len() == length {
            return transitions;
        }
    }
}

/// Plays and writes down what happens.
fn tell(transitions: &[Transition], seed: u64) -> (Option<Broken>, String) {
    let mut unused = Coverage::new();
    let mut history = History::new(None, Judge::Both, seed, &mut unused);
    history.ladder = Some(String::new());
    let played = catch_unwind(AssertUnwindSafe(|| history.play(transitions)));
    let broken = played.map_or_else(|_| Some("panic".to_owned()), Result::err);
    (broken, history.ladder.unwrap_or_default())
}

fn parameter(name: &str, unset: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(unset, |text| text.parse().unwrap())
}

/// What must have happened for the histories to say anything.
fn expected_coverage() -> Vec<(String, String)> {
    use SeatState::*;
    let all = [SignedOut, Away, Ready, Reserved, Offered, Talking, WrapUp];
    let mut expected = Vec::new();
    for event in [
        "signed in",
        "signed out",
        "ready",
        "away",
        "wrap-up done",
        "earlier epoch",
    ] {
        expected.extend(all.map(|state| (event, format!("{state:?}"))));
    }
    for event in ["arrived", "left"] {
        let stages = ["unknown", "Waiting", "Reserved", "Offered", "Talking"];
        expected.extend(stages.map(|stage| (event, stage.to_owned())));
    }
    for (event, states) in [
        ("reserved", &["Reserved"][..]),
        ("refused", &["Reserved"]),
        ("answered", &["Offered"]),
        ("declined", &["Offered", "Reserved"]),
        ("talk ended", &["Talking"]),
        (
            "deadline",
            &["Reserved", "Offered", "WrapUp", "Waiting", "a step"],
        ),
        ("held", &["Offered"]),
        ("parked", &["Waiting", "Reserved", "Offered", "Talking"]),
        ("taken out", &["Waiting", "Reserved", "Offered", "Talking"]),
        ("rerouted", &["Waiting", "Reserved", "Offered", "Talking"]),
        (
            "reprioritised",
            &["Waiting", "Reserved", "Offered", "Talking"],
        ),
        ("reload seat", &[""]),
        ("reload queue", &[""]),
    ] {
        expected.extend(states.iter().map(|state| (event, (*state).to_owned())));
    }
    let owned = |(event, state): (&str, String)| (event.to_owned(), state);
    expected.into_iter().map(owned).collect()
}

fn table(coverage: &Coverage) -> String {
    let mut states: Vec<_> = coverage.keys().map(|(_, state)| state).collect();
    states.sort();
    states.dedup();
    let mut table = format!("{:>14}", "");
    for state in &states {
        write!(table, "{state:>11}").unwrap();
    }
    let mut events: Vec<_> = coverage.keys().map(|(event, _)| event).collect();
    events.dedup();
    for event in events {
        write!(table, "\n{event:>14}").unwrap();
        for state in &states {
            let count = coverage.get(&(event.clone(), (*state).clone()));
            let count = count.map_or_else(|| "·".to_owned(), u32::to_string);
            write!(table, "{count:>11}").unwrap();
        }
    }
    table
}

#[test]
fn every_history_ends_as_in_the_model_and_breaks_no_promise() {
    let mut left = parameter("RINGWISE_ACD_HISTORIES", HISTORIES.into());
    let mut seed = parameter("RINGWISE_ACD_SEED", 1);
    let coverage = RefCell::new(Coverage::new());
    while left > 0 {
        let batch = left.min(BATCH.into());
        let cases = u32::try_from(batch).unwrap();
        if let Err(broken) = run(seed, cases, &coverage) {
            panic!("{broken}");
        }
        (left, seed) = (left - batch, seed + 1);
    }
    let coverage = coverage.into_inner();
    let events: u32 = coverage.values().sum();
    println!("{events} events met these states:\n{}", table(&coverage));
    let missing: Vec<_> = expected_coverage()
        .into_iter()
        .filter(|key| !coverage.contains_key(key))
        .collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn every_seeded_fault_is_caught_and_most_by_the_promise_they_break() {
    let mut wrong = Vec::new();
    for (fault, promise) in FAULTS {
        let caught = |judge| {
            let coverage = RefCell::new(Coverage::new());
            let tried = runner_first_failure(fault, judge, &coverage);
            tried.unwrap_or_else(|| "-".to_owned())
        };
        let (both, watch) = (caught(Judge::Both), caught(Judge::Watch));
        println!("{fault:?}\n    with the model: {both}\n    the watch alone: {watch}");
        let label = watch.split_once(':').map_or("", |(label, _)| label);
        if both == "-" || label != promise {
            wrong.push(format!("{fault:?}: {both}; {watch}, expected {promise}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first breach in some histories, not shrunk.
fn runner_first_failure(
    fault: Fault,
    judge: Judge,
    coverage: &RefCell<Coverage>,
) -> Option<Broken> {
    let mut runner = runner(7, 1);
    for number in 0..200 {
        let transitions = histories().new_tree(&mut runner).unwrap().current();
        let mut coverage = coverage.borrow_mut();
        let mut history = History::new(Some(fault), judge, 0, &mut coverage);
        if let Err(broken) = history.play(&transitions) {
            return Some(format!("{broken} (history {number})"));
        }
    }
    None
}

#[test]
fn a_history_replayed_gives_the_same_words() {
    let mut runner = runner(11, 1);
    let transitions = histories().new_tree(&mut runner).unwrap().current();
    assert_eq!(tell(&transitions, 0), tell(&transitions, 0));
    assert_eq!(tell(&transitions, 0).0, None);
}
