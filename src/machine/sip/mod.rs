//! SIP transactions, dialogs, registrar and the user agent above them.

/// What the user agent is told and what it reports.
pub mod surface;
