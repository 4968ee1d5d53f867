//! What the distributor is told and what it answers: ids and values only.
//!
//! An offer has two steps. The distributor answers `Output::Reserve`; the seat's owner says
//! `Input::Reserved` or `Input::ReserveRefused` with the same epoch (on one node in the same
//! turn); then comes `Output::Offer`. The owner rings the seat and says how it went. Who has not
//! answered a reservation within a second is taken to have refused it. `Output::Withdraw` ends
//! an offer, and likewise a reservation that has not become one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::WithdrawReason;
use crate::machine::acd::need::Need;
use crate::machine::acd::policy::Policy;
use crate::machine::acd::step::Class;
use crate::machine::acd::step::Step;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatGroupId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Wall;

/// Tells one reservation of a seat from the next; strictly rising per seat.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// A seat as the configuration describes it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct SeatSetup {
    /// The seat.
    pub seat: SeatId,
    /// Skills with levels 1 to 10.
    pub skills: Vec<(SkillId, u8)>,
    /// The queues it serves.
    pub queues: Vec<QueueId>,
    /// The named groups it is in.
    #[serde(default)]
    pub groups: Vec<SeatGroupId>,
    /// Until when a skill is certified; from then on it does not count.
    #[serde(default)]
    pub certified: Vec<(SkillId, Wall)>,
    /// Those of its queues whose contacts it takes before all others, whatever their class.
    #[serde(default)]
    pub first: Vec<QueueId>,
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
    /// [`Output::QueueFull`], unless a seat is ready that takes it at once or it was promised its
    /// place.
    pub waiting_max: u32,
    /// How often a waiting contact hears its position, the first time after at most 5 s; zero:
    /// never. It hears nothing while its position is worse than what it was told.
    pub announce_every: Duration,
    /// Whom its contacts ask for one after the other, unless they bring steps of their own.
    /// Empty: one step, everybody who meets the need.
    pub steps: Vec<Step>,
    /// How fast its contacts rise: thousandths of a level for every minute of waiting.
    pub ageing: u32,
    /// How free seats are shared among this queue and those that share seats with it.
    pub policy: Policy,
    /// What a minute's wait costs here against other queues, in thousandths; at least 1.
    pub weight: u32,
    /// Within this a contact should be answered.
    pub target: Duration,
    /// How many ready seats of this queue are kept for its own contacts (policy `reserves`).
    pub reserve: u32,
    /// How many seats may ring at once for one of its contacts, as far as they are left over; at
    /// least 1.
    pub ring_at_once: u32,
}

/// Longest time for which a seat is held while its contact is called.
pub const HELD_MAX: Duration = Duration::from_secs(180);

/// After-call work that is extended lasts no longer from then on.
pub const WRAP_UP_MAX: Duration = Duration::from_secs(3_600);
/// The weight of a queue that says nothing.
pub const WEIGHT: u32 = 1_000;
/// The target of a queue that says nothing.
pub const TARGET: Duration = Duration::from_secs(20);

impl QueueSetup {
    /// A queue that needs nothing: 15 s ring, no wrap-up, 1,000 waiting, no announcements, `auto`.
    #[must_use]
    pub fn plain(queue: QueueId) -> Self {
        Self {
            queue,
            need: Need::default(),
            ring: Duration::from_secs(15),
            wrap_up: Duration::ZERO,
            waiting_max: 1_000,
            announce_every: Duration::ZERO,
            steps: Vec::new(),
            ageing: 0,
            policy: Policy::default(),
            weight: WEIGHT,
            target: TARGET,
            reserve: 0,
            ring_at_once: 1,
        }
    }

    /// How many ready seats it keeps for its own contacts, if its policy keeps any.
    #[must_use]
    pub fn reserve(&self) -> u32 {
        if self.policy == Policy::Reserves {
            self.reserve
        } else {
            0
        }
    }
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
    /// The seat's after-call work lasts so long from now on, whatever its queue allows.
    WrapUpLasts {
        /// The seat.
        seat: SeatId,
        /// How long, at most [`WRAP_UP_MAX`].
        lasts: Duration,
    },
    /// A contact enters a queue.
    Arrived(Arrival),
    /// A contact has left by itself: it hung up. Whatever its state; if it talks, this ends the
    /// talk as `TalkEnded` does, and which of the two comes second is ignored.
    Left(CallId),
    /// A contact that waits or is rung for cannot be spoken to at present: it gives up no place, it
    /// comes back by an [`Arrival`] that says how long it has waited. A seat that was held for it
    /// has its old place again.
    Parked(CallId),
    /// A seat is held for its contact so long from now on, in place of the queue's ring: the contact
    /// itself has to be reached first.
    Held {
        /// The seat.
        seat: SeatId,
        /// Which reservation.
        epoch: Epoch,
        /// How long, at most [`HELD_MAX`].
        lasts: Duration,
    },
    /// A supervisor takes a waiting contact out of its queue; [`Output::TakenOut`] answers.
    TakeOut(CallId),
    /// A waiting contact, or one that is rung for, asks another queue from its first step on, at
    /// the place its arrival gives it.
    Reroute {
        /// The contact.
        contact: CallId,
        /// Where it waits from here on.
        queue: QueueId,
    },
    /// A waiting contact, or one that is rung for, has another class from here on.
    Reprioritise {
        /// The contact.
        contact: CallId,
        /// Its class.
        class: Class,
    },
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
    /// What it needs beyond the queue's need, in every step.
    pub need: Need,
    /// Larger goes first; equal by arrival.
    pub priority: i32,
    /// How fast it rises, in thousandths of a level a minute; `None`: as the queue says.
    #[serde(default)]
    pub ageing: Option<u32>,
    /// Whom it asks for one after the other; empty: as the queue says.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The seat that served this customer or order last.
    #[serde(default)]
    pub last: Option<SeatId>,
    /// How long it has waited already, here or before a restart: its place is that much earlier.
    #[serde(default)]
    pub waited: Duration,
    /// Whether it has a place already, that it was promised: a full queue takes it as well.
    #[serde(default)]
    pub is_promised: bool,
}

impl Arrival {
    /// A contact that asks for no more than its queue does.
    #[must_use]
    pub fn plain(contact: CallId, queue: QueueId) -> Self {
        Self {
            contact,
            queue,
            need: Need::default(),
            priority: 0,
            ageing: None,
            steps: Vec::new(),
            last: None,
            waited: Duration::ZERO,
            is_promised: false,
        }
    }
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
    /// The queue is full and no ready seat takes the contact at once, or the queue does not exist:
    /// the contact was not taken.
    QueueFull {
        /// The contact.
        contact: CallId,
        /// The queue.
        queue: QueueId,
    },
    /// A supervisor took the contact out of its queue.
    TakenOut {
        /// The contact.
        contact: CallId,
    },
    /// No seat that is signed in could meet the contact's need. It waits all the same.
    NobodySignedIn {
        /// The contact.
        contact: CallId,
    },
    /// Something worth a line in the log happened.
    Note(AcdFact),
}
