//! What can be wrong in a catalog, and where.

use crate::machine::acd::need::LEVEL_MAX;
use crate::machine::acd::policy::Policy;
use crate::machine::skill_need::NeedError;
use crate::vocabulary::fault::Span;

/// What is wrong in a catalog, and at which entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CatalogFault {
    /// Where.
    pub spot: Spot,
    /// What.
    pub error: CatalogError,
    /// What the wrong name may have meant.
    pub known: Vec<String>,
}

/// An entry of a catalog, by its place in the list it came in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spot {
    /// A seat.
    Seat(usize),
    /// A queue a seat names: the seat, and the place in its list.
    SeatQueue(usize, usize),
    /// A queue that a seat puts first: the seat, and the place in its list.
    SeatFirst(usize, usize),
    /// A queue.
    Queue(usize),
    /// Bytes of a queue's need.
    QueueNeed(usize, Span),
    /// A step of a queue: the queue, and the place in its list.
    Step(usize, usize),
    /// Bytes of the need of a step.
    StepNeed(usize, usize, Span),
    /// A seat that a step names: the queue, the step, the place in its list.
    StepSeat(usize, usize, usize),
}

/// What can be wrong in a catalog.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CatalogError {
    /// Two seats share an id.
    #[error("two seats have the id {0:?}")]
    SeatTwice(String),
    /// Two queues share a name.
    #[error("two queues have the name {0:?}")]
    QueueTwice(String),
    /// A name is empty or holds something else than letters, digits, `.`, `_`, `-`.
    #[error("{0:?} is not a name: letters, digits, '.', '_' and '-'")]
    BadName(String),
    /// A word of the language of needs.
    #[error("{0:?} means something else in needs: call the skill otherwise")]
    TakenName(String),
    /// A seat serves a queue that does not exist.
    #[error("no queue is called {0:?}")]
    UnknownQueue(String),
    /// A need or a preference names a skill that no seat has.
    #[error("no seat has the skill {0:?}")]
    UnknownSkill(String),
    /// A need names a group that no seat is in.
    #[error("no seat is in the group {0:?}")]
    UnknownGroup(String),
    /// A step names a seat that does not exist.
    #[error("no seat has the id {0:?}; \"last\" is the one that served the customer last")]
    UnknownSeat(String),
    /// A level is not 1 to 10.
    #[error("skill {0} has level {1}, expected 1 to {LEVEL_MAX}")]
    BadLevel(String, u8),
    /// A need cannot be read.
    #[error(transparent)]
    Need(#[from] NeedError),
    /// A seat puts a queue first that it does not serve.
    #[error("this seat does not serve queue {0:?}: add it to its queues, or leave it out here")]
    FirstUnserved(String),
    /// A step asks for seats by name and by what they can do.
    #[error("a step has a need or seats, not both: split it in two")]
    NeedAndSeats,
    /// A step can never be left, and others follow.
    #[error("this step never ends, so the next is never reached: give it for_s or skip_if")]
    Endless,
    /// A reserve without the policy that keeps it.
    #[error("policy {0} keeps no reserve: write policy = \"reserves\", or leave reserve out")]
    IdleReserve(Policy),
    /// Queues that share seats share a policy.
    #[error("queue {0:?} has policy {1} and shares seats with {2:?}, which has policy {3}")]
    PoliciesDiffer(String, Policy, String, Policy),
    /// A list is too long.
    #[error("{got} {what}, at most {max} can be kept")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many there may be.
        max: usize,
    },
}
