//! Session descriptions (RFC 8866), as SIP offers and answers use them.

/// Codecs: payload types, rtpmap and fmtp.
pub mod codec;

/// A whole description, read and written.
pub mod description;

/// Which way media flows.
pub mod direction;

/// One m-line and what belongs to it.
pub mod media;
