//! What a bank says about attributes.

use std::collections::BTreeMap;

use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Derivation;
use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::attribute::Unit;
use crate::machine::prediction::reading::context::Context;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;
use crate::vocabulary::money::Currency;
use crate::vocabulary::privacy::Privacy;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

const KINDS: [(&str, Kind); 9] = [
    ("number", Kind::Number),
    ("money", Kind::Money),
    ("time", Kind::Time),
    ("date", Kind::Date),
    ("moment", Kind::Moment),
    ("state", Kind::State),
    ("bool", Kind::Bool),
    ("code", Kind::Code),
    ("text", Kind::Text),
];
const UNITS: [(&str, Unit); 3] = [
    ("min", Unit::Minutes),
    ("h", Unit::Hours),
    ("d", Unit::Days),
];
const CURRENCIES: [(&str, Currency); 4] = [
    ("CNY", Currency::Yuan),
    ("USD", Currency::Dollar),
    ("EUR", Currency::Euro),
    ("HKD", Currency::HongKongDollar),
];
/// Who may hear something, by name.
pub const PRIVACIES: [(&str, Privacy); 2] =
    [("open", Privacy::Open), ("private", Privacy::Private)];

/// Reads `attributes:` into the context.
pub fn read(context: &mut Context, node: &Node) {
    let mut record = Record::open(node, "`attributes`", &mut context.faults);
    let groups = [
        ("", record.take("order")),
        ("customer.", record.take("customer")),
    ];
    record.finish(&mut context.faults);
    let mut places = Vec::new();
    for (prefix, group) in groups {
        let Some(group) = group else {
            continue;
        };
        for (name, key, value) in context.map(group, "a group of attributes") {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                let fault = Fault::new(key.span, format!("`{name}` cannot name an attribute"));
                let help = "names are small letters, digits and _";
                context.faults.push(fault.help(help));
                continue;
            }
            let attribute = attribute(context, value);
            let name = format!("{prefix}{name}");
            places.push((name.clone(), value));
            context.attributes.insert(name, attribute);
        }
    }
    for (name, node) in places {
        check_derivation(context, &name, node);
    }
}

fn attribute(context: &mut Context, node: &Node) -> Attribute {
    let mut record = Record::open(node, "an attribute", &mut context.faults);
    let kind = record.need("type", &mut context.faults);
    let kind = kind.and_then(|node| context.word(node, "type", &KINDS));
    let kind = kind.unwrap_or(Kind::Text);
    let unit = record.take("unit");
    let currency = record.take("currency");
    let privacy = record.take("privacy");
    let values = record.take("values");
    let source = record.take("source");
    let source = source.and_then(|node| record::text(node, "`source`", &mut context.faults));
    let attribute = Attribute {
        kind,
        source: source.map(str::to_owned),
        unit: unit.and_then(|node| context.word(node, "unit", &UNITS)),
        currency: currency.and_then(|node| context.word(node, "currency", &CURRENCIES)),
        privacy: privacy
            .and_then(|node| context.word(node, "privacy", &PRIVACIES))
            .unwrap_or_default(),
        derived: derivation(context, &mut record),
        values: values.map_or_else(BTreeMap::new, |node| read_values(context, node)),
    };
    let goes = [
        ("unit", unit, Kind::Number),
        ("currency", currency, Kind::Money),
        ("values", values, Kind::State),
    ];
    for (key, node, only) in goes {
        if let Some(node) = node.filter(|_| kind != only) {
            let what = format!("`{key}` goes with type {} only", name_of(only));
            context.faults.push(Fault::new(node.span, what));
        }
    }
    if kind == Kind::State && values.is_none() {
        let fault = Fault::new(record.span(), "a state needs its `values`");
        context
            .faults
            .push(fault.help("for example values: [open, closed]"));
    }
    record.finish(&mut context.faults);
    attribute
}

fn derivation(context: &mut Context, record: &mut Record<'_>) -> Option<Derivation> {
    let one = |context: &mut Context, node: &Node| {
        record::text(node, "an attribute", &mut context.faults).map(str::to_owned)
    };
    let two = |context: &mut Context, node: &Node| {
        let [first, second] = context.list(node, "a pair of attributes") else {
            let fault = Fault::new(node.span, "two attributes are needed");
            context
                .faults
                .push(fault.help("for example [in_state_h, sla_h]"));
            return None;
        };
        one(context, first).zip(one(context, second))
    };
    if let Some(node) = record.take("hours_until") {
        return one(context, node).map(Derivation::HoursUntil);
    }
    if let Some(node) = record.take("hours_since") {
        return one(context, node).map(Derivation::HoursSince);
    }
    if let Some(node) = record.take("ratio") {
        return two(context, node).map(|(above, below)| Derivation::Ratio(above, below));
    }
    let node = record.take("sum")?;
    two(context, node).map(|(start, span)| Derivation::Sum(start, span))
}

fn check_derivation(context: &mut Context, name: &str, node: &Node) {
    let Some(attribute) = context.attributes.get(name).cloned() else {
        return;
    };
    let (needs, gives) = match &attribute.derived {
        None => return,
        Some(Derivation::HoursUntil(at) | Derivation::HoursSince(at)) => {
            (vec![(at, Kind::Moment)], Kind::Number)
        }
        Some(Derivation::Ratio(above, below)) => {
            let needs = vec![(above, Kind::Number), (below, Kind::Number)];
            (needs, Kind::Number)
        }
        Some(Derivation::Sum(start, span)) => {
            let needs = vec![(start, Kind::Moment), (span, Kind::Number)];
            (needs, Kind::Moment)
        }
    };
    if attribute.kind != gives {
        let what = format!("what is derived here has type {}", name_of(gives));
        context.faults.push(Fault::new(node.span, what));
    }
    for (from, kind) in needs {
        let Some((_, found)) = context.attribute(from, node) else {
            continue;
        };
        if found.kind != kind {
            let what = format!("`{from}` should have type {}", name_of(kind));
            context.faults.push(Fault::new(node.span, what));
        }
    }
}

fn read_values(context: &mut Context, node: &Node) -> BTreeMap<String, BTreeMap<Language, String>> {
    if let Tree::List(nodes) = &node.tree {
        let words = nodes
            .iter()
            .filter_map(|node| record::text(node, "a value", &mut context.faults));
        return words
            .map(|word| (word.to_owned(), BTreeMap::new()))
            .collect();
    }
    let entries = context.map(node, "`values`");
    let read = entries.into_iter().map(|(value, key, words)| {
        let mut texts = BTreeMap::new();
        for (tag, tag_node, text) in context.map(words, "a value's words") {
            match tag.parse::<Language>() {
                Ok(language) => {
                    let text = record::text(text, "a word", &mut context.faults);
                    texts.extend(text.map(|text| (language, text.to_owned())));
                }
                Err(error) => {
                    let fault = Fault::new(tag_node.span, error.to_string());
                    context.faults.push(fault);
                }
            }
        }
        for language in context.languages.clone() {
            if !texts.contains_key(&language) {
                let what = format!("`{value}` has no word in {language}");
                context.faults.push(Fault::new(key.span, what));
            }
        }
        (value.to_owned(), texts)
    });
    read.collect()
}

/// The name of a kind in a file.
#[must_use]
pub fn name_of(kind: Kind) -> &'static str {
    let known = KINDS.iter().find(|(_, known)| *known == kind);
    known.map_or("text", |(name, _)| *name)
}
