//! What seats say their last callers wanted: of each call once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::vocabulary::id::CallId;

/// The call that each seat said this of last. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    said: Arc<Mutex<BTreeMap<String, CallId>>>,
}

impl Reasons {
    /// Takes the word of a seat about a call; false if it has given it before.
    #[must_use]
    pub fn take(&self, seat: &str, call: CallId) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert(seat.to_owned(), call) != Some(call)
    }

    /// The word came to nothing: it may be given again.
    pub fn give_back(&self, seat: &str, call: CallId) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.get(seat) == Some(&call) {
            said.remove(seat);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_says_it_once_of_each_call_unless_it_came_to_nothing() {
        let reasons = Reasons::default();
        let [first, second] = [1, 2].map(CallId::from_bits);
        assert!(reasons.take("1001", first));
        assert!(!reasons.take("1001", first));
        assert!(reasons.take("1002", first));
        reasons.give_back("1001", first);
        assert!(reasons.take("1001", first));
        assert!(reasons.take("1001", second));
        reasons.give_back("1001", first);
        assert!(!reasons.take("1001", second));
    }
}
