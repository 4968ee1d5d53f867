//! The distributor: which contact to which seat.

/// What the distributor is told and what it answers.
pub mod surface;
