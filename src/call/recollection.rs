//! What a centre goes on from after a restart: what it learned of each queue, who served whom.

use serde::{Deserialize, Serialize};

use crate::call::record::Record;
use crate::machine::acd::experience::Experience as Routing;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::waiting::experience::Experience as Waits;

/// What was learned of a queue. Seats, queues and ids may be others after a restart: it goes by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueExperience {
    /// The queue.
    pub queue: String,
    /// Of its talks and callers.
    pub routing: Routing,
    /// Of its waits; none before its first contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
}

/// A seat talked to somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Met {
    /// The order that the call was about, as [`WalkFact::Chose`] has it.
    pub order: Option<String>,
    /// The caller's number.
    pub number: Option<String>,
    /// The seat's id as configured.
    pub seat: String,
}

impl Met {
    /// Whom a call met, by its record; none if it talked to no seat or nobody could be known again.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let seat = record.seat.clone()?;
        let order = record.story.iter().rev().find_map(|(_, fact)| {
            let WalkFact::Chose { order, .. } = fact else {
                return None;
            };
            order.clone()
        });
        let number = record.arrived.number.as_ref().map(ToString::to_string);
        let known = order.is_some() || number.is_some();
        known.then_some(Self {
            order,
            number,
            seat,
        })
    }
}

/// What is known of the time before a restart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recollection {
    /// What was learned of each queue.
    pub queues: Vec<QueueExperience>,
    /// Who served whom, the last of it last.
    pub met: Vec<Met>,
}
