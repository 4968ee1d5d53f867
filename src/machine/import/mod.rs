//! First dialplans from the files of other systems, and what of those files was not understood.

/// From an Asterisk dialplan to drafts.
pub mod asterisk;

/// A menu of an Asterisk dialplan.
pub mod asterisk_menu;

/// The applications of an Asterisk dialplan, context by context.
pub mod asterisk_table;

/// A dialplan in the making.
pub mod draft;

/// A draft as a file.
pub mod draft_writer;

/// Hours as other systems write them.
pub mod hours;

/// What became of each line.
pub mod report;

/// Queues and the seats that serve them.
pub mod staff;

/// From a FreeSWITCH dialplan to drafts.
pub mod freeswitch;

/// The extensions of a FreeSWITCH dialplan as lists of what they do.
pub mod freeswitch_table;

/// Queues and agents of other systems' files.
pub mod staff_reader;

/// Regular expressions for numbers as patterns of ours.
pub mod number_expression;

/// Steps in the making.
pub mod workshop;

/// An Asterisk dialplan being read.
pub mod asterisk_reader;

/// A FreeSWITCH dialplan being read.
pub mod freeswitch_reader;

/// The menus of FreeSWITCH.
pub mod freeswitch_menu;
