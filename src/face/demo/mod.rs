//! `ringwise demo`: a whole centre with built-in callers and seats, told call by call.

/// Who phones, and what they do when.
pub mod cast;

/// The command.
pub mod house;

/// Tells a call's story from its facts.
pub mod narrator;

/// The phones of callers and seats, on a thread of their own.
pub mod phones;

/// Calls and seats on stage: what was heard, what was measured.
pub mod play;
