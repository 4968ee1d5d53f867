//! A whole file.

use std::collections::BTreeSet;

use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::bank::Feature;
use crate::machine::prediction::bank::Notice;
use crate::machine::prediction::bank::OrderName;
use crate::machine::prediction::bank::Question;
use crate::machine::prediction::bank::Way;
use crate::machine::prediction::reading::attribute;
use crate::machine::prediction::reading::condition;
use crate::machine::prediction::reading::context::Context;
use crate::machine::prediction::reading::question;
use crate::machine::prediction::reading::wording;
use crate::machine::prediction::reading::wording::Place;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Most questions in a bank.
pub const QUESTIONS_MAX: usize = 200;
/// Most levels of cells.
const LEVELS_MAX: usize = 8;
const ROOT: &str = "the file";

/// Reads and checks a bank's file.
///
/// # Errors
///
/// All that is wrong, in the order of the text.
pub fn read(text: &str) -> Result<Bank, Vec<Fault>> {
    let node = Node::read(text).map_err(|fault| vec![fault])?;
    let mut context = Context::default();
    text.clone_into(&mut context.source);
    let bank = bank(&mut context, &node);
    if context.faults.is_empty() {
        return Ok(bank);
    }
    context.faults.sort_by_key(|fault| fault.span);
    context.faults.dedup();
    Err(context.faults)
}

fn bank(context: &mut Context, node: &Node) -> Bank {
    let mut record = Record::open(node, ROOT, &mut context.faults);
    let name = record.need("bank", &mut context.faults);
    let name = name.and_then(|node| record::text(node, "`bank`", &mut context.faults));
    let languages = record.need("languages", &mut context.faults);
    languages
        .into_iter()
        .for_each(|node| read_languages(context, node));
    let attributes = record.need("attributes", &mut context.faults);
    attributes
        .into_iter()
        .for_each(|node| attribute::read(context, node));
    context.close_attributes();
    let levels = record.take("cells").map(|node| levels(context, node));
    let names = record.take("names").map(|node| names(context, node));
    let notices = record.take("notices").map(|node| notices(context, node));
    let list = record.need("questions", &mut context.faults);
    let questions = list.map(|node| questions(context, node));
    record.finish(&mut context.faults);
    Bank {
        name: name.unwrap_or_default().to_owned(),
        attributes: context.attributes.clone(),
        questions: questions.unwrap_or_default(),
        names: names.unwrap_or_default(),
        notices: notices.unwrap_or_default(),
        levels: levels.unwrap_or_default(),
    }
}

fn read_languages(context: &mut Context, node: &Node) {
    for node in Context::each(node) {
        let tag = record::text(node, "a language", &mut context.faults);
        match tag.unwrap_or_default().parse::<Language>() {
            Ok(language) if !context.languages.contains(&language) => {
                context.languages.push(language);
            }
            Ok(_) => {
                context.languages_unread = true;
                let fault = Fault::new(node.span, "the same language twice");
                context.faults.push(fault);
            }
            Err(error) => {
                context.languages_unread = true;
                context
                    .faults
                    .push(Fault::new(node.span, error.to_string()));
            }
        }
    }
}

fn levels(context: &mut Context, node: &Node) -> Vec<Vec<Feature>> {
    let nodes = context.list(node, "`cells`");
    if nodes.len() > LEVELS_MAX {
        let what = format!("{} levels, at most {LEVELS_MAX}", nodes.len());
        context.faults.push(Fault::new(node.span, what));
    }
    let level = |node: &Node| {
        let nodes = Context::each(node);
        nodes
            .iter()
            .filter_map(|node| feature(context, node))
            .collect()
    };
    nodes.iter().map(level).collect()
}

fn feature(context: &mut Context, node: &Node) -> Option<Feature> {
    if !matches!(node.tree, Tree::Map(_)) {
        let name = record::text(node, "an attribute", &mut context.faults)?;
        let (attribute, found) = context.attribute(name, node)?;
        if matches!(found.kind, Kind::Number | Kind::Money) {
            let fault = Fault::new(node.span, format!("`{name}` is a number"));
            let help = format!("say where to cut it: {{ {name}: [1, 10] }}");
            context.faults.push(fault.help(help));
        }
        return Some(Feature {
            attribute,
            cuts: Vec::new(),
        });
    }
    let entries = context.map(node, "an attribute with its cuts");
    let [(name, key, cuts)] = entries.as_slice() else {
        let fault = Fault::new(node.span, "one attribute with its cuts goes here");
        context
            .faults
            .push(fault.help("for example { to_service_h: [0, 3, 24] }"));
        return None;
    };
    let (attribute, found) = context.attribute(name, key)?;
    if !matches!(found.kind, Kind::Number | Kind::Money) {
        let what = format!("`{name}` has no numbers to cut");
        context.faults.push(Fault::new(key.span, what));
    }
    let numbers = context.list(cuts, "the cuts").iter();
    let cuts_read = numbers.filter_map(|node| context.number(node, "a cut", f64::MIN));
    let cuts_read: Vec<f64> = cuts_read.collect();
    if !cuts_read.is_sorted_by(|one, next| one < next) {
        context
            .faults
            .push(Fault::new(cuts.span, "cuts go upwards"));
    }
    Some(Feature {
        attribute,
        cuts: cuts_read,
    })
}

fn names(context: &mut Context, node: &Node) -> Vec<OrderName> {
    let nodes = context.list(node, "`names`").iter();
    let names = nodes.map(|node| {
        let mut record = Record::open(node, "a name", &mut context.faults);
        let when = condition::read(context, record.take("when"));
        let say = record.need("say", &mut context.faults);
        let say = say.map(|node| wording::read(context, node, "`say`", Place::AroundQuestion));
        record.finish(&mut context.faults);
        OrderName {
            when,
            say: say.unwrap_or_default(),
        }
    });
    names.collect()
}

fn notices(context: &mut Context, node: &Node) -> Vec<Notice> {
    let mut ids = BTreeSet::new();
    let mut notices = Vec::new();
    for node in context.list(node, "`notices`") {
        let mut record = Record::open(node, "a notice", &mut context.faults);
        let id_node = record.need("id", &mut context.faults);
        let id = id_node.and_then(|node| record::text(node, "`id`", &mut context.faults));
        let when = condition::read(context, record.take("when"));
        let way = way(context, record.take("send"));
        let say = record.need("say", &mut context.faults);
        let said = say.map(|node| wording::read(context, node, "`say`", Place::Alone));
        let said = said.unwrap_or_default();
        record.finish(&mut context.faults);
        let private = wording::privacy(context, &said) == Privacy::Private;
        if let Some(node) = say.filter(|_| private) {
            let fault = Fault::new(node.span, "a notice tells something private");
            let help = "a notice is told to whoever calls from the customer's number";
            context.faults.push(fault.help(help));
        }
        let id = id.unwrap_or_default().to_owned();
        if let Some(node) = id_node.filter(|_| !ids.insert(id.clone())) {
            let fault = Fault::new(node.span, format!("a second notice `{id}`"));
            context.faults.push(fault);
        }
        notices.push(Notice {
            id,
            when,
            way,
            say: said,
        });
    }
    notices
}

/// How a notice is sent; without the key it is told on the telephone.
fn way(context: &mut Context, node: Option<&Node>) -> Way {
    match node.map(|node| (node, node.text())) {
        None => Way::Telephone,
        Some((_, Some("webhook"))) => Way::Webhook,
        Some((node, _)) => {
            let fault = Fault::new(node.span, "`send` is `webhook` or is left out");
            let help = "without it the notice is told on the telephone only";
            context.faults.push(fault.help(help));
            Way::Telephone
        }
    }
}

fn questions(context: &mut Context, node: &Node) -> Vec<Question> {
    let nodes = context.list(node, "`questions`");
    if nodes.is_empty() || nodes.len() > QUESTIONS_MAX {
        let what = format!("{} questions, expected 1 to {QUESTIONS_MAX}", nodes.len());
        context.faults.push(Fault::new(node.span, what));
    }
    let mut ids = BTreeSet::new();
    let mut questions = Vec::new();
    for node in nodes.iter().take(QUESTIONS_MAX) {
        let Some(question) = question::read(context, node) else {
            continue;
        };
        if !ids.insert(question.id.clone()) {
            let what = format!("a second question `{}`", question.id);
            context.faults.push(Fault::new(node.span, what));
        }
        questions.push(question);
    }
    questions
}
