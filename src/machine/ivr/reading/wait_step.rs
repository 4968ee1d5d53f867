//! Whom a waiting call asks for one after the other.

use std::time::Duration;

use crate::machine::acd::need::LEVEL_MAX;
use crate::machine::acd::need::NamedNeed;
use crate::machine::acd::step::NAMED_MAX;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::STEPS_MAX;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Target;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::QUESTION_SKILL;
use crate::machine::skill_need;
use crate::machine::skill_need::NameKind;
use crate::machine::wait_step;
use crate::machine::wait_step::LAST;
use crate::machine::wait_step::NamedStep;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::excerpt;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Longest time of a step.
const LASTS_MAX: Duration = Duration::from_secs(24 * 3600);

/// The words of `skip_if`.
pub const SKIPS: [(&str, SkipIf); 3] = [
    ("never", SkipIf::Never),
    ("nobody_signed_in", SkipIf::NobodySignedIn),
    ("nobody_ready", SkipIf::NobodyReady),
];

/// The words of `prefer`.
pub const PREFERENCES: [(&str, Prefer<String>); 5] = [
    ("longest_idle", Prefer::LongestIdle),
    ("most_skilled", Prefer::MostSkilled),
    ("least_skilled", Prefer::LeastSkilled),
    ("least_busy", Prefer::LeastBusy),
    ("fewest_queues", Prefer::FewestQueues),
];

/// Reads the steps.
pub fn read(reader: &mut Reader<'_>, node: &Node) -> Vec<NamedStep> {
    let Tree::List(nodes) = &node.tree else {
        let what = "a list like [{ seats: [last], for: 20s }, { need: refund }]";
        reader.faults.push(record::expected(node, "`steps`", what));
        return Vec::new();
    };
    if nodes.len() > STEPS_MAX {
        let what = format!("{} steps, at most {STEPS_MAX} are kept", nodes.len());
        reader.faults.push(Fault::new(node.span, what));
    }
    let mut steps = Vec::new();
    for (at, one) in nodes.iter().enumerate() {
        let step = read_step(reader, one);
        if at + 1 < nodes.len() && step.is_endless() {
            let what = "this step never ends, so the next is never reached";
            let fault = Fault::new(one.span, what);
            reader.wrong(fault.help("give it a time, `for: 20s`, or `skip_if`"));
        }
        steps.push(step);
    }
    steps
}

fn read_step(reader: &mut Reader<'_>, node: &Node) -> NamedStep {
    let mut record = Record::open(node, "a step of the wait", &mut reader.faults);
    let asked = record.take("need").map(|node| need(reader, node));
    let seats = record.take("seats").map(|node| seats(reader, node));
    if asked.is_some() && seats.is_some() {
        let fault = Fault::new(node.span, "a step has a need or seats, not both");
        reader.wrong(fault.help("split it in two"));
    }
    let lasts = record.take("for").and_then(|node| {
        let range = Duration::from_secs(1)..=LASTS_MAX;
        record::duration(node, "`for`", range, &mut reader.faults)
    });
    let skip = record.take("skip_if");
    let skip = skip.and_then(|node| word(reader, node, "`skip_if`", &SKIPS));
    let prefer = record.take("prefer");
    let prefer = prefer.and_then(|node| word(reader, node, "`prefer`", &PREFERENCES));
    let weights = record.take("weights").map(|node| weights(reader, node));
    if prefer.is_some() && weights.is_some() {
        let fault = Fault::new(node.span, "a step has `prefer` or `weights`, not both");
        reader.wrong(fault.help("leave out one of them"));
    }
    record.finish(&mut reader.faults);
    NamedStep {
        target: seats.unwrap_or_else(|| Target::Need(asked.unwrap_or_default())),
        lasts,
        skip: skip.unwrap_or_default(),
        prefer: prefer.or_else(|| weights.map(Prefer::Weights)),
    }
}

fn word<T: Clone>(
    reader: &mut Reader<'_>,
    node: &Node,
    what: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let written = record::text(node, what, &mut reader.faults)?;
    let found = words.iter().find(|(word, _)| *word == written);
    if found.is_none() {
        let known = words.iter().map(|(word, _)| *word);
        let all = known.clone().collect::<Vec<_>>().join(", ");
        let fault = Fault::new(node.span, format!("{what} is {written}"));
        reader.wrong(
            fault
                .label(format!("expected {all}"))
                .nearest(written, known),
        );
    }
    found.map(|(_, meaning)| meaning.clone())
}

fn seats(reader: &mut Reader<'_>, node: &Node) -> Target<String, String, String> {
    let mut names = Vec::new();
    let nodes = match &node.tree {
        Tree::List(nodes) => nodes.as_slice(),
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => {
            std::slice::from_ref(node)
        }
    };
    if nodes.len() > NAMED_MAX {
        let what = format!("{} seats, a step names at most {NAMED_MAX}", nodes.len());
        reader.faults.push(Fault::new(node.span, what));
    }
    for one in nodes {
        let Some(name) = record::text(one, "a seat", &mut reader.faults) else {
            continue;
        };
        if let Some(centre) = &reader.around.centre
            && name != LAST
            && !centre.seats.contains(name)
        {
            let fault = Fault::new(one.span, format!("no seat has the id `{name}`"));
            let known = centre.seats.iter().map(String::as_str).chain([LAST]);
            reader.faults.push(fault.nearest(name, known));
        }
        names.push(name);
    }
    wait_step::seats(names)
}

fn weights(reader: &mut Reader<'_>, node: &Node) -> Vec<(String, i32)> {
    let mut weights = Vec::new();
    let Tree::Map(entries) = &node.tree else {
        let fault = record::expected(node, "`weights`", "a map like { refund: 3 }");
        reader.faults.push(fault);
        return weights;
    };
    for (key, value) in entries {
        let skill = record::text(key, "a skill", &mut reader.faults);
        let weight = record::count(value, "a weight", 0..=1_000, &mut reader.faults);
        if let (Some(skill), Some(weight)) = (skill, weight) {
            known_skill(reader, skill, key.span);
            weights.push((skill.to_owned(), i32::try_from(weight).unwrap_or(0)));
        }
    }
    weights
}

/// Reads what a seat needs; skills and groups that no seat has are faults.
pub fn need(reader: &mut Reader<'_>, node: &Node) -> NamedNeed {
    let Some(text) = record::text(node, "`need`", &mut reader.faults) else {
        return NamedNeed::default();
    };
    let source = reader.source;
    let place = |span: Span| excerpt::place(source, node, span);
    let read = match skill_need::read_need(text) {
        Ok(read) => read,
        Err(error) => {
            let fault = Fault::new(place(error.span), error.what);
            let help =
                format!("terms like \"refund >= 3 and lang.zh >= 1\", levels 1 to {LEVEL_MAX}");
            reader.wrong(fault.help(help));
            return NamedNeed::default();
        }
    };
    for one in read.names {
        match one.kind {
            NameKind::Skill => known_skill(reader, &one.name, place(one.span)),
            NameKind::Group => known_group(reader, &one.name, place(one.span)),
        }
    }
    read.need
}

fn known_skill(reader: &mut Reader<'_>, skill: &str, at: Span) {
    let Some(centre) = &reader.around.centre else {
        return;
    };
    let known = centre.skills.iter().map(String::as_str);
    let known = known.chain([QUESTION_SKILL]);
    if known.clone().all(|one| one != skill) {
        let fault = Fault::new(at, format!("no seat has the skill `{skill}`"));
        reader.faults.push(fault.nearest(skill, known));
    }
}

fn known_group(reader: &mut Reader<'_>, group: &str, at: Span) {
    let Some(centre) = &reader.around.centre else {
        return;
    };
    if !centre.groups.contains(group) {
        let fault = Fault::new(at, format!("no seat is in the group `{group}`"));
        let known = centre.groups.iter().map(String::as_str);
        reader.faults.push(fault.nearest(group, known));
    }
}

/// A number from 0 to 1,000, in thousandths.
pub fn thousandths(node: &Node, what: &str, faults: &mut Vec<Fault>) -> Option<u32> {
    let number = match &node.tree {
        Tree::Plain(text) => text.parse::<Decimal>().ok(),
        Tree::Nothing | Tree::Quoted(_) | Tree::List(_) | Tree::Map(_) => None,
    };
    let number = number.map(|number| number.times(Decimal::whole(1_000)).rounded());
    let fits = number.and_then(|number| u32::try_from(number).ok());
    let fits = fits.filter(|number| *number <= 1_000_000);
    if fits.is_none() {
        let got = node.text().unwrap_or_else(|| node.kind());
        let fault = Fault::new(node.span, format!("{what} is {got}"));
        faults.push(fault.label("expected a number from 0 to 1000"));
    }
    fits
}
