//! A promise to call back, under way.

use crate::call::promise::Promise;
use crate::call::ringing::Ringing;
use crate::vocabulary::id::AskId;

/// How a call that is called back lost its place in the line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lapse {
    /// The queue took no more.
    Full,
    /// A supervisor took it out.
    TakenOut,
}

/// A promise under way.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) promise: Promise,
    /// Until the log has it.
    pub(super) asked: Option<AskId>,
    /// The seat that is held meanwhile.
    pub(super) held: Option<Ringing>,
    /// Whether the distributor has it.
    pub(super) in_line: bool,
    /// A later call of its number was promised the same: it is over once its customer is off the
    /// line.
    pub(super) yields: bool,
    pub(super) said: u8,
}

impl Kept {
    pub(super) const fn new(promise: Promise, asked: Option<AskId>) -> Self {
        Self {
            promise,
            asked,
            held: None,
            in_line: true,
            yields: false,
            said: 0,
        }
    }
}
