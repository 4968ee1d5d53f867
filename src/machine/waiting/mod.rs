//! How long a contact will wait: foretold from how the queue moves, learned as it moves.

/// How well waits were foretold.
pub mod accuracy;

/// What was learned of a queue's waits, as a restart goes on from it.
pub mod experience;

/// Folds what the distributor does into what waits to expect.
pub mod forecaster;

/// How far a wait may be from what was foretold.
pub mod margin;

/// The queue-length estimator with abandonment.
pub mod queue_length;

/// A wait as it is said: whole minutes, from and to.
pub mod range;

/// Waits as somebody recorded them.
pub mod recorded;

/// Recorded waits told again.
pub mod replay;

/// Contacts that wait together, and how fast they move.
pub mod station;

/// A rate that is learned while it changes.
pub mod tempo;

/// What the centre says of a wait.
pub mod words;
