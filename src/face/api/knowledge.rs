//! What questions are ranked and answered by outside of a call: banks, models, orders.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::call::release::Release;
use crate::driver::centre::learned::Learned;
use crate::driver::centre::office::Office;
use crate::driver::clock::Clock;
use crate::driver::orders::source::Orders;
use crate::face::api::problem::Problem;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::prediction::answer::Asking;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::phone_number::PhoneNumber;
use crate::vocabulary::time::Wall;

/// Longest wait for the source of orders.
const LOOKUP_MAX: Duration = Duration::from_secs(2);

/// What questions are ranked and answered by. Copies share it.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// The source of orders.
    pub orders: Arc<Orders>,
    /// What was learned.
    pub learned: Learned,
    /// Where the present release is.
    pub releases: Office,
    /// The clock.
    pub clock: Clock,
    /// The centre's zone.
    pub zone: TimeZone,
    /// How numbers are dialled here.
    pub plan: NumberPlan,
    /// The centre's language.
    pub language: Language,
}

/// Who asks, as every request says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Who {
    /// The bank; it may be left out where there is one.
    pub bank: Option<String>,
    /// A number, whose orders are looked up.
    pub caller: Option<String>,
    /// Or the customer with their orders.
    pub customer: Option<Given>,
    /// In which language texts are given; else the centre's first.
    pub language: Option<Language>,
    /// The moment, in milliseconds since 1970; else now.
    pub at_ms: Option<i64>,
}

/// A customer as a request gives them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    id: String,
    name: String,
    numbers: Vec<PhoneNumber>,
    attributes: BTreeMap<String, Value>,
    orders: Vec<Order>,
}

impl From<Given> for Customer {
    fn from(given: Given) -> Self {
        Self {
            id: given.id,
            name: given.name,
            numbers: given.numbers,
            attributes: given.attributes,
            orders: given.orders,
        }
    }
}

/// Who asks, with all that is known of them.
#[derive(Debug)]
pub struct Known {
    /// The release that new calls get.
    pub release: Arc<Release>,
    /// The bank.
    pub bank: Arc<Bank>,
    /// The customer; empty if nobody is known.
    pub customer: Customer,
    /// In which language texts are given.
    pub language: Language,
    /// The moment.
    pub wall: Wall,
}

impl Known {
    /// As banks want it.
    #[must_use]
    pub const fn asking<'k>(&'k self, zone: &'k TimeZone) -> Asking<'k> {
        Asking {
            customer: &self.customer,
            language: self.language,
            wall: self.wall,
            zone,
        }
    }

    /// The customer's order of this id.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<&Order> {
        self.customer.orders.iter().find(|order| order.id == id)
    }
}

impl Knowledge {
    /// All that is known of who asks.
    ///
    /// # Errors
    ///
    /// A [`Problem`] to answer with.
    pub async fn of(&self, who: Who) -> Result<Known, Problem> {
        let release = self.releases.present();
        let bank = bank(&release, who.bank.as_deref())?;
        let customer = match (who.customer, who.caller) {
            (Some(customer), None) => customer.into(),
            (None, Some(number)) => self.look_up(&number).await?,
            (Some(_), Some(_)) | (None, None) => {
                let detail = "say who asks: either `caller`, a number, or `customer` with orders";
                return Err(unprocessable(detail));
            }
        };
        Ok(Known {
            release,
            bank,
            customer,
            language: who.language.unwrap_or(self.language),
            wall: who
                .at_ms
                .map_or_else(|| self.clock.turn().wall, Wall::from_ms),
        })
    }

    async fn look_up(&self, number: &str) -> Result<Customer, Problem> {
        let number = self.plan.normalise(number);
        let number = number.map_err(|error| unprocessable(&format!("caller: {error}")))?;
        let (tell, told) = oneshot::channel();
        let answered = move |found| {
            // Whoever asked may have given up.
            let _ = tell.send(found);
        };
        let key = LookupKey::Phone(number);
        self.orders.request(key, LOOKUP_MAX, Box::new(answered));
        let found = match tokio::time::timeout(LOOKUP_MAX, told).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Err(LookupFailure::Timeout),
        };
        found.map_err(|failure| Problem::unavailable(&format!("the orders: {failure}")))
    }
}

fn bank(release: &Release, name: Option<&str>) -> Result<Arc<Bank>, Problem> {
    let named = match name {
        Some(name) => release.banks.get(name),
        None if release.banks.len() == 1 => release.banks.values().next(),
        None => None,
    };
    named.cloned().ok_or_else(|| {
        let known: Vec<&str> = release.banks.keys().map(String::as_str).collect();
        unprocessable(&format!("name a `bank`, one of: {}", known.join(", ")))
    })
}

/// 422 with this detail.
#[must_use]
pub fn unprocessable(detail: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not understood", detail)
}
