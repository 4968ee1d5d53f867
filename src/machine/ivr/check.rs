//! From a dialplan file to a script, or to all that is wrong with it.

use std::collections::BTreeSet;

use crate::machine::expression::environment::Types;
use crate::machine::ivr::certainty;
use crate::machine::ivr::certainty::Use;
use crate::machine::ivr::reading::entry;
use crate::machine::ivr::reading::hours;
use crate::machine::ivr::reading::naming;
use crate::machine::ivr::reading::naming::Declarations;
use crate::machine::ivr::reading::naming::HOURS;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::scope::Layout;
use crate::machine::ivr::reading::scope::NamedStep;
use crate::machine::ivr::reading::scope::PlacedStep;
use crate::machine::ivr::reading::scope::Scope;
use crate::machine::ivr::reading::scope::Subflow;
use crate::machine::ivr::reading::step;
use crate::machine::ivr::reading::step_name;
use crate::machine::ivr::reading::subflow;
use crate::machine::ivr::reading::variable;
use crate::machine::ivr::route;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::script::Yield;
use crate::machine::ivr::surroundings::Surroundings;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::case_reader;
use crate::machine::ivr::variable::VARS;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// A script with the places of what other files may collide with.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The script.
    pub script: Script,
    /// Where its numbers stand, in their order.
    pub did_spans: Vec<Span>,
    /// Its tests.
    pub cases: Vec<Case>,
    /// Where its name stands.
    pub flow_span: Span,
    /// What is likely wrong, though it holds together.
    pub warnings: Vec<Fault>,
}

/// Checks the text of one dialplan file.
///
/// # Errors
///
/// All that is wrong, in the order of the text.
pub fn check(text: &str, around: &Surroundings) -> Result<Checked, Vec<Fault>> {
    let root = Node::read(text).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let checked = read_file(text, &root, around, &mut faults);
    match checked {
        Some(checked) if faults.is_empty() => Ok(checked),
        Some(_) | None => {
            faults.sort_by_key(|fault| fault.span);
            // Uses of a subflow share its steps, and their faults.
            let mut told = BTreeSet::new();
            faults.retain(|fault| told.insert((fault.span, fault.what.clone())));
            Err(faults)
        }
    }
}

/// Names that two dialplans have and numbers that two answer: for each file, faults at its own.
#[must_use]
pub fn overlaps(files: &[(&str, &Checked)]) -> Vec<Vec<Fault>> {
    let mut faults: Vec<Vec<Fault>> = vec![Vec::new(); files.len()];
    for (at, (_, one)) in files.iter().enumerate() {
        for (name, other) in files.iter().take(at) {
            if let Some(found) = faults.get_mut(at)
                && one.script.flow == other.script.flow
            {
                let what = format!("{name} is called `{}` too", one.script.flow);
                let fault = Fault::new(one.flow_span, what);
                found.push(fault.help("records and releases tell dialplans by `flow`: rename one"));
            }
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

fn read_file(
    text: &str,
    root: &Node,
    around: &Surroundings,
    faults: &mut Vec<Fault>,
) -> Option<Checked> {
    let mut record = Record::open(root, "a dialplan", faults);
    if let Some(version) = record.need("version", faults) {
        record::count(version, "`version`", 1..=1, faults);
    }
    let flow = record.need("flow", faults);
    let flow_span = flow.map(|node| node.span).unwrap_or_default();
    let flow = flow.and_then(|node| entry::read_flow(node, faults));
    let languages = record.need("languages", faults);
    let languages = languages.map(|node| entry::read_languages(node, faults));
    let entered = record.need("entry", faults);
    let entered = entered
        .map(|node| entry::read(node, faults))
        .unwrap_or_default();
    let bank = record.take("bank");
    let defaults = record.take("defaults");
    let variables = record.take("vars");
    let hours = record.take("hours");
    let subflows = record.take("subflows");
    let steps = record.need("steps", faults);
    let tests = record.take("tests");
    record.finish(faults);

    let steps = step_name::read_all(steps?, faults)?;
    let bank = bank.and_then(|node| entry::read_bank(node, around, faults));
    let calendars = hours
        .map(|node| hours::read_all(node, faults))
        .unwrap_or_default();
    let mut reader = Reader::new(text, around, languages?);
    reader.hours = calendars.keys().cloned().collect();
    reader.attributes = bank.and_then(|bank| around.attributes.get(bank));
    reader.questions = bank.and_then(|bank| around.banks.get(bank));
    let placed = lay_out(&mut reader, &steps, variables, subflows);
    let person = defaults.and_then(|node| read_defaults(node, &mut reader));
    let gate = entered
        .hours
        .and_then(|node| hours::read_gate(&mut reader, node));
    let all = read_steps(&mut reader, &placed);
    faults.append(&mut reader.faults);
    let mut script = Script {
        flow: flow?,
        dids: entered.dids,
        languages: reader.languages,
        bank: bank.map(str::to_owned),
        person,
        early_lookup: None,
        variables: reader.variables,
        hours: calendars,
        gate,
        steps: all?,
    };
    let queue = |step: &Step| matches!(step.verb, Verb::Queue(_));
    let queue = script.steps.iter().position(queue).map(StepAt);
    script.person = script.person.or(queue);
    script.early_lookup = route::early_lookup(&script);
    let types: Vec<&Types> = reader.scopes.iter().map(|scope| &scope.types).collect();
    // What cannot be read leads nowhere and sets nothing: what follows from that is no news.
    if faults.is_empty() {
        faults.extend(unused_subflows(&reader.subflows, &reader.scopes));
        faults.extend(certainty::faults(&script, &reader.uses, &types));
        check_routes(&script, &placed, faults);
    }
    let mut warnings = reader.warnings;
    warnings.extend(unused_hours(hours, &script, &reader.uses));
    let cases = tests.map(|node| case_reader::read(node, &script, reader.attributes, faults));
    Some(Checked {
        script,
        did_spans: entered.did_spans,
        cases: cases.unwrap_or_default(),
        flow_span,
        warnings,
    })
}

/// All steps; none if one of them cannot be read.
fn read_steps<'r>(reader: &mut Reader<'r>, placed: &[PlacedStep<'r>]) -> Option<Vec<Step>> {
    let mut read: Vec<Option<Step>> = Vec::with_capacity(placed.len());
    for (at, one) in (0..).map(StepAt).zip(placed) {
        (reader.at, reader.scope) = (at, one.scope);
        read.push(step::read(reader, one));
    }
    read.into_iter().collect()
}

/// Faults of subflows that no step uses.
fn unused_subflows(subflows: &[Subflow<'_>], scopes: &[Scope<'_>]) -> Vec<Fault> {
    let unused = subflows.iter().filter(|subflow| {
        let used = |scope: &Scope<'_>| scope.within.contains(&subflow.name);
        !scopes.iter().any(used)
    });
    let fault = |subflow: &Subflow<'_>| {
        let what = format!("no step uses subflow `{}`", subflow.name);
        Fault::new(subflow.span, what).help("use it, or take it out")
    };
    unused.map(fault).collect()
}

/// Warnings of opening hours that nothing asks for.
fn unused_hours(node: Option<&Node>, script: &Script, uses: &[Use]) -> Vec<Fault> {
    let Some(Tree::Map(entries)) = node.map(|node| &node.tree) else {
        return Vec::new();
    };
    let timed = script.steps.iter().filter_map(|step| {
        let Verb::Time(opening) = &step.verb else {
            return None;
        };
        Some(opening)
    });
    let opened: BTreeSet<&str> = timed
        .chain(&script.gate)
        .map(|opening| opening.hours.as_str())
        .collect();
    let asked: BTreeSet<&str> = uses.iter().flat_map(|one| one.syntax.names()).collect();
    let unused = entries.iter().filter_map(|(key, _)| {
        let name = key.text()?;
        let is_used = opened.contains(name) || asked.contains(format!("{HOURS}{name}").as_str());
        let what = format!("nothing asks for the hours `{name}`");
        let fault = Fault::new(key.span, what).warning();
        let help = format!(
            "ask by `time: {name}` or `entry: {{ hours: {{ of: {name}, … }} }}`, or take them out"
        );
        (!is_used).then(|| fault.help(help))
    });
    unused.collect()
}

/// Reads what a file declares, and finds all its steps.
fn lay_out<'r>(
    reader: &mut Reader<'r>,
    steps: &[NamedStep<'r>],
    variables: Option<&'r Node>,
    subflows: Option<&'r Node>,
) -> Vec<PlacedStep<'r>> {
    let variables = variables.map(|node| variable::read_all(reader, node));
    let variables = variables.into_iter().flatten();
    reader.variables = variables
        .map(|(name, variable)| (format!("{VARS}{name}"), variable))
        .collect();
    let subflows = subflows.map(|node| subflow::read_all(reader, node));
    reader.subflows = subflows.unwrap_or_default();
    let types = naming::types(Declarations {
        languages: &reader.languages,
        variables: &reader.variables,
        hours: &reader.hours,
        questions: reader.questions,
        attributes: reader.attributes,
    });
    let layout = Layout::new(steps, &reader.subflows, &types, &mut reader.faults);
    reader.scopes = layout.scopes;
    layout.steps
}

/// The step for key 0, if the file names one; waits go to the reader.
fn read_defaults<'r>(node: &'r Node, reader: &mut Reader<'r>) -> Option<StepAt> {
    let mut record = Record::open(node, "`defaults`", &mut reader.faults);
    let person = record.take("person").and_then(|node| reader.step(node));
    reader.patience = reader.patience(&mut record);
    record.finish(&mut reader.faults);
    person
}

fn check_routes(script: &Script, placed: &[PlacedStep<'_>], faults: &mut Vec<Fault>) {
    let named = |at: StepAt| {
        let step = placed.get(at.0).map(|placed| placed.step);
        step.map_or(("", Span::default()), |(name, span, _)| (name, span))
    };
    // What leads nowhere leads to the first step while the rest is read: circles would be made up.
    let circle = route::circle(script).filter(|_| faults.is_empty());
    // What a circle cuts off is no news beside it.
    let unreached = match circle {
        Some(_) => Vec::new(),
        None => route::unreached(script),
    };
    for at in &unreached {
        let (step, span) = named(*at);
        // A use that no call reaches is one fault, not one for each step of its copy.
        let copied = placed
            .get(at.0)
            .and_then(|placed| placed.name.rsplit_once('/'));
        let used = copied.and_then(|(used, _)| placed.iter().position(|one| one.name == used));
        if used.is_some_and(|used| unreached.contains(&StepAt(used))) {
            continue;
        }
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
            let what = format!("`{}` takes no digits", named(from).0);
            let fault = Fault::new(named(at).1, what);
            faults.push(fault.help("order_tail names a step with collect"));
        }
    }
    check_deeds(script, &named, faults);
    if let Some(circle) = circle.filter(|_| faults.is_empty()) {
        let mut way: Vec<&str> = circle.iter().map(|at| named(*at).0).collect();
        way.extend(way.first().copied());
        let span = circle.first().map(|at| named(*at).1).unwrap_or_default();
        let what = format!(
            "a call can circle here with nobody doing anything: {}",
            way.join(" → ")
        );
        let help = "lead one of these to a person or to a hangup, or count the rounds in a variable and branch on it";
        faults.push(Fault::new(span, what).help(help));
    }
}

/// What services may do leads to steps that do it.
fn check_deeds<'p>(
    script: &Script,
    named: &dyn Fn(StepAt) -> (&'p str, Span),
    faults: &mut Vec<Fault>,
) {
    for (at, step) in (0..).map(StepAt).zip(&script.steps) {
        let Verb::Consult(consult) = &step.verb else {
            continue;
        };
        let Yield::Deeds { queues, .. } = &consult.yields else {
            continue;
        };
        let is_queue = |at: &&StepAt| script.step(**at).is_some_and(|step| step.queue().is_some());
        for wrong in queues.iter().filter(|at| !is_queue(at)) {
            let what = format!("`{}` is no queue step", named(*wrong).0);
            let fault = Fault::new(named(at).1, what);
            faults.push(fault.help("may_queue names steps with queue"));
        }
    }
}
