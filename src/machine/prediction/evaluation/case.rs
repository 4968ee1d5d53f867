//! A call whose question is known.

use jiff::tz::TimeZone;

use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::outcome::Asked;
use crate::machine::prediction::outcome::Outcome;
use crate::vocabulary::time::Wall;

/// A call whose question is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Who called.
    pub customer: Customer,
    /// When.
    pub at: Wall,
    /// What they asked.
    pub asked: Asked,
}

impl Case {
    /// What the call teaches. A question that the bank does not have is something else.
    #[must_use]
    pub fn outcome(&self, bank: &Bank) -> Outcome {
        let known = match &self.asked {
            Asked::Question { question, .. } => bank.question(question).is_some(),
            Asked::SomethingElse => true,
        };
        let asked = if known {
            &self.asked
        } else {
            &Asked::SomethingElse
        };
        Outcome::of(bank, &self.customer, self.at, &TimeZone::UTC, asked)
    }
}
