//! An answer.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Answer;
use crate::vocabulary::fault;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// The fault of a word that was to be `chosen`.
fn misspelt(reader: &Reader<'_>, node: &Node) -> Option<Fault> {
    let text = node.text()?;
    let known = reader.questions.is_some_and(|all| all.contains(text));
    fault::nearest(text, ["chosen"]).filter(|_| !known)?;
    let fault = Fault::new(node.span, format!("the bank has no question `{text}`"));
    Some(fault.help("did you mean `chosen`?"))
}

/// Reads an answer.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Answer> {
    let node = record.take("answer")?;
    let question = if node.text() == Some("chosen") {
        reader.need_bank(node.span, true, "");
        None
    } else if let Some(meant) = misspelt(reader, node) {
        reader.wrong(meant);
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
