//! Dialplans: checked, then walked.

/// From a dialplan file to a script, or to all that is wrong with it.
pub mod check;

/// Which dialled numbers a dialplan answers.
pub mod did;

/// What the steps of a dialplan file have in common.
pub mod reader;

/// How a call may travel through a script.
pub mod route;

/// A dialplan that was checked.
pub mod script;

/// One step of a dialplan file, verb by verb.
pub mod step_reader;

/// What a walk is told and what it answers.
pub mod surface;

/// What a dialplan may name beyond itself.
pub mod surroundings;

/// What a dialplan says.
pub mod wording;
