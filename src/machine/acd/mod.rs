//! The distributor: which contact to which seat.

/// Who rings beside whom.
pub mod beside;

/// Several seats ring for one contact.
pub mod ringing;

/// Whom a step of a contact asks for.
pub mod asked;

/// All that waits and all that serves, with the indices that keep an event cheap.
pub mod board;

/// One contact from arrival to the end of its talk.
pub mod contact;

/// The engine: told inputs, answers outputs, says when to wake it.
pub mod engine;

/// What the distributor says happened.
pub mod fact;

/// The contacts of a queue in order, with their positions.
pub mod line;

/// A contact comes, is sent elsewhere, changes its class.
pub mod arrival;

/// What policies look at.
pub mod figure;

/// Seats that can do the same.
pub mod group;

/// Contacts with the same queue, need and class.
pub mod lane;

/// Lanes of contacts against groups of seats.
pub mod matching;

/// Lanes are opened and closed, groups formed and dissolved.
pub mod formation;

/// Who goes before whom.
pub mod place;

/// What a contact needs of a seat, with ids or with names.
pub mod need;

/// Contacts that wait for seats by name.
pub mod personal;

/// Queues, seats and skills change under waiting contacts.
pub mod reorganisation;

/// What was learned of a queue's talks and callers, as a restart goes on from it.
pub mod experience;

/// An engine tells what it learned, and goes on from what another did.
pub mod learned;

/// How long callers are willing to wait, as far as it was seen.
pub mod patience;

/// Which queue a free seat serves first: the policies, by formula.
pub mod policy;

/// What is seen of all queues that share seats.
pub mod pool;

/// Whom a free seat should take first.
pub mod rank;

/// Ready seats that a queue keeps for its own contacts.
pub mod reserve;

/// An ordered map that keeps its first entry at hand.
pub mod row;

/// One seat: where it stands, who must move next, and by when.
pub mod seat;

/// Who gets whom.
pub mod settle;

/// Which seats meet a need.
pub mod skill;

/// What a contact asks for one after the other, and of which class it is.
pub mod step;

/// What the distributor is told and what it answers.
pub mod surface;

/// The steps of contacts that ask for the same, as lanes.
pub mod tour;

/// Contacts among the waiting.
pub mod waiting;

/// What snapshots read.
pub mod view;
