//! All values of a situation, looked up once: a bank's conditions ask for the same ones again and again.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::machine::expression::environment::Values;
use crate::machine::prediction::named_value;
use crate::machine::prediction::order::Value as Given;
use crate::machine::prediction::situation::Situation;
use crate::vocabulary::value::Value;

/// All values of a situation.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    /// The situation.
    pub situation: Situation<'a>,
    /// By attribute; none: it has none.
    values: BTreeMap<&'a str, Option<Entry>>,
}

/// A value as the source gave it, and as its attribute means it.
#[derive(Clone, Debug)]
struct Entry {
    given: Given,
    typed: Option<Value>,
}

impl<'a> Sheet<'a> {
    /// Looks up all that the bank declares.
    #[must_use]
    pub fn of(situation: Situation<'a>) -> Self {
        let declared = situation.attributes.iter();
        let values = declared.map(|(name, attribute)| {
            let entry = situation.value(name).map(|given| {
                let typed = named_value::typed(&given, attribute, situation.zone);
                Entry { given, typed }
            });
            (name.as_str(), entry)
        });
        Self {
            values: values.collect(),
            situation,
        }
    }

    /// The value of an attribute as the source gave it, or as it was derived.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&Given> {
        let entry = self.values.get(name)?.as_ref();
        entry.map(|entry| &entry.given)
    }

    /// The value of an attribute as the bank means it; none if the source gave something else.
    #[must_use]
    pub fn typed(&self, name: &str) -> Option<&Value> {
        self.values.get(name)?.as_ref()?.typed.as_ref()
    }
}

impl Values for Sheet<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        match self.values.get(named_value::own(name)) {
            Some(entry) => entry.as_ref()?.typed.clone(),
            None => Values::value(&self.situation, name),
        }
    }

    fn knows(&self, name: &str) -> bool {
        match self.values.get(named_value::own(name)) {
            Some(entry) => entry.as_ref().is_some_and(|entry| entry.typed.is_some()),
            None => self.situation.knows(name),
        }
    }

    fn zone(&self) -> &TimeZone {
        self.situation.zone
    }
}
