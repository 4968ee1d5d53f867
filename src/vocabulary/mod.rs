//! Words that every floor shares.

/// Seeded randomness that strangers cannot guess.
pub mod chance;

/// What is wrong in a file that a person wrote, and where.
pub mod fault;

/// What stands written where a telephone number should be.
pub mod dialled;

/// Where a SIP message came from and goes to.
pub mod flow;

/// Names of things that live in memory.
pub mod id;

/// Languages that are spoken and written.
pub mod language;

/// Amounts of money.
pub mod money;

/// Telephone numbers in E.164 form.
pub mod phone_number;

/// One clock, two readings.
pub mod time;
