//! Services that dialplans ask by name: over HTTP, or as a query to a database.

/// All of them, asked without waiting.
pub mod desk;

/// A service that is asked by JSON over HTTP.
pub mod http;

/// A query to a database, answered as one object.
pub mod query;
