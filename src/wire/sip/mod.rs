//! SIP messages, headers, URIs and digest credentials (RFC 3261, 8760).

/// The comma-separated parameters of challenges and credentials.
pub mod auth_param;

/// A digest challenge.
pub mod challenge;

/// The answer to a digest challenge.
pub mod credentials;

/// `CSeq`.
pub mod cseq;

/// Reading a message, with limits and an answer for each fault.
pub mod decode;

/// Digest authentication: what is hashed, and comparing answers.
pub mod digest;

/// Finding messages in a stream.
pub mod framing;

/// The basic rules that headers share.
pub mod grammar;

/// One header: its name and its value.
pub mod header;

/// The headers of a message in order.
pub mod headers;

/// Hosts: names, IPv4 addresses, IPv6 addresses in brackets.
pub mod host;

/// A message, and how it is written.
pub mod message;

/// Request methods.
pub mod method;

/// A URI with a display name and parameters.
pub mod name_addr;

/// Parameters after a semicolon.
pub mod param;

/// Reason.
pub mod reason;

/// Retry-After.
pub mod retry_after;

/// Session-Expires and Min-SE.
pub mod session_expires;

/// URIs: sip, sips, tel, and any other.
pub mod uri;

/// When two URIs mean the same.
pub mod uri_equality;

/// Via.
pub mod via;
