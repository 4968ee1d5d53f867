//! YAML, a strict subset, as a tree in which every value knows where it stands.

/// Text to tree.
pub mod tree;

/// The entries of a map, taken one by one.
pub mod record;
