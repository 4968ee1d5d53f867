//! One typed, total language for branches, conditions, needs and rules: no loops, no I/O.

/// What is computed from values.
pub mod arithmetic;

/// What an expression may name.
pub mod environment;

/// From a checked expression to a value.
pub mod evaluation;

/// An expression that was read and checked.
pub mod expressed;

/// What can be called by name.
pub mod function;

/// Kinds of values.
pub mod kind;

/// A checked expression.
pub mod term;

/// Names and kinds looked at before any call.
pub mod typing;
