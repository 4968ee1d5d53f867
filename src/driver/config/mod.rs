//! What the configuration file says.

/// Whether everybody who can call can be sent sound.
pub mod reach;

/// From a file to checked settings.
pub mod reading;

/// The whole of `ringwise.toml`, every key with its default.
pub mod settings;

/// Who may use the API besides the administrator.
pub mod token;

/// Addresses, networks, zones and secrets as they are written.
pub mod value;
