//! A running centre: its parts put together, its loop on a thread of its own.

/// From the configuration to the parts.
pub mod assembly;

/// The thread that turns the loop.
pub mod running;
