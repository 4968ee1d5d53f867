//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
mod english_speech;
mod mandarin_speech;
mod prompt_catalog;
mod speech_command;
mod speech_coverage;
mod spoken_table;
