//! The calls themselves. Still pure.

/// What happened, as the journal keeps it.
pub mod fact;

/// The one record that a call leaves.
pub mod record;

/// Folds facts into records.
pub mod record_builder;
