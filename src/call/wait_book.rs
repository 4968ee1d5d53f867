//! How well waits were foretold, folded from facts.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::call::fact::Fact;
use crate::call::fact::Recorded;
use crate::machine::acd::fact::AcdFact;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::waiting::accuracy::Accuracy;
use crate::machine::waiting::accuracy::Foretold;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::time::Now;

/// How well waits were foretold, by queue.
#[derive(Clone, Debug, Default)]
pub struct WaitBook {
    /// Of waits that began and were answered since the start.
    pub queues: BTreeMap<QueueId, QueueWaits>,
    /// Those that wait.
    waiting: BTreeMap<CallId, Waiting>,
}

/// How well the waits of a queue were foretold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QueueWaits {
    /// What was foretold when they began.
    pub on_entry: Accuracy,
    /// How many of the ranges that callers were told have been put to the test.
    pub said: u64,
    /// How many of these were right.
    pub said_right: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    queue: QueueId,
    /// How long it had waited when it entered, in ms.
    before_ms: u64,
    foretold: Option<Foretold>,
    /// What was told last, and when.
    told: Option<(Now, WaitRange)>,
}

impl WaitBook {
    /// Takes the next fact.
    pub fn take(&mut self, next: &Recorded) {
        let Some(call) = next.call else {
            return;
        };
        if let Fact::Acd(fact) = &next.fact {
            self.take_acd(call, next.now, fact);
        } else if matches!(next.fact, Fact::Closed(_)) {
            self.waiting.remove(&call);
        }
        let Some(waiting) = self.waiting.get_mut(&call) else {
            return;
        };
        if let Fact::WaitForetold(foretold) = &next.fact {
            waiting.foretold = Some(*foretold);
        } else if let Fact::Walk(WalkFact::PlaceTold { wait, .. }) = &next.fact
            && let Some(wait) = wait
        {
            waiting.told = Some((next.now, *wait));
        }
    }

    fn take_acd(&mut self, call: CallId, now: Now, fact: &AcdFact) {
        if let AcdFact::Queued {
            queue, waited_ms, ..
        } = fact
        {
            self.entered(call, *queue, *waited_ms);
        } else if let AcdFact::Moved { queue, .. } = fact {
            let before = self.waiting.get(&call);
            let before_ms = before.map_or(0, |waiting| waiting.before_ms);
            self.entered(call, *queue, before_ms);
        } else if let AcdFact::Answered { waited_ms, .. } = fact {
            self.answered(call, now, *waited_ms);
        } else if matches!(fact, AcdFact::Abandoned { .. }) {
            self.waiting.remove(&call);
        }
    }

    fn entered(&mut self, call: CallId, queue: QueueId, before_ms: u64) {
        let waiting = Waiting {
            queue,
            before_ms,
            foretold: None,
            told: None,
        };
        self.waiting.insert(call, waiting);
    }

    fn answered(&mut self, call: CallId, now: Now, waited_ms: u64) {
        let Some(waiting) = self.waiting.remove(&call) else {
            return;
        };
        let waited = Duration::from_millis(waited_ms.saturating_sub(waiting.before_ms));
        let queue = self.queues.entry(waiting.queue).or_default();
        if let Some(foretold) = waiting.foretold {
            queue.on_entry.take(foretold, waited);
        }
        if let Some((at, said)) = waiting.told {
            queue.said += 1;
            queue.said_right += u64::from(said.contains(now.since(at)));
        }
    }
}
