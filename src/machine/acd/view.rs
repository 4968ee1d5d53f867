//! What snapshots read.

use crate::machine::acd::fact::SeatState;
use crate::machine::acd::seat::Owner;
use crate::machine::acd::seat::Seat;
use crate::machine::acd::seat::Wish;
use crate::machine::acd::surface::Epoch;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// A seat as it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SeatView {
    /// The seat.
    pub seat: SeatId,
    /// Its state.
    pub state: SeatState,
    /// Since when.
    pub since: Now,
    /// Who must move next.
    pub owner: Owner,
    /// When the distributor moves if the owner has not.
    pub deadline: Option<Now>,
    /// What its person wished last.
    pub wish: Wish,
    /// The contact it is booked for or talks to, and under which epoch.
    pub booking: Option<(CallId, Epoch)>,
}

impl SeatView {
    /// What there is to read of a seat.
    #[must_use]
    pub fn of(id: SeatId, seat: &Seat) -> Self {
        let phase = seat.phase();
        Self {
            seat: id,
            state: phase.state(),
            since: seat.since,
            owner: phase.owner(),
            deadline: phase.deadline(),
            wish: seat.wish(),
            booking: phase.booking().map(|one| (one.contact, one.epoch)),
        }
    }
}

/// How long a queue is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueView {
    /// The queue.
    pub queue: QueueId,
    /// Contacts that wait and are not being offered.
    pub waiting: u32,
    /// Contacts for which a seat is booked or rings.
    pub offered: u32,
    /// Contacts that talk.
    pub talking: u32,
}

/// A contact that waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WaitingView {
    /// The contact.
    pub contact: CallId,
    /// Its place in the queue, 1 is next.
    pub position: u32,
    /// When it arrived.
    pub arrived: Now,
    /// Its priority.
    pub priority: i32,
}

/// What came in and could not be used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counted {
    /// Inputs about seats, queues or contacts that are not here.
    pub unknown: u64,
    /// Inputs that came too late: another epoch, another state.
    pub stale: u64,
    /// Reservations that nobody granted or refused in time.
    pub reserves_overdue: u64,
}
