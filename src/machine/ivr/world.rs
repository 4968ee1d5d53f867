//! What a walk may look at while it is told something.

use jiff::tz::TimeZone;

use crate::machine::prediction::answer::Asking;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::prediction::order::Customer;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Turn;

/// What a walk may look at: the moment, and what the call's release holds.
#[derive(Clone, Copy, Debug)]
pub struct WalkWorld<'w> {
    /// The moment.
    pub turn: Turn,
    /// The bank that the script names; an empty one if it names none.
    pub bank: &'w Bank,
    /// What is expected of callers.
    pub model: &'w Model,
    /// How long words take to say.
    pub phrasebook: &'w Phrasebook,
    /// The centre's zone.
    pub zone: &'w TimeZone,
}

impl<'w> WalkWorld<'w> {
    /// Who asks the bank, in which language, now.
    #[must_use]
    pub const fn asking(self, customer: &'w Customer, language: Language) -> Asking<'w> {
        Asking {
            customer,
            language,
            wall: self.turn.wall,
            zone: self.zone,
        }
    }
}
