//! The JSON API (UTF-8, RFC 9457 problem details on errors, bearer tokens).

/// Who may ask.
pub mod access;

/// Live calls and the queues they wait in.
pub mod call;

/// Commands to the engine, and their replies.
pub mod command;

/// What every route may use.
pub mod desk;

/// Facts as they become durable, as server-sent events.
pub mod event_stream;

/// Why a call went as it did.
pub mod explain;

/// Whether the centre is well.
pub mod health;

/// What questions are ranked and answered by outside of a call.
pub mod knowledge;
/// Figures of a period.
pub mod kpi;

/// Figures for a monitoring system.
pub mod metrics;

/// Every route, as programs read it.
pub mod openapi;

/// Orders as other systems tell of them.
pub mod order;

/// What somebody probably wants to know, and what they are told.
pub mod predict;

/// What is answered when something is wrong.
pub mod problem;

/// What seats say their last callers wanted.
pub mod reason;

/// Closed calls, and facts as they become durable.
pub mod record;

/// Messages that callers left.
pub mod message;

/// Records, from the journal's database.
pub mod record_query;

/// Releases: listed, taken, tried, gone back to.
pub mod release;

/// Routes and the server that serves them.
/// Every route with what it asks of who comes.
pub mod route;

/// Seats: how they are, and what they are told to be.
pub mod seat;

/// The server that serves the routes.
pub mod server;

/// The language of an answer.
mod words;
