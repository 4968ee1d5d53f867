//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod dialplan_mistakes;
mod stage;
mod travel_hotline;
mod prediction_laws;
mod prediction_sim;
mod travel_bank;
