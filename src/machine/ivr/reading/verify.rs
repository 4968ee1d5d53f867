//! A proof of who calls.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Verify;
use crate::machine::ivr::wording::Slot;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;

const TRIES_DEFAULT: u32 = 3;

/// Reads a proof of who calls.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Verify> {
    let text = record
        .take("verify")
        .map(|node| reader.wording(node, &Slot::CALLER))?;
    let wrong = record
        .take("wrong")
        .map(|node| reader.wording(node, &Slot::CALLER));
    let tries = record
        .take("tries")
        .and_then(|node| record::count(node, "`tries`", 1..=5, &mut reader.faults));
    let patience = reader.patience(record);
    let needed = [
        ("ok", "the caller proved who they are"),
        (
            "failed",
            "the tries are used up, or there is nothing to prove it by",
        ),
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Verify {
        text,
        wrong,
        tries: tries.unwrap_or(TRIES_DEFAULT),
        patience,
        ok: goto.to("ok"),
        failed: goto.to("failed"),
    })
}
