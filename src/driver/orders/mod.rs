//! Where customers and their orders come from.

/// Where a source's answers go.
pub mod answered;

/// A file's customers, by number and by order.
pub mod book;

/// Orders from a file of comma-separated values.
pub mod csv;

/// What stands before a source that may be slow or fail.
pub mod gate;

/// Orders from an HTTP service.
pub mod http;

/// Threads that ask a source which makes them wait.
pub mod pool;

/// Orders from a PostgreSQL database.
pub mod postgresql;

/// Customers and orders that other systems tell of.
pub mod pushed;

/// How a database is asked for customers.
pub mod query;

/// Customers from rows of cells.
pub mod row;

/// The configured source, asked without waiting.
pub mod source;

/// Orders from a SQLite database.
pub mod sqlite;
