//! Why a look-up, or a question to a service, gave nothing.

use serde::{Deserialize, Serialize};

/// Why a look-up gave nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LookupFailure {
    /// No answer before the deadline.
    #[error("no answer in time")]
    Timeout,
    /// The source failed.
    #[error("the source failed")]
    Failed,
    /// Too many look-ups are in flight.
    #[error("too many look-ups in flight")]
    Busy,
    /// The source has failed so often that it is left alone for a while.
    #[error("the source rests after failures")]
    Resting,
    /// What the source has is too old to be told.
    #[error("the source's data are too old")]
    Stale,
}
