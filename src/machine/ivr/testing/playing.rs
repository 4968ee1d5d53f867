//! A case being played: the walk on virtual time, its keys, its look-ups answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::press::Press;
use crate::machine::ivr::rehearsal::Rehearsal;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkInput;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::case::Given;
use crate::machine::ivr::testing::case::Outcome;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::written_value;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Wall;

/// A call is over after this, whatever happens.
const LONGEST: Duration = Duration::from_secs(3600);
/// How long a look-up takes unless it fails by its time.
const LOOKUP_TAKES: Duration = Duration::from_millis(50);

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// What happened, in order.
    pub facts: Vec<WalkFact>,
    /// The queue it was handed to last.
    pub queue: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Keys that were listed and never pressed: the call was over.
    pub unpressed: usize,
}

impl Played {
    /// Steps in order.
    pub fn path(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(WalkFact::entered)
    }

    /// Tags in order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(|fact| {
            if let WalkFact::Tagged { tag } = fact {
                return Some(tag.as_str());
            }
            None
        })
    }

    /// Words in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().filter_map(WalkFact::said)
    }
}

/// Plays a case.
#[must_use]
pub fn play(scene: Scene<'_>, script: &Arc<Script>, case: &Case) -> Played {
    let given = &case.given;
    let start = given.at.wall_or_later(scene.zone);
    let first = script.dids.first().map(ToString::to_string);
    let caller = CallerContext {
        number: given.caller.clone(),
        called: given.called.clone().or(first).unwrap_or_default(),
        language: given.language,
    };
    let mut stage = Stage {
        call: Rehearsal::new(scene, Arc::clone(script), caller, start),
        customer: customer(given, start, scene.zone),
        failure: given.orders.as_ref().err().copied(),
        services: given.services.clone(),
        facts: Vec::new(),
        queue: None,
        outcome: None,
    };
    stage.tell(WalkInput::Connected);
    let mut unpressed = 0;
    let mut at_once = false;
    for press in &case.keys.0 {
        if stage.outcome.is_some() {
            unpressed += 1;
            continue;
        }
        if !at_once && !matches!(press, Press::Wait(_)) {
            stage.settle();
        }
        at_once = matches!(press, Press::Wait(_));
        stage.press(*press);
    }
    // Who waits for a seat at last waits on.
    while stage.outcome.is_none() && !stage.call.is_waiting() && stage.go_on(Now::at(LONGEST)) {}
    let waits = stage.call.is_waiting();
    Played {
        outcome: stage.outcome.unwrap_or(if waits {
            Outcome::Queued
        } else {
            Outcome::Open
        }),
        facts: stage.facts,
        queue: stage.queue,
        unpressed,
    }
}

fn customer(given: &Given, start: Wall, zone: &TimeZone) -> Customer {
    let values = |written: &[(String, String)]| {
        let written = written.iter();
        let values = written.filter_map(|(name, cell)| {
            let value = written_value::value(cell, start, zone)?;
            Some((name.clone(), value))
        });
        values.collect()
    };
    let orders = given.orders.iter().flatten().map(|order| Order {
        id: order.id.clone(),
        attributes: values(&order.attributes),
    });
    let orders: Vec<Order> = orders.collect();
    let known = !orders.is_empty() || !given.name.is_empty() || !given.attributes.is_empty();
    Customer {
        id: if known {
            "given".to_owned()
        } else {
            String::new()
        },
        name: given.name.clone(),
        numbers: given.caller.iter().cloned().collect(),
        attributes: values(&given.attributes),
        orders,
    }
}

struct Stage<'s> {
    call: Rehearsal<'s>,
    customer: Customer,
    failure: Option<LookupFailure>,
    /// What services answer yet.
    services: BTreeMap<String, Vec<Result<String, LookupFailure>>>,
    facts: Vec<WalkFact>,
    queue: Option<String>,
    outcome: Option<Outcome>,
}

impl Stage<'_> {
    fn press(&mut self, press: Press) {
        match press {
            Press::Key(key) => {
                self.call.press(key);
                self.take();
            }
            Press::Wait(wait) => {
                let until = self.call.now() + wait;
                while self.go_on(until) {}
            }
            Press::Speak(length) => {
                self.call.speak(length);
                self.take();
            }
            Press::HangUp => self.outcome = Some(Outcome::Left),
            Press::Full
            | Press::Left
            | Press::Talked
            | Press::Closed
            | Press::Long
            | Press::Nobody
            | Press::Next
            | Press::Busy
            | Press::NoAnswer
            | Press::Failed
            | Press::Offered => {
                if let Some(input) = press.of_queue() {
                    self.tell(input);
                }
            }
        }
    }

    fn tell(&mut self, input: WalkInput) {
        self.call.tell(input);
        self.take();
    }

    fn go_on(&mut self, until: Now) -> bool {
        let went = self.outcome.is_none() && self.call.go_on(until);
        self.take();
        went
    }

    /// Goes on until the walk waits for the caller: not while it speaks or looks something up.
    fn settle(&mut self) {
        while self.call.is_busy() && self.go_on(Now::at(LONGEST)) {}
    }

    fn take(&mut self) {
        while let Some((_, output)) = self.call.poll() {
            match output {
                WalkOutput::LookUp { lookup, key, .. } => self.answer(lookup, &key),
                WalkOutput::Enqueue { queue, .. } => self.queue = Some(queue),
                WalkOutput::Hangup => self.outcome = Some(Outcome::HungUp),
                WalkOutput::Note(fact) => self.facts.push(fact),
                WalkOutput::Consult {
                    consult, service, ..
                } => self.serve(consult, &service),
                WalkOutput::Say { .. }
                | WalkOutput::Hush
                | WalkOutput::Waiting(_)
                | WalkOutput::Dial { .. }
                | WalkOutput::CallBack { .. }
                | WalkOutput::TakeMessage { .. }
                | WalkOutput::EndMessage
                | WalkOutput::Unpromise
                | WalkOutput::Forget { .. }
                | WalkOutput::ForgetConsult { .. } => {}
            }
        }
    }

    fn serve(&mut self, consult: u32, service: &str) {
        let result = match self.services.get_mut(service) {
            Some(answers) if answers.len() > 1 => answers.remove(0),
            Some(answers) => answers.first().cloned().unwrap_or(Ok(String::new())),
            None => Err(LookupFailure::Failed),
        };
        // Nobody answers: the walk gives up by itself.
        if result != Err(LookupFailure::Timeout) {
            self.call.serve(consult, result, LOOKUP_TAKES);
        }
    }

    fn answer(&mut self, lookup: u32, key: &LookupKey) {
        let result = match self.failure {
            // Nobody answers: the walk gives up by itself.
            Some(LookupFailure::Timeout) => return,
            Some(failure) => Err(failure),
            None => Ok(found(&self.customer, key)),
        };
        self.call.answer(lookup, result, LOOKUP_TAKES);
    }
}

/// The customer as this key finds them: by their number with all orders, else with those whose id
/// ends in these digits.
fn found(customer: &Customer, key: &LookupKey) -> Customer {
    match key {
        LookupKey::Phone(_) => customer.clone(),
        LookupKey::OrderTail(tail) => {
            let ends = |order: &&Order| {
                let digits = order.id.chars().filter(char::is_ascii_digit);
                digits.collect::<String>().ends_with(tail.as_str())
            };
            let orders: Vec<Order> = customer.orders.iter().filter(ends).cloned().collect();
            if orders.is_empty() {
                return Customer::default();
            }
            Customer {
                orders,
                ..customer.clone()
            }
        }
    }
}
