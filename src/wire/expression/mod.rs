//! How expressions are written: from text to a tree in which every part knows where it stands.

/// From text to a tree.
pub mod parser;

/// An expression as it is written.
pub mod syntax;

/// From text to words, values and signs.
pub mod token;
