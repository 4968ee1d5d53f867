//! Folds the facts of a call into its record, live or from the journal.

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::call::message::MessageFact;
use crate::call::promise::CallbackFact;
use crate::call::promise::PromiseEnd;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::call::record::Outcome;
use crate::call::record::Record;
use crate::call::record::Segment;
use crate::call::record::SegmentKind;
use crate::machine::acd::fact::AcdFact;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::vocabulary::time::Wall;

/// Entries kept of each list of a record; later ones are counted in `dropped`.
pub const RECORD_ENTRIES_MAX: usize = 500;

/// Builds a record from the facts of its call, live or from the journal.
#[derive(Clone, Debug)]
pub struct RecordBuilder {
    begun: Now,
    /// What it had lasted in processes before this, in ms.
    before_ms: u64,
    record: Record,
    /// What the current segment is, its start, and the seat concerned.
    open: (SegmentKind, u64, Option<String>),
    answered: bool,
}

impl RecordBuilder {
    /// Starts at the fact that a call arrived; none for any other fact.
    #[must_use]
    pub fn begin(first: &Recorded) -> Option<Self> {
        let (Fact::Arrived(arrived), Some(call)) = (&first.fact, first.call) else {
            return None;
        };
        let record = Record {
            call,
            started: first.wall,
            duration_ms: 0,
            arrived: arrived.clone(),
            outcome: Outcome::Cancelled,
            refused_status: None,
            hung_up: None,
            segments: Vec::new(),
            steps: Vec::new(),
            keys: Vec::new(),
            story: Vec::new(),
            briefing: None,
            queue: None,
            seat: None,
            messages: Vec::new(),
            first_sound_us: None,
            two_way_us: None,
            quality: Vec::new(),
            dropped: 0,
        };
        let open = (SegmentKind::Ivr, 0, None);
        Some(Self {
            begun: first.now,
            before_ms: 0,
            record,
            open,
            answered: false,
        })
    }

    /// The call.
    #[must_use]
    pub const fn call(&self) -> CallId {
        self.record.call
    }

    /// When its INVITE came.
    #[must_use]
    pub const fn started(&self) -> Wall {
        self.record.started
    }

    /// How it began.
    #[must_use]
    pub const fn arrived(&self) -> &Arrived {
        &self.record.arrived
    }

    /// Another process goes on from this turn.
    pub fn resume(&mut self, turn: Turn) {
        let lasted = turn.wall.ms_since(self.record.started);
        self.before_ms = u64::try_from(lasted).unwrap_or(0).max(self.open.1);
        self.begun = turn.now;
    }

    /// Takes the next fact of the call. `names` turns ids into names as they stand at that fact;
    /// names mean the same after a restart.
    pub fn take(&mut self, next: &Recorded, names: &Names) {
        let at_ms = self.ms(next.now);
        match &next.fact {
            Fact::Connected { .. } => self.record.outcome = Outcome::LeftInIvr,
            Fact::Refused { status } => self.refuse(*status),
            Fact::FirstSound { after_us } => self.record.first_sound_us = Some(*after_us),
            Fact::TwoWay { after_us } => self.record.two_way_us = Some(*after_us),
            Fact::Key { key } => self.take_key(at_ms, *key),
            Fact::Walk(fact) => self.take_walk(at_ms, fact),
            Fact::Acd(fact) => self.take_acd(at_ms, fact, names),
            Fact::Handed { briefing, .. } => self.record.briefing = Some((**briefing).clone()),
            Fact::Bridged { seat } => {
                self.record.seat = names.seat(*seat);
                self.record.outcome = Outcome::Served;
                self.switch(at_ms, SegmentKind::Talk, names.seat(*seat));
            }
            Fact::Dialling { .. } => self.switch(at_ms, SegmentKind::Ring, None),
            Fact::NumberAnswered => {
                self.record.outcome = Outcome::Served;
                self.switch(at_ms, SegmentKind::Talk, None);
            }
            Fact::CallOutRefused { .. } | Fact::NumberFailed { .. } => self.fail_number(at_ms),
            Fact::NumberLeft { .. } | Fact::PlaceKept | Fact::SeatLeft { .. } => {
                self.switch(at_ms, SegmentKind::Ivr, None);
            }
            Fact::LeftQueue { .. } => self.leave_queue(at_ms),
            Fact::Callback(fact) => self.take_callback(at_ms, fact),
            Fact::BackInQueue => self.switch(at_ms, SegmentKind::Queue, None),
            Fact::Held { .. } => self.switch(at_ms, SegmentKind::Hold, self.open.2.clone()),
            Fact::Resumed { .. } => self.switch(at_ms, SegmentKind::Talk, self.open.2.clone()),
            Fact::Message(fact) => self.take_message(at_ms, fact),
            Fact::HungUp { by, cause } if self.record.hung_up.is_none() => {
                self.record.hung_up = Some((*by, cause.clone()));
            }
            Fact::LegClosed { party, quality } => {
                if self.has_room(self.record.quality.len()) {
                    self.record.quality.push((*party, *quality));
                }
            }
            Fact::Started { .. }
            | Fact::Released(_)
            | Fact::ReleaseRetired { .. }
            | Fact::Arrived(_)
            | Fact::PromptStopped { .. }
            | Fact::LookupAnswered { .. }
            | Fact::SeatFailed { .. }
            | Fact::SeatTold { .. }
            | Fact::QueueClosed { .. }
            | Fact::WaitTooLong { .. }
            | Fact::StepAsks { .. }
            | Fact::WaitForetold(_)
            | Fact::ReofferRefused { .. }
            | Fact::HungUp { .. }
            | Fact::Closed(_)
            | Fact::Learned { .. }
            | Fact::OrdersTold { .. }
            | Fact::ServiceAnswered { .. }
            | Fact::Fitted { .. }
            | Fact::QueueLearned(_)
            | Fact::TurnedAway { .. }
            | Fact::SeatRegistered { .. }
            | Fact::SeatUnregistered { .. }
            | Fact::SeatUnfit { .. }
            | Fact::SeatFit { .. }
            | Fact::SeatWished { .. }
            | Fact::WorkExtended { .. }
            | Fact::Intervened { .. }
            | Fact::AnswerUnawaited { .. }
            | Fact::Alarm { .. } => {}
        }
    }

    fn leave_queue(&mut self, at_ms: u64) {
        self.record.outcome = Outcome::LeftInIvr;
        self.switch(at_ms, SegmentKind::Ivr, None);
    }

    /// Who is off the line is so all the same.
    fn fail_number(&mut self, at_ms: u64) {
        if self.open.0 != SegmentKind::Away {
            self.switch(at_ms, SegmentKind::Ivr, None);
        }
    }

    fn take_key(&mut self, at_ms: u64, key: char) {
        if self.has_room(self.record.keys.len()) {
            self.record.keys.push((at_ms, key));
        }
    }

    fn take_message(&mut self, at_ms: u64, fact: &MessageFact) {
        let MessageFact::Left(left) = fact else {
            return;
        };
        if self.record.outcome != Outcome::Served {
            self.record.outcome = Outcome::LeftMessage;
        }
        if self.has_room(self.record.messages.len()) {
            self.record.messages.push((at_ms, left.clone()));
        }
    }

    const fn refuse(&mut self, status: u16) {
        self.record.outcome = Outcome::Refused;
        self.record.refused_status = Some(status);
    }

    /// The record as of `now`, with the caller's time summed up.
    #[must_use]
    pub fn close(mut self, now: Now) -> Record {
        let end_ms = self.ms(now);
        self.switch(end_ms, self.open.0, None);
        if self.record.outcome == Outcome::LeftInIvr && self.answered {
            self.record.outcome = Outcome::Contained;
        }
        self.record.duration_ms = end_ms;
        self.record
    }

    /// The record of a call whose process died, as far as the journal knows it.
    #[must_use]
    pub fn close_lost(self, last: Now) -> Record {
        let mut record = self.close(last);
        record.outcome = Outcome::Lost;
        record
    }

    fn take_walk(&mut self, at_ms: u64, fact: &WalkFact) {
        if let WalkFact::Entered { step } = fact {
            if self.has_room(self.record.steps.len()) {
                self.record.steps.push((at_ms, step.clone()));
            }
            return;
        }
        self.answered |= matches!(fact, WalkFact::Answered { .. });
        if self.has_room(self.record.story.len()) {
            self.record.story.push((at_ms, fact.clone()));
        }
    }

    fn take_callback(&mut self, at_ms: u64, fact: &CallbackFact) {
        match fact {
            CallbackFact::Parted { .. } => {
                self.record.outcome = Outcome::NotReached;
                self.switch(at_ms, SegmentKind::Away, None);
            }
            CallbackFact::Missed { .. } => self.switch(at_ms, SegmentKind::Away, None),
            CallbackFact::Answered => self.switch(at_ms, SegmentKind::Ivr, None),
            CallbackFact::Reached => {
                self.record.outcome = Outcome::Abandoned;
                self.switch(at_ms, SegmentKind::Queue, None);
            }
            CallbackFact::Ended(end) => {
                self.record.outcome = match end {
                    PromiseEnd::NotReached | PromiseEnd::Expired | PromiseEnd::Gone => {
                        Outcome::NotReached
                    }
                    PromiseEnd::PhonedAgain => Outcome::PhonedAgain,
                    PromiseEnd::NotWanted => Outcome::Abandoned,
                    PromiseEnd::Withdrawn => Outcome::Withdrawn,
                };
                self.switch(at_ms, SegmentKind::Ivr, None);
            }
            CallbackFact::Promised(_)
            | CallbackFact::Refused(_)
            | CallbackFact::Kept { .. }
            | CallbackFact::Dialled { .. } => {}
        }
    }

    fn take_acd(&mut self, at_ms: u64, fact: &AcdFact, names: &Names) {
        if let AcdFact::Queued { queue, .. } | AcdFact::Moved { queue, .. } = fact {
            self.record.queue = names.queue(*queue);
        }
        // While the caller is off the line, what it is in does not change.
        if self.open.0 == SegmentKind::Away {
            return;
        }
        match fact {
            AcdFact::Queued { .. } => {
                self.record.outcome = Outcome::Abandoned;
                self.switch(at_ms, SegmentKind::Queue, None);
            }
            AcdFact::Offered { seat, .. } => {
                self.switch(at_ms, SegmentKind::Ring, names.seat(*seat));
            }
            AcdFact::TakenOut { .. } => {
                self.record.outcome = Outcome::Withdrawn;
                self.switch(at_ms, SegmentKind::Ivr, None);
            }
            AcdFact::OfferEnded { .. } => self.switch(at_ms, SegmentKind::Queue, None),
            AcdFact::Moved { .. }
            | AcdFact::Overflowed { .. }
            | AcdFact::Answered { .. }
            | AcdFact::Abandoned { .. }
            | AcdFact::Parked { .. }
            | AcdFact::Served { .. }
            | AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::SeatChanged { .. } => {}
        }
    }

    fn switch(&mut self, at_ms: u64, kind: SegmentKind, seat: Option<String>) {
        let (was, start_ms, of) = std::mem::replace(&mut self.open, (kind, at_ms, seat));
        if at_ms == start_ms {
            return;
        }
        if !self.has_room(self.record.segments.len()) {
            if let Some(last) = self.record.segments.last_mut() {
                last.duration_ms += at_ms - start_ms;
            }
            return;
        }
        let segment = Segment {
            kind: was,
            start_ms,
            duration_ms: at_ms - start_ms,
            seat: of,
        };
        self.record.segments.push(segment);
    }

    const fn has_room(&mut self, len: usize) -> bool {
        let room = len < RECORD_ENTRIES_MAX;
        if !room {
            self.record.dropped += 1;
        }
        room
    }

    fn ms(&self, now: Now) -> u64 {
        let here = u64::try_from(now.since(self.begun).as_millis());
        here.unwrap_or(u64::MAX).saturating_add(self.before_ms)
    }
}
