//! A look-up.

use std::time::Duration;

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Lookup;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// How long a look-up may take, and how long it does unless a step says otherwise.
const LOOKUP_TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(30);
const LOOKUP_TIMEOUT_DEFAULT: Duration = Duration::from_secs(5);

/// Reads a look-up.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Lookup> {
    let by = record
        .take("lookup")
        .and_then(|node| read_lookup_by(reader, node));
    let timeout = record
        .take("timeout")
        .and_then(|node| record::duration(node, "`timeout`", LOOKUP_TIMEOUT, &mut reader.faults));
    let wait = record
        .take("wait")
        .map(|node| reader.wording(node, &Slot::CALLER));
    let mut needed = vec![
        ("ok", "orders were found"),
        ("empty", "no orders were found"),
        ("timeout", "no answer in time"),
        ("failed", "the source of orders failed"),
    ];
    if by.is_none_or(|by| by == LookupBy::Caller) {
        needed.push(("no_number", "the caller's number is withheld or unknown"));
    }
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Lookup {
        by: by?,
        timeout: timeout.unwrap_or(LOOKUP_TIMEOUT_DEFAULT),
        wait,
        ok: goto.to("ok"),
        empty: goto.to("empty"),
        no_number: goto.named("no_number").unwrap_or_else(|| goto.to("empty")),
        timed_out: goto.to("timeout"),
        failed: goto.to("failed"),
    })
}

fn read_lookup_by<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<LookupBy> {
    if node.text() == Some("caller") {
        return Some(LookupBy::Caller);
    }
    let Tree::Map(_) = node.tree else {
        let fault = Fault::new(
            node.span,
            "a look-up is by the caller's number or by an order's id",
        );
        reader.wrong(fault.help("write lookup: caller, or lookup: { order_tail: COLLECT_STEP }"));
        return None;
    };
    let mut record = Record::open(node, "`lookup`", &mut reader.faults);
    let step = record.need("order_tail", &mut reader.faults);
    record.finish(&mut reader.faults);
    step.and_then(|node| reader.step(node))
        .map(LookupBy::OrderTail)
}
