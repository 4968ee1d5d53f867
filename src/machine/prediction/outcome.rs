//! What came of a prediction: the label a model learns from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::machine::prediction::learning::observation::Observation;
use crate::vocabulary::time::Wall;

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
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// The cells it falls into, from the most general to the most special.
    pub cells: Vec<String>,
    /// The weight that the bank's priors give it, in millionths.
    pub weight_ppm: u64,
    /// What is seen of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: Observation,
    /// The weight that the bank's priors give each question about it, in millionths, in the order of
    /// [`Outcome::questions`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights_ppm: Vec<u64>,
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
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// When the call was predicted.
    #[serde(default)]
    pub at: Wall,
    /// The questions that the bank had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// The orders that the caller could have meant.
    pub exposed: Vec<Exposure>,
    /// What was meant; none: something else.
    pub meant: Option<Meant>,
}
