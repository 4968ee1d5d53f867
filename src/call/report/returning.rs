//! Who called again: an answer that was one is not asked for twice.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call::report::account::Account;
use crate::vocabulary::phone_number::PhoneNumber;
use crate::vocabulary::time::Wall;

/// The shorter check, in milliseconds: 24 hours.
pub const SOON_MS: i64 = 24 * 3_600_000;
/// The longer check, in milliseconds: 72 hours.
pub const LATE_MS: i64 = 72 * 3_600_000;

/// Calls that were answered without a person, and how many of their callers called again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Returns {
    /// Calls whose time of checking is over.
    pub checked: u64,
    /// Of them, those whose caller called again in that time.
    pub returned: u64,
}

impl Returns {
    fn take(&mut self, returned: bool) {
        self.checked += 1;
        self.returned += u64::from(returned);
    }
}

/// Every call by its number: who calls again is found here.
#[derive(Clone, Debug, Default)]
pub struct CallBook {
    calls: BTreeMap<PhoneNumber, Vec<(Wall, Option<String>)>>,
    newest: Wall,
}

/// Whether the caller called again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Again {
    /// The time of checking is not over.
    NotYetKnown,
    /// They did not.
    No,
    /// They did.
    Yes,
}

impl CallBook {
    /// Notes a call, in any order.
    pub fn take(&mut self, call: &Account) {
        self.newest = self.newest.max(call.started);
        if let Some(number) = &call.number {
            let order = call.wanted.as_ref().and_then(|wanted| wanted.order.clone());
            let calls = self.calls.entry(number.clone()).or_default();
            calls.push((call.started, order));
        }
    }

    /// Notes how far the log reaches, if no call says so.
    pub fn reaches(&mut self, moment: Wall) {
        self.newest = self.newest.max(moment);
    }

    /// Whether this caller called again within so many milliseconds. A call about another order
    /// is another matter; one that does not say what it is about counts.
    #[must_use]
    pub fn again(&self, call: &Account, within_ms: i64) -> Again {
        let Some(calls) = call.number.as_ref().and_then(|n| self.calls.get(n)) else {
            return Again::NotYetKnown;
        };
        let order = call
            .wanted
            .as_ref()
            .and_then(|wanted| wanted.order.as_deref());
        let same = |other: &Option<String>| match (order, other.as_deref()) {
            (Some(order), Some(other)) => order == other,
            _ => true,
        };
        let came = calls.iter().any(|(at, about)| {
            let after_ms = at.ms_since(call.started);
            after_ms > 0 && after_ms <= within_ms && same(about)
        });
        if came {
            return Again::Yes;
        }
        if self.newest.ms_since(call.started) < within_ms {
            return Again::NotYetKnown;
        }
        Again::No
    }

    /// Counts the call in, if its time of checking is over.
    pub fn check(&self, call: &Account, within_ms: i64, returns: &mut Returns) {
        // Somebody who came back early would count before the others are known.
        if self.newest.ms_since(call.started) < within_ms {
            return;
        }
        match self.again(call, within_ms) {
            Again::NotYetKnown => {}
            Again::No => returns.take(false),
            Again::Yes => returns.take(true),
        }
    }
}
