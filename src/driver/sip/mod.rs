//! SIP over UDP and TCP sockets.

/// All listening sockets of a loop.
pub mod socket;

/// One task per TCP connection.
mod stream;
