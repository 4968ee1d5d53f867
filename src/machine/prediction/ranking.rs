//! Questions by probability.

use serde::{Deserialize, Serialize};

/// One thing the caller may want: a question about an order, or about none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Id of the order it is about; none for a question about the caller.
    pub order: Option<String>,
    /// Id of the question.
    pub question: String,
    /// Its probability, 0 to 1.
    pub p: f64,
}

/// A distribution over questions and "something else"; it sums to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// Likeliest first; equal ones in the order of the customer's orders and of the bank.
    pub choices: Vec<Choice>,
    /// The probability that the caller wants something else, 0 to 1.
    pub other: f64,
}

impl Ranking {
    /// Nothing is known: the caller wants something else.
    #[must_use]
    pub const fn unknown() -> Self {
        Self {
            choices: Vec::new(),
            other: 1.0,
        }
    }

    /// A ranking in the form of a briefing; what is left to 1 is something else.
    #[must_use]
    pub fn of(told: &[(Option<String>, String, f64)]) -> Self {
        let choices = told.iter().map(|(order, question, p)| Choice {
            order: order.clone(),
            question: question.clone(),
            p: *p,
        });
        let choices: Vec<Choice> = choices.collect();
        let likely: f64 = choices.iter().map(|choice| choice.p).sum();
        Self {
            choices,
            other: (1.0 - likely).max(0.0),
        }
    }

    /// The first `most` choices in the form of a briefing.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<(Option<String>, String, f64)> {
        let first = self.choices.iter().take(most);
        first
            .map(|choice| (choice.order.clone(), choice.question.clone(), choice.p))
            .collect()
    }
}
