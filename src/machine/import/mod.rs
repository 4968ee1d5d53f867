//! First dialplans from the files of other systems, and what of those files was not understood.

/// A dialplan in the making.
pub mod draft;

/// A draft as a file.
pub mod draft_writer;

/// From an Asterisk dialplan to drafts.
pub mod asterisk;

/// A menu of an Asterisk dialplan.
pub mod asterisk_menu;

/// The applications of an Asterisk dialplan, context by context.
pub mod asterisk_table;

/// Hours as other systems write them.
pub mod hours;

/// What became of each line.
pub mod report;

/// Queues and the seats that serve them.
pub mod staff;
