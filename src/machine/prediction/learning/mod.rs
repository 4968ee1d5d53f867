//! What a model learns with, in numbers that are the same to the bit wherever a log is replayed.

/// Exponentials and logarithms.
pub mod arithmetic;

/// Several forecasts as one.
pub mod blend;

/// Attributes cut into bins.
pub mod column;

/// Calls as a fit works on them.
pub mod course;

/// Numbers kept to the last bit.
pub mod exact;

/// What was fitted to many calls at once.
pub mod fitted;

/// Boosted trees.
pub mod forest;

/// How one tree is grown.
pub mod grower;

/// What is seen of an order when a call comes.
pub mod observation;

/// What is asked more these hours and days.
pub mod season;

/// A small decision tree in one line of a processor's memory.
pub mod packed_tree;

/// A softmax over cells.
pub mod softmax;

/// Questions that are suddenly asked many times as often.
pub mod storm;

/// By how much more each question is asked than foretold.
pub mod tilt;

/// A small decision tree.
pub mod tree;
