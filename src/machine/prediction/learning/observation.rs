//! What is seen of an order when a call comes: its attributes as whole numbers and words.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::order::Value as Given;
use crate::machine::prediction::sheet::Sheet;
use crate::machine::prediction::situation;
use crate::machine::prediction::situation::Situation;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::Value;

/// What is seen of an order and its customer, by attribute.
pub type Observation = BTreeMap<String, Seen>;

/// The value of an attribute.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seen {
    /// In millionths: whole numbers are the same in memory and on disk. Moments and days are hours
    /// from now, clock times hours after midnight.
    Number(i64),
    /// A word, `true` or `false`.
    Word(String),
}

/// What is seen at this moment of all that the bank declares, and the order's place among the
/// customer's.
#[must_use]
pub fn observe(sheet: &Sheet<'_>) -> Observation {
    let situation = &sheet.situation;
    let declared = situation.attributes.iter();
    let mut seen: Observation = declared
        .filter_map(|(name, attribute)| Some((name.clone(), seen(sheet, name, attribute.kind)?)))
        .collect();
    let orders = &situation.customer.orders;
    let place = situation
        .order
        .and_then(|order| orders.iter().position(|one| std::ptr::eq(one, order)));
    let mut count = |name: &str, count: usize| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        seen.insert(
            name.to_owned(),
            Seen::Number(count.saturating_mul(1_000_000)),
        );
    };
    count(ORDERS, orders.len());
    place.into_iter().for_each(|place| count(PLACE, place));
    seen
}

fn seen(sheet: &Sheet<'_>, name: &str, kind: Kind) -> Option<Seen> {
    let Situation { wall, zone, .. } = sheet.situation;
    let hours_until = |at: Wall| {
        let ms = at.as_ms().checked_sub(wall.as_ms())?;
        Some(Seen::Number(ms.saturating_mul(1_000_000) / HOUR_MS))
    };
    match (kind, sheet.given(name)?) {
        (Kind::Code, _)
        | (Kind::Moment | Kind::Date | Kind::Time, Given::Bool(_) | Given::Number(_)) => None,
        (Kind::Moment, Given::Text(_)) => match sheet.typed(name)? {
            Value::Moment(at) => hours_until(*at),
            Value::Bool(_)
            | Value::Number(_)
            | Value::Money(_)
            | Value::Text(_)
            | Value::Duration(_)
            | Value::Date(_)
            | Value::Time(_) => None,
        },
        (Kind::Date, Given::Text(text)) => {
            let day: jiff::civil::Date = text.get(..10)?.parse().ok()?;
            let start = day.to_zoned(zone.clone()).ok()?;
            hours_until(Wall::from_ms(start.timestamp().as_millisecond()))
        }
        (Kind::Time, Given::Text(text)) => {
            let time: jiff::civil::Time = text.parse().ok()?;
            let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
            Some(Seen::Number(minutes * 1_000_000 / 60))
        }
        (Kind::Number | Kind::Money | Kind::State | Kind::Bool | Kind::Text, given) => {
            match given {
                Given::Number(number) => situation::whole(number * 1e6).map(Seen::Number),
                Given::Text(text) => Some(Seen::Word(text.clone())),
                Given::Bool(yes) => Some(Seen::Word(yes.to_string())),
            }
        }
    }
}

/// So many orders the customer has.
const ORDERS: &str = "#orders";
/// The order's place among them, the newest 0.
const PLACE: &str = "#place";
const HOUR_MS: i64 = 3_600_000;
