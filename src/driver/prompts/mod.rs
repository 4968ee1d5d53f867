//! Recorded prompts on disk.

/// Sound files to samples at 8 kHz, within limits.
pub mod audio;

/// Samples at any rate to 8 kHz.
pub mod resampler;
