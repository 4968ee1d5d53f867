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
    /// How it is reached.
    pub way: Way,
    /// Its telephone is asked to answer by itself.
    pub auto_answer: bool,
    /// The reservation.
    pub epoch: Epoch,
}

/// How a seat is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Way {
    /// By the flow of its registration.
    Flow(Flow),
    /// By its number in E.164, over a trunk.
    Number(String),
}
