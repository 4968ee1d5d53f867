//! Sockets, threads and ports of the media.

/// A thread's sessions with their sockets.
pub mod desk;

/// Whether a thread wakes at each packet or gathers them.
pub mod gathering;

/// The loop's side: ports, routes and rings.
pub mod hub;

/// The sockets of one leg.
pub mod line;

/// The loop's end of one thread.
pub mod link;

/// Legs that are to be bridged come together on one thread.
pub mod moving;

/// What a thread tells the loop.
pub mod news;

/// Ports, oldest first.
pub mod port;

/// A ring to a thread, with an overflow.
pub mod ring;

/// Where a leg is, and what waits for it there.
pub mod route;

/// A thread that owns sessions and their sockets.
pub mod thread;

/// What wakes a thread: packets, the loop's bell, the time.
pub mod watch;
