//! A caller who was promised to be called back: what a restart needs to keep the promise, and what
//! becomes of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::record::Arrived;
use crate::call::record::Party;
use crate::machine::acd::need::NamedNeed;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::Unpromised;
use crate::machine::speech::spoken::Spoken;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Wall;

/// A promise to call back, in names that mean the same after a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The number that the call came from, in E.164.
    pub number: String,
    /// The language that the call was in.
    pub language: Language,
    /// The queue it waits in.
    pub queue: String,
    /// What it needs of a seat beyond the queue's need.
    pub need: NamedNeed,
    /// Its priority.
    pub priority: i32,
    /// How fast it rises, in thousandths of a level a minute; none: as the queue says.
    pub ageing: Option<u32>,
    /// Whom it asks for one after the other.
    pub steps: Vec<NamedStep>,
    /// What the customer hears when they answer.
    pub words: Vec<Spoken>,
    /// Since when it waits.
    pub since: Wall,
    /// Tries in vain so far; in the log those begun.
    pub missed: u32,
}

/// How promises are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CallbackRules {
    /// Tries; after so many in vain the promise is over. 1 to 10.
    pub attempts: u32,
    /// How long the customer's telephone rings.
    pub ring: Duration,
    /// How long the customer may take to press 1, from their answer on.
    pub confirm: Duration,
    /// From a busy line to the next try.
    pub after_busy: Duration,
    /// From a line that nobody answered, or nobody pressed 1 on, to the next try.
    pub after_no_answer: Duration,
    /// From a call that failed or might not leave to the next try.
    pub after_failure: Duration,
    /// After so long the promise is over.
    pub expires: Duration,
}

impl Default for CallbackRules {
    fn default() -> Self {
        Self {
            attempts: 3,
            ring: Duration::from_secs(30),
            confirm: Duration::from_secs(20),
            after_busy: Duration::from_secs(5 * 60),
            after_no_answer: Duration::from_secs(15 * 60),
            after_failure: Duration::from_secs(5 * 60),
            expires: Duration::from_secs(24 * 3_600),
        }
    }
}

impl CallbackRules {
    /// From a try that ended so to the next.
    #[must_use]
    pub const fn pause(&self, end: DialEnd) -> Duration {
        match end {
            DialEnd::Busy => self.after_busy,
            DialEnd::NoAnswer => self.after_no_answer,
            DialEnd::Failed => self.after_failure,
        }
    }
}

/// How a promise ended without a talk.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseEnd {
    /// Every try was in vain.
    NotReached,
    /// It was too old.
    Expired,
    /// The customer wanted it no more.
    NotWanted,
    /// The customer phoned again, and has the place.
    PhonedAgain,
    /// A supervisor took it out.
    Withdrawn,
    /// Its queue or dialplan is gone.
    Gone,
}

/// What becomes of a promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackFact {
    /// It is made; it counts from when this is durable.
    Promised(Box<Promise>),
    /// It is not made.
    Refused(Unpromised),
    /// The caller is off the line; the place in the queue stays.
    Parted {
        /// Who hung up.
        by: Party,
        /// In a word.
        cause: String,
    },
    /// The process started anew, and keeps it.
    Kept {
        /// The promise.
        promise: Box<Promise>,
        /// The call that it was made in.
        arrived: Box<Arrived>,
        /// When that call's INVITE came; none in logs of earlier versions.
        #[serde(default)]
        started: Option<Wall>,
    },
    /// A seat is held, and the customer is called: a trunk lets the call out.
    Dialled {
        /// Which try, from 1.
        attempt: u32,
    },
    /// The customer answered the telephone.
    Answered,
    /// The customer pressed 1.
    Reached,
    /// The try was in vain.
    Missed {
        /// How.
        end: DialEnd,
        /// From here to the next try, in ms; none: this was the last.
        next_ms: Option<u64>,
    },
    /// It is over without a talk.
    Ended(PromiseEnd),
}

impl CallbackFact {
    /// The promise as it stands after this, if `promise` was it before.
    #[must_use]
    pub fn apply(&self, promise: Option<Promise>) -> Option<Promise> {
        match self {
            Self::Promised(promise) | Self::Kept { promise, .. } => Some((**promise).clone()),
            Self::Refused(_) | Self::Parted { .. } | Self::Answered | Self::Missed { .. } => {
                promise
            }
            // A try counts from its beginning: the process may end under it.
            Self::Dialled { attempt } => promise.map(|promise| Promise {
                missed: promise.missed.max(*attempt),
                ..promise
            }),
            Self::Reached | Self::Ended(_) => None,
        }
    }
}
