//! What a leg plays, hears and forwards.

/// The contract that every keeper of media fulfils.
pub mod contract;

/// Hears single tones.
pub mod ear;

/// The packet sessions of one thread.
pub mod exchange;

/// Rewrites one stream into another.
pub mod forwarding;

/// Key reports to presses.
pub mod key_hearing;

/// Presses to key reports.
pub mod key_press;

/// Where a leg's packets go and come from.
pub mod latch;

/// Prompts, encoded once.
pub mod library;

/// What sessions are told to do.
pub mod order;

/// What leaves: packets and events.
pub mod outbox;

/// The second keeper of the contract: durations only.
pub mod outline;

/// One leg as the outline knows it.
pub mod outline_leg;

/// The legs of an outline, and what is told of them.
pub mod outline_roster;

/// A play as the outline knows it.
pub mod outline_play;

/// What a far end says, as the outline keeps it.
pub mod outline_tape;

/// What passes between outlines instead of packets.
pub mod outline_wire;

/// What is playing, and how far.
pub mod playback;

/// What was received, and how well.
pub mod reception;

/// Reports about a leg's streams, to the far end and from it.
pub mod reporter;

/// One leg's packets.
pub mod session;

/// A session's side of a bridge.
pub mod session_bridge;

/// The numbering of what a leg sends.
pub mod stream;

/// What a far end says, kept for a message.
pub mod tape;

/// Evenly spread turns.
pub mod wheel;
