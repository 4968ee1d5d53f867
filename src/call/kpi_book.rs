//! Counts and times of a period, folded from facts.

use std::collections::BTreeMap;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::promise::CallbackFact;
use crate::call::promise::PromiseEnd;
use crate::call::record::Outcome;
use crate::call::record::Record;
use crate::call::record::SegmentKind;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::report::sums::Sums;
use crate::machine::report::sums::Yardstick;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Wall;

/// A stretch of the calendar: from the first, up to but not including the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    /// Its first moment.
    pub from: Wall,
    /// The first moment after it.
    pub to: Wall,
}

impl Period {
    /// Whether it holds this moment.
    #[must_use]
    pub fn holds(self, moment: Wall) -> bool {
        self.from <= moment && moment < self.to
    }

    /// How much of a stretch lies in it, in ms.
    fn share_ms(self, from: Wall, to: Wall) -> u64 {
        let inside = to.min(self.to).ms_since(from.max(self.from));
        u64::try_from(inside).unwrap_or(0)
    }
}

/// Counts and times of a period, for the centre, by queue and by seat.
#[derive(Clone, Debug)]
pub struct KpiBook {
    period: Period,
    yardstick: Yardstick,
    /// The whole centre.
    pub all: Sums,
    /// By queue.
    pub queues: BTreeMap<QueueId, Sums>,
    /// By seat.
    pub seats: BTreeMap<SeatId, Sums>,
    waiting: BTreeMap<CallId, Wait>,
    /// Those who waited when the process ended.
    left_open: BTreeMap<CallId, Wait>,
    talking: BTreeMap<CallId, Talk>,
    states: BTreeMap<SeatId, Standing>,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    queue: QueueId,
    since: Wall,
    counts: bool,
    has_left: bool,
    rings_since: Option<Wall>,
}

#[derive(Clone, Copy, Debug)]
struct Talk {
    queue: Option<QueueId>,
    seat: SeatId,
    since: Wall,
    holds: bool,
    talk_ms: u64,
    hold_ms: u64,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    state: SeatState,
    since: Wall,
    /// The queue of its last talk: its after-call work counts there.
    queue: Option<QueueId>,
}

impl KpiBook {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(period: Period, yardstick: Yardstick) -> Self {
        Self {
            period,
            yardstick,
            all: Sums::default(),
            queues: BTreeMap::new(),
            seats: BTreeMap::new(),
            waiting: BTreeMap::new(),
            left_open: BTreeMap::new(),
            talking: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    /// A seat stood so before the first fact.
    pub fn begin_seat(&mut self, seat: SeatId, state: SeatState) {
        let standing = Standing {
            state,
            since: self.period.from,
            queue: None,
        };
        self.states.insert(seat, standing);
    }

    /// Takes the next fact.
    pub fn take(&mut self, next: &Recorded) {
        if let Fact::Started { .. } = &next.fact {
            self.restart(next.wall);
        } else if let Fact::Acd(fact) = &next.fact {
            self.take_acd(next.wall, fact);
        } else if let Fact::Closed(record) = &next.fact {
            self.take_record(record);
        }
        let Some(call) = next.call else {
            return;
        };
        if let Fact::Callback(CallbackFact::Kept { .. }) = &next.fact {
            let kept = self.left_open.remove_entry(&call);
            self.waiting.extend(kept);
        } else if let Fact::Callback(CallbackFact::Ended(end)) = &next.fact {
            self.end_promise(next.wall, call, *end);
        } else if let Fact::LeftQueue { .. } = &next.fact {
            if let Some(wait) = self.waiting.get_mut(&call) {
                wait.has_left = true;
            }
        } else if matches!(
            next.fact,
            Fact::QueueClosed { .. } | Fact::WaitTooLong { .. }
        ) {
            // By name: they count for the centre only.
            self.all.refused += u64::from(self.period.holds(next.wall));
        } else if let Fact::Bridged { seat } = &next.fact {
            self.begin_talk(call, *seat, next.wall);
        } else if let Fact::Held { .. } | Fact::Resumed { .. } = &next.fact {
            let holds = matches!(next.fact, Fact::Held { .. });
            if let Some(talk) = self.talking.get_mut(&call) {
                talk.pass(next.wall);
                talk.holds = holds;
            }
        } else if matches!(
            next.fact,
            Fact::SeatLeft { .. } | Fact::HungUp { .. } | Fact::Closed(_)
        ) {
            self.end_talk(call, next.wall);
        }
    }

    /// The period as of `now`: what still goes on counts up to there.
    pub fn finish(&mut self, now: Wall) {
        let seats: Vec<SeatId> = self.states.keys().copied().collect();
        for seat in seats {
            self.pass_seat(seat, now);
        }
        let waiting: Vec<Wait> = self.waiting.values().copied().collect();
        for wait in waiting.into_iter().filter(|wait| wait.counts) {
            self.count(wait.queue, |sums| sums.waiting += 1);
        }
    }

    /// The process ended: who waited or talked then is gone, but for those who are still to be
    /// called back, and seats sign in anew.
    fn restart(&mut self, at: Wall) {
        let seats: Vec<SeatId> = self.states.keys().copied().collect();
        for seat in seats {
            self.pass_seat(seat, at);
        }
        self.states.clear();
        self.left_open = std::mem::take(&mut self.waiting);
        self.talking.clear();
    }

    fn take_acd(&mut self, at: Wall, fact: &AcdFact) {
        match fact {
            AcdFact::Queued {
                contact,
                queue,
                waited_ms,
                ..
            } => self.queued((at, *waited_ms), *contact, *queue),
            AcdFact::Moved { contact, queue, .. } => {
                if let Some(wait) = self.waiting.get_mut(contact) {
                    wait.queue = *queue;
                }
            }
            AcdFact::Offered { contact, .. } => {
                if let Some(wait) = self.waiting.get_mut(contact) {
                    wait.rings_since = Some(at);
                }
            }
            AcdFact::OfferEnded { contact, .. } => {
                if let Some(wait) = self.waiting.get_mut(contact) {
                    wait.rings_since = None;
                }
            }
            AcdFact::Answered {
                contact, waited_ms, ..
            } => self.answered(at, *contact, *waited_ms),
            AcdFact::Abandoned { contact, waited_ms } => self.abandoned(*contact, *waited_ms),
            AcdFact::Overflowed { queue, .. } => {
                if self.period.holds(at) {
                    self.count(*queue, |sums| sums.refused += 1);
                }
            }
            AcdFact::SeatChanged { seat, state } => {
                self.pass_seat(*seat, at);
                let old = self.states.get(seat);
                let standing = Standing {
                    state: *state,
                    since: at,
                    queue: old.and_then(|old| old.queue),
                };
                self.states.insert(*seat, standing);
            }
            AcdFact::TakenOut { contact, .. } => {
                self.end_wait(*contact, |sums| sums.withdrawn += 1);
            }
            AcdFact::Parked { contact, .. } => {
                if let Some(wait) = self.waiting.get_mut(contact) {
                    wait.rings_since = None;
                }
            }
            AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::Served { .. } => {}
        }
    }

    fn queued(&mut self, (at, waited_ms): (Wall, u64), contact: CallId, queue: QueueId) {
        // Who is called back again waits on.
        if let Some(wait) = self.waiting.get_mut(&contact) {
            wait.queue = queue;
            return;
        }
        let counts = self.period.holds(at);
        let before = i64::try_from(waited_ms).unwrap_or(0);
        let wait = Wait {
            queue,
            since: Wall::from_ms(at.as_ms().saturating_sub(before)),
            counts,
            has_left: false,
            rings_since: None,
        };
        self.waiting.insert(contact, wait);
        if counts {
            self.count(queue, |sums| sums.queued += 1);
        }
    }

    fn answered(&mut self, at: Wall, contact: CallId, waited_ms: u64) {
        let Some(wait) = self.waiting.remove(&contact) else {
            return;
        };
        if let Some(talk) = self.talking.get_mut(&contact) {
            talk.queue = Some(wait.queue);
        }
        if !wait.counts {
            return;
        }
        let rang = wait.rings_since.map_or(0, |since| at.ms_since(since));
        let in_target = waited_ms <= self.yardstick.target_ms;
        self.count(wait.queue, |sums| {
            sums.answered += 1;
            sums.answered_in_target += u64::from(in_target);
            sums.wait_answered_ms += waited_ms;
            sums.wait_longest_ms = sums.wait_longest_ms.max(waited_ms);
            sums.ring_answered_ms += u64::try_from(rang).unwrap_or(0);
        });
    }

    fn abandoned(&mut self, contact: CallId, waited_ms: u64) {
        let Some(wait) = self.waiting.remove(&contact).filter(|wait| wait.counts) else {
            return;
        };
        let Yardstick {
            target_ms,
            short_ms,
        } = self.yardstick;
        self.count(wait.queue, |sums| {
            if wait.has_left {
                sums.left += 1;
            } else if waited_ms <= short_ms {
                sums.abandoned_short += 1;
            } else {
                sums.abandoned += 1;
                sums.abandoned_in_target += u64::from(waited_ms <= target_ms);
            }
        });
    }

    /// Who was to be called back is not any more.
    fn end_promise(&mut self, at: Wall, call: CallId, end: PromiseEnd) {
        match end {
            PromiseEnd::NotReached | PromiseEnd::Expired | PromiseEnd::Gone => {
                self.end_wait(call, |sums| sums.not_reached += 1);
            }
            PromiseEnd::NotWanted => {
                let since = self.waiting.get(&call).map_or(at, |wait| wait.since);
                let waited_ms = u64::try_from(at.ms_since(since)).unwrap_or(0);
                self.abandoned(call, waited_ms);
            }
            PromiseEnd::Withdrawn => self.end_wait(call, |sums| sums.withdrawn += 1),
            // It waits on by its next call, which counts from here on.
            PromiseEnd::PhonedAgain => {
                self.end_wait(call, |sums| sums.queued = sums.queued.saturating_sub(1));
            }
        }
    }

    fn end_wait(&mut self, call: CallId, add: impl Fn(&mut Sums)) {
        let wait = self.waiting.remove(&call);
        if let Some(wait) = wait.filter(|wait| wait.counts) {
            self.count(wait.queue, add);
        }
    }

    fn begin_talk(&mut self, call: CallId, seat: SeatId, at: Wall) {
        let talk = Talk {
            queue: self.waiting.get(&call).map(|wait| wait.queue),
            seat,
            since: at,
            holds: false,
            talk_ms: 0,
            hold_ms: 0,
        };
        self.talking.insert(call, talk);
    }

    fn end_talk(&mut self, call: CallId, at: Wall) {
        let Some(mut talk) = self.talking.remove(&call) else {
            return;
        };
        talk.pass(at);
        if let Some(standing) = self.states.get_mut(&talk.seat) {
            standing.queue = talk.queue;
        }
        if !self.period.holds(at) {
            return;
        }
        let add = |sums: &mut Sums| {
            sums.handled += 1;
            sums.talk_ms += talk.talk_ms;
            sums.hold_ms += talk.hold_ms;
        };
        add(self.seats.entry(talk.seat).or_default());
        match talk.queue {
            Some(queue) => self.count(queue, add),
            None => add(&mut self.all),
        }
    }

    /// Time has passed for a seat.
    fn pass_seat(&mut self, seat: SeatId, at: Wall) {
        let Some(standing) = self.states.get_mut(&seat) else {
            return;
        };
        let passed = self.period.share_ms(standing.since, at);
        standing.since = at;
        let (state, queue) = (standing.state, standing.queue);
        let signed_in = state != SeatState::SignedOut;
        let available = matches!(
            state,
            SeatState::Ready | SeatState::Reserved | SeatState::Offered
        );
        let wraps_up = state == SeatState::WrapUp;
        let add = |sums: &mut Sums| {
            sums.signed_in_ms += if signed_in { passed } else { 0 };
            sums.available_ms += if available { passed } else { 0 };
            sums.wrap_up_ms += if wraps_up { passed } else { 0 };
        };
        add(&mut self.all);
        add(self.seats.entry(seat).or_default());
        if let Some(queue) = queue.filter(|_| wraps_up) {
            self.queues.entry(queue).or_default().wrap_up_ms += passed;
        }
    }

    fn take_record(&mut self, record: &Record) {
        if !self.period.holds(record.started) {
            return;
        }
        let entered = !matches!(
            record.outcome,
            Outcome::Cancelled | Outcome::Refused | Outcome::Lost
        );
        let ivr = |kind| kind == SegmentKind::Ivr;
        let alone = record.segments.iter().all(|segment| ivr(segment.kind));
        self.all.calls += u64::from(entered);
        self.all.calls_in_ivr_only += u64::from(entered && alone);
    }

    fn count(&mut self, queue: QueueId, add: impl Fn(&mut Sums)) {
        add(&mut self.all);
        add(self.queues.entry(queue).or_default());
    }
}

impl Talk {
    fn pass(&mut self, at: Wall) {
        let passed = u64::try_from(at.ms_since(self.since)).unwrap_or(0);
        self.since = at;
        if self.holds {
            self.hold_ms += passed;
        } else {
            self.talk_ms += passed;
        }
    }
}
