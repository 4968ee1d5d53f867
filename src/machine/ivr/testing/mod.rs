//! Tests that stand in dialplans: read, played on virtual time, judged.

/// A test as its file says it.
pub mod case;

/// From a file's `tests` to cases.
pub mod case_reader;

/// Which steps and ways tests have walked.
pub mod coverage;

/// A case being played.
pub mod playing;

/// All tests of a dialplan.
pub mod suite;

/// What was expected against what happened.
pub mod verdict;
