//! Digits.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;

/// Reads a step that takes digits.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Collect> {
    let text = record
        .take("collect")
        .map(|node| reader.wording(node, &Slot::CALLER))?;
    let digits = record.need("digits", &mut reader.faults);
    let digits =
        digits.and_then(|node| record::count(node, "`digits`", 1..=32, &mut reader.faults));
    let mask = match record.take("secret").map(|node| (node.text(), node.span)) {
        None | Some((Some("false"), _)) => Mask::Open,
        Some((Some("true"), _)) => Mask::Secret,
        Some((_, at)) => {
            reader.wrong(Fault::new(at, "`secret` is true or false"));
            Mask::Secret
        }
    };
    let needed = [
        ("ok", "all digits were entered"),
        ("none", "the caller pressed # and no digit"),
        ("no_input", "the caller was silent to the end"),
    ];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Collect {
        text,
        digits: usize::try_from(digits?).ok()?,
        mask,
        patience,
        ok: goto.to("ok"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}
