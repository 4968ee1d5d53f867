//! What came of a prediction: the label a model learns from.

use serde::{Deserialize, Serialize};

/// What the caller wanted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// This question, about this order if it is about one.
    Question {
        /// Id of the order.
        order: Option<String>,
        /// Id of the question.
        question: String,
    },
    /// None of what was read.
    SomethingElse,
}

/// What the model needs of one order to learn: the cells it falls into and its weight at the start.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// The cells, from the most general to the most special.
    pub cells: Vec<String>,
    /// The weight that the bank's priors give the order, in millionths.
    pub weight_ppm: u64,
}

/// One call's lesson. It holds all that learning needs: a journal of outcomes, learned again in
/// its order, gives the same model.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The orders that the caller could have meant.
    pub exposed: Vec<Exposure>,
    /// Which of `exposed` was meant, and the question; none: something else.
    pub asked: Option<(usize, String)>,
}
