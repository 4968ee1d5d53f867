//! A phone of ours that keeps itself registered (RFC 3261 section 10.2).

use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::surface::Account;
use crate::vocabulary::time::Now;

/// A registration of ours.
#[derive(Debug)]
pub struct Phone {
    /// Credentials and wishes.
    pub account: Account,
    /// Call-ID and numbers of its REGISTERs.
    pub dialog: Dialog,
    /// `urn:uuid:` of the phone, the same as long as it lives.
    pub instance: String,
    /// Challenges answered since the last success.
    pub answered: u8,
    /// When to register again.
    pub again: Option<Now>,
}
