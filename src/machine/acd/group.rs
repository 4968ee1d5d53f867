//! A group: seats that can do the same.

use std::cmp::Reverse;

use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::place::Busyness;
use crate::machine::acd::place::SeatPlace;
use crate::machine::acd::row::Row;
use crate::machine::acd::skill::Capability;
use crate::vocabulary::id::SeatId;

/// The seat that goes first: of the groups with the highest score (`by_work`: of these who was least
/// busy) the one idle longest; `last` only if there is no other.
pub fn best_seat<'g>(
    groups: impl Iterator<Item = (i64, &'g Group)>,
    by_work: bool,
    last: Option<SeatId>,
) -> Option<SeatId> {
    let mut best = None;
    for (score, group) in groups {
        let first = if by_work {
            group.least_busy(last)
        } else {
            let first = group.first(last);
            first.map(|(place, seat)| (Busyness::NONE, place, seat))
        };
        let Some((busy, place, seat)) = first else {
            continue;
        };
        let order = ((last == Some(seat), Reverse(score), busy, place), seat);
        if best.is_none_or(|best| order < best) {
            best = Some(order);
        }
    }
    best.map(|(_, seat)| seat)
}

/// Names a group of seats.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct GroupNo(pub(super) usize);

/// A ready seat, as rows keep it.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// The seat.
    pub seat: SeatId,
    /// Since when.
    pub place: SeatPlace,
    /// How busy it was.
    pub busy: Busyness,
}

/// Seats that can do the same.
#[derive(Debug)]
pub struct Group {
    /// What they can do.
    pub capability: Capability,
    /// How many there are.
    pub seats: u32,
    /// How many of them can be reached.
    pub signed_in: u32,
    /// The lanes that they may serve.
    pub lanes: Vec<LaneNo>,
    idle: Row<SeatPlace, SeatId>,
    least_busy: Row<(Busyness, SeatPlace), SeatId>,
}

impl Group {
    /// A group without seats.
    #[must_use]
    pub fn new(capability: Capability, lanes: Vec<LaneNo>) -> Self {
        Self {
            capability,
            seats: 0,
            signed_in: 0,
            lanes,
            idle: Row::default(),
            least_busy: Row::default(),
        }
    }

    /// One more is ready.
    pub fn idle(&mut self, one: Idle) {
        self.idle.insert(one.place, one.seat);
        self.least_busy.insert((one.busy, one.place), one.seat);
    }

    /// One is ready no more.
    pub fn busy(&mut self, one: Idle) {
        self.idle.remove(one.place);
        self.least_busy.remove((one.busy, one.place));
    }

    /// The ready seats, who is idle longest first.
    pub fn ready(&self) -> impl Iterator<Item = SeatId> + '_ {
        self.idle.iter()
    }

    /// Who is idle longest.
    #[must_use]
    pub fn first(&self, last: Option<SeatId>) -> Option<(SeatPlace, SeatId)> {
        let first = self.idle.first();
        let again = first.is_some_and(|(_, seat)| Some(seat) == last);
        let other = if again { self.idle.second() } else { None };
        other.or(first)
    }

    /// Who was least busy lately.
    #[must_use]
    pub fn least_busy(&self, last: Option<SeatId>) -> Option<(Busyness, SeatPlace, SeatId)> {
        let first = self.least_busy.first();
        let again = first.is_some_and(|(_, seat)| Some(seat) == last);
        let other = if again {
            self.least_busy.second()
        } else {
            None
        };
        let chosen = other.or(first);
        chosen.map(|((busy, place), seat)| (busy, place, seat))
    }
}
