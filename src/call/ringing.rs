//! A seat that may be rung for a call.

use crate::machine::acd::surface::Epoch;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::SeatId;

/// A seat that may be rung.
#[derive(Clone, Debug)]
pub struct Ringing {
    /// The seat.
    pub seat: SeatId,
    /// Its user at the registrar.
    pub user: String,
    /// The flow of its registration.
    pub flow: Flow,
    /// The reservation.
    pub epoch: Epoch,
}
