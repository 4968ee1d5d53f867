//! Session descriptions (RFC 8866), as SIP offers and answers use them.

/// Which way media flows.
pub mod direction;

/// Codecs: payload types, rtpmap and fmtp.
pub mod codec;

/// One m-line and what belongs to it.
pub mod media;

/// A whole description, read and written.
pub mod description;
