//! A wait for a seat, as a dialplan describes it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::acd::need::NamedNeed;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::target::Target;
use crate::machine::ivr::tell::Tell;
use crate::machine::ivr::wording::Wording;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::language::Language;

/// A wait for a seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// The queue's name.
    pub queue: String,
    /// What a seat needs, by language of the caller.
    pub need: BTreeMap<Language, NamedNeed>,
    /// Larger goes first.
    pub priority: i32,
    /// How fast it rises, in thousandths of a level a minute; none: as the queue says.
    pub ageing: Option<u32>,
    /// Whom the call asks for one after the other; empty: as the queue says.
    pub steps: Vec<NamedStep>,
    /// The queue is full.
    pub full: StepAt,
    /// The caller left the queue.
    pub left: StepAt,
    /// The seat hung up and the caller did not; none: the call ends.
    pub talked: Option<StepAt>,
    /// What a caller hears and may do meanwhile.
    pub waiting: Box<Waiting>,
}

/// What a caller hears and may do while waiting, and how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// What is told from time to time, in this order.
    pub tell: Vec<Tell>,
    /// Said after it.
    pub hint: Option<Wording>,
    /// What keys do.
    pub keys: BTreeMap<char, WaitKey>,
    /// The longest wait, and where the call goes after it.
    pub max_wait: Option<(Duration, StepAt)>,
    /// The longest wait to expect; a call that would wait longer goes there at once.
    pub max_expected: Option<(Duration, StepAt)>,
    /// Outside of the queue's opening hours.
    pub closed: StepAt,
    /// Nobody who is signed in could help; none: the call waits for somebody who comes.
    pub nobody: Option<StepAt>,
}

/// What a key does while a caller waits.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum WaitKey {
    /// What is told from time to time is told at once.
    Again,
    /// The call goes to this step and keeps its place.
    Visit(StepAt),
    /// The call leaves the queue.
    Leave(Target),
}
