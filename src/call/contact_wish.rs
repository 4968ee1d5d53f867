//! What a call asks of the distributor.

use std::time::Duration;

use crate::machine::acd::surface::Arrival;

/// What a call asks of the distributor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// As the distributor takes it, but for the queue.
    pub(super) arrival: Arrival,
    /// The longest wait to expect.
    pub(super) expected_max: Option<Duration>,
}
