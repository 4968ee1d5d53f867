//! Bytes and text to values and back. No state, no time.

/// How expressions are written.
pub mod expression;

/// Samples to companded bytes and back (ITU-T G.711).
pub mod g711;

/// Reports about RTP streams (RFC 3550 section 6).
pub mod rtcp;

/// The RTP header (RFC 3550 section 5.1).
pub mod rtp;

/// What a service of HTTP tells a call to do, in JSON.
pub mod service;

/// Session descriptions (RFC 8866).
pub mod sdp;

/// SIP messages (RFC 3261).
pub mod sip;

/// Keys pressed on a telephone, as RTP payload (RFC 4733).
pub mod telephone_event;

/// XML to a tree in which every element knows its line.
pub mod xml;

/// YAML, a strict subset.
pub mod yaml;
