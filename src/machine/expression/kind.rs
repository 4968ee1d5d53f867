//! Kinds of values.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::vocabulary::money::Currency;
use crate::vocabulary::value::Value;

/// What kind a value is of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A number.
    Number,
    /// An amount in one currency.
    Money(Currency),
    /// Any text.
    Text,
    /// One of these texts.
    Word(Arc<BTreeSet<String>>),
    /// A length of time.
    Duration,
    /// A day.
    Date,
    /// A clock time.
    Time,
    /// A point in time.
    Moment,
}

/// Most words that a message lists.
const WORDS_SHOWN: usize = 8;

impl Kind {
    /// One of these texts.
    pub fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self::Word(Arc::new(words.into_iter().map(str::to_owned).collect()))
    }

    /// The kind of a value; a text is one of itself alone.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::Money(money) => Self::Money(money.currency),
            Value::Text(text) => Self::words([text.as_str()]),
            Value::Duration(_) => Self::Duration,
            Value::Date(_) => Self::Date,
            Value::Time(_) => Self::Time,
            Value::Moment(_) => Self::Moment,
        }
    }

    /// Whether every value of `other` is one of this kind.
    #[must_use]
    pub fn takes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text, Self::Word(_)) => true,
            (Self::Word(own), Self::Word(words)) => words.is_subset(own),
            _ => self == other,
        }
    }

    /// The kind that takes the values of both, if there is one.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Word(one), Self::Word(two)) => {
                let all = one.union(two).cloned().collect();
                Some(Self::Word(Arc::new(all)))
            }
            _ if self.takes(other) => Some(self.clone()),
            _ if other.takes(self) => Some(other.clone()),
            _ => None,
        }
    }

    /// Whether a value of this kind may be equal to one of `other`.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word(one), Self::Word(two)) => !one.is_disjoint(two),
            _ => self.takes(other) || other.takes(self),
        }
    }

    /// Whether it is text.
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Word(_))
    }

    /// Whether its values have an order.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        match self {
            Self::Bool | Self::Text | Self::Word(_) => false,
            Self::Number
            | Self::Money(_)
            | Self::Duration
            | Self::Date
            | Self::Time
            | Self::Moment => true,
        }
    }
}

impl fmt::Display for Kind {
    /// As messages name it: "a number", "money in CNY".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Money(currency) => return write!(f, "money in {}", currency.code()),
            Self::Text => "a text",
            Self::Word(words) if words.len() == 1 => "a text",
            Self::Word(words) => {
                let shown: Vec<&str> = words.iter().map(String::as_str).take(WORDS_SHOWN).collect();
                let more = if words.len() > WORDS_SHOWN {
                    ", …"
                } else {
                    ""
                };
                return write!(f, "one of {}{more}", shown.join(", "));
            }
            Self::Duration => "a length of time",
            Self::Date => "a date",
            Self::Time => "a clock time",
            Self::Moment => "a moment",
        })
    }
}
