//! Likely questions.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Predict;
use crate::machine::ivr::script::Sure;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// Most choices that are read out: keys 1 to 9.
const CHOICES_MAX: u32 = 9;
const CHOICES_DEFAULT: u32 = 3;

/// Most calls in a hundred whose order is drawn by lot.
const SHUFFLE_MAX: u32 = 20;
/// How likely a question must be at least to be asked about straight away, and as a rule, in percent.
const SURE_MIN: u32 = 50;
const SURE_DEFAULT: u32 = 85;

/// Words that offer a question by its key.
fn offer(reader: &mut Reader<'_>, node: &Node, name: &str) -> Wording {
    let words = reader.wording(node, &Slot::EACH);
    for (slot, needed) in [(Slot::Question, "q.short"), (Slot::Digit, "digit")] {
        if !words.has(slot) {
            let what = format!("`{name}` needs {{{{{needed}}}}} in every language");
            let fault = Fault::new(node.span, what);
            reader.wrong(fault.help("{{q.short}} is the question, {{digit}} its key"));
        }
    }
    words
}

/// What is said when it is nearly sure what a caller wants.
fn sure<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Sure> {
    let least = record.take("sure");
    let say = record.take("say_sure");
    if let (Some(node), None) = (least, say) {
        let fault = Fault::new(node.span, "`sure` without words");
        reader.wrong(fault.help("say_sure: \"Is it about {{q.short}}? Then press {{digit}}.\""));
    }
    let percent =
        least.and_then(|node| record::count(node, "`sure`", SURE_MIN..=99, &mut reader.faults));
    let say = say.map(|node| offer(reader, node, "say_sure"))?;
    Some(Sure {
        percent: percent.unwrap_or(SURE_DEFAULT),
        say,
    })
}

/// Reads an offer of likely questions.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Predict> {
    if let Some(node) = record.take("predict") {
        reader.need_bank(
            node.span,
            node.text() == Some("questions"),
            "predict: questions",
        );
    }
    let at_most = record
        .take("at_most")
        .and_then(|node| record::count(node, "`at_most`", 1..=CHOICES_MAX, &mut reader.faults));
    let say_each = record.need("say_each", &mut reader.faults);
    let say_each = say_each.map(|node| offer(reader, node, "say_each"));
    let sure = sure(reader, record);
    let shuffle = record
        .take("shuffle")
        .and_then(|node| record::count(node, "`shuffle`", 0..=SHUFFLE_MAX, &mut reader.faults));
    let say_last = record
        .take("say_last")
        .map(|node| reader.wording(node, &Slot::CALLER));
    let keys = reader.optional_keys(record);
    let at_most = at_most.unwrap_or(CHOICES_DEFAULT);
    for key in keys.keys() {
        if key
            .to_digit(10)
            .is_some_and(|digit| (1..=at_most).contains(&digit))
        {
            let fault = Fault::new(record.span(), format!("key {key} is taken by a question"));
            reader.wrong(fault.help(format!("keys 1 to {at_most} choose questions: see at_most")));
        }
    }
    let needed = [
        ("chosen", "the caller chose a question"),
        ("none", "the caller pressed #, or nothing is likely"),
        ("no_input", "the caller was silent to the end"),
    ];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Predict {
        at_most,
        say_each: say_each?,
        sure,
        shuffle_percent: shuffle.unwrap_or(0),
        say_last,
        keys,
        patience,
        chosen: goto.to("chosen"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}
