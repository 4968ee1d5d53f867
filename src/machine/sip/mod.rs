//! SIP transactions, dialogs, registrar and the user agent above them.

/// Who may ask for what.
pub mod access;

/// A phone of ours that keeps itself registered.
pub mod account;

/// What is done when its time has come.
pub mod alarm;

/// Calls that go out.
pub mod calling;

/// What we can do, and what a request may ask of us.
pub mod capability;

/// All client transactions.
pub mod client_table;

/// Client transactions.
pub mod client_transaction;

/// Requests that belong to an INVITE of ours.
pub mod companion;

/// What a user agent is told once.
pub mod config;

/// Dialogs.
pub mod dialog;

/// Asks who is there and checks the answer.
pub mod digest_guard;

/// The phone's side of REGISTER.
pub mod enrolment;

/// How legs end by our will.
pub mod hangup;

/// A request that has come.
pub mod incoming;

/// Calls that come in.
pub mod invitation;

/// A session with one far end, as SIP sees it.
pub mod leg;

/// A range of addresses.
pub mod network;

/// Nonces that prove when they were made.
pub mod nonce;

/// Offers and answers of one voice stream.
pub mod offer_answer;

/// Offers of ours within an answered leg.
pub mod offering;

/// Is a registered flow alive?
pub mod ping;

/// Messages that come in.
pub mod reception;

/// Who can be reached where.
pub mod registrar;

/// The registrar's side of REGISTER.
pub mod registration;

/// Responses that come in.
pub mod response;

/// How messages are put on the wire.
pub mod sending;

/// All server transactions.
pub mod server_table;

/// Server transactions.
pub mod server_transaction;

/// A session that must be refreshed to live.
pub mod session_timer;

/// What the user agent is told and what it reports.
pub mod surface;

/// The round-trip estimates of all SIP timers.
pub mod timing;

/// Transactions, dialogs, registrar and session timers as one.
pub mod user_agent;

/// Whether the far end of a leg is still there.
pub mod watch;

/// Requests within a dialog.
pub mod within;
