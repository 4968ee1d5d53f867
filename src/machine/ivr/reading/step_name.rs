//! Names of steps, of subflows and of their outcomes.

use crate::machine::ivr::limit::STEPS_MAX;
use crate::machine::ivr::reading::scope::NamedStep;
use crate::machine::skill_need;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Targets of a subflow's steps that end it begin so.
pub const RETURN: &str = "return.";

/// Reads the names of steps.
pub fn read_all<'n>(node: &'n Node, faults: &mut Vec<Fault>) -> Option<Vec<NamedStep<'n>>> {
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
        let name = read(key, "a step's name", faults)?;
        steps.push((name, key.span, value));
    }
    Some(steps)
}

/// Reads a name.
pub fn read<'n>(node: &'n Node, what: &str, faults: &mut Vec<Fault>) -> Option<&'n str> {
    let name = record::text(node, what, faults)?;
    if !skill_need::is_name(name) {
        let fault = Fault::new(node.span, format!("{name:?} is not a name"));
        faults.push(fault.label("expected letters, digits, '.', '_' and '-'"));
    }
    if name.starts_with(RETURN) {
        let fault = Fault::new(node.span, format!("{name:?} would end a subflow"));
        faults.push(fault.help("names that begin with return. lead out of a subflow"));
    }
    Some(name)
}
