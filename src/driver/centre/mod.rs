//! A running centre: its parts put together, its loop on a thread of its own.

/// From the configuration to the parts.
pub mod assembly;

/// Prepares releases off the loop.
pub mod keeper;

/// What was learned, for whoever predicts outside of a call.
pub mod learned;

/// All that a release is made of.
pub mod material;

/// Where faces bring wishes for other releases.
pub mod office;

/// What is wrong with dialplans that hold together.
pub mod proof;

/// The files of releases that were taken.
pub mod release_store;

/// The thread that turns the loop.
pub mod running;
