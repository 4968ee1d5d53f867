//! Who goes before whom: contacts by priority and arrival, seats by how long they are idle.

use std::cmp::Reverse;

use crate::vocabulary::time::Now;

/// A contact's place. It never changes while the contact lives, so who is offered in vain comes
/// back to exactly where it was. Smaller goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ContactPlace {
    /// Larger priorities go first.
    pub priority: Reverse<i32>,
    /// Then who came earlier.
    pub arrived: Now,
    /// Then who was told of earlier in the same turn; makes each place unique.
    pub number: u64,
}

/// A ready seat's place: smaller is idle for longer and goes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct SeatPlace {
    /// Since when the seat is idle.
    pub since: Now,
    /// Which of the same turn; makes each place unique.
    pub number: u64,
}
