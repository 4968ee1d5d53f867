//! What people and programs see.

/// The command line.
pub mod cli;
