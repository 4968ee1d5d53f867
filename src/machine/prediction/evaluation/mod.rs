//! How good predictions are, on calls whose question is known.

/// A call whose question is known.
pub mod case;

/// What a fixed menu takes.
pub mod fixed_menu;

/// How long callers listen.
pub mod listening;

/// A learner that goes through calls in their order, as a centre does.
pub mod pupil;

/// Whether probabilities come true.
pub mod reliability;

/// Sums over many calls, and what they say.
pub mod score;
