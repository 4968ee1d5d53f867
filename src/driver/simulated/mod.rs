//! The same contracts on virtual time: a whole centre, callers and seats included, in one thread.

/// A network that loses, delays and repeats, by its seed.
pub mod network;

/// A tap between the centre and its town.
pub mod tap;

/// The centre, its phones and all that happens between them.
pub mod town;
