//! Subflows: what they are given, how they end, and where they are used.

use std::collections::BTreeMap;

use crate::machine::ivr::certainty::Purpose;
use crate::machine::ivr::limit::SUBFLOWS_MAX;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::scope::Subflow;
use crate::machine::ivr::reading::step_name;
use crate::machine::ivr::reading::variable;
use crate::machine::ivr::script::Assignment;
use crate::machine::ivr::script::Set;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::variable::ARGS;
use crate::machine::ivr::variable::Variable;
use crate::vocabulary::fault::Fault;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads the subflows of a file.
pub fn read_all<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<Subflow<'r>> {
    let Tree::Map(entries) = &node.tree else {
        reader.wrong(record::expected(node, "`subflows`", "a map of subflows"));
        return Vec::new();
    };
    if entries.len() > SUBFLOWS_MAX {
        let what = format!("{} subflows, at most {SUBFLOWS_MAX}", entries.len());
        reader.wrong(Fault::new(node.span, what));
    }
    let entries = entries.iter().take(SUBFLOWS_MAX);
    entries
        .filter_map(|(key, value)| read_one(reader, key, value))
        .collect()
}

fn read_one<'r>(reader: &mut Reader<'r>, key: &'r Node, node: &'r Node) -> Option<Subflow<'r>> {
    let name = step_name::read(key, "a subflow's name", &mut reader.faults)?;
    let what = format!("subflow `{name}`");
    let mut record = Record::open(node, &what, &mut reader.faults);
    let arguments = record.take("with");
    let outcomes = record.take("outcomes");
    let steps = record.need("steps", &mut reader.faults);
    record.finish(&mut reader.faults);
    let arguments = arguments.map(|node| variable::read_all(reader, node));
    let outcomes = outcomes.map(|node| read_outcomes(reader, node));
    let steps = steps.and_then(|node| step_name::read_all(node, &mut reader.faults));
    Some(Subflow {
        name,
        span: key.span,
        arguments: arguments.unwrap_or_default().into_iter().collect(),
        outcomes: outcomes.unwrap_or_default(),
        steps: steps?,
    })
}

fn read_outcomes<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<&'r str> {
    let Tree::List(nodes) = &node.tree else {
        reader.wrong(record::expected(
            node,
            "`outcomes`",
            "a list like [ok, failed]",
        ));
        return Vec::new();
    };
    let names = nodes.iter();
    names
        .filter_map(|node| step_name::read(node, "an outcome", &mut reader.faults))
        .collect()
}

/// Reads a use of a subflow: its arguments are set, then its first step comes. `step` is its whole
/// name, `entered` the scope of its copy.
pub fn read<'r>(
    reader: &mut Reader<'r>,
    record: &mut Record<'r>,
    (step, entered): (&str, Option<usize>),
) -> Option<Set> {
    let node = record.take("subflow")?;
    let given = record.take("with");
    let name = record::text(node, "the subflow", &mut reader.faults)?;
    let Some(used) = reader.subflows.iter().find(|one| one.name == name).cloned() else {
        let fault = Fault::new(node.span, format!("no subflow is called `{name}`"));
        let known: Vec<&str> = reader.subflows.iter().map(|one| one.name).collect();
        reader.wrong(fault.nearest(name, known));
        record.take("goto");
        return None;
    };
    let assignments = read_arguments(reader, record, &used, (given, step));
    let needed: Vec<(&str, &str)> = used
        .outcomes
        .iter()
        .map(|name| (*name, "an outcome of the subflow"))
        .collect();
    let mut returns: BTreeMap<&str, StepAt> = BTreeMap::new();
    if !needed.is_empty() {
        let goto = reader.outcomes(record, &needed, &[]);
        returns.extend(used.outcomes.iter().map(|name| (*name, goto.to(name))));
    }
    let (first, ..) = used.steps.first()?;
    let scope = reader.scopes.get_mut(entered?)?;
    scope.returns = returns;
    Some(Set {
        assignments,
        next: scope.names.get(first).copied()?,
    })
}

fn read_arguments<'r>(
    reader: &mut Reader<'r>,
    record: &Record<'r>,
    used: &Subflow<'r>,
    (given, step): (Option<&'r Node>, &str),
) -> Vec<Assignment> {
    let mut missing: BTreeMap<&str, &Variable> = used
        .arguments
        .iter()
        .map(|(name, one)| (*name, one))
        .collect();
    let mut assignments = Vec::new();
    let entries = match given.map(|node| (&node.tree, node)) {
        None => &[],
        Some((Tree::Map(entries), _)) => entries.as_slice(),
        Some((_, node)) => {
            reader.wrong(record::expected(
                node,
                "`with`",
                "a map of arguments and values",
            ));
            return assignments;
        }
    };
    for (key, value) in entries {
        let Some(name) = record::text(key, "an argument", &mut reader.faults) else {
            continue;
        };
        let Some(argument) = missing.remove(name) else {
            let fault = Fault::new(key.span, format!("`{}` takes no `{name}`", used.name));
            reader.wrong(fault.nearest(name, used.arguments.keys().copied()));
            continue;
        };
        let value = reader.value(value, argument, Purpose::Argument);
        assignments.extend(value.map(|value| Assignment {
            key: format!("{step}/{ARGS}{name}"),
            variable: argument.clone(),
            value,
        }));
    }
    for (name, argument) in missing {
        let start = argument.start.clone().map(Form::Value);
        let start = start.and_then(|start| Syntax::new(record.span(), start).ok());
        let start = start.and_then(|start| reader.expression(start, None, Purpose::Argument));
        if let Some(value) = start {
            assignments.push(Assignment {
                key: format!("{step}/{ARGS}{name}"),
                variable: argument.clone(),
                value,
            });
            continue;
        }
        let fault = Fault::new(record.span(), format!("`{}` needs `{name}`", used.name));
        reader.wrong(fault.help(format!("add with: {{ {name}: VALUE }}, {}", argument.kind)));
    }
    assignments
}
