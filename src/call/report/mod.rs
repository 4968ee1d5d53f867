//! What a stretch of recorded calls says of the service: were questions foreseen, were callers
//! answered, did they have to call again.

/// What a report keeps of one call.
pub mod account;

/// Whether probabilities are what they say.
pub mod calibration;

/// Hits as they would be if every menu were read in an order drawn by lot.
pub mod evenness;

/// A report as a picture.
pub mod picture;

/// Who called again.
pub mod returning;

/// Counts of one question.
pub mod question_tally;

/// The counts.
pub mod tally;
