//! SIP messages, headers, URIs and digest credentials (RFC 3261, 8760).
