//! The journal: every fact, in one append-only table, durable by group commit.

/// What a restart finds.
pub mod recovery;

/// Tables and their versions.
pub mod schema;

/// One thread that writes.
pub mod writer;
