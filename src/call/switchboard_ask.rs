//! Which call awaits which answer of the world.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::vocabulary::id::AskId;
use crate::vocabulary::id::CallId;

/// Questions whose answers can still be told apart; the oldest is forgotten for one more, and its
/// answer counted as awaited by nobody.
const ASKS_MAX: usize = 100_000;

/// Questions by call. A question that its call has given up stays until it is answered, so that a
/// late answer is told of its call, but no longer than the call: an answer may be lost, and what
/// waits for it must not stay for ever.
#[derive(Debug, Default)]
pub struct Asks {
    calls: BTreeMap<AskId, CallId>,
    of_call: BTreeSet<(CallId, AskId)>,
}

impl Asks {
    /// A call has asked this.
    pub fn add(&mut self, ask: AskId, call: CallId) {
        if self.calls.len() >= ASKS_MAX
            && let Some((oldest, asker)) = self.calls.pop_first()
        {
            self.of_call.remove(&(asker, oldest));
        }
        self.calls.insert(ask, call);
        self.of_call.insert((call, ask));
    }

    /// The answer has come: whose question was it?
    pub fn take(&mut self, ask: AskId) -> Option<CallId> {
        let call = self.calls.remove(&ask)?;
        self.of_call.remove(&(call, ask));
        Some(call)
    }

    /// The call is closed: nobody waits for its answers.
    pub fn close(&mut self, call: CallId) {
        let (first, last) = (AskId::from_bits(0), AskId::from_bits(u64::MAX));
        let own = self.of_call.range((call, first)..=(call, last));
        let own: Vec<_> = own.copied().collect();
        for (call, ask) in own {
            self.of_call.remove(&(call, ask));
            self.calls.remove(&ask);
        }
    }

    /// Whether no answer is awaited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(bits: u64) -> AskId {
        AskId::from_bits(bits)
    }

    #[test]
    fn a_closed_call_leaves_no_question_behind() {
        let (one, other) = (CallId::from_bits(1), CallId::from_bits(2));
        let mut asks = Asks::default();
        for (at, call) in [one, other, one].into_iter().enumerate() {
            asks.add(ask(at as u64), call);
        }
        assert_eq!(asks.take(ask(2)), Some(one));
        asks.close(one);
        assert_eq!(asks.take(ask(0)), None);
        assert_eq!(asks.take(ask(1)), Some(other));
        assert!(asks.is_empty() && asks.of_call.is_empty());
    }

    #[test]
    fn past_the_limit_the_oldest_question_is_forgotten() {
        let call = CallId::from_bits(1);
        let mut asks = Asks::default();
        for at in 0..=ASKS_MAX as u64 {
            asks.add(ask(at), call);
        }
        assert_eq!(asks.take(ask(0)), None);
        assert_eq!(asks.take(ask(1)), Some(call));
        assert_eq!(asks.calls.len(), asks.of_call.len());
    }
}
