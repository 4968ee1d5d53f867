//! The command line.

/// `ringwise check`: files and what is wrong with them.
pub mod check;

/// What can be typed, and who does it.
pub mod command;

/// Which configuration a command reads.
pub mod config_choice;

/// Shows the demo.
pub mod demo;

/// How a command ended.
pub mod ending;

/// Faults as a person reads them.
pub mod fault_report;

/// Asks a running centre.
pub mod query;

/// Other releases for a running centre.
pub mod release;

/// Runs a centre.
pub mod serve;

/// A walk as a person reads it.
pub mod story;

/// `ringwise try`: a walk in the terminal.
pub mod trial;
