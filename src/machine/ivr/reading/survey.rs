//! A score that the caller is asked for.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Survey;
use crate::machine::ivr::wording::Slot;
use crate::machine::skill_need;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// The scores unless a step says otherwise.
const SCALE_DEFAULT: (u8, u8) = (1, 5);

/// Reads a survey.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>, step: &str) -> Option<Survey> {
    let text = record
        .take("survey")
        .map(|node| reader.prompts(node, &Slot::CALLER))?;
    let name = record.take("name");
    let name = name.and_then(|node| read_name(reader, node));
    let scale = record.take("scale").map(|node| read_scale(reader, node));
    let (least, most) = scale.unwrap_or(SCALE_DEFAULT);
    let patience = reader.patience(record);
    let needed = [
        ("scored", "a score was given"),
        ("no_input", "the caller was silent to the end"),
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Survey {
        name: name.unwrap_or(step).to_owned(),
        text,
        least,
        most,
        patience,
        scored: goto.to("scored"),
        no_input: goto.to("no_input"),
    })
}

fn read_name<'n>(reader: &mut Reader<'_>, node: &'n Node) -> Option<&'n str> {
    let name = record::text(node, "`name`", &mut reader.faults)?;
    if !skill_need::is_name(name) {
        let fault = Fault::new(node.span, format!("{name:?} is not a name"));
        reader.wrong(fault.label("expected letters, digits, '.', '_' and '-'"));
    }
    Some(name)
}

/// `1-5`: two digits, the less first.
fn read_scale(reader: &mut Reader<'_>, node: &Node) -> (u8, u8) {
    let digit = |text: &str| text.trim().parse::<u8>().ok().filter(|digit| *digit <= 9);
    let ends = node.text().and_then(|text| text.split_once('-'));
    let ends = ends.and_then(|(least, most)| digit(least).zip(digit(most)));
    if let Some((least, most)) = ends.filter(|(least, most)| least < most) {
        return (least, most);
    }
    let got = node.text().unwrap_or_else(|| node.kind());
    let fault = Fault::new(node.span, format!("`scale` is {got}"));
    reader.wrong(fault.help("a scale is two keys, the worst first: 1-5 or 0-9"));
    SCALE_DEFAULT
}
