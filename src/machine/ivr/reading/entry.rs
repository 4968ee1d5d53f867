//! What stands at the top of a dialplan's file: its name, languages, numbers, bank.

use crate::machine::ivr::did::DidPattern;
use crate::machine::ivr::limit::DIDS_MAX;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::skill_need;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::fault::nearest;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads the dialplan's name.
pub fn read_flow(node: &Node, faults: &mut Vec<Fault>) -> Option<String> {
    let name = record::text(node, "`flow`", faults)?;
    if !skill_need::is_name(name) {
        let fault = Fault::new(node.span, format!("{name:?} is not a name"));
        faults.push(fault.label("expected letters, digits, '.', '_' and '-'"));
    }
    Some(name.to_owned())
}

/// Reads the languages.
pub fn read_languages(node: &Node, faults: &mut Vec<Fault>) -> Vec<Language> {
    let mut languages = Vec::new();
    let Tree::List(nodes) = &node.tree else {
        faults.push(record::expected(
            node,
            "`languages`",
            "a list like [zh-CN, en]",
        ));
        return languages;
    };
    for node in nodes {
        let Some(tag) = record::text(node, "a language", faults) else {
            continue;
        };
        match tag.parse() {
            Ok(language) if languages.contains(&language) => {
                faults.push(Fault::new(node.span, format!("{tag} stands twice")));
            }
            Ok(language) => languages.push(language),
            Err(_) => {
                let known = Language::ALL.map(Language::tag);
                let fault = Fault::new(node.span, format!("no language is called {tag}"));
                faults.push(fault.nearest(tag, known));
                // What was meant is taken as written: its texts are no mistakes.
                let meant = nearest(tag, known).and_then(|tag| tag.parse().ok());
                languages.extend(meant.filter(|meant| !languages.contains(meant)));
            }
        }
    }
    if nodes.is_empty() {
        faults.push(Fault::new(
            node.span,
            "a dialplan speaks at least one language",
        ));
    }
    languages
}

/// The numbers a dialplan answers, and its hours.
#[derive(Clone, Debug, Default)]
pub struct Entry<'n> {
    /// The numbers.
    pub dids: Vec<DidPattern>,
    /// Where they stand, in their order.
    pub did_spans: Vec<Span>,
    /// When calls begin at the first step, and where they begin else.
    pub hours: Option<&'n Node>,
}

/// Reads the entry.
pub fn read<'n>(node: &'n Node, faults: &mut Vec<Fault>) -> Entry<'n> {
    let mut record = Record::open(node, "`entry`", faults);
    let list = record.need("did", faults);
    let hours = record.take("hours");
    record.finish(faults);
    let (dids, did_spans) = list.map(|node| read_dids(node, faults)).unwrap_or_default();
    Entry {
        dids,
        did_spans,
        hours,
    }
}

fn read_dids(node: &Node, faults: &mut Vec<Fault>) -> (Vec<DidPattern>, Vec<Span>) {
    let (mut dids, mut spans) = (Vec::new(), Vec::new());
    let Tree::List(nodes) = &node.tree else {
        faults.push(record::expected(
            node,
            "`did`",
            "a list of numbers in quotes",
        ));
        return (dids, spans);
    };
    if nodes.is_empty() || nodes.len() > DIDS_MAX {
        let what = format!("{} numbers, expected 1 to {DIDS_MAX}", nodes.len());
        faults.push(Fault::new(node.span, what));
    }
    for node in nodes {
        let Some(written) = record::dialled(node, "number", faults) else {
            continue;
        };
        match DidPattern::read(written) {
            Ok(did) => {
                if let Some(taken) = dids.iter().find(|taken: &&DidPattern| taken.overlaps(&did)) {
                    faults.push(Fault::new(
                        node.span,
                        format!("{did} overlaps with {taken}"),
                    ));
                }
                dids.push(did);
                spans.push(node.span);
            }
            Err(error) => {
                let fault = Fault::new(node.span, format!("{written:?} is no number: {error}"));
                faults.push(fault.help(
                    "\"4008001234\", or a pattern like \"_400XXXXXXX\": X any digit, Z 1-9, N 2-9",
                ));
            }
        }
    }
    (dids, spans)
}

/// Reads the name of the bank.
pub fn read_bank<'n>(
    node: &'n Node,
    around: &'n Surroundings,
    faults: &mut Vec<Fault>,
) -> Option<&'n str> {
    let name = record::text(node, "the bank", faults)?;
    if around.banks.contains_key(name) {
        return Some(name);
    }
    let fault = Fault::new(node.span, format!("no bank is called `{name}`"));
    let known = around.banks.keys().map(String::as_str);
    faults.push(fault.nearest(name, known.clone()));
    // What was meant is taken as written, so that its questions are no mistakes.
    nearest(name, known)
}
