//! Sockets, threads and ports of the media.

/// The loop's side: ports, routes and rings.
pub mod hub;

/// The sockets of one leg.
pub mod line;

/// Ports, oldest first.
pub mod port;

/// A ring to a thread, with an overflow.
pub mod ring;

/// A thread that owns sessions and their sockets.
pub mod thread;
