//! Words that every floor shares.

/// Seeded randomness that strangers cannot guess.
pub mod chance;

/// Exact decimal numbers.
pub mod decimal;

/// What stands written where a telephone number should be.
pub mod dialled;

/// What is wrong in a file that a person wrote, and where.
pub mod fault;

/// Where a SIP message came from and goes to.
pub mod flow;

/// Names of things that live in memory.
pub mod id;

/// Languages that are spoken and written.
pub mod language;

/// A moment as people write it.
pub mod moment;

/// Amounts of money.
pub mod money;

/// Telephone numbers in E.164 form.
pub mod phone_number;

/// Who may hear something.
pub mod privacy;

/// One clock, two readings.
pub mod time;

/// Values that a person may write, compare and compute with.
pub mod value;
