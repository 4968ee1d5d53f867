//! Texts of a dialplan: in every language, with slots and values.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::ivr::certainty::Purpose;
use crate::machine::ivr::limit::PROMPTS_MAX;
use crate::machine::ivr::manner::Manner;
use crate::machine::ivr::reading::naming::CUSTOMER;
use crate::machine::ivr::reading::naming::ORDER;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::wording;
use crate::machine::ivr::wording::Blank;
use crate::machine::ivr::wording::Part;
use crate::machine::ivr::wording::Piece;
use crate::machine::ivr::wording::Prompts;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::machine::ivr::wording::WordingError;
use crate::machine::prediction::template::Form;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::wire::expression::syntax;
use crate::wire::expression::syntax::Syntax;
use crate::wire::yaml::excerpt;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 2000;

impl Reader<'_> {
    /// A text, or a list of texts: the first time, the second time, and so on.
    pub fn prompts(&mut self, node: &Node, allowed: &[Slot]) -> Prompts {
        let Tree::List(nodes) = &node.tree else {
            return Prompts {
                first: self.wording(node, allowed),
                again: Vec::new(),
            };
        };
        if nodes.is_empty() || nodes.len() > PROMPTS_MAX {
            let what = format!("{} texts, expected 1 to {PROMPTS_MAX}", nodes.len());
            self.wrong(Fault::new(node.span, what));
        }
        let mut all = nodes
            .iter()
            .take(PROMPTS_MAX)
            .map(|node| self.wording(node, allowed));
        Prompts {
            first: all.next().unwrap_or_default(),
            again: all.collect(),
        }
    }

    /// A text in every language of the file.
    pub fn wording(&mut self, node: &Node, allowed: &[Slot]) -> Wording {
        let mut wording = Wording::default();
        for (language, node) in self.by_language(node) {
            if let Some(parts) = self.text(language, node, allowed) {
                wording.put(language, parts);
            }
        }
        wording
    }

    /// Words in every language of the file, without slots.
    pub fn words(&mut self, node: &Node) -> BTreeMap<Language, String> {
        let texts = self.by_language(node).into_iter();
        let texts = texts.filter_map(|(language, node)| Some((language, node.text()?.to_owned())));
        texts.collect()
    }

    /// The texts of a node by language; every language of the file must be there.
    fn by_language<'n>(&mut self, node: &'n Node) -> Vec<(Language, &'n Node)> {
        let languages = self.languages.clone();
        match &node.tree {
            Tree::Plain(_) | Tree::Quoted(_) => {
                if languages.len() > 1 {
                    let fault = Fault::new(node.span, "a text in one language only");
                    let tags: Vec<_> = languages.iter().map(|one| format!("{one}: …")).collect();
                    self.wrong(fault.help(format!("write {{ {} }}", tags.join(", "))));
                }
                languages
                    .into_iter()
                    .map(|language| (language, node))
                    .collect()
            }
            Tree::Map(entries) => {
                let mut missing = languages;
                let mut found = Vec::new();
                for (key, value) in entries {
                    if let Some(language) = self.key_of_language(key) {
                        missing.retain(|one| *one != language);
                        found.push((language, value));
                    }
                }
                for language in missing {
                    let what = format!("the text in {language} is missing");
                    let fault = Fault::new(node.span, what);
                    self.wrong(fault.help(format!("add {language}: \"…\"")));
                }
                found
            }
            Tree::Nothing | Tree::List(_) => {
                self.wrong(record::expected(node, "what is said", "a text"));
                Vec::new()
            }
        }
    }

    fn text(&mut self, language: Language, node: &Node, allowed: &[Slot]) -> Option<Vec<Part>> {
        let text = record::text(node, "what is said", &mut self.faults)?;
        if text.trim().is_empty() {
            self.wrong(Fault::new(
                node.span,
                format!("the text in {language} is empty"),
            ));
        }
        if text.len() > TEXT_BYTES_MAX {
            let what = format!(
                "{} bytes of text, at most {TEXT_BYTES_MAX} are said",
                text.len()
            );
            self.wrong(Fault::new(node.span, what));
        }
        let pieces = match wording::cut(text) {
            Ok(pieces) => pieces,
            Err(error @ WordingError::Open { offset }) => {
                let span = Span {
                    start: offset,
                    length: 2,
                };
                let span = excerpt::place(self.source, node, span);
                self.wrong(Fault::new(span, error.to_string()));
                return None;
            }
        };
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Words(words) => {
                    self.single_braces(text, words, node, allowed);
                    parts.push(Part::Words(words.to_owned()));
                }
                Piece::Slot(slot, offset) => parts.push(self.slot(slot, offset, node, allowed)?),
            }
        }
        Some(parts)
    }

    /// Warns of names in single braces, which are said as they stand.
    fn single_braces(&mut self, text: &str, words: &str, node: &Node, allowed: &[Slot]) {
        let Some((before, rest)) = words.split_once('{') else {
            return;
        };
        let Some((inside, _)) = rest.split_once('}') else {
            return;
        };
        let name = inside.split('|').next().unwrap_or_default().trim();
        let slot = Slot::named(name).is_some_and(|slot| allowed.contains(&slot));
        if !slot && self.types().get(name).is_none() {
            return;
        }
        let braced = format!("{{{inside}}}");
        let start = text.find(&braced).unwrap_or(before.len());
        let length = braced.len();
        let span = excerpt::place(self.source, node, Span { start, length });
        let fault = Fault::new(span, format!("callers hear the words {braced} here"));
        let help = format!("a value stands in two braces: {{{{{}}}}}", inside.trim());
        self.warnings.push(fault.warning().help(help));
    }

    /// What stands between braces: a slot of this text, or a value.
    fn slot(&mut self, slot: &str, offset: usize, node: &Node, allowed: &[Slot]) -> Option<Part> {
        if let Some(known) = Slot::named(slot).filter(|known| allowed.contains(known)) {
            return Some(Part::Slot(known));
        }
        let (value, form) = match slot.split_once('|') {
            Some((value, form)) => (value, Some(form)),
            None => (slot, None),
        };
        let span = Span {
            start: offset,
            length: slot.len(),
        };
        let span = excerpt::place(self.source, node, span);
        let name = value.trim();
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        if name.chars().all(plain) && self.types().get(name).is_none() {
            let slots = Slot::NAMES
                .iter()
                .filter(|(_, slot)| allowed.contains(slot));
            let mut known: BTreeSet<String> = slots.map(|(name, _)| (*name).to_owned()).collect();
            known.extend(self.types().names().map(str::to_owned));
            let fault = Fault::new(span, format!("unknown slot `{name}`"));
            self.wrong(fault.nearest(name, known.iter().map(String::as_str)));
            return None;
        }
        let form = match form.map(|form| (Form::named(form.trim()), form.trim())) {
            Some((None, form)) => {
                let fault = Fault::new(span, format!("no form {form:?} to say a value in"));
                self.wrong(fault.nearest(form, Form::NAMES.map(|(name, _)| name)));
                return None;
            }
            Some((form, _)) => form,
            None => None,
        };
        let syntax = self.syntax_of(value, offset, node)?;
        let manner = self.manner(&syntax, form);
        let expression = self.expression(syntax, None, Purpose::Said)?;
        if !manner.fits(expression.kind(), &self.languages) {
            let fault = Fault::new(span, format!("this is {}", expression.kind()));
            let fault = fault.label("it cannot be said in this form");
            self.wrong(fault.help(
                "texts are said as `| digits`, `| tail` or `| words`; states need words for their values",
            ));
        }
        Some(Part::Blank(Box::new(Blank {
            expression,
            manner,
            written: slot.trim().to_owned(),
        })))
    }

    /// How a value is said: as its variable or attribute says, in the form that stands with it.
    fn manner(&self, syntax: &Syntax, form: Option<Form>) -> Manner {
        let mut declared = Manner::default();
        if let syntax::Form::Name(name) = &syntax.form {
            declared = self.declared_manner(name).unwrap_or_default();
        }
        Manner {
            form: form.or(declared.form),
            words: declared.words,
        }
    }

    fn declared_manner(&self, name: &str) -> Option<Manner> {
        let own = self.variables.get(name).or_else(|| self.argument(name));
        if let Some(variable) = own {
            return Some(variable.manner.clone());
        }
        let order = name.strip_prefix(ORDER);
        let customer = name.starts_with(CUSTOMER).then_some(name);
        let attribute = self.attributes?.get(order.or(customer)?)?;
        Some(Manner::of(attribute))
    }
}
