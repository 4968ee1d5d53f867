//! YAML, a strict subset, as a tree in which every value knows where it stands.

/// Where a part of a text stands in the file.
pub mod excerpt;

/// The entries of a map, taken one by one.
pub mod record;

/// Text to tree.
pub mod tree;
