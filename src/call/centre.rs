//! What calls are built on, shared by all of them, whatever their release.

use std::net::IpAddr;
use std::time::Duration;

use crate::call::health::HealthRules;
use crate::call::promise::CallbackRules;
use crate::machine::sip::network::Network;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::NumberPlan;

/// The part of a centre's set-up that changes only by a restart.
#[derive(Clone, Debug)]
pub struct Centre {
    /// How bare numbers become E.164.
    pub numbers: NumberPlan,
    /// Languages that are spoken, the default first.
    pub languages: Vec<Language>,
    /// The zone that hours and spoken times are in.
    pub zone: jiff::tz::TimeZone,
    /// Our media address in descriptions, for far ends of each kind.
    pub media: MediaAddress,
    /// Calls at once; one more gets 503.
    pub calls_max: usize,
    /// When a caller who is refused for want of room may try again.
    pub retry_after: Duration,
    /// How promises to call back are kept.
    pub callback: CallbackRules,
    /// What a seat's phone must do to be given calls.
    pub health: HealthRules,
    /// How long a call that should be over may take to let go.
    pub ending_max: Duration,
}

/// Which media address a far end is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaAddress {
    /// Where packets come to; unspecified: wherever its signalling comes to.
    pub address: IpAddr,
    /// What far ends outside `local_nets` are told instead.
    pub advertise: Option<IpAddr>,
    /// Networks that are told the address itself.
    pub local_nets: Vec<Network>,
}

impl MediaAddress {
    /// The address for the far end of this flow.
    #[must_use]
    pub fn towards(&self, flow: Flow) -> IpAddr {
        let far = flow.remote.ip();
        let is_near = self.local_nets.iter().any(|net| net.contains(far));
        match self.advertise {
            Some(advertised) if !is_near => advertised,
            Some(_) | None if self.address.is_unspecified() => flow.local.ip(),
            Some(_) | None => self.address,
        }
    }
}
