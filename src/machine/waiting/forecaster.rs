//! Folds what the distributor does into what waits to expect.
//!
//! Two lines are watched for each contact: its whole queue, and those in it with the same need. Which
//! of the two foretells better depends on how the seats' skills overlap; both are asked, and whoever
//! was wrong less lately weighs more.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::need::Need;
use crate::machine::waiting::accuracy::Foretold;
use crate::machine::waiting::margin::Margin;
use crate::machine::waiting::station::Station;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// How often a seat must have been seen to take a waiting contact before a wait is said.
pub const KNOWN_MIN: u64 = 10;
/// Needs that are told apart in one queue; the contacts of others count in the whole queue only.
pub const NEEDS_MAX: usize = 256;
/// The longest wait that is foretold.
const WAIT_MAX_S: f64 = 86_400.0;
/// What is kept of an old error with each wait.
const ERROR_KEPT: f64 = 0.99;
/// How fast the time a seat takes to answer is learned.
const RING_STEP: f64 = 0.05;

/// What waits to expect.
#[derive(Debug, Default)]
pub struct Forecaster {
    pub(super) queues: BTreeMap<QueueId, Queue>,
    seats: BTreeMap<SeatId, Seat>,
    contacts: BTreeMap<CallId, Contact>,
}

#[derive(Debug, Default)]
struct Seat {
    queues: BTreeSet<QueueId>,
    serves: bool,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) whole: Station,
    needs: BTreeMap<Need, NeedLine>,
    /// Seats that serve it: neither signed out nor away.
    seats: u32,
    pub(super) margin: Margin,
    /// From a seat's first ring to its answer, in seconds.
    pub(super) ring_s: f64,
}

#[derive(Debug)]
struct NeedLine {
    station: Station,
    /// Squared relative errors of the whole queue and of this line, lately.
    errors: (f64, f64),
}

#[derive(Debug)]
struct Contact {
    queue: QueueId,
    need: Need,
    priority: i32,
    place: Place,
    foretold: Option<Guess>,
    /// How long it had waited when it entered, in ms: that was not to be foretold any more.
    before_ms: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Waiting,
    /// A seat has it; at a moment.
    Offered(Now),
}

/// A wait as it was foretold, by either line.
#[derive(Clone, Copy, Debug)]
struct Guess {
    whole_s: f64,
    line_s: Option<f64>,
    told: Foretold,
}

impl Queue {
    pub(super) fn new(now: Now) -> Self {
        Self {
            whole: Station::new(now),
            needs: BTreeMap::new(),
            seats: 0,
            margin: Margin::default(),
            ring_s: 0.0,
        }
    }

    /// Time has passed for every line: a seat comes or goes.
    fn pass_all(&mut self, now: Now) {
        self.whole.pass(now, self.seats);
        for line in self.needs.values_mut() {
            line.station.pass(now, self.seats);
        }
    }

    /// Time has passed, and something happens in both lines of a need.
    fn both(&mut self, now: Now, need: &Need, happens: impl Fn(&mut Station)) {
        let seats = self.seats;
        let line = self.needs.get_mut(need).map(|line| &mut line.station);
        for station in std::iter::once(&mut self.whole).chain(line) {
            station.pass(now, seats);
            happens(station);
        }
    }

    /// Makes a line for this need if there is none and room for one.
    fn open(&mut self, now: Now, need: &Need) {
        if self.needs.len() < NEEDS_MAX && !self.needs.contains_key(need) {
            let line = NeedLine {
                station: Station::new(now),
                errors: (1.0, 1.0),
            };
            self.needs.insert(need.clone(), line);
        }
    }

    /// What to expect behind `ahead` others, `ahead_alike` of whom have the same need.
    fn guess(&self, need: &Need, ahead: u32, ahead_alike: u32) -> Option<Guess> {
        let known = self.seats > 0 && self.whole.known() >= KNOWN_MIN;
        let whole_s = self.whole.expected(ahead, self.seats);
        let several = self.needs.len() > 1;
        let line = self.needs.get(need).filter(|_| several);
        let line = line.filter(|line| line.station.known() >= KNOWN_MIN);
        let line_s = line.map(|line| line.station.expected(ahead_alike, self.seats));
        let mixed = line.zip(line_s).map_or(whole_s, |(line, line_s)| {
            let (whole_error, line_error) = line.errors;
            let trust = whole_error / (whole_error + line_error);
            (line_s - whole_s).mul_add(trust, whole_s)
        });
        let wait_s = mixed + self.ring_s;
        (known && wait_s <= WAIT_MAX_S).then(|| Guess {
            whole_s,
            line_s,
            told: Foretold {
                wait: Duration::from_secs_f64(wait_s.max(0.0)),
                said: self.margin.around(wait_s, ahead),
            },
        })
    }

    fn learn(&mut self, need: &Need, guess: Guess, wait: Duration) {
        self.margin.learn(guess.told.said, wait);
        if let (Some(line), Some(line_s)) = (self.needs.get_mut(need), guess.line_s) {
            let actual = wait.as_secs_f64();
            let error = |foretold: f64| {
                let relative = (foretold + 1.0).ln() - (actual + 1.0).ln();
                relative * relative
            };
            let moved = |old: f64, new: f64| (new - old).mul_add(1.0 - ERROR_KEPT, old);
            line.errors.0 = moved(line.errors.0, error(guess.whole_s));
            line.errors.1 = moved(line.errors.1, error(line_s));
        }
    }
}

impl Forecaster {
    /// Which queues a seat serves from here on.
    pub fn set_seat(&mut self, now: Now, seat: SeatId, queues: impl IntoIterator<Item = QueueId>) {
        let serves = self.seats.get(&seat).is_some_and(|seat| seat.serves);
        self.seat_serves(now, seat, false);
        let queues = queues.into_iter().collect();
        self.seats.entry(seat).or_default().queues = queues;
        self.seat_serves(now, seat, serves);
    }

    /// Takes what the distributor says.
    pub fn take(&mut self, now: Now, fact: &AcdFact) {
        match fact {
            AcdFact::Queued {
                contact,
                queue,
                need,
                priority,
                waited_ms,
                ..
            } => {
                self.enter(now, *contact, (*queue, need, *priority));
                if let Some(contact) = self.contacts.get_mut(contact) {
                    contact.before_ms = *waited_ms;
                }
            }
            AcdFact::Offered {
                contact, waited_ms, ..
            } => self.offered(now, *contact, *waited_ms),
            AcdFact::OfferEnded { contact, .. } => self.back(now, *contact),
            AcdFact::Answered {
                contact, waited_ms, ..
            } => self.answered(now, *contact, *waited_ms),
            AcdFact::Abandoned { contact, .. } => self.gave_up(now, *contact),
            AcdFact::Moved {
                contact,
                queue,
                need,
            } => self.moved(now, *contact, *queue, need),
            AcdFact::SeatChanged { seat, state } => {
                let serves = !matches!(state, SeatState::SignedOut | SeatState::Away);
                self.seat_serves(now, *seat, serves);
            }
            AcdFact::TakenOut { contact, .. } | AcdFact::Parked { contact, .. } => {
                self.taken_out(now, *contact);
            }
            AcdFact::Overflowed { .. }
            | AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::Served { .. } => {}
        }
    }

    /// What was foretold of a contact's wait when it entered; none if too little was known, or if
    /// a seat took it at once.
    #[must_use]
    pub fn foretold(&self, contact: CallId) -> Option<Foretold> {
        let guess = self.contacts.get(&contact)?.foretold?;
        Some(guess.told)
    }

    /// What a waiting contact has still to expect at this position, 1 is next.
    #[must_use]
    pub fn remaining(&self, contact: CallId, position: u32) -> Option<Foretold> {
        let contact = self.contacts.get(&contact)?;
        let queue = self.queues.get(&contact.queue)?;
        let ahead = position.saturating_sub(1);
        let alike = queue.needs.get(&contact.need);
        let alike = alike.map_or(0, |line| line.station.total());
        let share = u64::from(ahead) * u64::from(alike) / u64::from(queue.whole.total().max(1));
        let ahead_alike = u32::try_from(share).unwrap_or(ahead).min(ahead);
        let guess = queue.guess(&contact.need, ahead, ahead_alike)?;
        Some(guess.told)
    }

    /// The queue of a contact that waits, or that a seat is about to take.
    #[must_use]
    pub fn queue_of(&self, contact: CallId) -> Option<QueueId> {
        Some(self.contacts.get(&contact)?.queue)
    }

    /// What one would expect who entered now; none if too little is known or no seat serves.
    #[must_use]
    pub fn on_entry(&self, queue: QueueId, need: &Need, priority: i32) -> Option<Foretold> {
        let guess = self.guess_on_entry(queue, need, priority)?;
        Some(guess.told)
    }

    /// How many seats serve a queue: neither signed out nor away.
    #[must_use]
    pub fn seats_serving(&self, queue: QueueId) -> u32 {
        self.queues.get(&queue).map_or(0, |queue| queue.seats)
    }

    fn enter(&mut self, now: Now, id: CallId, (queue_id, need, priority): (QueueId, &Need, i32)) {
        let queue = self
            .queues
            .entry(queue_id)
            .or_insert_with(|| Queue::new(now));
        queue.open(now, need);
        queue.both(now, need, |_| {});
        let foretold = self.guess_on_entry(queue_id, need, priority);
        if let Some(queue) = self.queues.get_mut(&queue_id) {
            queue.both(now, need, |station| station.enter(priority));
        }
        let contact = Contact {
            queue: queue_id,
            need: need.clone(),
            priority,
            place: Place::Waiting,
            foretold,
            before_ms: 0,
        };
        self.contacts.insert(id, contact);
    }

    fn guess_on_entry(&self, queue: QueueId, need: &Need, priority: i32) -> Option<Guess> {
        let queue = self.queues.get(&queue)?;
        let alike = queue.needs.get(need);
        let alike = alike.map_or(0, |line| line.station.ahead_of(priority));
        queue.guess(need, queue.whole.ahead_of(priority), alike)
    }

    /// A seat that was free when the contact came teaches nothing of waits.
    fn offered(&mut self, now: Now, id: CallId, waited_ms: u64) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let Some(queue) = self.queues.get_mut(&contact.queue) else {
            return;
        };
        let waited_ms = waited_ms.saturating_sub(contact.before_ms);
        if contact.place == Place::Waiting {
            contact.place = Place::Offered(now);
            let priority = contact.priority;
            queue.both(now, &contact.need, |station| {
                station.leave(priority);
                if waited_ms > 0 {
                    station.served();
                }
            });
        }
        if waited_ms == 0 {
            contact.foretold = None;
        }
    }

    fn back(&mut self, now: Now, id: CallId) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let Some(queue) = self.queues.get_mut(&contact.queue) else {
            return;
        };
        if contact.place != Place::Waiting {
            contact.place = Place::Waiting;
            let priority = contact.priority;
            queue.both(now, &contact.need, |station| {
                station.enter(priority);
                station.not_served();
            });
        }
    }

    fn answered(&mut self, now: Now, id: CallId, waited_ms: u64) {
        let Some(contact) = self.contacts.remove(&id) else {
            return;
        };
        let Some(queue) = self.queues.get_mut(&contact.queue) else {
            return;
        };
        if let Place::Offered(since) = contact.place {
            let rang_s = now.since(since).as_secs_f64();
            queue.ring_s = (rang_s - queue.ring_s).mul_add(RING_STEP, queue.ring_s);
        }
        if let Some(guess) = contact.foretold {
            let wait = Duration::from_millis(waited_ms.saturating_sub(contact.before_ms));
            queue.learn(&contact.need, guess, wait);
        }
    }

    fn gave_up(&mut self, now: Now, id: CallId) {
        let Some(contact) = self.contacts.remove(&id) else {
            return;
        };
        let Some(queue) = self.queues.get_mut(&contact.queue) else {
            return;
        };
        queue.both(now, &contact.need, |station| {
            if contact.place == Place::Waiting {
                station.leave(contact.priority);
            }
            station.gave_up();
        });
    }

    /// It leaves without having lost its patience.
    fn taken_out(&mut self, now: Now, id: CallId) {
        let Some(contact) = self.contacts.remove(&id) else {
            return;
        };
        if contact.place == Place::Waiting
            && let Some(queue) = self.queues.get_mut(&contact.queue)
        {
            queue.both(now, &contact.need, |station| {
                station.leave(contact.priority);
            });
        }
    }

    fn moved(&mut self, now: Now, id: CallId, queue_id: QueueId, need: &Need) {
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let waits = contact.place == Place::Waiting;
        let priority = contact.priority;
        if let Some(queue) = self.queues.get_mut(&contact.queue).filter(|_| waits) {
            queue.both(now, &contact.need, |station| station.leave(priority));
        }
        contact.queue = queue_id;
        contact.need = need.clone();
        contact.foretold = None;
        let queue = self.queues.entry(queue_id);
        let queue = queue.or_insert_with(|| Queue::new(now));
        queue.open(now, need);
        if waits {
            queue.both(now, need, |station| station.enter(priority));
        }
    }

    fn seat_serves(&mut self, now: Now, id: SeatId, serves: bool) {
        let seat = self.seats.entry(id).or_default();
        if seat.serves == serves {
            return;
        }
        seat.serves = serves;
        for queue in &seat.queues {
            let queue = self.queues.entry(*queue).or_insert_with(|| Queue::new(now));
            queue.pass_all(now);
            queue.seats = if serves {
                queue.seats + 1
            } else {
                queue.seats.saturating_sub(1)
            };
        }
    }
}
