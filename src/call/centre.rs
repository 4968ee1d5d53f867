//! What calls are built on: the centre's set-up, shared by all of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::catalog::Catalog;
use crate::machine::ivr::script::Script;
use crate::machine::prediction::bank::Bank;
use crate::machine::sip::network::Network;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::NumberPlan;

/// The centre's set-up. It changes only by a restart.
#[derive(Clone, Debug)]
pub struct Centre {
    /// Seats, queues and skills by name and id.
    pub catalog: Arc<Catalog>,
    /// Dialplans, each with the numbers it answers.
    pub scripts: Vec<Arc<Script>>,
    /// Questions and answers, by the name that dialplans use.
    pub banks: BTreeMap<String, Arc<Bank>>,
    /// Digests of the files that dialplans, bank and prompts came from.
    pub versions: Vec<String>,
    /// What has been recorded.
    pub phrasebook: Arc<Phrasebook>,
    /// Music on hold, if it is there.
    pub music: Option<PromptId>,
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

impl Centre {
    /// The dialplan that answers this number.
    #[must_use]
    pub fn script(&self, called: &str) -> Option<&Arc<Script>> {
        self.scripts.iter().find(|script| script.answers(called))
    }

    /// The bank that a dialplan names; an empty one if it names none.
    #[must_use]
    pub fn bank(&self, script: &Script) -> Arc<Bank> {
        let named = script.bank.as_ref().and_then(|bank| self.banks.get(bank));
        named.cloned().unwrap_or_default()
    }
}
