//! What the configuration file says.

/// When a queue takes contacts.
pub mod hours;

/// Whether everybody who can call can be sent sound.
pub mod reach;

/// How promises to call back are kept.
pub mod callback;

/// What a seat's phone must do to be given calls.
pub mod health;

/// What the reader of TOML says, in words for administrators.
pub mod complaint;

/// What a seat or a trunk proves itself with.
pub mod password;

/// From a file to checked settings.
pub mod reading;

/// Which keys count from the next start on.
pub mod restart;

/// One seat.
pub mod seat;

/// How each seat proves itself.
pub mod secret;

/// The whole of `ringwise.toml`, every key with its default.
pub mod settings;

/// Who may use the API besides the administrator.
pub mod token;

/// How calls leave over a trunk.
pub mod trunk_out;

/// Addresses, networks and zones as they are written.
pub mod value;

/// Steps of a `[[queue]]` as the file writes them.
pub mod wait_step;

/// Where notices are posted to.
pub mod webhook;
