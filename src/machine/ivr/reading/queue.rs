//! A wait for a seat.

use std::collections::BTreeMap;

use crate::machine::acd::need::NamedNeed;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::wait_step;
use crate::machine::ivr::reading::waiting;
use crate::machine::ivr::waiting::Queue;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Reads a wait for a seat.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Queue> {
    let node = record.take("queue")?;
    let queue = name(reader, node);
    let need = record.take("need").map(|node| read_need(reader, node));
    let priority = record
        .take("priority")
        .and_then(|node| record::count(node, "`priority`", 0..=100, &mut reader.faults));
    let wishes = waiting::read(reader, record);
    let ageing = record
        .take("ageing")
        .and_then(|node| wait_step::thousandths(node, "`ageing`", &mut reader.faults));
    let steps = record
        .take("steps")
        .map(|node| wait_step::read(reader, node));
    let needed = [
        ("full", "the queue is full"),
        ("left", "the caller left the queue"),
    ];
    let goto = reader.outcomes(record, &needed, &waiting::OUTCOMES);
    let waiting = wishes.with(reader, &goto, record.span());
    Some(Queue {
        queue: queue?,
        need: need.unwrap_or_default(),
        priority: i32::try_from(priority.unwrap_or(0)).unwrap_or(0),
        ageing,
        steps: steps.unwrap_or_default(),
        full: goto.to("full"),
        left: goto.to("left"),
        talked: goto.named("talked"),
        waiting: Box::new(waiting),
    })
}

/// The name of a queue that there is.
pub fn name<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<String> {
    let queue = record::text(node, "the queue", &mut reader.faults);
    if let (Some(name), Some(centre)) = (queue, &reader.around.centre)
        && !centre.queues.contains(name)
    {
        let fault = Fault::new(node.span, format!("no queue is called `{name}`"));
        reader.wrong(fault.nearest(name, centre.queues.iter().map(String::as_str)));
    }
    queue.map(str::to_owned)
}

/// A need, or one for each language of the file.
fn read_need<'r>(reader: &mut Reader<'r>, node: &'r Node) -> BTreeMap<Language, NamedNeed> {
    let mut needs = BTreeMap::new();
    if let Tree::Map(entries) = &node.tree {
        for (key, value) in entries {
            if let Some(language) = reader.key_of_language(key) {
                needs.insert(language, wait_step::need(reader, value));
            }
        }
        let languages = reader.languages.clone().into_iter();
        for language in languages.filter(|language| !needs.contains_key(language)) {
            let what = format!("the need in {language} is missing");
            let fault = Fault::new(node.span, what).label("its callers would need nothing");
            reader.wrong(fault.help(format!("add {language}: \"…\"")));
        }
        return needs;
    }
    let terms = wait_step::need(reader, node);
    for language in reader.languages.clone() {
        needs.insert(language, terms.clone());
    }
    needs
}
