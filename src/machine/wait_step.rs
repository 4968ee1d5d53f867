//! Whom a contact asks for one after the other, as people write it.

use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;

/// The word that stands for the seat that served a customer or order last.
pub const LAST: &str = "last";

/// A step by names.
pub type NamedStep = Step<String, String, String>;

/// A step that asks for these seats; [`LAST`] among them is the one that served the customer last.
#[must_use]
pub fn seats<'s>(names: impl IntoIterator<Item = &'s str>) -> Target<String, String, String> {
    let (last, seats): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| *name == LAST);
    Target::Seats {
        seats: seats.into_iter().map(str::to_owned).collect(),
        last: !last.is_empty(),
    }
}

impl NamedStep {
    /// Whether it lasts as long as the contact waits.
    #[must_use]
    pub fn is_endless(&self) -> bool {
        self.lasts.is_none() && self.skip == SkipIf::Never
    }
}
