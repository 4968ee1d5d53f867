//! Calls that leave: which numbers over which trunk, how many, how fast.

/// Numbers that may be called.
pub mod destination;

/// The one gate that every call out passes.
pub mod gate;
