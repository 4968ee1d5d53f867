//! First dialplans from the files of other systems, and what of those files was not understood.

/// From an Asterisk dialplan to drafts.
pub mod asterisk;

/// Conditions of an Asterisk dialplan.
pub mod asterisk_condition;

/// A menu of an Asterisk dialplan.
pub mod asterisk_menu;

/// An Asterisk dialplan being read.
pub mod asterisk_reader;

/// The applications of an Asterisk dialplan, context by context.
pub mod asterisk_table;

/// A configuration to run imported dialplans with.
pub mod centre_writer;

/// A dialplan in the making.
pub mod draft;

/// A draft as a file.
pub mod draft_writer;

/// From a FreeSWITCH dialplan to drafts.
pub mod freeswitch;

/// The menus of FreeSWITCH.
pub mod freeswitch_menu;

/// A FreeSWITCH dialplan being read.
pub mod freeswitch_reader;

/// The extensions of a FreeSWITCH dialplan as lists of what they do.
pub mod freeswitch_table;

/// Hours as other systems write them.
pub mod hours;

/// Regular expressions for numbers as patterns of ours.
pub mod number_expression;

/// What became of each line.
pub mod report;

/// Queues and the seats that serve them.
pub mod staff;

/// Queues and agents of other systems' files.
pub mod staff_reader;

/// Steps in the making.
pub mod workshop;
