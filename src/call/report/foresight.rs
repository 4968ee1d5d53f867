//! What was foreseen since the start, release by release, as a monitoring system wants it: sums that only grow.

use std::collections::BTreeMap;

use crate::call::record::Record;
use crate::call::release_table::RELEASES_MAX;
use crate::call::report::account::Account;
use crate::call::report::calibration::whole;
use crate::call::report::tally;
use crate::vocabulary::id::ReleaseNo;

/// Sums by release, of the newest ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foresight {
    /// By release.
    pub releases: BTreeMap<ReleaseNo, Foreseen>,
}

/// Sums over the closed calls of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Foreseen {
    /// Calls that the centre took.
    pub taken: u64,
    /// Of them, those with a prediction.
    pub foreseen: u64,
    /// Of these, those whose caller said by a key what they wanted.
    pub labelled: u64,
    /// Of these: it was likeliest, among the first three, among the first five.
    pub hits: [u64; 3],
    /// Sum of -ln(probability of what was wanted), in nats.
    pub loss: f64,
    /// Sum of the times from the first option to the key, in seconds.
    pub listened_s: f64,
    /// Of the taken, those answered without a person.
    pub contained: u64,
}

impl Foresight {
    /// Counts a closed call. Of more releases than can be live the oldest go.
    pub fn take(&mut self, record: &Record) {
        let call = Account::of(record);
        if !call.is_taken() {
            return;
        }
        self.releases.entry(call.release).or_default().take(&call);
        while self.releases.len() > RELEASES_MAX {
            self.releases.pop_first();
        }
    }
}

/// The first so many of a ranking in which what was wanted is a hit.
pub const FIRST: [usize; 3] = [1, 3, 5];

impl Foreseen {
    fn take(&mut self, call: &Account) {
        self.taken += 1;
        self.contained += u64::from(call.is_contained());
        self.foreseen += u64::from(call.foreseen.is_some());
        let Some(wanted) = call.wanted.as_ref().filter(|_| call.foreseen.is_some()) else {
            return;
        };
        self.labelled += 1;
        for (hits, first) in self.hits.iter_mut().zip(FIRST) {
            *hits += u64::from(wanted.is_among(first));
        }
        self.loss -= wanted.p.unwrap_or(0.0).max(tally::P_MIN).ln();
        self.listened_s += whole(wanted.listened_ms.unwrap_or(0)) / 1_000.0;
    }
}
