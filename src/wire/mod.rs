//! Bytes and text to values and back. No state, no time.

/// SIP messages (RFC 3261).
pub mod sip;

/// YAML, a strict subset.
pub mod yaml;
