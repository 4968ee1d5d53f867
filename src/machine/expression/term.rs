//! A checked expression: every name is declared, every operator fits its parts.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use crate::machine::expression::function::Function;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Unary;

/// A part of a checked expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Term {
    /// A value.
    Value(Value),
    /// A moment in the zone of whoever asks.
    Local(DateTime),
    /// The value of a name.
    Name(String),
    /// Something before a part.
    Unary(Unary, Box<Self>),
    /// Something between two parts.
    Binary(Binary, Box<[Self; 2]>),
    /// Whether the first is one of the others.
    In(Box<Self>, Vec<Self>),
    /// The second if the first holds, else the third.
    Choice(Box<[Self; 3]>),
    /// A function's value.
    Call(Function, Vec<Self>),
}

impl Term {
    /// Adds the names that stand in it.
    pub fn collect_names<'t>(&'t self, names: &mut BTreeSet<&'t str>) {
        match self {
            Self::Value(_) | Self::Local(_) => {}
            Self::Name(name) => {
                names.insert(name);
            }
            Self::Unary(_, part) => part.collect_names(names),
            Self::Binary(_, parts) => parts.iter().for_each(|part| part.collect_names(names)),
            Self::In(part, parts) => {
                part.collect_names(names);
                parts.iter().for_each(|part| part.collect_names(names));
            }
            Self::Choice(parts) => parts.iter().for_each(|part| part.collect_names(names)),
            Self::Call(_, parts) => parts.iter().for_each(|part| part.collect_names(names)),
        }
    }
}
