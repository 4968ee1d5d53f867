//! What a business says about its orders' and customers' attributes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::vocabulary::language::Language;
use crate::vocabulary::money::Currency;
use crate::vocabulary::privacy::Privacy;

/// What kind of values an attribute has.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number.
    Number,
    /// An amount in the bank's currency, in its main unit.
    Money,
    /// A clock time, `18:30`.
    Time,
    /// A day, `2026-05-01`.
    Date,
    /// A day and a clock time, `2026-05-01T18:30`, in the centre's zone unless it has an offset.
    Moment,
    /// One of a list of words.
    State,
    /// Yes or no.
    Bool,
    /// Letters and digits, said one by one.
    Code,
    /// Free words: written, never spoken.
    Text,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum Unit {
    /// Minutes.
    #[serde(rename = "min")]
    Minutes,
    /// Hours.
    #[serde(rename = "h")]
    Hours,
    /// Days.
    #[serde(rename = "d")]
    Days,
}

impl Unit {
    /// So many minutes in one.
    #[must_use]
    pub const fn minutes(self) -> f64 {
        match self {
            Self::Minutes => 1.0,
            Self::Hours => 60.0,
            Self::Days => 1440.0,
        }
    }
}

/// How a value that the source does not give follows from others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Derivation {
    /// Hours from now until that moment; negative afterwards.
    HoursUntil(String),
    /// Hours since that moment; negative before.
    HoursSince(String),
    /// The first divided by the second; absent if the second is not positive.
    Ratio(String, String),
    /// That moment and so much later; the second attribute counts its unit, or hours.
    Sum(String, String),
}

/// An attribute of an order or of the customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// What kind of values it has.
    pub kind: Kind,
    /// The name that the source of orders gives it; none: its own.
    pub source: Option<String>,
    /// What a number counts.
    pub unit: Option<Unit>,
    /// What an amount counts.
    pub currency: Option<Currency>,
    /// Who may hear it.
    pub privacy: Privacy,
    /// How it follows from others when the source does not give it.
    pub derived: Option<Derivation>,
    /// A state's values, each with its words per language; none: never spoken.
    pub values: BTreeMap<String, BTreeMap<Language, String>>,
}
