//! Groups of seats.

use crate::machine::acd::need::LEVEL_MAX;
use crate::machine::simulation::reading::context::Context;
use crate::machine::simulation::reading::quantity;
use crate::machine::simulation::reading::timing;
use crate::machine::simulation::scenario::Group;
use crate::machine::simulation::scenario::GroupTalk;
use crate::machine::simulation::scenario::PARTS_MAX;
use crate::machine::simulation::scenario::SEATS_MAX;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::id::SkillId;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Most shifts of a group.
const SHIFTS_MAX: usize = 1_000;

/// One group.
pub fn read(context: &mut Context<'_>, name: &str, node: &Node) -> Option<Group> {
    let mut record = Record::open(node, "a group", &mut context.faults);
    record.take("name");
    let queues = record.need("queues", &mut context.faults);
    let queues = queues.map(|node| queues_of(context, node, "`queues`"));
    let first = record.take("first");
    let places = first.map_or_else(Vec::new, |node| queues_of(context, node, "`first`"));
    let unserved = |place| {
        queues
            .as_ref()
            .is_some_and(|served| !served.contains(place))
    };
    if let Some(node) = first.filter(|_| places.iter().any(unserved)) {
        context.fault(
            node.span,
            "a queue that this group does not serve is put first",
        );
    }
    let (seats, shifts) = (record.take("seats"), record.take("shifts"));
    let staff = match (seats, shifts) {
        (Some(node), None) => by_period(context, node),
        (None, Some(node)) => Some(by_shifts(context, node)),
        (Some(_), Some(node)) => {
            context.fault(node.span, "a group has `seats` or `shifts`, not both");
            None
        }
        (None, None) => {
            let fault = Fault::new(record.span(), "`seats` or `shifts` is missing");
            let help = "seats: 7, or one number for each period: seats: [12, 18, 9]";
            context.faults.push(fault.help(help));
            None
        }
    };
    let skills = record.take("skills").map(|node| skills_of(context, node));
    let talks = record.take("talks").map(|node| talks_of(context, node));
    record.finish(&mut context.faults);
    Some(Group {
        name: name.to_owned(),
        queues: queues?,
        first: places,
        skills: skills.unwrap_or_default(),
        staff: staff?,
        talks: talks.unwrap_or_default(),
    })
}

fn queues_of(context: &mut Context<'_>, node: &Node, what: &str) -> Vec<usize> {
    let known = context.queues.clone();
    let nodes = context.list(node, what, PARTS_MAX);
    let mut places = Vec::new();
    for node in nodes {
        let Some(place) = context.place(node, "queue", &known) else {
            continue;
        };
        if places.contains(&place) {
            let twice = format!("{what} names `{}` twice", node.text().unwrap_or_default());
            context.fault(node.span, twice);
        }
        places.push(place);
    }
    places.sort_unstable();
    places.dedup();
    places
}

fn seats(context: &mut Context<'_>, node: &Node) -> Option<u32> {
    let most = u32::try_from(SEATS_MAX).unwrap_or(u32::MAX);
    record::count(node, "`seats`", 0..=most, &mut context.faults)
}

fn by_period(context: &mut Context<'_>, node: &Node) -> Option<Vec<(f64, u32)>> {
    let values = context.by_period(node, "`seats`", seats)?;
    let mut staff = Vec::new();
    let mut from = 0.0;
    for value in values.0 {
        staff.push((from, value));
        from += context.day.period;
    }
    Some(staff)
}

/// Sums of shifts that overlap.
fn by_shifts(context: &mut Context<'_>, node: &Node) -> Vec<(f64, u32)> {
    let nodes = context.list(node, "`shifts`", SHIFTS_MAX);
    if nodes.is_empty() && matches!(node.tree, Tree::List(_)) {
        let fault = Fault::new(node.span, "a group without shifts never has a seat");
        let help = "shifts: [{ from: 09:00, to: 17:00, seats: 3 }]";
        context.faults.push(fault.help(help));
    }
    let mut shifts = Vec::new();
    for node in nodes {
        let mut record = Record::open(node, "a shift", &mut context.faults);
        let mut hour = |name| {
            let node = record.need(name, &mut context.faults)?;
            let hour = quantity::hour(node, name, &mut context.faults)?;
            Some((node.span, hour - context.day.from))
        };
        let (from, to) = (hour("from"), hour("to"));
        let count = record.need("seats", &mut context.faults);
        let count = count.and_then(|node| seats(context, node));
        record.finish(&mut context.faults);
        if let (Some((_, from)), Some((span, to)), Some(count)) = (from, to, count) {
            if to <= from {
                context.fault(span, "this shift ends before it begins");
            }
            shifts.push((from.max(0.0), to, count));
        }
    }
    let length = context.day.length();
    let ends = shifts.iter().flat_map(|(from, to, _)| [*from, *to]);
    // Who is there when the day ends stays, unless the centre closes.
    let mut changes: Vec<f64> = ends.filter(|at| *at < length).collect();
    changes.push(0.0);
    changes.sort_by(f64::total_cmp);
    changes.dedup();
    let there = |at: f64| {
        let on = shifts
            .iter()
            .filter(|(from, to, _)| *from <= at && at < *to);
        on.map(|(.., seats)| *seats).fold(0, u32::saturating_add)
    };
    changes.into_iter().map(|at| (at, there(at))).collect()
}

fn skills_of(context: &mut Context<'_>, node: &Node) -> Vec<(SkillId, u8)> {
    let Tree::Map(entries) = &node.tree else {
        // The names were looked for before, and what is no map was told then.
        return Vec::new();
    };
    let mut skills = Vec::new();
    for (key, value) in entries {
        let skill = context.skill(key);
        let most = u32::from(LEVEL_MAX);
        let level = record::count(value, "a skill's level", 1..=most, &mut context.faults);
        let level = level.and_then(|level| u8::try_from(level).ok());
        skills.extend(skill.zip(level));
    }
    skills
}

fn talks_of(context: &mut Context<'_>, node: &Node) -> Vec<(usize, GroupTalk)> {
    let Tree::Map(entries) = &node.tree else {
        let map = "a map of types like { savings: { times: 0.75 } }";
        context.faults.push(record::expected(node, "`talks`", map));
        return Vec::new();
    };
    let known = context.types.clone();
    let mut talks = Vec::new();
    for (key, value) in entries {
        let kind = context.place(key, "type", &known);
        let times = |(key, _): &(Node, Node)| key.text() == Some("times");
        let talk = match &value.tree {
            Tree::Map(entries) if entries.iter().any(times) => {
                let mut record = Record::open(value, "a talk", &mut context.faults);
                let node = record.take("times");
                record.finish(&mut context.faults);
                node.and_then(|node| {
                    quantity::number(node, "`times`", 0.001..=1_000.0, &mut context.faults)
                })
                .map(GroupTalk::Times)
            }
            Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::List(_) | Tree::Map(_) => {
                timing::by_period(context, value, "a talk").map(GroupTalk::Drawn)
            }
        };
        talks.extend(kind.zip(talk));
    }
    talks
}
