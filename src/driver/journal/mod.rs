//! The journal: every fact, in one append-only table, durable by group commit.

/// What was fitted, in the database.
pub mod checkpoint;
/// What was learned of queues, and who served whom.
pub mod experience;

/// What happened, out of the journal.
pub mod history;

/// Messages that callers left, as the log has them.
pub mod message;

/// Calls that are over, as they can be walked again.
pub mod past;

/// Records of closed calls, one after the other.
pub mod reading;

/// What a restart finds.
pub mod recovery;

/// Tables and their versions.
pub mod schema;

/// Customers and orders that other systems told of.
pub mod told;

/// One thread that writes.
pub mod writer;
