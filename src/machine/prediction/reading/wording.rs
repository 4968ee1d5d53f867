//! Texts per language, their slots typed by the attributes they name.

use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::bank::Wording;
use crate::machine::prediction::reading::attribute::name_of;
use crate::machine::prediction::reading::context::Context;
use crate::machine::prediction::telling;
use crate::machine::prediction::template::Form;
use crate::machine::prediction::template::Slot;
use crate::machine::prediction::template::Template;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Whether a text names an order around a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The text stands by itself.
    Alone,
    /// The slot `question` must be there.
    AroundQuestion,
    /// The text is read, not heard: any attribute may stand in it.
    Written,
}

/// Reads a text that somebody reads: one for all languages, or one in every language of the bank.
pub fn read_prose(context: &mut Context, node: Option<&Node>, what: &str) -> Wording {
    let Some(node) = node else {
        return Wording::new();
    };
    if node.text().is_none() {
        return read(context, node, what, Place::Written);
    }
    let template = template(context, node, Place::Written).unwrap_or_default();
    let languages = context.languages.iter();
    languages.map(|one| (*one, template.clone())).collect()
}

/// Reads a text in every language of the bank.
pub fn read(context: &mut Context, node: &Node, what: &str, place: Place) -> Wording {
    let mut wording = Wording::new();
    if !matches!(node.tree, Tree::Map(_)) {
        let tag = context.languages.first().map_or("en", |one| one.tag());
        let fault = record::expected(node, what, "a text for each language");
        let help = format!("write {{ {tag}: … }}");
        context.faults.push(fault.help(help));
        return wording;
    }
    for (tag, key, text) in context.map(node, what) {
        match tag.parse::<Language>() {
            Err(error) => context.faults.push(Fault::new(key.span, error.to_string())),
            Ok(_) if context.languages_unread => {}
            Ok(language) if !context.languages.contains(&language) => {
                let what = format!("{language} is not among the bank's `languages`");
                context.faults.push(Fault::new(key.span, what));
            }
            Ok(language) => {
                let template = template(context, text, place);
                wording.insert(language, template.unwrap_or_default());
            }
        }
    }
    let missing: Vec<Language> = context
        .languages
        .iter()
        .copied()
        .filter(|language| !wording.contains_key(language))
        .collect();
    for language in missing.into_iter().filter(|_| !context.languages_unread) {
        let what = format!("{what} has no text in {language}");
        context.faults.push(Fault::new(node.span, what));
    }
    wording
}

/// The most private of the slots' attributes.
#[must_use]
pub fn privacy(context: &Context, wording: &Wording) -> Privacy {
    let slots = wording.values().flat_map(Template::slots);
    let attributes = slots.filter_map(|slot| context.attributes.get(&slot.name));
    attributes
        .map(|found| found.privacy)
        .max()
        .unwrap_or_default()
}

fn template(context: &mut Context, node: &Node, place: Place) -> Option<Template> {
    let text = record::text(node, "a text", &mut context.faults)?;
    if text.trim().is_empty() {
        context.faults.push(Fault::new(node.span, "an empty text"));
        return None;
    }
    let template = match Template::parse(text) {
        Ok(template) => template,
        Err(error) => {
            let span = within(node, text, error.offset());
            let fault = Fault::new(span, error.to_string());
            let names = Form::NAMES.iter().map(|(name, _)| *name);
            let forms: Vec<&str> = names.collect();
            context
                .faults
                .push(fault.help(format!("forms: {}", forms.join(", "))));
            return None;
        }
    };
    for slot in template.slots() {
        check(context, node, text, (slot, place));
    }
    let around = template
        .slots()
        .any(|slot| slot.name == telling::QUESTION_SLOT);
    match (place, around) {
        (Place::AroundQuestion, false) => {
            let fault = Fault::new(node.span, "the slot {{ question }} is missing");
            context.faults.push(fault);
        }
        (Place::Alone | Place::Written, true) => {
            let fault = Fault::new(node.span, "the slot {{ question }} goes into `names` only");
            context.faults.push(fault);
        }
        (Place::AroundQuestion, true) | (Place::Alone | Place::Written, false) => {}
    }
    Some(template)
}

fn check(context: &mut Context, node: &Node, text: &str, (slot, place): (&Slot, Place)) {
    if slot.name == telling::QUESTION_SLOT || slot.name == "id" {
        return;
    }
    let at = Node {
        span: within(node, text, slot.offset),
        tree: node.tree.clone(),
    };
    let Some((_, attribute)) = context.attribute(&slot.name, &at) else {
        return;
    };
    if place == Place::Written && slot.form.is_none() {
        return;
    }
    let Some(form) = telling::form_of(slot, Some(&attribute)) else {
        let what = format!(
            "`{}` has type {}, which cannot be spoken",
            slot.name,
            name_of(attribute.kind)
        );
        context.faults.push(Fault::new(at.span, what));
        return;
    };
    if !fits(form, attribute.kind) {
        let what = format!("`{}` has type {}", slot.name, name_of(attribute.kind));
        let fault = Fault::new(at.span, what);
        context
            .faults
            .push(fault.label("it cannot be said in this form"));
    }
    check_words(context, &at, form, &attribute);
}

fn check_words(context: &mut Context, at: &Node, form: Form, attribute: &Attribute) {
    if form == Form::Words && attribute.values.values().any(|words| words.is_empty()) {
        let fault = Fault::new(at.span, "the state's values have no words");
        let help = "write values: { sanya: { en: Sanya, zh-CN: 三亚 } }";
        context.faults.push(fault.help(help));
    }
}

const fn fits(form: Form, kind: Kind) -> bool {
    match form {
        Form::Number | Form::Percent | Form::Span(_) => matches!(kind, Kind::Number),
        Form::Money => matches!(kind, Kind::Money),
        Form::Date | Form::FullDate => matches!(kind, Kind::Date | Kind::Moment),
        Form::Time => matches!(kind, Kind::Time | Kind::Moment),
        Form::Moment => matches!(kind, Kind::Moment),
        Form::Digits | Form::Tail => matches!(kind, Kind::Code | Kind::Number),
        Form::Phone => matches!(kind, Kind::Code | Kind::Text),
        Form::Words => matches!(kind, Kind::State),
        Form::Name => matches!(kind, Kind::Text),
    }
}

/// The place of a byte of the text, if the text stands as it was read; else the whole value.
fn within(node: &Node, text: &str, offset: usize) -> Span {
    let quotes = node.span.length.saturating_sub(text.len());
    if !matches!(quotes, 0 | 2) {
        return node.span;
    }
    let start = node.span.start + quotes / 2 + offset;
    let slot = text.get(offset..).unwrap_or_default();
    let length = slot.find("}}").map_or(2, |end| end + 2);
    Span { start, length }
}
