//! Days of a centre on virtual time: the distributor as it is, with callers and seats that are drawn.

/// A day of calls through the engine.
pub mod day;

/// How long things take.
pub mod distribution;

/// Draws from a stream of chance.
pub mod draw;

/// Means and ratios over days, with their intervals.
pub mod estimate;

/// The figures that are told.
pub mod figure;

/// What happened on a day.
pub mod log;

/// The day as a picture.
pub mod picture;

/// Scenario files.
pub mod reading;

/// What a scenario file describes.
pub mod scenario;

/// A quantity over a day.
pub mod series;

/// Seats that come and go.
pub mod staffing;

/// Why a day is not played to its end.
pub mod stop;

/// Policies on the same days.
pub mod study;

/// Counts of a day.
pub mod tally;

/// The calls of a day.
pub mod traffic;
