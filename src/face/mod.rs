//! What people and programs see.

/// The JSON API.
pub mod api;

/// A running centre with its faces.
pub mod centre;

/// The command line.
pub mod cli;

/// A whole centre, told call by call.
pub mod demo;

/// Notices sent to another system as soon as they are due.
pub mod messenger;
