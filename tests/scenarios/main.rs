//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod media_keepers;

mod media_loopback;

mod media_fuzz;

mod media_reports;
