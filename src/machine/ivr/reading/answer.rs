//! An answer.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Answer;
use crate::wire::yaml::record::Record;

/// Reads an answer.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Answer> {
    let node = record.take("answer")?;
    let question = if node.text() == Some("chosen") {
        reader.need_bank(node.span, true, "");
        None
    } else {
        reader.question(node)
    };
    let needed = [
        ("done", "the answer was given"),
        (
            "person",
            "the answer was given, and a person must do the rest",
        ),
        ("private", "the caller must prove who they are first"),
        (
            "no_order",
            "the question is about an order, and there is none",
        ),
        ("none", "there is no answer"),
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Answer {
        question,
        done: goto.to("done"),
        person: goto.to("person"),
        private: goto.to("private"),
        no_order: goto.to("no_order"),
        none: goto.to("none"),
    })
}
