//! The only rooms that touch the world.

/// The engine's clock: the only file that reads time.
pub mod clock;
/// What the configuration file says.
pub mod config;
/// Where customers and their orders come from.
pub mod orders;
