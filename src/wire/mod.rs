//! Bytes and text to values and back. No state, no time.

/// SIP messages (RFC 3261).
pub mod sip;

/// Session descriptions (RFC 8866).
pub mod sdp;
