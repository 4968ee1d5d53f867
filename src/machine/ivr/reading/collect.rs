//! Digits.

use std::collections::BTreeSet;

use crate::machine::expression::kind::Kind;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::variable::Variable;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// Most digits that are taken at once.
const DIGITS_MAX: u32 = 32;

/// Reads a step that takes digits.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Collect> {
    let text = record
        .take("collect")
        .map(|node| reader.prompts(node, &Slot::CALLER))?;
    let digits = record.need("digits", &mut reader.faults);
    let digits = digits.and_then(|node| read_digits(reader, node));
    let ends = record.take("end").map(|node| read_ends(reader, node));
    let mask = read_mask(reader, record);
    let into = record.take("into");
    let into = into.and_then(|node| read_into(reader, node, mask));
    let needed = [
        ("ok", "all digits were entered"),
        ("none", "the caller pressed # and no digit"),
        ("no_input", "the caller was silent to the end"),
    ];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &[]);
    let (least, most) = digits?;
    Some(Collect {
        text,
        least,
        most,
        ends: ends.unwrap_or_default(),
        into,
        mask,
        patience,
        ok: goto.to("ok"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}

/// `4`, or `4-8`: the fewest and the most.
fn read_digits(reader: &mut Reader<'_>, node: &Node) -> Option<(usize, usize)> {
    let range = node.text().and_then(|text| text.split_once('-'));
    let Some((least, most)) = range else {
        let count = record::count(node, "`digits`", 1..=DIGITS_MAX, &mut reader.faults)?;
        let count = usize::try_from(count).ok()?;
        return Some((count, count));
    };
    let ends = least
        .trim()
        .parse::<u32>()
        .ok()
        .zip(most.trim().parse::<u32>().ok());
    let fits = ends.filter(|(least, most)| 1 <= *least && least < most && *most <= DIGITS_MAX);
    if fits.is_none() {
        let what = format!("`digits` is {}", node.text().unwrap_or_default());
        let fault = Fault::new(node.span, what);
        reader.wrong(fault.help(format!("write 4, or 4-8, at most {DIGITS_MAX}")));
    }
    let (least, most) = fits?;
    Some((usize::try_from(least).ok()?, usize::try_from(most).ok()?))
}

fn read_ends(reader: &mut Reader<'_>, node: &Node) -> BTreeSet<char> {
    let text = record::dialled(node, "the end", &mut reader.faults).unwrap_or_default();
    let ends: BTreeSet<char> = text.chars().collect();
    if !ends.iter().all(|key| matches!(key, '#' | '*')) {
        let fault = Fault::new(node.span, format!("{text:?} cannot end digits"));
        reader.wrong(fault.help("write end: \"#\", end: \"*\" or end: \"#*\""));
    }
    ends
}

fn read_mask<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Mask {
    match record.take("secret").map(|node| (node.text(), node.span)) {
        None | Some((Some("false"), _)) => Mask::Open,
        Some((Some("true"), _)) => Mask::Secret,
        Some((_, at)) => {
            reader.wrong(Fault::new(at, "`secret` is true or false"));
            Mask::Secret
        }
    }
}

fn read_into(reader: &mut Reader<'_>, node: &Node, mask: Mask) -> Option<(String, Variable)> {
    let (key, variable) = reader.variable(node)?;
    if !matches!(variable.kind, Kind::Text | Kind::Number) {
        let fault = Fault::new(node.span, format!("digits are not {}", variable.kind));
        reader.wrong(fault.help("they go into a variable of type code, text or number"));
    }
    if mask == Mask::Secret {
        reader.keep_secret(node.span, &variable);
    }
    Some((key, variable))
}
