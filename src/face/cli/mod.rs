//! The command line.

/// `ringwise check`: files and what is wrong with them.
pub mod check;

/// What can be typed, and who does it.
pub mod command;

/// Two releases side by side.
pub mod comparison_table;

/// Which configuration a command reads.
pub mod config_choice;

/// A report of every day, written by a running centre.
pub mod daily_report;

/// Shows the demo.
pub mod demo;

/// `ringwise diff`: what other files would have made of recorded calls.
pub mod diff;

/// Dialplans and banks by name.
pub mod draft_choice;

/// `ringwise draw`: a dialplan as a picture.
pub mod draw;

/// How a command ended.
pub mod ending;

/// Faults as a person reads them.
pub mod fault_report;

/// Figures of a period as tables.
pub mod figure_table;

/// Reads and checks files that a person names.
pub mod finding;

/// `ringwise import`: first dialplans from other systems.
pub mod import;

/// What `ringwise kpis` is asked.
pub mod kpi_options;

/// Single keys from a terminal.
pub mod keyboard;

/// `ringwise predict`: how well questions are predicted.
pub mod predict;

/// What an evaluation says.
pub mod predict_report;

/// Asks a running centre.
pub mod query;

/// Other releases for a running centre.
pub mod release;

/// `ringwise report`.
pub mod report;
/// Answers of a centre as tables and lines for people.
pub mod report_table;

/// What supervisors may do.
pub mod intervention;

/// `ringwise schema`: what may stand in files.
pub mod schema;

/// Runs a centre.
pub mod serve;

/// What other banks would have foreseen.
pub mod shadow;

/// `ringwise simulate`: days of a centre on virtual time.
pub mod simulate;

/// A simulation as programs read it.
pub mod simulate_json;

/// A simulation as tables.
pub mod simulate_table;

/// A walk as a person reads it.
pub mod story;

/// `ringwise token`: makes tokens.
pub mod token;

/// `ringwise try`: a walk in the terminal.
pub mod trial;

/// What a trial stands on.
pub mod trial_ground;

/// The sound of a trial.
pub mod trial_sound;

/// A trial going on.
pub mod trial_stage;

/// `ringwise waits`: how well recorded waits would have been foretold.
pub mod waits;
