//! Variables and arguments: their types, who may hear them, what they begin with.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::machine::expression::environment::Types;
use crate::machine::expression::environment::Values;
use crate::machine::expression::expressed::Expression;
use crate::machine::expression::kind::Kind;
use crate::machine::expression::typing::Known;
use crate::machine::ivr::limit::VARIABLES_MAX;
use crate::machine::ivr::manner::Manner;
use crate::machine::ivr::manner::Words;
use crate::machine::ivr::reading::expression;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::variable::Variable;
use crate::machine::prediction::attribute::Unit;
use crate::machine::prediction::template::Form;
use crate::vocabulary::fault;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::money::Currency;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Types by name; money and states say more.
const TYPES: [&str; 10] = [
    "bool", "number", "money", "text", "code", "state", "duration", "date", "time", "moment",
];

/// What a number may count.
const UNITS: [(&str, Unit); 3] = [
    ("min", Unit::Minutes),
    ("h", Unit::Hours),
    ("d", Unit::Days),
];

/// Reads variables: `NAME: TYPE`, or `NAME: { type: TYPE, … }`.
pub fn read_all<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<(&'r str, Variable)> {
    let mut all = Vec::new();
    let Tree::Map(entries) = &node.tree else {
        reader.wrong(record::expected(
            node,
            "variables",
            "a map of names and types",
        ));
        return all;
    };
    if entries.len() > VARIABLES_MAX {
        let what = format!("{} names, at most {VARIABLES_MAX}", entries.len());
        reader.wrong(Fault::new(node.span, what));
    }
    for (key, value) in entries.iter().take(VARIABLES_MAX) {
        let Some(name) = record::text(key, "a name", &mut reader.faults) else {
            continue;
        };
        if !is_name(name) {
            let fault = Fault::new(key.span, format!("{name:?} cannot name a variable"));
            reader.wrong(fault.help("names are letters, digits and _, a letter first"));
            continue;
        }
        all.extend(read(reader, value).map(|variable| (name, variable)));
    }
    all
}

/// Whether expressions can name it.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    name.starts_with(char::is_alphabetic) && name.chars().all(fits) && name.len() <= 64
}

fn read<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<Variable> {
    if node.text().is_some() {
        let (kind, form) = read_type(reader, node, None)?;
        return variable(reader, (kind, form, Words::new()), None);
    }
    let mut record = Record::open(node, "a variable", &mut reader.faults);
    let named = record.need("type", &mut reader.faults);
    let currency = record.take("currency");
    let unit = record.take("unit");
    let values = record.take("values");
    let privacy = record.take("privacy");
    let start = record.take("start");
    record.finish(&mut reader.faults);
    let named = named?;
    let words = values.map(|node| read_values(reader, node));
    let currency = currency.and_then(|node| read_currency(reader, node));
    let (mut kind, mut form) = read_type(reader, named, currency)?;
    if let Some(node) = unit {
        form = read_unit(reader, node, &kind);
    }
    let mut known = Words::new();
    match (&mut kind, words) {
        (Kind::Word(_), Some((values, words))) => {
            kind = Kind::words(values.iter().map(String::as_str));
            known = words;
        }
        (Kind::Word(_), None) => {
            let fault = Fault::new(node.span, "a state needs its `values`");
            reader.wrong(fault.help("for example values: [gold, silver]"));
        }
        (_, Some(_)) => {
            reader.wrong(Fault::new(node.span, "`values` goes with type state only"));
        }
        (_, None) => {}
    }
    let mut variable = variable(reader, (kind, form, known), start)?;
    variable.privacy = match privacy.map(|node| (node.text(), node.span)) {
        None | Some((Some("open"), _)) => Privacy::Open,
        Some((Some("private"), _)) => Privacy::Private,
        Some((_, at)) => {
            reader.wrong(Fault::new(at, "`privacy` is open or private"));
            Privacy::Private
        }
    };
    Some(variable)
}

fn variable<'r>(
    reader: &mut Reader<'r>,
    (kind, form, words): (Kind, Option<Form>, Words),
    start: Option<&'r Node>,
) -> Option<Variable> {
    // A start that cannot be read leaves the variable: its uses are no mistakes.
    let start = start.and_then(|node| read_start(reader, node, &kind));
    Some(Variable {
        kind,
        privacy: Privacy::Open,
        start,
        manner: Manner { form, words },
    })
}

fn read_type(
    reader: &mut Reader<'_>,
    node: &Node,
    currency: Option<Currency>,
) -> Option<(Kind, Option<Form>)> {
    let name = record::text(node, "the type", &mut reader.faults)?;
    let meant = if TYPES.contains(&name) {
        name
    } else {
        let fault = Fault::new(node.span, format!("no type is called `{name}`"));
        reader.wrong(fault.nearest(name, TYPES));
        // What was meant is taken as written: uses of the variable are no mistakes.
        fault::nearest(name, TYPES)?
    };
    let kind = match meant {
        "bool" => Kind::Bool,
        "number" => Kind::Number,
        "money" => Kind::Money(currency.unwrap_or(Currency::Yuan)),
        "text" => Kind::Text,
        "code" => return Some((Kind::Text, Some(Form::Digits))),
        "state" => Kind::words([]),
        "duration" => Kind::Duration,
        "date" => Kind::Date,
        "time" => Kind::Time,
        _ => Kind::Moment,
    };
    if currency.is_some() && !matches!(kind, Kind::Money(_)) {
        reader.wrong(Fault::new(
            node.span,
            "`currency` goes with type money only",
        ));
    }
    Some((kind, None))
}

/// What a number counts, and so how it is said.
fn read_unit(reader: &mut Reader<'_>, node: &Node, kind: &Kind) -> Option<Form> {
    if *kind != Kind::Number {
        reader.wrong(Fault::new(node.span, "`unit` goes with type number only"));
    }
    let name = record::text(node, "the unit", &mut reader.faults)?;
    let found = UNITS.into_iter().find(|(known, _)| *known == name);
    if found.is_none() {
        let fault = Fault::new(node.span, format!("no unit is called `{name}`"));
        reader.wrong(fault.nearest(name, UNITS.map(|(name, _)| name)));
    }
    found.map(|(_, unit)| Form::Span(unit))
}

fn read_currency(reader: &mut Reader<'_>, node: &Node) -> Option<Currency> {
    let code = record::text(node, "the currency", &mut reader.faults)?;
    let found = Currency::ALL.into_iter().find(|one| one.code() == code);
    if found.is_none() {
        let fault = Fault::new(node.span, format!("no currency is called `{code}`"));
        reader.wrong(fault.nearest(code, Currency::ALL.map(Currency::code)));
    }
    found
}

/// A state's values, in a list, or in a map with words in every language.
fn read_values(reader: &mut Reader<'_>, node: &Node) -> (BTreeSet<String>, Words) {
    let (mut values, mut words) = (BTreeSet::new(), Words::new());
    match &node.tree {
        Tree::List(nodes) => {
            let texts = nodes
                .iter()
                .filter_map(|node| record::text(node, "a value", &mut reader.faults));
            values.extend(texts.map(str::to_owned));
        }
        Tree::Map(entries) => {
            for (key, value) in entries {
                let Some(name) = record::text(key, "a value", &mut reader.faults) else {
                    continue;
                };
                values.insert(name.to_owned());
                words.insert(name.to_owned(), reader.words(value));
            }
        }
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) => {
            reader.wrong(record::expected(
                node,
                "`values`",
                "a list, or a map with words",
            ));
        }
    }
    if values.is_empty() {
        reader.wrong(Fault::new(node.span, "a state has at least one value"));
    }
    (values, words)
}

/// A value that stands by itself.
fn read_start(reader: &mut Reader<'_>, node: &Node, kind: &Kind) -> Option<Value> {
    if kind.is_text() {
        let text = record::text(node, "`start`", &mut reader.faults)?;
        if let Kind::Word(words) = kind
            && !words.contains(text)
        {
            let fault = Fault::new(node.span, format!("`{text}` is none of its values"));
            reader.wrong(fault.nearest(text, words.iter().map(String::as_str)));
            return None;
        }
        return Some(Value::Text(text.to_owned()));
    }
    let syntax = reader.syntax(node)?;
    if let Some(fault) = expression::bare_word(&syntax, &Types::default(), kind) {
        reader.wrong(fault);
        return None;
    }
    let read = Expression::of(&syntax, &Types::default(), &Known::new());
    let read = read.and_then(|read| read.must_be(kind, &syntax).map(|()| read));
    match read {
        Ok(read) => read.value(&Nothing(TimeZone::UTC)),
        Err(fault) => {
            reader.wrong(fault);
            None
        }
    }
}

/// No values at all.
struct Nothing(TimeZone);

impl Values for Nothing {
    fn value(&self, _: &str) -> Option<Value> {
        None
    }

    fn zone(&self) -> &TimeZone {
        &self.0
    }
}
