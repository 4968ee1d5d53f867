//! What a stretch of recorded calls says of the service: were questions foreseen, were callers
//! answered, did they have to call again.

/// What a report keeps of one call.
pub mod account;

/// Whether probabilities are what they say.
pub mod calibration;

/// Two releases by the same measures.
pub mod comparison;

/// Hits as they would be if every menu were read in an order drawn by lot.
pub mod evenness;

/// Sums by release, for monitoring.
pub mod foresight;

/// A report as a picture.
pub mod picture;

/// Who called again.
pub mod returning;

/// Counts of one question.
pub mod question_tally;

/// What other banks would have foreseen on the same calls.
pub mod shadow;

/// A sum over calls, with what its spread needs.
pub mod sum;

/// The counts.
pub mod tally;
