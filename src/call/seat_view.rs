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
    /// What is wrong with its phone, or how it rang in vain, for which it is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ailment: Option<String>,
    /// Why it is so, in the words of who wished it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its person wished for calls last.
    #[serde(skip)]
    pub wants: bool,
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
            wants: false,
            is_gone: false,
        }
    }

    /// It is in another state. One that is away after a ring, though its person wants calls, is so
    /// because it rang in vain.
    pub(super) fn change(&mut self, state: SeatState, at: Wall) {
        let rang = matches!(self.state, SeatState::Offered | SeatState::Reserved);
        let unwished = rang && state == SeatState::Away && self.wants;
        if unwished && self.ailment.is_none() {
            let text = if self.state == SeatState::Reserved {
                "the seat's phone could not be called"
            } else {
                "the seat rang in vain: it did not answer, or refused, 2 calls in a row"
            };
            self.ailment = Some(text.to_owned());
        }
        if matches!(state, SeatState::Away | SeatState::SignedOut) {
            self.wants = false;
        }
        self.state = state;
        self.since = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(wants: bool) -> SeatView {
        let mut seat = SeatView::new(("1001", ""), Wall::from_ms(0));
        seat.state = SeatState::Offered;
        seat.wants = wants;
        seat
    }

    #[test]
    fn a_seat_that_is_away_against_its_wish_rang_in_vain_and_says_so() {
        let mut forced = seat(true);
        forced.change(SeatState::Away, Wall::from_ms(1));
        assert!(forced.ailment.unwrap().contains("rang in vain"));
        let mut wished = seat(false);
        wished.change(SeatState::Away, Wall::from_ms(1));
        assert_eq!(wished.ailment, None);
        let mut ready = seat(true);
        ready.change(SeatState::Ready, Wall::from_ms(1));
        assert_eq!((ready.ailment, ready.wants), (None, true));
        let mut lossy = seat(true);
        lossy.ailment = Some("sound was lost".to_owned());
        lossy.change(SeatState::Away, Wall::from_ms(1));
        assert_eq!(lossy.ailment.unwrap(), "sound was lost");
    }
}
