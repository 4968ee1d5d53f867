//! Where customers and their orders come from.

/// Where a source's answers go.
pub mod answered;

/// A file's customers, by number and by order.
pub mod book;

/// Orders from a file of comma-separated values.
pub mod csv;

/// Orders from an HTTP service.
pub mod http;

/// The configured source, asked without waiting.
pub mod source;
