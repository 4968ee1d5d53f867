//! Where a call goes next.

use crate::vocabulary::language::Language;

/// A step of a script, by its place.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct StepAt(pub usize);

/// Where a key leads.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The step.
    pub step: StepAt,
    /// The language that is spoken from there on.
    pub language: Option<Language>,
    /// The question that is chosen.
    pub question: Option<String>,
}
