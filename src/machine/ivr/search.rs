//! The look-up of a call: asked, awaited, given up.

use std::time::Duration;

use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::prediction::order::Customer;
use crate::vocabulary::time::Now;

/// The look-ups of a call, one at a time.
#[derive(Debug, Default)]
pub struct Search {
    asked: u32,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    lookup: u32,
    key: LookupKey,
    deadline: Now,
    outcome: SearchOutcome,
    used: Used,
}

/// Whether a step has seen how it ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Used {
    No,
    Yes,
}

/// How a look-up stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SearchOutcome {
    /// No answer yet.
    Awaited,
    /// So many orders.
    Found(u32),
    /// None, and why.
    Failed(LookupFailure),
}

impl Search {
    /// Asks ahead of the step that needs the answer.
    pub fn ask(&mut self, journey: &mut Journey, now: Now, key: LookupKey, timeout: Duration) {
        if let Some(current) = &self.current
            && current.outcome == SearchOutcome::Awaited
        {
            let lookup = current.lookup;
            journey.emit(WalkOutput::Forget { lookup });
        }
        self.asked = self.asked.saturating_add(1);
        let lookup = self.asked;
        if let LookupKey::OrderTail(tail) = &key {
            journey.tails.insert(tail.clone());
        }
        journey.emit(WalkOutput::LookUp {
            lookup,
            key: key.clone(),
            timeout,
        });
        self.current = Some(Current {
            lookup,
            key,
            deadline: now + timeout,
            outcome: SearchOutcome::Awaited,
            used: Used::No,
        });
    }

    /// A step needs the answer. It is asked for, unless this very thing was asked and has not
    /// failed, or has failed and no step has seen that.
    pub fn need(&mut self, journey: &mut Journey, now: Now, key: &LookupKey, timeout: Duration) {
        let stands = self.current.as_ref().filter(|current| current.key == *key);
        let stands = stands.is_some_and(|current| {
            current.used == Used::No || !matches!(current.outcome, SearchOutcome::Failed(_))
        });
        if !stands {
            self.ask(journey, now, key.clone(), timeout);
        }
        if let Some(current) = &mut self.current {
            current.used = Used::Yes;
        }
    }

    /// How the look-up of this stands, if it was asked last.
    #[must_use]
    pub fn outcome(&self, key: &LookupKey) -> Option<SearchOutcome> {
        let current = self.current.as_ref().filter(|current| current.key == *key);
        current.map(|current| current.outcome)
    }

    /// An answer has come.
    pub fn handle_answer(
        &mut self,
        journey: &mut Journey,
        lookup: u32,
        result: Result<Customer, LookupFailure>,
    ) {
        let current = self.current.as_mut();
        let awaited = current.filter(|current| {
            current.lookup == lookup && current.outcome == SearchOutcome::Awaited
        });
        let Some(current) = awaited else {
            journey.note(WalkFact::LateAnswer { lookup });
            return;
        };
        let result = result.map(|customer| {
            let orders = u32::try_from(customer.orders.len()).unwrap_or(u32::MAX);
            journey.recognise(customer);
            orders
        });
        current.outcome = match result {
            Ok(orders) => SearchOutcome::Found(orders),
            Err(failure) => SearchOutcome::Failed(failure),
        };
        journey.note(WalkFact::LookedUp { lookup, result });
    }

    /// Awaits the answer no more.
    pub fn give_up(&mut self, journey: &mut Journey) {
        let Some(current) = &mut self.current else {
            return;
        };
        if current.outcome != SearchOutcome::Awaited {
            return;
        }
        let lookup = current.lookup;
        current.outcome = SearchOutcome::Failed(LookupFailure::Timeout);
        journey.emit(WalkOutput::Forget { lookup });
        let result = Err(LookupFailure::Timeout);
        journey.note(WalkFact::LookedUp { lookup, result });
    }

    /// When the answer is awaited no more.
    #[must_use]
    pub fn deadline(&self) -> Option<Now> {
        let current = self.current.as_ref();
        let awaited = current.filter(|current| current.outcome == SearchOutcome::Awaited);
        awaited.map(|current| current.deadline)
    }
}
