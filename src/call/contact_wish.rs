//! What a call asks of the distributor.

use std::collections::BTreeMap;
use std::time::Duration;

/// What a call asks of the distributor, by names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    /// Skills and least levels beyond the queue's need.
    pub(super) need: BTreeMap<String, u8>,
    /// Larger goes first.
    pub(super) priority: i32,
    /// The longest wait to expect.
    pub(super) expected_max: Option<Duration>,
}
