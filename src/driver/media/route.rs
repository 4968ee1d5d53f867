//! Where a leg is, and what waits for it there.

use crate::machine::media::order::Order;
use crate::vocabulary::id::LegId;

/// Where a leg is.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) thread: usize,
    pub(super) port: u16,
    /// Counts openings: the younger leg moves.
    pub(super) age: u64,
    pub(super) moving: Option<Moving>,
    /// A leg on its way to be bridged with this one; what concerns this one waits too.
    pub(super) follows: Option<LegId>,
    pub(super) is_closing: bool,
}

/// A leg on its way to another thread.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) to: usize,
    pub(super) older: LegId,
    pub(super) waiting: Vec<Order>,
}
