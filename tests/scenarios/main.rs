//! Scenarios on virtual time: one module each, the file name is the scenario.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod digest_vectors;
mod rsip_oracle;
mod sdp_examples;
mod sip_call;
mod sip_crossing;
mod sip_dialog;
mod sip_digest;
mod sip_flows;
mod sip_manners;
mod sip_mutations;
mod sip_net;
mod sip_peer;
mod sip_registration;
mod sip_storm;
mod sip_torture;
