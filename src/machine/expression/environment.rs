//! What an expression may name, and where its values come from.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::machine::expression::kind::Kind;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;

/// Whether a value is always there.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Presence {
    /// Always.
    #[default]
    Always,
    /// It may be absent: it must be guarded before it is used.
    MayBeAbsent,
}

/// What is known of a name before any call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Declared {
    /// What kind its values are of.
    pub kind: Kind,
    /// Whether it always has one.
    pub presence: Presence,
    /// Who may hear them.
    pub privacy: Privacy,
}

impl Declared {
    /// An open value that is always there.
    #[must_use]
    pub const fn always(kind: Kind) -> Self {
        Self {
            kind,
            presence: Presence::Always,
            privacy: Privacy::Open,
        }
    }

    /// An open value that may be absent.
    #[must_use]
    pub const fn maybe(kind: Kind) -> Self {
        Self {
            kind,
            presence: Presence::MayBeAbsent,
            privacy: Privacy::Open,
        }
    }

    /// The same, heard by this circle only.
    #[must_use]
    pub fn heard_by(self, privacy: Privacy) -> Self {
        Self { privacy, ..self }
    }
}

/// The names that an expression may use.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Types {
    names: BTreeMap<String, Declared>,
}

impl Types {
    /// No names at all.
    pub const NONE: Self = Self {
        names: BTreeMap::new(),
    };

    /// The same with one name more, or with a name declared anew.
    #[must_use]
    pub fn with(mut self, name: &str, declared: Declared) -> Self {
        self.declare(name, declared);
        self
    }

    /// Declares a name.
    pub fn declare(&mut self, name: &str, declared: Declared) {
        self.names.insert(name.to_owned(), declared);
    }

    /// What is known of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Declared> {
        self.names.get(name)
    }

    /// All names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

/// Where the values of names come from while an expression is computed.
pub trait Values {
    /// The value of a name; none if it is absent.
    fn value(&self, name: &str) -> Option<Value>;

    /// Whether a name has a value.
    fn knows(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// The zone in which moments have a day and a clock time.
    fn zone(&self) -> &TimeZone;
}
