//! What was learned of a queue's talks and callers, as a restart goes on from it.

use serde::{Deserialize, Serialize};

use crate::machine::acd::patience::Patience;
use crate::machine::acd::pool::Pace;

/// What was learned of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    /// The mean length of its last talks, in minutes.
    pub talk: f64,
    /// Of how many, at most 1,000.
    pub talks: f64,
    /// How long its callers are willing to wait.
    pub patience: Patience,
    /// Of all queues that share its seats.
    pub pace: Pace,
}
