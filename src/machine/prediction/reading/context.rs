//! What is known while the rest is read.

use std::collections::BTreeMap;

use crate::machine::expression::environment::Types;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::named_value;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// What is known while the rest is read, and what was found wrong so far.
#[derive(Debug, Default)]
pub struct Context {
    /// The languages that every text is written in.
    pub languages: Vec<Language>,
    /// Whether some of them could not be read: then texts in others are no mistakes.
    pub languages_unread: bool,
    /// The attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The text of the file.
    pub source: String,
    /// The attributes as conditions name them.
    types: Types,
}

impl Context {
    /// All attributes are known: conditions may name them.
    pub fn close_attributes(&mut self) {
        self.types = named_value::types(&self.attributes);
    }

    /// What a condition may name.
    #[must_use]
    pub const fn types(&self) -> &Types {
        &self.types
    }

    /// The attribute that `written` names, with its name: `price`, `order.price`,
    /// `customer.member`; a fault if there is none.
    pub fn attribute(&mut self, written: &str, node: &Node) -> Option<(String, Attribute)> {
        let name = written.strip_prefix("order.").unwrap_or(written);
        if let Some(attribute) = self.attributes.get(name) {
            return Some((name.to_owned(), attribute.clone()));
        }
        let fault = Fault::new(node.span, format!("no attribute `{written}`"));
        let known = self.attributes.keys().map(String::as_str);
        self.faults.push(fault.nearest(name, known));
        None
    }

    /// A number without quotes, at least `least`.
    pub fn number(&mut self, node: &Node, what: &str, least: f64) -> Option<f64> {
        let number = match &node.tree {
            Tree::Plain(text) => text.parse::<f64>().ok(),
            Tree::Nothing | Tree::Quoted(_) | Tree::List(_) | Tree::Map(_) => None,
        };
        let fits = number.filter(|number| number.is_finite() && *number >= least);
        if fits.is_none() {
            let got = node.text().unwrap_or_else(|| node.kind());
            let fault = Fault::new(node.span, format!("{what} is {got}"));
            let expected = if least > f64::MIN {
                format!("expected a number, at least {least}")
            } else {
                "expected a number".to_owned()
            };
            self.faults.push(fault.label(expected));
        }
        fits
    }

    /// A word; a fault if it is none of `known`.
    pub fn word<T: Copy>(&mut self, node: &Node, what: &str, known: &[(&str, T)]) -> Option<T> {
        let word = record::text(node, what, &mut self.faults)?;
        let found = known.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let fault = Fault::new(node.span, format!("unknown {what} `{word}`"));
            let names = known.iter().map(|(name, _)| *name);
            self.faults.push(fault.nearest(word, names));
        }
        found.map(|(_, value)| *value)
    }

    /// The entries of a list, or the one value that stands in its place.
    #[must_use]
    pub fn each(node: &Node) -> &[Node] {
        match &node.tree {
            Tree::List(nodes) => nodes,
            Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => {
                std::slice::from_ref(node)
            }
        }
    }

    /// The entries of a list; a fault if it is none.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        if let Tree::List(nodes) = &node.tree {
            return nodes;
        }
        self.faults.push(record::expected(node, what, "a list"));
        &[]
    }

    /// The entries of a map: name, key, value; a fault if it is none.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n str, &'n Node, &'n Node)> {
        let Tree::Map(entries) = &node.tree else {
            self.faults.push(record::expected(node, what, "a map"));
            return Vec::new();
        };
        let named = entries.iter().map(|(key, value)| (key.text(), key, value));
        named
            .filter_map(|(name, key, value)| {
                if name.is_none() {
                    self.faults.push(record::expected(key, "a key", "a name"));
                }
                Some((name?, key, value))
            })
            .collect()
    }
}
