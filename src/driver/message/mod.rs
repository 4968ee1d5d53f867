//! Messages that callers left, on disk.

/// The thread that writes them.
pub mod keeper;

/// Their files.
pub mod store;
