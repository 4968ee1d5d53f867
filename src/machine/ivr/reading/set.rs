//! Variables being set.

use crate::machine::ivr::certainty::Purpose;
use crate::machine::ivr::limit::ASSIGNMENTS_MAX;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Assignment;
use crate::machine::ivr::script::Set;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Tree;

/// Reads a step that sets variables.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Set> {
    let node = record.take("set")?;
    let next = reader.next(record);
    let Tree::Map(entries) = &node.tree else {
        reader.wrong(record::expected(
            node,
            "`set`",
            "a map of variables and values",
        ));
        return None;
    };
    if entries.is_empty() || entries.len() > ASSIGNMENTS_MAX {
        let what = format!(
            "{} variables, expected 1 to {ASSIGNMENTS_MAX}",
            entries.len()
        );
        reader.wrong(Fault::new(node.span, what));
    }
    let mut assignments = Vec::new();
    for (name, value) in entries {
        let Some((key, variable)) = reader.variable(name) else {
            continue;
        };
        let value = reader.value(value, &variable, Purpose::Value(key.clone()));
        assignments.extend(value.map(|value| Assignment {
            key,
            variable,
            value,
        }));
    }
    Some(Set {
        assignments,
        next: next?,
    })
}
