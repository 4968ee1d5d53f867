//! Attributes as names of expressions: `price` or `order.price`, `customer.member`, `now`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::machine::expression::environment::Declared;
use crate::machine::expression::environment::Types;
use crate::machine::expression::environment::Values;
use crate::machine::expression::kind::Kind;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind as AttributeKind;
use crate::machine::prediction::order::Value as Given;
use crate::machine::prediction::situation;
use crate::machine::prediction::situation::Situation;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Currency;
use crate::vocabulary::money::Money;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::Value;

/// The moment of asking.
pub const NOW: &str = "now";
/// Stands before an order's attribute where that is clearer.
const ORDER: &str = "order.";

/// What the conditions of a bank may name: its attributes, of which each may be absent, and `now`.
#[must_use]
pub fn types(attributes: &BTreeMap<String, Attribute>) -> Types {
    let mut types = Types::default().with(NOW, Declared::always(Kind::Moment));
    let text = || Declared::maybe(Kind::Text);
    for name in ["id", "order.id", "customer.name"] {
        types.declare(name, text());
    }
    for (name, attribute) in attributes {
        let declared = Declared::maybe(kind(attribute)).heard_by(attribute.privacy);
        types.declare(name, declared.clone());
        if !name.contains('.') {
            types.declare(&format!("{ORDER}{name}"), declared);
        }
    }
    types
}

/// The kind of an attribute's values in expressions.
#[must_use]
pub fn kind(attribute: &Attribute) -> Kind {
    match attribute.kind {
        AttributeKind::Number => Kind::Number,
        AttributeKind::Money => Kind::Money(currency(attribute)),
        AttributeKind::Time => Kind::Time,
        AttributeKind::Date => Kind::Date,
        AttributeKind::Moment => Kind::Moment,
        AttributeKind::State => Kind::words(attribute.values.keys().map(String::as_str)),
        AttributeKind::Bool => Kind::Bool,
        AttributeKind::Code | AttributeKind::Text => Kind::Text,
    }
}

/// The currency of an attribute that counts money.
#[must_use]
pub fn currency(attribute: &Attribute) -> Currency {
    attribute.currency.unwrap_or(Currency::Yuan)
}

/// An amount in the main unit of a currency; none if it is beyond what a bank counts.
#[must_use]
pub fn money(amount: f64, currency: Currency) -> Option<Money> {
    let minor = situation::whole(amount * 100.0)?;
    Some(Money { minor, currency })
}

/// A name as its attribute is called.
#[must_use]
pub fn own(name: &str) -> &str {
    name.strip_prefix(ORDER).unwrap_or(name)
}

impl Values for Situation<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        if name == NOW {
            return Some(Value::Moment(self.wall));
        }
        let name = own(name);
        let given = Situation::value(self, name)?;
        match self.attributes.get(name) {
            Some(attribute) => typed(&given, attribute, self.zone),
            None => Some(Value::Text(characters(&given))),
        }
    }

    fn zone(&self) -> &TimeZone {
        self.zone
    }
}

/// A value as its attribute means it; none if the source gave something else.
#[must_use]
pub fn typed(given: &Given, attribute: &Attribute, zone: &TimeZone) -> Option<Value> {
    let moment = |text: &str| situation::moment(text, zone);
    match (attribute.kind, given) {
        (AttributeKind::Number, Given::Number(number)) => {
            Decimal::from_f64(*number).map(Value::Number)
        }
        (AttributeKind::Money, Given::Number(amount)) => {
            money(*amount, currency(attribute)).map(Value::Money)
        }
        (AttributeKind::Bool, Given::Bool(yes)) => Some(Value::Bool(*yes)),
        (AttributeKind::Moment, Given::Text(text)) => {
            let at_ms = moment(text)?.timestamp().as_millisecond();
            Some(Value::Moment(Wall::from_ms(at_ms)))
        }
        (AttributeKind::Date, Given::Text(text)) => {
            let date = moment(text).map(|moment| moment.date());
            date.or_else(|| text.parse().ok()).map(Value::Date)
        }
        (AttributeKind::Time, Given::Text(text)) => {
            let time = moment(text).map(|moment| moment.time());
            time.or_else(|| text.parse().ok()).map(Value::Time)
        }
        (AttributeKind::State | AttributeKind::Code | AttributeKind::Text, given) => {
            Some(Value::Text(characters(given)))
        }
        (
            AttributeKind::Number
            | AttributeKind::Money
            | AttributeKind::Bool
            | AttributeKind::Moment
            | AttributeKind::Date
            | AttributeKind::Time,
            _,
        ) => None,
    }
}

/// A value as its characters.
#[must_use]
pub fn characters(value: &Given) -> String {
    match value {
        Given::Text(text) => text.clone(),
        Given::Number(number) => number.to_string(),
        Given::Bool(yes) => yes.to_string(),
    }
}
