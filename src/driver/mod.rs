//! The only rooms that touch the world.

/// What the configuration file says.
pub mod config;
