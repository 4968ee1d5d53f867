//! A piece of speech to be heard.

use std::time::Duration;

use crate::vocabulary::id::PromptId;

/// A piece of speech to be heard, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fragment {
    /// A recording and its length.
    Prompt(PromptId, Duration),
    /// A pause, in whole frames of 20 ms.
    Silence(Duration),
    /// Words that nobody has recorded: for the speech command.
    Unrecorded(String),
}
