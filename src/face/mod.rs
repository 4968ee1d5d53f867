//! What people and programs see.

/// The JSON API.
pub mod api;

/// The command line.
pub mod cli;
