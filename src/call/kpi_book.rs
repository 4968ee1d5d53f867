//! Counts and times of a period, folded from facts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::kpi_rows::Period;
use crate::call::kpi_rows::Sliced;
use crate::call::promise::CallbackFact;
use crate::call::promise::PromiseEnd;
use crate::call::record::Names;
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

/// So long after its start a process may still say whose places it keeps.
const KEPT_WITHIN_MS: i64 = 60_000;

/// Counts and times of a period, for the centre, by queue and by seat.
#[derive(Clone, Debug)]
pub struct KpiBook {
    period: Period,
    yardstick: Yardstick,
    /// What was counted.
    pub sums: Sliced,
    /// What ids stand for at present.
    names: Names,
    /// When the newest fact was, and the newest start.
    last: Wall,
    started: Wall,
    /// Calls of the period that have no record yet.
    open: BTreeSet<CallId>,
    waiting: BTreeMap<CallId, Wait>,
    /// Those who waited when the process ended.
    left_open: BTreeMap<CallId, Wait>,
    talking: BTreeMap<CallId, Talk>,
    states: BTreeMap<SeatId, Standing>,
}

#[derive(Clone, Debug)]
struct Wait {
    queue: String,
    /// Within what time it should be answered.
    target_ms: u64,
    since: Wall,
    has_left: bool,
    rings_since: Option<Wall>,
}

#[derive(Clone, Debug)]
struct Talk {
    queue: Option<String>,
    seat: SeatId,
    since: Wall,
    holds: bool,
    talk_ms: u64,
    hold_ms: u64,
}

#[derive(Clone, Debug)]
struct Standing {
    state: SeatState,
    since: Wall,
    /// The queue of its last talk: its after-call work counts there.
    queue: Option<String>,
}

impl KpiBook {
    /// Nothing has happened yet. `intervals` are parts of the period, one after the other.
    #[must_use]
    pub fn new(period: Period, intervals: Vec<Period>, yardstick: Yardstick) -> Self {
        Self {
            period,
            yardstick,
            sums: Sliced::new(period, intervals),
            names: Names::default(),
            last: period.from,
            started: period.from,
            open: BTreeSet::new(),
            waiting: BTreeMap::new(),
            left_open: BTreeMap::new(),
            talking: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    /// What ids stood for, and how seats stood, before the first fact.
    pub fn begin(&mut self, names: Names, seats: impl IntoIterator<Item = (SeatId, SeatState)>) {
        self.names = names;
        for (seat, state) in seats {
            let standing = Standing {
                state,
                since: self.period.from,
                queue: None,
            };
            self.states.insert(seat, standing);
        }
    }

    /// Whether facts from this moment on change nothing any more: the period is over, and whoever
    /// came in it has gone.
    #[must_use]
    pub fn is_done(&self, now: Wall) -> bool {
        let counts = |wait: &Wait| self.period.holds(wait.since);
        // A process says at its start whose places it keeps.
        let may_be_kept = now.ms_since(self.started) < KEPT_WITHIN_MS;
        let over = now >= self.period.to && self.open.is_empty();
        over && !self.waiting.values().any(counts)
            && !(may_be_kept && self.left_open.values().any(counts))
    }

    /// Takes the next fact.
    pub fn take(&mut self, next: &Recorded) {
        if let Fact::Started { .. } = &next.fact {
            self.restart();
            self.started = next.wall;
        }
        if let Some(names) = next.fact.names() {
            self.names = names.clone();
        }
        self.last = self.last.max(next.wall);
        if let Fact::Acd(fact) = &next.fact {
            self.take_acd(next.wall, fact);
        } else if let Fact::Closed(record) = &next.fact {
            self.take_record(record);
            self.open.remove(&record.call);
        }
        let Some(call) = next.call else {
            return;
        };
        if let Fact::Arrived(_) = &next.fact {
            if self.period.holds(next.wall) {
                self.open.insert(call);
            }
        } else if let Fact::Callback(CallbackFact::Kept { .. }) = &next.fact {
            let kept = self.left_open.remove_entry(&call);
            if kept
                .as_ref()
                .is_some_and(|(_, wait)| self.period.holds(wait.since))
            {
                self.open.insert(call);
            }
            self.waiting.extend(kept);
        } else if let Fact::Callback(CallbackFact::Ended(end)) = &next.fact {
            self.end_promise(next.wall, call, *end);
        } else if let Fact::LeftQueue { .. } = &next.fact {
            if let Some(wait) = self.waiting.get_mut(&call) {
                wait.has_left = true;
            }
        } else if let Fact::QueueClosed { queue } | Fact::WaitTooLong { queue, .. } = &next.fact {
            self.count(next.wall, queue, |sums| sums.refused += 1);
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
        let waiting: Vec<Wait> = self.waiting.values().cloned().collect();
        for wait in waiting {
            self.count(wait.since, &wait.queue, |sums| sums.waiting += 1);
        }
        self.cut_off();
    }

    /// Those who waited when the process ended, and are not kept by the next one, are gone.
    fn cut_off(&mut self) {
        for wait in std::mem::take(&mut self.left_open).into_values() {
            self.count(wait.since, &wait.queue, |sums| sums.cut_off += 1);
        }
    }

    /// The process ended: who waited or talked then is gone, but for those who are still to be
    /// called back, and seats sign in anew.
    fn restart(&mut self) {
        let seats: Vec<SeatId> = self.states.keys().copied().collect();
        // Nobody was there between the last that was known and the start.
        for seat in seats {
            self.pass_seat(seat, self.last);
        }
        self.states.clear();
        self.cut_off();
        self.open.clear();
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
                let (name, target_ms) = (self.queue(*queue), self.target_ms(*queue));
                if let Some(wait) = self.waiting.get_mut(contact) {
                    (wait.queue, wait.target_ms) = (name, target_ms);
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
                let name = self.queue(*queue);
                self.count(at, &name, |sums| sums.refused += 1);
            }
            AcdFact::SeatChanged { seat, state } => {
                self.pass_seat(*seat, at);
                let old = self.states.get(seat);
                let standing = Standing {
                    state: *state,
                    since: at,
                    queue: old.and_then(|old| old.queue.clone()),
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
        let (queue, target_ms) = (self.queue(queue), self.target_ms(queue));
        // Who is called back again waits on.
        if let Some(wait) = self.waiting.get_mut(&contact) {
            (wait.queue, wait.target_ms) = (queue, target_ms);
            return;
        }
        // Who was promised to be called back entered long ago, maybe before the period.
        let before = i64::try_from(waited_ms).unwrap_or(0);
        let since = Wall::from_ms(at.as_ms().saturating_sub(before));
        self.count(since, &queue, |sums| sums.queued += 1);
        let wait = Wait {
            queue,
            target_ms,
            since,
            has_left: false,
            rings_since: None,
        };
        self.waiting.insert(contact, wait);
    }

    fn answered(&mut self, at: Wall, contact: CallId, waited_ms: u64) {
        let Some(wait) = self.waiting.remove(&contact) else {
            return;
        };
        let rang = wait.rings_since.map_or(0, |since| at.ms_since(since));
        let in_target = waited_ms <= wait.target_ms;
        self.count(wait.since, &wait.queue, |sums| {
            sums.answered += 1;
            sums.answered_in_target += u64::from(in_target);
            sums.wait_answered_ms += waited_ms;
            sums.wait_longest_ms = sums.wait_longest_ms.max(waited_ms);
            sums.ring_answered_ms += u64::try_from(rang).unwrap_or(0);
        });
        if let Some(talk) = self.talking.get_mut(&contact) {
            talk.queue = Some(wait.queue);
        }
    }

    fn abandoned(&mut self, contact: CallId, waited_ms: u64) {
        let Some(wait) = self.waiting.remove(&contact) else {
            return;
        };
        let (target_ms, short_ms) = (wait.target_ms, self.yardstick.short_ms);
        self.count(wait.since, &wait.queue, |sums| {
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
        if let Some(wait) = self.waiting.remove(&call) {
            self.count(wait.since, &wait.queue, add);
        }
    }

    fn begin_talk(&mut self, call: CallId, seat: SeatId, at: Wall) {
        let talk = Talk {
            queue: self.waiting.get(&call).map(|wait| wait.queue.clone()),
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
            standing.queue.clone_from(&talk.queue);
        }
        let seat = self.seat(talk.seat);
        let add = |sums: &mut Sums| {
            sums.handled += 1;
            sums.talk_ms += talk.talk_ms;
            sums.hold_ms += talk.hold_ms;
        };
        for rows in self.sums.at(at) {
            add(&mut rows.all);
            add(rows.seat(&seat));
            if let Some(queue) = &talk.queue {
                add(rows.queue(queue));
            }
        }
    }

    /// Time has passed for a seat.
    fn pass_seat(&mut self, seat: SeatId, at: Wall) {
        let name = self.seat(seat);
        let Some(standing) = self.states.get_mut(&seat) else {
            return;
        };
        let since = std::mem::replace(&mut standing.since, at);
        let state = standing.state;
        let signed_in = state != SeatState::SignedOut;
        let available = matches!(
            state,
            SeatState::Ready | SeatState::Reserved | SeatState::Offered
        );
        let wraps_up = state == SeatState::WrapUp;
        let queue = standing.queue.as_ref().filter(|_| wraps_up);
        for (passed, rows) in self.sums.over(since, at) {
            let add = |sums: &mut Sums| {
                sums.signed_in_ms += if signed_in { passed } else { 0 };
                sums.available_ms += if available { passed } else { 0 };
                sums.wrap_up_ms += if wraps_up { passed } else { 0 };
            };
            add(&mut rows.all);
            add(rows.seat(&name));
            if let Some(queue) = queue {
                rows.queue(queue).wrap_up_ms += passed;
            }
        }
    }

    fn take_record(&mut self, record: &Record) {
        let entered = !matches!(
            record.outcome,
            Outcome::Cancelled | Outcome::Refused | Outcome::Lost
        );
        let ivr = |kind| kind == SegmentKind::Ivr;
        let alone = record.segments.iter().all(|segment| ivr(segment.kind));
        for rows in self.sums.at(record.started) {
            rows.all.calls += u64::from(entered);
            rows.all.calls_in_ivr_only += u64::from(entered && alone);
        }
    }

    /// What happened to a contact that came at this moment.
    fn count(&mut self, at: Wall, queue: &str, add: impl Fn(&mut Sums)) {
        for rows in self.sums.at(at) {
            add(&mut rows.all);
            add(rows.queue(queue));
        }
    }

    fn queue(&self, id: QueueId) -> String {
        let name = self.names.queue(id);
        name.unwrap_or_else(|| format!("queue {}", id.0))
    }

    fn target_ms(&self, id: QueueId) -> u64 {
        self.yardstick.target_of(self.names.target_ms(id))
    }

    fn seat(&self, id: SeatId) -> String {
        let name = self.names.seat(id);
        name.unwrap_or_else(|| format!("seat {}", id.0))
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
