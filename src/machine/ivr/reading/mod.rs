//! A dialplan's file, step by step.

/// An answer.
pub mod answer;

/// Digits.
pub mod collect;

/// Questions to services.
pub mod consult;

/// What stands at the top of a dialplan's file.
pub mod entry;

/// Expressions: read once, checked twice.
pub mod expression;

/// Conditions that say where a call goes.
pub mod fork;

/// Opening hours.
pub mod hours;

/// A look-up.
pub mod lookup;

/// Fixed choices.
pub mod menu;

/// A message that the caller leaves.
pub mod message;

/// What expressions may name.
pub mod naming;

/// Likely questions.
pub mod predict;

/// A wait for a seat.
pub mod queue;

/// What the steps of a dialplan file have in common.
pub mod reader;

/// Which steps may name each other.
pub mod scope;

/// Variables being set.
pub mod set;

/// One step of a dialplan file, by its verb.
pub mod step;

/// Names of steps, of subflows and of their outcomes.
pub mod step_name;

/// Subflows and where they are used.
pub mod subflow;

/// A score that the caller is asked for.
pub mod survey;

/// Texts in every language, with slots and values.
pub mod text;

/// Variables and arguments.
pub mod variable;

/// A proof of who calls.
pub mod verify;

/// Whom a waiting call asks for one after the other.
pub mod wait_step;
/// What a caller hears and may do while waiting for a seat.
pub mod waiting;

/// A promise to call back.
pub mod callback;

/// A call to a number outside.
pub mod dial;
