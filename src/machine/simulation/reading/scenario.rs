//! A whole scenario file.

use crate::machine::acd::policy::Policy;
use crate::machine::simulation::reading::contact_type;
use crate::machine::simulation::reading::context::Context;
use crate::machine::simulation::reading::context::Files;
use crate::machine::simulation::reading::group;
use crate::machine::simulation::reading::quantity;
use crate::machine::simulation::reading::queue;
use crate::machine::simulation::scenario::CALLS_MAX;
use crate::machine::simulation::scenario::Choice;
use crate::machine::simulation::scenario::Day;
use crate::machine::simulation::scenario::DayEnd;
use crate::machine::simulation::scenario::PARTS_MAX;
use crate::machine::simulation::scenario::Queue;
use crate::machine::simulation::scenario::SEATS_MAX;
use crate::machine::simulation::scenario::Scenario;
use crate::machine::simulation::staffing;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Severity;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Most seats where some are chosen by lot.
const LOT_SEATS_MAX: u32 = 200;
/// Most periods of a day.
const PERIODS_MAX: usize = 1_440;

/// Reads a scenario; `files` reads the files that it names.
///
/// # Errors
///
/// What is wrong, in the order of the text.
pub fn read(text: &str, files: &Files<'_>) -> Result<Scenario, Vec<Fault>> {
    let node = Node::read(text).map_err(|fault| vec![fault])?;
    let mut context = Context {
        faults: Vec::new(),
        day: whole_day(),
        skills: Vec::new(),
        groups: Vec::new(),
        queues: Vec::new(),
        types: Vec::new(),
        files,
    };
    let scenario = read_whole(&mut context, &node);
    let mut faults = context.faults;
    faults.sort_by_key(|fault| fault.span);
    faults.dedup();
    let wrong = faults.iter().any(|fault| fault.severity == Severity::Error);
    match scenario {
        Some(scenario) if !wrong => Ok(scenario),
        Some(_) | None => Err(faults),
    }
}

const fn whole_day() -> Day {
    Day {
        from: 0.0,
        to: 1_440.0,
        period: 1_440.0,
        warm_up: 0.0,
        end: DayEnd::Serve,
    }
}

fn read_whole(context: &mut Context<'_>, node: &Node) -> Option<Scenario> {
    let mut record = Record::open(node, "the file", &mut context.faults);
    let name = record.need("scenario", &mut context.faults);
    let name = name.and_then(|node| context.name(node, "`scenario`"));
    if let Some(node) = record.need("day", &mut context.faults) {
        context.day = day(context, node);
    }
    let lines = record.take("lines").map(|node| {
        let lines = record::count(node, "`lines`", 1..=1_000_000, &mut context.faults);
        lines.and_then(|lines| usize::try_from(lines).ok())
    });
    let busyness = record
        .take("busyness")
        .map(|node| quantity::number(node, "`busyness`", 0.1..=1e9, &mut context.faults));
    let policy = record
        .take("policy")
        .and_then(|node| queue::policy(context, node));
    let policy = policy.unwrap_or_default();
    let queues = record.take("queues");
    let types = record.need("types", &mut context.faults);
    let groups = record.need("groups", &mut context.faults);
    record.finish(&mut context.faults);
    let (types, groups) = (types?, groups?);
    let types_at = types.span;
    let kinds = parts(context, types, "a type");
    context.types = names(&kinds);
    let teams = parts(context, groups, "a group");
    context.groups = names(&teams);
    learn_skills(context, &teams);
    let queues = read_queues(context, queues, &kinds, policy);
    let read = kinds.iter();
    let read = read.map(|(name, node)| contact_type::read(context, name, node));
    let read: Vec<_> = read.collect();
    let types: Option<Vec<_>> = read.into_iter().collect();
    let read = teams
        .iter()
        .map(|(name, node)| group::read(context, name, node));
    let read: Vec<_> = read.collect();
    let seated: Option<Vec<_>> = read.into_iter().collect();
    let scenario = Scenario {
        name: name?,
        day: context.day,
        lines: lines.flatten(),
        calls_max: CALLS_MAX,
        busyness: busyness.flatten(),
        queues,
        types: types?,
        groups: seated?,
    };
    look_over(context, &scenario, (types_at, groups.span));
    Some(scenario)
}

fn day(context: &mut Context<'_>, node: &Node) -> Day {
    let mut day = whole_day();
    let faults = &mut context.faults;
    let mut record = Record::open(node, "`day`", faults);
    if let Some(node) = record.take("from") {
        day.from = quantity::hour(node, "`from`", faults).unwrap_or(day.from);
    }
    if let Some(node) = record.take("to") {
        day.to = quantity::hour(node, "`to`", faults).unwrap_or(day.to);
        if day.to <= day.from {
            faults.push(Fault::new(node.span, "the day ends before it begins"));
            day = whole_day();
        }
    }
    day.period = day.length();
    if let Some(node) = record.take("period") {
        let period = quantity::minutes(node, "`period`", 1.0 / 60.0, faults);
        day.period = period.unwrap_or(day.period);
        if day.periods() > PERIODS_MAX {
            faults.push(Fault::new(node.span, format!("over {PERIODS_MAX} periods")));
            day.period = day.length();
        }
    }
    if let Some(node) = record.take("warm_up") {
        let warm_up = quantity::minutes(node, "`warm_up`", 0.0, faults);
        day.warm_up = warm_up.unwrap_or(0.0);
        if day.warm_up >= day.length() {
            faults.push(Fault::new(node.span, "the warm-up takes the whole day"));
            day.warm_up = 0.0;
        }
    }
    let end = record.take("end");
    record.finish(faults);
    if let Some(node) = end {
        let words = [("serve", DayEnd::Serve), ("close", DayEnd::Close)];
        day.end = context.word(node, "`end`", &words).unwrap_or_default();
    }
    day
}

/// The maps of a list, with their names; each name once.
fn parts<'n>(context: &mut Context<'_>, node: &'n Node, what: &str) -> Vec<(String, &'n Node)> {
    let mut parts: Vec<(String, &'n Node)> = Vec::new();
    let nodes = context.list(node, &format!("{what}'s list"), PARTS_MAX);
    if nodes.is_empty() && matches!(node.tree, Tree::List(_)) {
        context.fault(node.span, "this list is empty");
    }
    for node in nodes {
        let mut unheard = Vec::new();
        let mut record = Record::open(node, what, &mut unheard);
        let name = record.need("name", &mut unheard);
        context.faults.append(&mut unheard);
        let Some((span, name)) =
            name.and_then(|node| Some((node.span, context.name(node, "`name`")?)))
        else {
            continue;
        };
        if parts.iter().any(|(one, _)| *one == name) {
            context.fault(span, format!("two are called `{name}`"));
            continue;
        }
        parts.push((name, node));
    }
    parts
}

fn names(parts: &[(String, &Node)]) -> Vec<String> {
    parts.iter().map(|(name, _)| name.clone()).collect()
}

/// The skills of all groups.
fn learn_skills(context: &mut Context<'_>, groups: &[(String, &Node)]) {
    for (_, node) in groups {
        let Tree::Map(entries) = &node.tree else {
            continue;
        };
        let skills = entries.iter().find(|(key, _)| key.text() == Some("skills"));
        let Some((_, node)) = skills else {
            continue;
        };
        let Tree::Map(skills) = &node.tree else {
            let map = "a map like { refund: 3 }";
            context.faults.push(record::expected(node, "`skills`", map));
            continue;
        };
        for (key, _) in skills {
            let name = context.name(key, "a skill");
            if let Some(name) = name.filter(|name| !context.skills.contains(name)) {
                context.skills.push(name);
            }
        }
    }
}

/// The queues of the file; without any, one for each type.
fn read_queues(
    context: &mut Context<'_>,
    node: Option<&Node>,
    kinds: &[(String, &Node)],
    policy: Policy,
) -> Vec<Queue> {
    let Some(node) = node else {
        context.queues = names(kinds);
        let plain = kinds.iter().enumerate();
        return plain
            .map(|(at, (name, _))| queue::plain(at, name, policy))
            .collect();
    };
    let parts = parts(context, node, "a queue");
    context.queues = names(&parts);
    let read = parts.iter().enumerate();
    let read = read.map(|(at, (name, node))| queue::read(context, (at, name), node, policy));
    read.collect()
}

/// What only the whole shows.
fn look_over(context: &mut Context<'_>, scenario: &Scenario, (types, groups): (Span, Span)) {
    let calls = scenario.calls_expected();
    if calls > f64::from(u32::try_from(CALLS_MAX).unwrap_or(u32::MAX)) {
        let what = format!("{calls:.0} calls a day on average, at most {CALLS_MAX}");
        context.fault(types, what);
    }
    let seats = scenario.groups.iter().map(|group| group.seats());
    let seats = seats.fold(0_u32, u32::saturating_add);
    if usize::try_from(seats).unwrap_or(usize::MAX) > SEATS_MAX {
        context.fault(groups, format!("{seats} seats, at most {SEATS_MAX}"));
    }
    let by_lot = scenario.types.iter().any(|kind| kind.choice == Choice::Lot);
    if by_lot && seats > LOT_SEATS_MAX {
        let what = format!("{seats} seats, at most {LOT_SEATS_MAX} with `choice: lot`");
        context.fault(groups, what);
    }
    for kind in &scenario.types {
        let name = &kind.name;
        let mut serving = scenario.groups.iter();
        if !serving.any(|group| group.queues.contains(&kind.queue)) {
            context.fault(
                groups,
                format!("no group serves the queue of type `{name}`"),
            );
            continue;
        }
        let mut all = 0..scenario.groups.len();
        if !all.any(|group| staffing::can_serve(scenario, group, kind)) {
            let what = format!("no group that serves the queue of type `{name}` meets its need");
            context.fault(groups, what);
        }
    }
    for group in &scenario.groups {
        let served = group
            .queues
            .iter()
            .filter_map(|at| scenario.queues.get(*at));
        let mut served = served.map(|queue| (&queue.name, queue.setup.policy));
        let Some((first, policy)) = served.next() else {
            continue;
        };
        // Indices of different policies cannot be compared.
        if let Some((name, other)) = served.find(|(_, other)| *other != policy) {
            let what = format!(
                "queue `{name}` has policy {other} and shares seats with `{first}`, which has policy {policy}"
            );
            context.fault(groups, what);
        }
    }
}
