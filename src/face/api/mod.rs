//! The JSON API (UTF-8, RFC 9457 problem details on errors, bearer tokens).

/// Who may ask.
pub mod access;

/// Commands to the engine, and their replies.
pub mod command;

/// Facts as they become durable, as server-sent events.
pub mod event_stream;

/// Figures for a monitoring system.
pub mod metrics;

/// What is answered when something is wrong.
pub mod problem;

/// Records, from the journal's database.
pub mod record_query;

/// Releases: listed, taken, tried, gone back to.
pub mod release;

/// Routes and the server that serves them.
pub mod server;
