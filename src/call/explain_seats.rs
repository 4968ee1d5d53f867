//! How seats stood while a call waited, and which of them could have helped.

use std::collections::BTreeMap;

use crate::call::record::Names;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::need::Clause;
use crate::machine::acd::need::Need;
use crate::machine::acd::skill::Capability;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Wall;

#[derive(Clone, Copy, Debug)]
struct SeatNow {
    state: SeatState,
    /// Since when it has been free, until it talks.
    ready_since: Option<Wall>,
}

/// All seats at one moment of the story.
#[derive(Clone, Debug)]
pub struct SeatsThen(BTreeMap<SeatId, SeatNow>);

impl SeatsThen {
    /// As they stood at the beginning.
    #[must_use]
    pub fn new(seats: BTreeMap<SeatId, SeatState>) -> Self {
        let since = |state| SeatNow {
            state,
            ready_since: None,
        };
        let seats = seats.into_iter();
        Self(seats.map(|(seat, state)| (seat, since(state))).collect())
    }

    /// One stands otherwise.
    pub fn change(&mut self, at: Wall, seat: SeatId, state: SeatState) {
        let known = self.0.get(&seat).and_then(|now| now.ready_since);
        let ready_since = match state {
            SeatState::Ready => Some(at),
            SeatState::Reserved | SeatState::Offered => known,
            SeatState::SignedOut | SeatState::Away | SeatState::Talking | SeatState::WrapUp => None,
        };
        self.0.insert(seat, SeatNow { state, ready_since });
    }

    /// How one stands.
    #[must_use]
    pub fn state(&self, seat: SeatId) -> SeatState {
        let now = self.0.get(&seat);
        now.map_or(SeatState::SignedOut, |now| now.state)
    }

    /// Those that are free.
    pub fn ready(&self) -> impl Iterator<Item = SeatId> {
        let ready = self.0.iter();
        let ready = ready.filter(|(_, now)| now.state == SeatState::Ready);
        ready.map(|(seat, _)| *seat)
    }

    /// How long a seat had been free when it was booked, in ms.
    #[must_use]
    pub fn idle_ms(&self, at: Wall, seat: SeatId) -> Option<u64> {
        let since = self.0.get(&seat)?.ready_since?;
        u64::try_from(at.ms_since(since)).ok()
    }
}

/// Whether a seat could help.
#[derive(Clone, Debug)]
pub enum Fit {
    /// It could.
    Fits,
    /// It does not serve the queue.
    Elsewhere,
    /// It does not meet this; of a skill, which level it has, 0 for none.
    Lacks(Clause, Option<u8>),
}

/// Whether a seat could help a contact of this queue that needs this.
#[must_use]
pub fn fit(names: &Names, now: Wall, seat: SeatId, (queue, need): (QueueId, &Need)) -> Fit {
    let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
    let Some(staff) = names.staff.get(at) else {
        return Fit::Elsewhere;
    };
    if names.gone_seats.contains(&seat) || !staff.queues.contains(&queue) {
        return Fit::Elsewhere;
    }
    let able = Capability::of(staff, now);
    let mut clauses = need.0.iter();
    let lacks = clauses.find(|clause| !able.fits(&Need(vec![(*clause).clone()])));
    match lacks {
        None => Fit::Fits,
        Some(Clause::Skill(term)) => {
            let has = able.level(term.skill).unwrap_or(0);
            Fit::Lacks(Clause::Skill(*term), Some(has))
        }
        Some(clause) => Fit::Lacks(clause.clone(), None),
    }
}
