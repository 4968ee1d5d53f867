//! `ringwise demo`: a whole centre with built-in callers and seats, told call by call.

/// Who phones, and what they do when.
pub mod cast;

/// Who works in the demo centre and who phones it.
pub mod company;

/// Many who phone at once, so that times are taken under load.
pub mod crowd;

/// The command.
pub mod house;

/// Tells a call's story from its facts.
pub mod narrator;

/// The phones of callers and seats, on a thread of their own.
pub mod phones;

/// Calls and seats on stage: what was heard, what was measured.
pub mod play;
