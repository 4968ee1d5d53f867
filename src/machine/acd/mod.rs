//! The distributor: which contact to which seat.

/// All that waits and all that serves, with the indices that keep an event cheap.
pub mod board;

/// One contact from arrival to the end of its talk.
pub mod contact;

/// The engine: told inputs, answers outputs, says when to wake it.
pub mod engine;

/// The contacts of a queue in order, with their positions.
pub mod line;

/// Lanes of contacts against groups of seats.
pub mod matching;

/// Who goes before whom.
pub mod place;

/// Queues, seats and skills change under waiting contacts.
pub mod reorganisation;

/// One seat: where it stands, who must move next, and by when.
pub mod seat;

/// Who gets whom.
pub mod settle;

/// Which seats meet a need.
pub mod skill;

/// What the distributor is told and what it answers.
pub mod surface;

/// What snapshots read.
pub mod view;
