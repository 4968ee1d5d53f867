//! Ringwise, a contact centre in one binary. Floors from bottom to top; a room never looks up.

/// Words that every floor shares: time, ids, numbers, languages.
pub mod vocabulary;

/// Bytes and text to values and back. No state, no time.
pub mod wire;

/// Pure state machines and rules. Time, chance and data are arguments.
pub mod machine;

/// The calls themselves. Still pure.
pub mod call;

/// The only rooms that touch the world.
pub mod driver;

/// What people and programs see.
pub mod face;
