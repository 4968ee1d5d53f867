//! Dialplans: checked, then walked.

/// What a walk is told and what it answers.
pub mod surface;
