//! A wait for a seat.

use std::collections::BTreeMap;

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::waiting;
use crate::machine::ivr::script::QUESTION_SKILL;
use crate::machine::ivr::script::Queue;
use crate::machine::skill_need;
use crate::machine::skill_need::LEVEL_MAX;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::wire::yaml::excerpt;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads a wait for a seat.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Queue> {
    let node = record.take("queue")?;
    let queue = record::text(node, "the queue", &mut reader.faults);
    if let (Some(name), Some(centre)) = (queue, &reader.around.centre)
        && !centre.queues.contains(name)
    {
        let fault = Fault::new(node.span, format!("no queue is called `{name}`"));
        reader.wrong(fault.nearest(name, centre.queues.iter().map(String::as_str)));
    }
    let need = record.take("need").map(|node| read_need(reader, node));
    let priority = record
        .take("priority")
        .and_then(|node| record::count(node, "`priority`", 0..=100, &mut reader.faults));
    let wishes = waiting::read(reader, record);
    let needed = [
        ("full", "the queue is full"),
        ("left", "the caller left the queue"),
    ];
    let goto = reader.outcomes(record, &needed, &waiting::OUTCOMES);
    let waiting = wishes.with(reader, &goto, record.span());
    Some(Queue {
        queue: queue?.to_owned(),
        need: need.unwrap_or_default(),
        priority: i32::try_from(priority.unwrap_or(0)).unwrap_or(0),
        full: goto.to("full"),
        left: goto.to("left"),
        talked: goto.named("talked"),
        waiting: Box::new(waiting),
    })
}

/// A need, or one per language; languages that are not named need nothing.
fn read_need<'r>(
    reader: &mut Reader<'r>,
    node: &'r Node,
) -> BTreeMap<Language, BTreeMap<String, u8>> {
    let mut needs = BTreeMap::new();
    if let Tree::Map(entries) = &node.tree {
        for (key, value) in entries {
            if let Some(language) = reader.language(key) {
                needs.insert(language, read_terms(reader, value));
            }
        }
        return needs;
    }
    let terms = read_terms(reader, node);
    for language in reader.languages.clone() {
        needs.insert(language, terms.clone());
    }
    needs
}

fn read_terms(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, u8> {
    let Some(text) = record::text(node, "`need`", &mut reader.faults) else {
        return BTreeMap::new();
    };
    let source = reader.source;
    let place = |span: Span| excerpt::place(source, node, span);
    let terms = match skill_need::read_need(text) {
        Ok(terms) => terms,
        Err(error) => {
            let fault = Fault::new(place(error.span), error.what);
            let help =
                format!("terms like \"refund >= 3 and lang.zh >= 1\", levels 1 to {LEVEL_MAX}");
            reader.wrong(fault.help(help));
            return BTreeMap::new();
        }
    };
    if let Some(centre) = &reader.around.centre {
        let known = centre.skills.iter().map(String::as_str);
        let known = known.chain([QUESTION_SKILL]);
        for skill in terms.keys() {
            if known.clone().all(|one| one != skill) {
                let start = text.find(skill.as_str()).unwrap_or(0);
                let length = skill.len();
                let at = place(Span { start, length });
                let fault = Fault::new(at, format!("no seat has the skill `{skill}`"));
                reader.faults.push(fault.nearest(skill, known.clone()));
            }
        }
    }
    terms
}
