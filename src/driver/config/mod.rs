//! What the configuration file says.

/// From a file to checked settings.
pub mod reading;

/// Which keys count from the next start on.
pub mod restart;

/// The whole of `ringwise.toml`, every key with its default.
pub mod settings;

/// Addresses, networks, zones and secrets as they are written.
pub mod value;
