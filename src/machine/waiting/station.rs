//! Contacts that wait together, and how fast they move.
//!
//! What is learned is how often a second a seat that serves takes one of them while there is one to
//! take, and how often a second one of them gives up. A contact that finds a free seat teaches
//! nothing: it did not wait for one.

use std::collections::BTreeMap;

use crate::machine::waiting::queue_length::expected_wait;
use crate::machine::waiting::tempo::Tempo;
use crate::vocabulary::time::Now;

/// How often a seat is taken to take a contact before one was seen to: every three minutes.
const SERVICE_PRIOR_S: f64 = 180.0;
/// After what time a contact is taken to give up before one was seen to.
const PATIENCE_PRIOR_S: f64 = 900.0;

/// Contacts that wait together.
#[derive(Clone, Debug)]
pub struct Station {
    /// How many wait, by priority.
    waiting: BTreeMap<i32, u32>,
    total: u32,
    service: Tempo,
    patience: Tempo,
    seen: Now,
}

impl Station {
    /// Nobody waits and nothing is known.
    #[must_use]
    pub fn new(now: Now) -> Self {
        Self {
            waiting: BTreeMap::new(),
            total: 0,
            service: Tempo::new(SERVICE_PRIOR_S),
            patience: Tempo::new(PATIENCE_PRIOR_S),
            seen: now,
        }
    }

    /// Time has passed up to `now` in which so many seats served.
    pub fn pass(&mut self, now: Now, seats: u32) {
        let seconds = now.since(self.seen).as_secs_f64();
        self.seen = now;
        if self.total > 0 {
            self.service.pass(seconds, f64::from(seats));
            self.patience.pass(seconds, f64::from(self.total));
        }
    }

    /// One more waits.
    pub fn enter(&mut self, priority: i32) {
        *self.waiting.entry(priority).or_default() += 1;
        self.total += 1;
    }

    /// One waits no more.
    pub fn leave(&mut self, priority: i32) {
        if let Some(count) = self.waiting.get_mut(&priority) {
            *count -= 1;
            if *count == 0 {
                self.waiting.remove(&priority);
            }
            self.total = self.total.saturating_sub(1);
        }
    }

    /// A seat that became free took one that waited.
    pub fn served(&mut self) {
        self.service.count();
    }

    /// What a seat took came back: it was not served.
    pub fn not_served(&mut self) {
        self.service.take_back();
    }

    /// One that waited gave up.
    pub fn gave_up(&mut self) {
        self.patience.count();
    }

    /// How many wait.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// How many go before one that comes now with this priority.
    #[must_use]
    pub fn ahead_of(&self, priority: i32) -> u32 {
        let before = self.waiting.range(priority..);
        before.map(|(_, count)| count).sum()
    }

    /// How many times a seat was seen to take one that waited.
    #[must_use]
    pub const fn known(&self) -> u64 {
        self.service.seen()
    }

    /// How fast seats take those that wait, and how fast they give up.
    #[must_use]
    pub fn paces(&self) -> (Tempo, Tempo) {
        (self.service.clone(), self.patience.clone())
    }

    /// As fast as was learned before.
    pub fn resume(&mut self, (service, patience): (Tempo, Tempo)) {
        (self.service, self.patience) = (service, patience);
    }

    /// Expected seconds behind so many others, with so many seats.
    #[must_use]
    pub fn expected(&self, ahead: u32, seats: u32) -> f64 {
        let drain = self.service.rate() * f64::from(seats);
        expected_wait(ahead, drain, self.patience.rate())
    }
}
