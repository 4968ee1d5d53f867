//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bank_faults;
mod prediction_laws;
mod prediction_sim;
mod travel_bank;
