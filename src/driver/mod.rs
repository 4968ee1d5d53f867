//! The only rooms that touch the world.

/// The engine's clock: the only file that reads time.
pub mod clock;
/// What the configuration file says.
pub mod config;

/// The journal: every fact, durable by group commit.
pub mod journal;

/// The loop that carries a machine.
pub mod run;

/// The same contracts on virtual time.
pub mod simulated;

/// SIP over UDP and TCP sockets.
pub mod sip;

/// Sockets, threads and ports of the media.
pub mod media;

/// Recorded prompts on disk.
pub mod prompts;

/// How long the loop's turns take.
pub mod turn_meter;
/// One run of the speech command.
pub mod speech_process;

/// Sockets, threads and ports of the media.
pub mod media;

/// Dialplans and banks, read from disk.
pub mod release;

/// What carries out effects beyond SIP.
pub mod hands;
