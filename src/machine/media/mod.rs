//! What a leg plays, hears and forwards.

/// The contract that every keeper of media fulfils.
pub mod contract;

/// Prompts, encoded once.
pub mod library;
