//! A bank's file, checked.

/// What a bank promises that the centre cannot keep.
pub mod advice;

/// What a bank says about attributes.
pub mod attribute;

/// A whole file.
pub mod bank;

/// Conditions, typed by the attributes they test.
pub mod condition;

/// What is known while the rest is read.
pub mod context;

/// Questions with their answers.
pub mod question;

/// Texts per language, their slots typed by the attributes they name.
pub mod wording;
