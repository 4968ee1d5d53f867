//! The calls themselves. Still pure.

/// What the engine is told by the world and what it wants of it.
pub mod effect;

/// What happened, as the journal keeps it.
pub mod fact;

/// The one record that a call leaves.
pub mod record;

/// Folds facts into records.
pub mod record_builder;
