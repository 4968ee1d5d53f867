//! What the configuration file says.

/// Addresses, networks, zones and secrets as they are written.
pub mod value;

/// The whole of `ringwise.toml`, every key with its default.
pub mod settings;

/// From a file to checked settings.
pub mod reading;
