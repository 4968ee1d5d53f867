//! Whom a call is joined with: a seat, or a number outside.

use std::time::Duration;

use crate::call::leg::Leg;
use crate::call::permit::Permit;
use crate::call::record::Party;
use crate::call::whisper::Whisper;
use crate::machine::acd::surface::Epoch;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// The seat's side of a call.
#[derive(Debug)]
pub(super) struct SeatSide {
    pub(super) seat: SeatId,
    pub(super) name: String,
    pub(super) epoch: Epoch,
    pub(super) leg: Leg,
    pub(super) door: Door,
    /// Since when it hears the caller: its 200, or the end of what it was told before.
    pub(super) answered: Option<Now>,
    /// What it hears before the bridge.
    pub(super) whisper: Option<Whisper>,
}

/// How a seat's telephone is called.
#[derive(Debug)]
pub(super) enum Door {
    /// It is registered with us, and may be asked to answer by itself.
    Registered { auto_answer: bool },
    /// By its number over a trunk, with what the INVITE goes by until that is sent. Whoever
    /// answers is bridged only after a 1.
    Number(String, Option<Box<Permit>>),
}

impl SeatSide {
    /// Which offer of the distributor it is.
    pub(super) const fn offer(&self) -> (SeatId, Epoch) {
        (self.seat, self.epoch)
    }

    /// Whether who answers has to press 1: it may be anybody.
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self.door, Door::Number(..))
    }
}

/// A leg that has been told to end.
#[derive(Debug)]
pub(super) struct Fading {
    pub(super) leg: Leg,
    pub(super) party: Party,
    /// The seat that talked over it.
    pub(super) seat: Option<SeatId>,
}

impl Fading {
    pub(super) const fn new(leg: Leg, party: Party) -> Self {
        let seat = None;
        Self { leg, party, seat }
    }
}

/// A number outside.
#[derive(Debug)]
pub(super) struct FarSide {
    pub(super) id: LegId,
    pub(super) number: String,
    pub(super) ring: Duration,
    /// Once the gate has let it out.
    pub(super) leg: Option<Leg>,
    /// What its INVITE goes by, until that is sent.
    pub(super) permit: Option<Box<Permit>>,
    pub(super) answered: bool,
}
