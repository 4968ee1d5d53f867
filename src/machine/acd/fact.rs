//! What the distributor says happened, as the log keeps it.

use serde::{Deserialize, Serialize};

use crate::machine::acd::need::Need;
use crate::machine::acd::step::Class;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;

/// What happened in the distributor.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcdFact {
    /// A contact waits.
    Queued {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
        /// Its whole need.
        need: Need,
        /// Its priority.
        priority: i32,
        /// How fast that rises: thousandths of a level for every minute of waiting.
        #[serde(default)]
        ageing: u32,
        /// How long it has waited already, here or in an earlier process.
        #[serde(default)]
        waited_ms: u64,
    },
    /// A contact asks for others: a step's time was over, or nobody was there for it.
    StepEntered {
        /// The contact.
        contact: CallId,
        /// Which step it is in now, counted from 0.
        step: u8,
        /// Why the step before ended.
        because: StepEnd,
    },
    /// A contact that is called back was not reached: it waits no more, until the next try.
    Parked {
        /// The contact.
        contact: CallId,
        /// From arrival to then.
        waited_ms: u64,
    },
    /// A contact has another class.
    Reprioritised {
        /// The contact.
        contact: CallId,
        /// Its class now.
        class: Class,
    },
    /// A supervisor took a contact out of its queue.
    TakenOut {
        /// The contact.
        contact: CallId,
        /// From arrival to then.
        waited_ms: u64,
    },
    /// A seat rings for a contact.
    Offered {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
        /// How long the contact had waited.
        waited_ms: u64,
    },
    /// An offer ended without an answer; the contact is back at its place.
    OfferEnded {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
        /// Declined, or why it was withdrawn.
        end: OfferEnd,
    },
    /// A seat rings for a contact beside the one that is booked for it.
    BesideOffered {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
    },
    /// A seat rings no more beside another.
    BesideEnded {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
        /// Declined, or why it was withdrawn.
        end: OfferEnd,
    },
    /// The contact talks to the seat.
    Answered {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
        /// From arrival to answer.
        waited_ms: u64,
    },
    /// The contact left before an answer.
    Abandoned {
        /// The contact.
        contact: CallId,
        /// From arrival to leaving.
        waited_ms: u64,
    },
    /// The contact has been served.
    Served {
        /// The contact.
        contact: CallId,
        /// The seat.
        seat: SeatId,
    },
    /// A contact waits in another queue: a supervisor sent it there, its own or a skill it needed
    /// is gone.
    Moved {
        /// The contact.
        contact: CallId,
        /// The queue it is in now.
        queue: QueueId,
        /// Its whole need there.
        need: Need,
    },
    /// A contact was not taken: its queue is full.
    Overflowed {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
    },
    /// A seat is in another state.
    SeatChanged {
        /// The seat.
        seat: SeatId,
        /// What it is now.
        state: SeatState,
    },
}

/// Why a step ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepEnd {
    /// Its time was over.
    Expired,
    /// Nobody who would do was signed in.
    NobodySignedIn,
    /// Nobody who would do was ready.
    NobodyReady,
}

/// How an unanswered offer ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// The seat declined or failed.
    Declined,
    /// It was withdrawn.
    Withdrawn(WithdrawReason),
    /// The owner refused the reservation.
    ReserveRefused,
}

/// Why an offer is withdrawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawReason {
    /// The contact hung up.
    ContactLeft,
    /// A supervisor took the contact out of its queue.
    TakenOut,
    /// The contact was called back and not reached.
    Unreached,
    /// The seat did not answer in time.
    RingLimit,
    /// The seat signed out.
    SeatSignedOut,
    /// Another seat that rang for the contact answered first.
    AnsweredElsewhere,
    /// It rang beside another, and somebody waits who has nobody else.
    WantedElsewhere,
}

/// The states of a seat, by name. Owners and deadlines are inside the machine.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// Not reachable.
    SignedOut,
    /// Reachable, wants no calls.
    Away,
    /// Waits for a call.
    Ready,
    /// Booked, not yet ringing.
    Reserved,
    /// Ringing.
    Offered,
    /// Talking.
    Talking,
    /// After-call work.
    WrapUp,
}
