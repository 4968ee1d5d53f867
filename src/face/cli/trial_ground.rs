//! What a trial stands on: who calls, what is recorded, what becomes of look-ups.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::driver::config::settings::Settings;
use crate::driver::orders::book::OrderBook;
use crate::driver::service::desk::ServiceDesk;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::prediction::bank::Bank;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::time::Wall;

/// How long a look-up takes unless it is told otherwise.
const LOOKUP_TAKES: Duration = Duration::from_millis(50);

/// What becomes of look-ups.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failing {
    /// `orders`, or the name of a service.
    pub what: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a look-up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It is answered after so long.
    Answered(Duration),
    /// It fails.
    Failed(LookupFailure),
}

impl Default for Fate {
    fn default() -> Self {
        Self::Answered(LOOKUP_TAKES)
    }
}

/// What cannot be read in a list of failures.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{0:?} is none of orders=timeout, orders=failed, orders=busy, orders=3s, or a service with these"
)]
pub struct FailingError(String);

impl FromStr for Failing {
    type Err = FailingError;

    fn from_str(text: &str) -> Result<Self, FailingError> {
        let wrong = || FailingError(text.to_owned());
        let (what, how) = text.split_once('=').ok_or_else(wrong)?;
        if what.is_empty() {
            return Err(wrong());
        }
        let fate = match how {
            "timeout" => Fate::Failed(LookupFailure::Timeout),
            "failed" => Fate::Failed(LookupFailure::Failed),
            "busy" => Fate::Failed(LookupFailure::Busy),
            seconds => {
                let seconds = seconds.strip_suffix('s').ok_or_else(wrong)?;
                let seconds: f64 = seconds.parse().map_err(|_| wrong())?;
                Fate::Answered(Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?)
            }
        };
        let what = what.to_owned();
        Ok(Self { what, fate })
    }
}

/// What a trial stands on.
pub struct Ground {
    /// The dialplan.
    pub script: Arc<Script>,
    /// Its bank.
    pub bank: Bank,
    /// Who has which orders.
    pub book: OrderBook,
    /// What becomes of look-ups.
    pub fate: Fate,
    /// What becomes of services, by name; the others are asked.
    pub fates: BTreeMap<String, Fate>,
    /// Services.
    pub services: ServiceDesk,
    /// What is recorded.
    pub phrasebook: Phrasebook,
    /// The centre's zone.
    pub zone: TimeZone,
    /// Who calls.
    pub caller: CallerContext,
    /// When the phone rings.
    pub start: Wall,
    /// Where prompts are, and who says the rest.
    pub settings: Settings,
}
