//! What came of a prediction: the label a model learns from.

use std::collections::BTreeMap;

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

/// What the model needs of an order that the caller could have meant.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// The cells it falls into, from the most general to the most special.
    pub cells: Vec<String>,
    /// The weight that the bank's priors give it, in millionths.
    pub weight_ppm: u64,
}

/// What was meant.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Meant {
    /// Which of the orders, by its place among the exposed.
    pub order: usize,
    /// The question's id.
    pub question: String,
    /// How likely the bank's priors held each question about that order, in millionths.
    pub priors_ppm: BTreeMap<String, u64>,
}

/// One call's lesson. It holds all that learning needs: a journal of outcomes, learned again in
/// its order, gives the same model.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The orders that the caller could have meant.
    pub exposed: Vec<Exposure>,
    /// What was meant; none: something else.
    pub meant: Option<Meant>,
}
