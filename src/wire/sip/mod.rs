//! SIP messages, headers, URIs and digest credentials (RFC 3261, 8760).

/// The basic rules that headers share.
pub mod grammar;

/// Hosts: names, IPv4 addresses, IPv6 addresses in brackets.
pub mod host;

/// Request methods.
pub mod method;

/// Parameters after a semicolon.
pub mod param;

/// URIs: sip, sips, tel, and any other.
pub mod uri;

/// One header: its name and its value.
pub mod header;

/// Via.
pub mod via;

/// A URI with a display name and parameters.
pub mod name_addr;

/// `CSeq`.
pub mod cseq;

/// The headers of a message in order.
pub mod headers;

/// A message, and how it is written.
pub mod message;

/// Reading a message, with limits and an answer for each fault.
pub mod decode;

/// Finding messages in a stream.
pub mod framing;

/// Digest authentication: what is hashed, and comparing answers.
pub mod digest;

/// The comma-separated parameters of challenges and credentials.
pub mod auth_param;

/// A digest challenge.
pub mod challenge;

/// The answer to a digest challenge.
pub mod credentials;

/// Session-Expires and Min-SE.
pub mod session_expires;

/// Retry-After.
pub mod retry_after;

/// Reason.
pub mod reason;
