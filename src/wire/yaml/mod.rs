//! YAML, a strict subset, as a tree in which every value knows where it stands.

/// Where a part of a text stands in the file.
pub mod excerpt;

/// The entries of a map, taken one by one.
pub mod record;

/// What the parser refuses, in our words.
pub mod refusal;

/// Slips of the hand.
pub mod slip;

/// One line that is looked at for slips.
pub mod slip_line;

/// What slips are, and what is open between lines.
pub mod slip_open;

/// Text to tree.
pub mod tree;
