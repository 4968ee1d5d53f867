//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bank_faults;
mod dialplan_mistakes;
mod no_caller_is_trapped;
mod prediction_laws;
mod prediction_sim;
mod stage;
mod travel_bank;
mod travel_hotline;
