//! What a call asks of the distributor.

use std::time::Duration;

use crate::machine::acd::need::NamedNeed;
use crate::machine::acd::surface::Arrival;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::time::Wall;

/// What a call asks of the distributor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// As the distributor takes it, but for the queue.
    pub(super) arrival: Arrival,
    /// The longest wait to expect.
    pub(super) expected_max: Option<Duration>,
}

/// The same in names that mean the same after a restart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedWish {
    pub(super) need: NamedNeed,
    pub(super) priority: i32,
    pub(super) ageing: Option<u32>,
    pub(super) steps: Vec<NamedStep>,
    /// Since when it waits.
    pub(super) since: Wall,
}

impl NamedWish {
    /// A wish for anybody, from now on.
    pub(super) fn now(since: Wall) -> Self {
        Self {
            need: NamedNeed::default(),
            priority: 0,
            ageing: None,
            steps: Vec::new(),
            since,
        }
    }
}
