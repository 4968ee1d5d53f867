//! One order of one customer at one moment.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Derivation;
use crate::machine::prediction::attribute::Unit;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::order::Value;
use crate::vocabulary::time::Wall;

/// One order of one customer at one moment, or the customer without an order.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the bank says about attributes.
    pub attributes: &'a BTreeMap<String, Attribute>,
    /// The customer.
    pub customer: &'a Customer,
    /// The order.
    pub order: Option<&'a Order>,
    /// The moment.
    pub wall: Wall,
    /// Moments without an offset are meant in this zone.
    pub zone: &'a TimeZone,
}

impl Situation<'_> {
    /// The value of an attribute: as the source gives it, else derived from others.
    ///
    /// `customer.` leads to the customer's attributes, all other names to the order's.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.value_within(name, DERIVATIONS_MAX)
    }

    /// The value of an attribute as a moment.
    #[must_use]
    pub fn moment(&self, name: &str) -> Option<jiff::Zoned> {
        match self.value(name)? {
            Value::Text(text) => moment(&text, self.zone),
            Value::Bool(_) | Value::Number(_) => None,
        }
    }

    fn value_within(&self, name: &str, left: u8) -> Option<Value> {
        let source = self
            .attributes
            .get(name)
            .and_then(|one| one.source.as_deref());
        let given = match name.strip_prefix("customer.") {
            Some("name") => text(&self.customer.name),
            Some(own) => self.customer.attributes.get(source.unwrap_or(own)).cloned(),
            None if name == "id" => self.order.and_then(|order| text(&order.id)),
            None => self
                .order
                .and_then(|order| order.attributes.get(source.unwrap_or(name)).cloned()),
        };
        if given.is_some() {
            return given;
        }
        let derived = self.attributes.get(name)?.derived.as_ref()?;
        self.derived(derived, left.checked_sub(1)?)
    }

    fn derived(&self, derivation: &Derivation, left: u8) -> Option<Value> {
        let number = |name: &str| match self.value_within(name, left)? {
            Value::Number(number) => Some(number),
            Value::Bool(_) | Value::Text(_) => None,
        };
        let moment_of = |name: &str| match self.value_within(name, left)? {
            Value::Text(text) => moment(&text, self.zone),
            Value::Bool(_) | Value::Number(_) => None,
        };
        let hours_until = |name: &str| {
            let at_ms = moment_of(name)?.timestamp().as_millisecond();
            hours(at_ms.checked_sub(self.wall.as_ms())?)
        };
        match derivation {
            Derivation::HoursUntil(name) => hours_until(name).map(Value::Number),
            Derivation::HoursSince(name) => hours_until(name).map(|h| Value::Number(-h)),
            Derivation::Ratio(above, below) => {
                let below = number(below).filter(|below| *below > 0.0)?;
                number(above).map(|above| Value::Number(above / below))
            }
            Derivation::Sum(start, span) => {
                let unit = self.attributes.get(span)?.unit.unwrap_or(Unit::Hours);
                let minutes = whole(number(span)? * unit.minutes())?;
                let after = jiff::SignedDuration::from_mins(minutes);
                let sum = moment_of(start)?.checked_add(after).ok()?;
                Some(Value::Text(sum.timestamp().to_string()))
            }
        }
    }
}

/// A day and a clock time: with an offset as written, without one in `zone`. 24:00 is the midnight
/// that ends its day.
#[must_use]
pub fn moment(text: &str, zone: &TimeZone) -> Option<jiff::Zoned> {
    if let Some(day) = text.strip_suffix("T24:00") {
        let day: jiff::civil::Date = day.parse().ok()?;
        let next = day.tomorrow().ok()?;
        return next.to_zoned(zone.clone()).ok();
    }
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.to_zoned(zone.clone()));
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    civil.to_zoned(zone.clone()).ok()
}

/// The nearest whole number, if it is one that a clock could show.
#[must_use]
pub fn whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    let fits = rounded.abs() < WHOLE_MAX;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    fits.then_some(rounded as i64)
}

fn hours(ms: i64) -> Option<f64> {
    let minutes = i32::try_from(ms / 60_000).ok()?;
    Some(f64::from(minutes) / 60.0)
}

fn text(words: &str) -> Option<Value> {
    (!words.is_empty()).then(|| Value::Text(words.to_owned()))
}

/// Every whole number below has its own `f64`.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
/// So often one attribute may be derived from another.
const DERIVATIONS_MAX: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::prediction::attribute::Kind;
    use crate::vocabulary::privacy::Privacy;

    fn derived(derived: Derivation) -> Attribute {
        attribute(Some(derived))
    }

    fn attribute(derived: Option<Derivation>) -> Attribute {
        Attribute {
            kind: Kind::Number,
            source: None,
            unit: None,
            currency: None,
            privacy: Privacy::Open,
            derived,
            values: BTreeMap::new(),
        }
    }

    #[test]
    fn what_the_source_does_not_give_is_derived() {
        let attributes = BTreeMap::from([
            ("sla_h".to_owned(), attribute(None)),
            (
                "until_h".to_owned(),
                derived(Derivation::HoursUntil("at".to_owned())),
            ),
            (
                "since_h".to_owned(),
                derived(Derivation::HoursSince("at".to_owned())),
            ),
            (
                "share".to_owned(),
                derived(Derivation::Ratio("since_h".to_owned(), "sla_h".to_owned())),
            ),
            (
                "promised".to_owned(),
                derived(Derivation::Sum("at".to_owned(), "sla_h".to_owned())),
            ),
            (
                "loop".to_owned(),
                derived(Derivation::HoursUntil("loop".to_owned())),
            ),
        ]);
        let at = Value::Text("2026-05-01T08:00".to_owned());
        let order = Order {
            id: "T1".to_owned(),
            attributes: BTreeMap::from([
                ("at".to_owned(), at),
                ("sla_h".to_owned(), Value::Number(4.0)),
            ]),
        };
        let customer = Customer::default();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let wall: jiff::Timestamp = "2026-05-01T02:00:00Z".parse().unwrap();
        let situation = Situation {
            attributes: &attributes,
            customer: &customer,
            order: Some(&order),
            wall: Wall::from_ms(wall.as_millisecond()),
            zone: &zone,
        };
        assert_eq!(situation.value("until_h"), Some(Value::Number(-2.0)));
        assert_eq!(situation.value("share"), Some(Value::Number(0.5)));
        let promised = situation.moment("promised").unwrap();
        assert_eq!(promised.datetime().to_string(), "2026-05-01T12:00:00");
        assert_eq!(situation.value("loop"), None);
        assert_eq!(situation.value("id"), Some(Value::Text("T1".to_owned())));
        assert_eq!(situation.value("customer.name"), None);
    }
}
