//! The only rooms that touch the world.

/// Questions of the engine to the world.
pub mod asking;

/// Calls whose question is known.
pub mod casebook;

/// A running centre.
pub mod centre;

/// The engine's clock: the only file that reads time.
pub mod clock;

/// What the configuration file says.
pub mod config;

/// Dialplans and banks, read from disk.
pub mod draft;

/// The mark that asks networks to forward our packets before others.
pub mod dscp;

/// How many files the process may hold open.
pub mod file_limit;

/// Models fitted off the loop.
pub mod fitting;

/// What carries out effects beyond SIP.
pub mod hands;

/// The journal: every fact, durable by group commit.
pub mod journal;

/// Sockets, threads and ports of the media.
pub mod media;

/// Messages that callers left, on disk.
pub mod message;

/// Where customers and their orders come from.
pub mod orders;

/// Notices posted to another system's webhook.
pub mod post;

/// Recorded prompts on disk.
pub mod prompts;

/// The loop that carries a machine.
pub mod run;

/// The same contracts on virtual time.
pub mod simulated;

/// Services that dialplans ask by name.
pub mod service;

/// SIP over UDP and TCP sockets.
pub mod sip;

/// Speaks words that nobody has recorded.
pub mod speech_command;

/// One run of the speech command.
pub mod speech_process;

/// What the speech command has spoken before.
pub mod speech_store;

/// Prompts on their way into the library and out of it.
pub mod stock;

/// How long the loop's turns take.
pub mod turn_meter;
