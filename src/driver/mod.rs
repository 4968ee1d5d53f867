//! The only rooms that touch the world.

/// The engine's clock: the only file that reads time.
pub mod clock;

/// Sockets, threads and ports of the media.
pub mod media;

/// Recorded prompts on disk.
pub mod prompts;

/// Speaks words that nobody has recorded.
pub mod speech_command;

/// One run of the speech command.
pub mod speech_process;

/// What the configuration file says.
pub mod config;
/// What the speech command has spoken before.
pub mod speech_store;
