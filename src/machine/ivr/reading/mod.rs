//! A dialplan's file, step by step.

/// An answer.
pub mod answer;

/// Digits.
pub mod collect;

/// A look-up.
pub mod lookup;

/// Fixed choices.
pub mod menu;

/// Likely questions.
pub mod predict;

/// A wait for a seat.
pub mod queue;

/// What the steps of a dialplan file have in common.
pub mod reader;

/// One step of a dialplan file, by its verb.
pub mod step;

/// A proof of who calls.
pub mod verify;
