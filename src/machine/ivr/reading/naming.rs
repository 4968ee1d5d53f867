//! What the expressions of a dialplan may name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::expression::environment::Declared;
use crate::machine::expression::environment::Types;
use crate::machine::expression::kind::Kind;
use crate::machine::ivr::certainty::VERIFIED;
use crate::machine::ivr::variable::Variable;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::named_value;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;

/// Opening hours are named so.
pub const HOURS: &str = "hours.";
/// What a bank says of the order that a call is about is named so.
pub const ORDER: &str = "order.";
/// What a bank says of the customer is named so.
pub const CUSTOMER: &str = "customer.";

/// What a file declares.
#[derive(Clone, Copy, Debug)]
pub struct Declarations<'d> {
    /// Its languages.
    pub languages: &'d [Language],
    /// Its variables by name: `vars.tries`.
    pub variables: &'d BTreeMap<String, Variable>,
    /// The names of its opening hours.
    pub hours: &'d BTreeSet<String>,
    /// The questions of its bank.
    pub questions: Option<&'d BTreeSet<String>>,
    /// The attributes of its bank.
    pub attributes: Option<&'d BTreeMap<String, Attribute>>,
}

/// What the expressions of a file may name.
#[must_use]
pub fn types(declared: Declarations<'_>) -> Types {
    let text = || Declared::maybe(Kind::Text);
    let tags = declared.languages.iter().map(|language| language.tag());
    let mut types = Types::default()
        .with("now", Declared::always(Kind::Moment))
        .with("today", Declared::always(Kind::Date))
        .with("language", Declared::always(Kind::words(tags)))
        .with("called", Declared::always(Kind::Text))
        .with(VERIFIED, Declared::always(Kind::Bool))
        .with("caller.number", text())
        .with("caller.name", text())
        .with("caller.orders", Declared::always(Kind::Number));
    for (name, variable) in declared.variables {
        types.declare(name, variable.declared());
    }
    for name in declared.hours {
        types.declare(&format!("{HOURS}{name}"), Declared::always(Kind::Bool));
    }
    if let Some(questions) = declared.questions {
        let ids = Kind::words(questions.iter().map(String::as_str));
        types.declare("question", Declared::maybe(ids));
        // Its end proves who calls.
        types.declare("order.id", text().heard_by(Privacy::Private));
    }
    for (name, attribute) in declared.attributes.into_iter().flatten() {
        let kind = named_value::kind(attribute);
        let declared = Declared::maybe(kind).heard_by(attribute.privacy);
        if name.starts_with(CUSTOMER) {
            types.declare(name, declared);
        } else {
            types.declare(&format!("{ORDER}{name}"), declared);
        }
    }
    types
}
