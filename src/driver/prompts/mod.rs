//! Recorded prompts on disk.

/// Prompts that are decoded while the centre already takes calls.
pub mod arrival;

/// Sound files to samples at 8 kHz, within limits.
pub mod audio;

/// Encoded prompts in one file, for a fast start.
pub mod cache;

/// All prompts, ready to be played.
pub mod catalog;

/// The list of recorded prompts.
pub mod index;

/// Samples at any rate to 8 kHz.
pub mod resampler;

/// Prompts of release after release.
pub mod shelf;
