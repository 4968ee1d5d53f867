//! Whom a step of a contact asks for, for those who tell its story.

use serde::{Deserialize, Serialize};

use crate::machine::acd::engine::Engine;
use crate::machine::acd::need::Need;
use crate::machine::acd::tour::Way;
use crate::machine::acd::waiting;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;

/// Whom a step asks for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Everybody who can help at all.
    All,
    /// Those who meet this as well.
    Need(Need),
    /// These seats only.
    Seats(Vec<SeatId>),
}

impl Engine {
    /// Whom a step of a contact asks for, counted from 0; none if there is no such contact or step.
    #[must_use]
    pub fn asked(&self, contact: CallId, step: u8) -> Option<Asked> {
        let contact = self.board.contacts.get(&contact)?;
        let tour = self.board.tours.tour(contact.tour);
        let step = tour.steps.get(usize::from(step))?;
        Some(match &step.way {
            Way::Seats { .. } => Asked::Seats(waiting::named(contact, step)),
            Way::Lane(lane) => match self.board.matching.need(*lane) {
                need if *need == tour.need => Asked::All,
                need => Asked::Need(need.clone()),
            },
        })
    }
}
