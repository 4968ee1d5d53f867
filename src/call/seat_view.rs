//! A seat as faces show it.

use serde::Serialize;

use crate::call::call_view::CallView;
use crate::call::health::Ailment;
use crate::machine::acd::fact::SeatState;
use crate::vocabulary::id::CallId;
use crate::vocabulary::language::Language;
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
    #[serde(flatten)]
    pub ailment: Option<AilmentView>,
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

/// Why a seat gets no calls.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AilmentView {
    #[serde(skip)]
    what: Ailment,
    #[serde(rename = "ailment")]
    told: String,
    #[serde(rename = "ailment_code")]
    code: &'static str,
}

impl AilmentView {
    fn new(what: Ailment, language: Language) -> Self {
        Self {
            what,
            told: what.told(language),
            code: what.code(),
        }
    }
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

    /// The same in the words of a language.
    #[must_use]
    pub fn told(self, language: Language) -> Self {
        let ailment = self.ailment.map(|ailment| ailment.what);
        Self {
            ailment: ailment.map(|what| AilmentView::new(what, language)),
            ..self
        }
    }

    /// What is wrong from here on.
    pub(super) fn ail(&mut self, what: Option<Ailment>) {
        self.ailment = what.map(|what| AilmentView::new(what, Language::English));
    }

    /// Someone wishes it to be so, for this reason.
    pub(super) fn wish(&mut self, state: SeatState, reason: Option<String>) {
        self.reason = reason;
        // The end of after-call work is no wish for calls, nor against them.
        self.wants = state == SeatState::Ready || (self.wants && state == SeatState::WrapUp);
        if state == SeatState::Ready || (state == SeatState::Away && self.calls_itself()) {
            self.ailment = None;
        }
    }

    fn calls_itself(&self) -> bool {
        let what = self.ailment.as_ref().map(|ailment| ailment.what);
        what == Some(Ailment::Calling)
    }

    /// It is in another state. One that is away after a ring, though its person wants calls, is so
    /// because it rang in vain.
    pub(super) fn change(&mut self, state: SeatState, at: Wall) {
        let rang = matches!(self.state, SeatState::Offered | SeatState::Reserved);
        let unwished = rang && state == SeatState::Away && self.wants;
        if unwished && self.ailment.is_none() {
            self.ail(Some(if self.state == SeatState::Reserved {
                Ailment::Unreachable
            } else {
                Ailment::RangInVain
            }));
        }
        if matches!(state, SeatState::Away | SeatState::SignedOut) {
            self.wants = false;
        }
        if state == SeatState::Ready {
            self.wants = true;
        }
        if state == SeatState::SignedOut && self.calls_itself() {
            self.ailment = None;
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
        let shown = |seat: SeatView| serde_json::to_value(seat).unwrap();
        let told = shown(forced.clone());
        assert!(told["ailment"].as_str().unwrap().contains("rang in vain"));
        let told = shown(forced.told(Language::Mandarin));
        assert_eq!(told["ailment"], "坐席连续 2 次振铃未接或拒接");
        assert_eq!(told["ailment_code"], "rang_in_vain");
        let mut wished = seat(false);
        wished.change(SeatState::Away, Wall::from_ms(1));
        assert_eq!(wished.ailment, None);
        assert!(shown(wished).get("ailment").is_none());
        let mut ready = seat(true);
        ready.change(SeatState::Ready, Wall::from_ms(1));
        assert_eq!((ready.ailment, ready.wants), (None, true));
        let mut lossy = seat(true);
        let sound = Some(Ailment::Lossy { percent: 30 });
        lossy.ail(sound);
        lossy.change(SeatState::Away, Wall::from_ms(1));
        assert_eq!(lossy.ailment.map(|ailment| ailment.what), sound);
    }
}
