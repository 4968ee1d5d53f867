//! What a call asks of the distributor.

use std::time::Duration;

use crate::machine::acd::need::NamedNeed;
use crate::machine::wait_step::NamedStep;

/// What a call asks of the distributor, by names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// What a seat needs beyond the queue's need.
    pub(super) need: NamedNeed,
    /// Larger goes first.
    pub(super) priority: i32,
    /// How fast it rises, in thousandths of a level a minute; none: as the queue says.
    pub(super) ageing: Option<u32>,
    /// Whom it asks for one after the other; empty: as the queue says.
    pub(super) steps: Vec<NamedStep>,
    /// The longest wait to expect.
    pub(super) expected_max: Option<Duration>,
}
