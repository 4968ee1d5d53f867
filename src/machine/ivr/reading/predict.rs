//! Likely questions.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Predict;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;

/// Most choices that are read out: keys 1 to 9.
const CHOICES_MAX: u32 = 9;
const CHOICES_DEFAULT: u32 = 3;

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
    let say_each = say_each.map(|node| (node.span, reader.wording(node, &Slot::EACH)));
    if let Some((at, words)) = &say_each {
        for (slot, name) in [(Slot::Question, "q.short"), (Slot::Digit, "digit")] {
            if !words.has(slot) {
                let what = format!("`say_each` needs {{{{{name}}}}} in every language");
                let fault = Fault::new(*at, what);
                reader.wrong(fault.help("{{q.short}} is the question, {{digit}} its key"));
            }
        }
    }
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
        say_each: say_each?.1,
        say_last,
        keys,
        patience,
        chosen: goto.to("chosen"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}
