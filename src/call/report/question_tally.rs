//! Counts of one question.

use serde::Serialize;

use crate::call::report::account::Wanted;

/// How a question fared.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QuestionTally {
    /// Callers who wanted it and said so by a key.
    pub wanted: u64,
    /// Of them, those for whom it was held to be likeliest.
    pub hit_1: u64,
    /// Or among the first three.
    pub hit_3: u64,
    /// Or among the first five.
    pub hit_5: u64,
    /// Sum of their listening, in milliseconds.
    pub listened_ms: u64,
    /// Answers that were given.
    pub answered: u64,
    /// Of them, those that were heard to the end.
    pub heard_out: u64,
    /// Callers who wanted it and then waited for a person.
    pub to_a_person: u64,
    /// Callers who were answered without a person and called again within 72 hours.
    pub returned: u64,
}

impl QuestionTally {
    /// Counts a caller who wanted it.
    pub fn take(&mut self, wanted: &Wanted, queued: bool) {
        self.wanted += 1;
        self.hit_1 += u64::from(wanted.is_among(1));
        self.hit_3 += u64::from(wanted.is_among(3));
        self.hit_5 += u64::from(wanted.is_among(5));
        self.listened_ms += wanted.listened_ms.unwrap_or(0);
        self.to_a_person += u64::from(queued);
    }
}

impl Wanted {
    /// Whether it was among the first so many of the prediction.
    #[must_use]
    pub fn is_among(&self, first: usize) -> bool {
        self.place.is_some_and(|place| place <= first)
    }
}
