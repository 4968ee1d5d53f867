//! A promise to call back that the last process left open.

use crate::call::promise::Promise;
use crate::call::record_builder::RecordBuilder;
use crate::vocabulary::time::Now;

/// A promise that the last process left open.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// The call's record so far.
    pub record: RecordBuilder,
    /// What was promised.
    pub promise: Promise,
    /// When the call's last fact was written, by that process's clock.
    pub last: Now,
}
