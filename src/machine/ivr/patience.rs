//! How long a step waits for keys.

use std::time::Duration;

/// How long and how often a caller is waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// From the end of the words, or from a digit, to the next key.
    pub key_timeout: Duration,
    /// How many silences and wrong keys are answered by saying it again.
    pub retries: u32,
}
