//! What a centre counts itself by.

/// Formulas with their ids.
pub mod formula;

/// What the formulas are made of.
pub mod sums;
