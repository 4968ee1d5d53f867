//! Conditions that say where a call goes.

use crate::machine::ivr::limit::CASES_MAX;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Case;
use crate::machine::ivr::script::Fork;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads a step that branches.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Fork> {
    let node = record.take("branch")?;
    let otherwise = record.take("else");
    if otherwise.is_none() {
        let fault = Fault::new(
            record.span(),
            "this step ends in silence: `else` is missing",
        );
        reader.wrong(fault.help("add else: STEP, for when no condition holds"));
    }
    let otherwise = otherwise.and_then(|node| reader.step(node));
    let Tree::List(nodes) = &node.tree else {
        let expected = "a list like [{ if: CONDITION, goto: STEP }]";
        reader.wrong(record::expected(node, "`branch`", expected));
        return None;
    };
    if nodes.is_empty() || nodes.len() > CASES_MAX {
        let what = format!("{} conditions, expected 1 to {CASES_MAX}", nodes.len());
        reader.wrong(Fault::new(node.span, what));
    }
    let cases: Vec<Option<Case>> = nodes
        .iter()
        .take(CASES_MAX)
        .enumerate()
        .map(|(place, node)| read_case(reader, node, place))
        .collect();
    Some(Fork {
        cases: cases.into_iter().collect::<Option<_>>()?,
        otherwise: otherwise?,
    })
}

fn read_case<'r>(reader: &mut Reader<'r>, node: &'r Node, place: usize) -> Option<Case> {
    let mut record = Record::open(node, "a condition", &mut reader.faults);
    let condition = record.need("if", &mut reader.faults);
    let to = record.need("goto", &mut reader.faults);
    record.finish(&mut reader.faults);
    let to = to.and_then(|node| reader.step(node));
    let written = condition?.text().unwrap_or_default().to_owned();
    let condition = reader.condition(condition?, place);
    Some(Case {
        condition: condition?,
        written,
        to: to?,
    })
}
