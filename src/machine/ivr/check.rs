//! From a dialplan file to a script, or to all that is wrong with it.

use std::time::Duration;

use crate::machine::ivr::did::DidPattern;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::step;
use crate::machine::ivr::route;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Patience;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::StepAt;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::case_reader;
use crate::machine::skill_need;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Most steps in one dialplan.
pub const STEPS_MAX: usize = 1000;
/// Most numbers in one dialplan.
pub const DIDS_MAX: usize = 1000;

/// A script with the places of what other files may collide with.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The script.
    pub script: Script,
    /// Where its numbers stand, in their order.
    pub did_spans: Vec<Span>,
    /// Its tests.
    pub cases: Vec<Case>,
}

/// Checks the text of one dialplan file.
///
/// # Errors
///
/// All that is wrong, in the order of the text.
pub fn check(text: &str, around: &Surroundings) -> Result<Checked, Vec<Fault>> {
    let root = Node::read(text).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let checked = read_file(&root, around, &mut faults);
    match checked {
        Some(checked) if faults.is_empty() => Ok(checked),
        Some(_) | None => {
            faults.sort_by_key(|fault| fault.span);
            faults.dedup();
            Err(faults)
        }
    }
}

/// Numbers that two dialplans answer: for each file, faults at its numbers.
#[must_use]
pub fn overlaps(files: &[(&str, &Checked)]) -> Vec<Vec<Fault>> {
    let mut faults: Vec<Vec<Fault>> = vec![Vec::new(); files.len()];
    for (at, (_, one)) in files.iter().enumerate() {
        for (name, other) in files.iter().take(at) {
            for (did, span) in one.script.dids.iter().zip(&one.did_spans) {
                let clash = other.script.dids.iter().find(|taken| taken.overlaps(did));
                if let (Some(taken), Some(found)) = (clash, faults.get_mut(at)) {
                    let what = format!("{did} overlaps with {taken} of {name}");
                    let fault = Fault::new(*span, what);
                    found.push(fault.help("a number belongs to one dialplan"));
                }
            }
        }
    }
    faults
}

fn read_file(root: &Node, around: &Surroundings, faults: &mut Vec<Fault>) -> Option<Checked> {
    let mut record = Record::open(root, "a dialplan", faults);
    if let Some(version) = record.need("version", faults) {
        record::count(version, "`version`", 1..=1, faults);
    }
    let flow = record.need("flow", faults);
    let flow = flow.and_then(|node| read_flow(node, faults));
    let languages = record.need("languages", faults);
    let languages = languages.map(|node| read_languages(node, faults));
    let entry = record.need("entry", faults);
    let (dids, did_spans) = entry
        .map(|node| read_entry(node, faults))
        .unwrap_or_default();
    let bank = record.take("bank");
    let defaults = record.take("defaults");
    let steps = record.need("steps", faults);
    let tests = record.take("tests");
    record.finish(faults);

    let steps = read_step_names(steps?, faults)?;
    let bank = bank.and_then(|node| read_bank(node, around, faults));
    let mut reader = Reader {
        around,
        names: (0..)
            .map(StepAt)
            .zip(&steps)
            .map(|(at, (name, ..))| (*name, at))
            .collect(),
        languages: languages?,
        questions: bank.and_then(|bank| around.banks.get(bank)),
        patience: Patience {
            key_timeout: Duration::from_secs(5),
            retries: 2,
        },
        faults: std::mem::take(faults),
    };
    let person = defaults.and_then(|node| read_defaults(node, &mut reader));
    let read: Vec<Option<Step>> = steps
        .iter()
        .map(|(name, _, node)| step::read(&mut reader, name, node))
        .collect();
    let languages = reader.languages;
    faults.append(&mut reader.faults);
    let all: Option<Vec<Step>> = read.into_iter().collect();
    let mut script = Script {
        flow: flow?,
        dids,
        languages,
        bank: bank.map(str::to_owned),
        person,
        early_lookup: None,
        steps: all?,
    };
    let queue = |step: &Step| matches!(step.verb, Verb::Queue(_));
    let queue = script.steps.iter().position(queue).map(StepAt);
    script.person = script.person.or(queue);
    script.early_lookup = route::early_lookup(&script);
    let spans: Vec<(&str, Span)> = steps.iter().map(|(name, span, _)| (*name, *span)).collect();
    check_routes(&script, &spans, faults);
    let cases = tests.map(|node| case_reader::read(node, &script, faults));
    Some(Checked {
        script,
        did_spans,
        cases: cases.unwrap_or_default(),
    })
}

fn read_flow(node: &Node, faults: &mut Vec<Fault>) -> Option<String> {
    let name = record::text(node, "`flow`", faults)?;
    if !skill_need::is_name(name) {
        let fault = Fault::new(node.span, format!("{name:?} is not a name"));
        faults.push(fault.label("expected letters, digits, '.', '_' and '-'"));
    }
    Some(name.to_owned())
}

fn read_languages(node: &Node, faults: &mut Vec<Fault>) -> Vec<Language> {
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
                let fault = Fault::new(node.span, format!("no language is called {tag}"));
                faults.push(fault.nearest(tag, Language::ALL.map(Language::tag)));
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

fn read_entry(node: &Node, faults: &mut Vec<Fault>) -> (Vec<DidPattern>, Vec<Span>) {
    let (mut dids, mut spans) = (Vec::new(), Vec::new());
    let mut record = Record::open(node, "`entry`", faults);
    let list = record.need("did", faults);
    record.finish(faults);
    let Some(Node {
        tree: Tree::List(nodes),
        span,
    }) = list
    else {
        faults.extend(
            list.map(|node| record::expected(node, "`did`", "a list of numbers in quotes")),
        );
        return (dids, spans);
    };
    if nodes.is_empty() || nodes.len() > DIDS_MAX {
        let what = format!("{} numbers, expected 1 to {DIDS_MAX}", nodes.len());
        faults.push(Fault::new(*span, what));
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

fn read_bank<'n>(
    node: &'n Node,
    around: &Surroundings,
    faults: &mut Vec<Fault>,
) -> Option<&'n str> {
    let name = record::text(node, "the bank", faults)?;
    if around.banks.contains_key(name) {
        return Some(name);
    }
    let fault = Fault::new(node.span, format!("no bank is called `{name}`"));
    faults.push(fault.nearest(name, around.banks.keys().map(String::as_str)));
    None
}

type NamedStep<'n> = (&'n str, Span, &'n Node);

fn read_step_names<'n>(node: &'n Node, faults: &mut Vec<Fault>) -> Option<Vec<NamedStep<'n>>> {
    let Tree::Map(entries) = &node.tree else {
        faults.push(record::expected(node, "`steps`", "a map of steps"));
        return None;
    };
    if entries.is_empty() || entries.len() > STEPS_MAX {
        let what = format!("{} steps, expected 1 to {STEPS_MAX}", entries.len());
        faults.push(Fault::new(node.span, what));
        return None;
    }
    let mut steps = Vec::new();
    for (key, value) in entries {
        let name = record::text(key, "a step's name", faults)?;
        if !skill_need::is_name(name) {
            let fault = Fault::new(key.span, format!("{name:?} is not a name"));
            faults.push(fault.label("expected letters, digits, '.', '_' and '-'"));
        }
        steps.push((name, key.span, value));
    }
    Some(steps)
}

/// The step for key 0, if the file names one; waits go to the reader.
fn read_defaults<'r>(node: &'r Node, reader: &mut Reader<'r>) -> Option<StepAt> {
    let mut record = Record::open(node, "`defaults`", &mut reader.faults);
    let person = record.take("person").and_then(|node| reader.step(node));
    reader.patience = reader.patience(&mut record);
    record.finish(&mut reader.faults);
    person
}

fn check_routes(script: &Script, names: &[(&str, Span)], faults: &mut Vec<Fault>) {
    let name = |at: StepAt| names.get(at.0).copied().unwrap_or_default();
    for at in route::unreached(script) {
        let (step, span) = name(at);
        let fault = Fault::new(span, format!("no call reaches step `{step}`"));
        faults.push(fault.help("let a key or a goto lead to it, or take it out"));
    }
    for (at, step) in (0..).map(StepAt).zip(&script.steps) {
        let Verb::Lookup(lookup) = &step.verb else {
            continue;
        };
        let LookupBy::OrderTail(from) = lookup.by else {
            continue;
        };
        if !step::collects(&script.steps, from) {
            let what = format!("`{}` takes no digits", name(from).0);
            let fault = Fault::new(name(at).1, what);
            faults.push(fault.help("order_tail names a step with collect"));
        }
    }
    if let Some(circle) = route::circle(script) {
        let mut way: Vec<&str> = circle.iter().map(|at| name(*at).0).collect();
        way.extend(way.first().copied());
        let span = circle.first().map(|at| name(*at).1).unwrap_or_default();
        let what = format!(
            "a call can circle here with nobody doing anything: {}",
            way.join(" → ")
        );
        faults.push(Fault::new(span, what).help("lead one of these to a person or to a hangup"));
    }
}
