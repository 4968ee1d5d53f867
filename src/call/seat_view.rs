//! A seat as faces show it.

use serde::Serialize;

use crate::call::call_view::CallView;
use crate::machine::acd::fact::SeatState;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Wall;

/// A seat.
#[derive(Clone, Debug, Serialize)]
pub struct SeatView {
    /// Its id, as it registers.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// What it is now.
    pub state: SeatState,
    /// Since when.
    pub since: Wall,
    /// The call it rings for or talks to.
    pub call: Option<CallId>,
    /// Calls served since the start.
    pub served: u64,
    /// The call that it answered last, as it was then.
    #[serde(skip)]
    pub last: Option<CallView>,
    /// What is wrong with its phone, for which it is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ailment: Option<String>,
    /// Why it is so, in the words of who wished it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The present release does not have it.
    #[serde(skip)]
    pub is_gone: bool,
}

impl SeatView {
    /// A seat of this id and name that nothing is known of yet.
    #[must_use]
    pub fn new((id, name): (&str, &str), since: Wall) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            state: SeatState::SignedOut,
            since,
            call: None,
            served: 0,
            last: None,
            ailment: None,
            reason: None,
            is_gone: false,
        }
    }
}
