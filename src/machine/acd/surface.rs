//! What the distributor is told and what it answers: ids and values only.
//!
//! An offer has two steps. The distributor answers `Output::Reserve`; the seat's owner says
//! `Input::Reserved` or `Input::ReserveRefused` with the same epoch (on one node in the same
//! turn); then comes `Output::Offer`. The owner rings the seat and says how it went. Who has not
//! answered a reservation within a second is taken to have refused it. `Output::Withdraw` ends
//! an offer, and likewise a reservation that has not become one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;

/// Tells one reservation of a seat from the next; strictly rising per seat.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// A skill and the least level that will do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct SkillTerm {
    /// Which skill. A seat without it never meets the term.
    pub skill: SkillId,
    /// 1 to 10.
    pub level_min: u8,
}

/// What a contact needs of a seat: every term. Sorted, so that equal needs are equal.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Need(pub Vec<SkillTerm>);

/// A seat as the configuration describes it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SeatSetup {
    /// The seat.
    pub seat: SeatId,
    /// Skills with levels 1 to 10.
    pub skills: Vec<(SkillId, u8)>,
    /// The queues it serves.
    pub queues: Vec<QueueId>,
}

/// A queue as the configuration describes it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct QueueSetup {
    /// The queue.
    pub queue: QueueId,
    /// What every contact in it needs; a contact may need more.
    pub need: Need,
    /// How long a seat rings before the next one is tried.
    pub ring: Duration,
    /// After-call work before the seat is ready again; zero: none.
    pub wrap_up: Duration,
    /// How many contacts may wait, those included for whom a seat rings; one more is answered
    /// [`Output::QueueFull`].
    pub waiting_max: u32,
    /// How often a waiting contact hears its position, the first time after at most 5 s; zero:
    /// never. It hears nothing while its position is worse than what it was told.
    pub announce_every: Duration,
}

/// What the distributor is told. Unknown ids are ignored and counted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A seat can be reached: it is registered. It is away until it says ready.
    SeatSignedIn(SeatId),
    /// A seat cannot be reached. An offer to it is withdrawn, a talk is left to its legs.
    SeatSignedOut(SeatId),
    /// The seat wishes calls. While busy the wish takes effect afterwards, the last wish wins.
    SeatReady(SeatId),
    /// The seat wishes none; a wish like `SeatReady`.
    SeatAway(SeatId),
    /// The seat has finished its after-call work.
    WrapUpDone(SeatId),
    /// A contact enters a queue.
    Arrived(Arrival),
    /// A contact has left by itself: it hung up. Whatever its state; if it talks, this ends the
    /// talk as `TalkEnded` does, and which of the two comes second is ignored.
    Left(CallId),
    /// The seat's owner grants a reservation.
    Reserved {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
    },
    /// The seat's owner refuses a reservation: it is taken to be away.
    ReserveRefused {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
    },
    /// The seat answered and the bridge stands.
    Answered {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
    },
    /// The seat declined, was busy or unreachable, or hung up before the bridge.
    Declined {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
    },
    /// The talk is over: the seat goes to wrap-up, the contact is served.
    TalkEnded {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
    },
}

/// A contact that enters a queue.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The contact.
    pub contact: CallId,
    /// Which queue.
    pub queue: QueueId,
    /// What it needs beyond the queue's need.
    pub need: Need,
    /// Larger goes first; equal by arrival.
    pub priority: i32,
}

/// What the distributor answers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// May this seat be booked for this contact?
    Reserve {
        /// The seat.
        seat: SeatId,
        /// The contact.
        contact: CallId,
        /// Names the reservation in every later word about it.
        epoch: Epoch,
    },
    /// Ring the seat.
    Offer {
        /// The seat.
        seat: SeatId,
        /// The contact.
        contact: CallId,
        /// The reservation.
        epoch: Epoch,
    },
    /// Ring it no more, or free what was reserved: the contact left, the ring limit (or the
    /// reservation's) passed, the seat signed out.
    Withdraw {
        /// The seat.
        seat: SeatId,
        /// The contact.
        contact: CallId,
        /// The reservation.
        epoch: Epoch,
        /// Why.
        reason: WithdrawReason,
    },
    /// Tell the contact its place, 1 is next. Never worse than what it was told before.
    Announce {
        /// The contact.
        contact: CallId,
        /// Its place.
        position: u32,
    },
    /// The queue is full, or does not exist: the contact was not taken.
    QueueFull {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
    },
    /// No seat that is signed in could meet the contact's need. It waits all the same.
    NobodySignedIn {
        /// The contact.
        contact: CallId,
    },
    /// Something worth a line in the log happened.
    Note(AcdFact),
}

/// Why an offer is withdrawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawReason {
    /// The contact hung up.
    ContactLeft,
    /// The seat did not answer in time.
    RingLimit,
    /// The seat signed out.
    SeatSignedOut,
}

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
    /// A contact waits in another queue, because its own or a skill it needed is gone.
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
