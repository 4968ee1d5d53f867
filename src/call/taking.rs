//! A message that is being left, and how far it is.

use crate::call::message::MessageLeft;
use crate::vocabulary::id::AskId;

/// A message that is being left.
#[derive(Debug)]
pub(super) struct Taking {
    /// The queue whose people it is for.
    pub(super) queue: String,
    /// How far it is.
    pub(super) stretch: Stretch,
}

/// How far it is.
#[derive(Debug)]
pub(super) enum Stretch {
    /// The caller speaks.
    Taping,
    /// What was said is awaited from the media.
    Ended,
    /// It is on its way to the disk.
    Keeping(AskId, Box<MessageLeft>),
    /// The log is to have it before the caller is told.
    Assuring(AskId),
}
