//! Queues and the steps of their waits, by the words of the configuration.

use std::time::Duration;

use crate::machine::acd::policy::Policy;
use crate::machine::acd::step::Prefer;
use crate::machine::acd::step::STEPS_MAX;
use crate::machine::acd::step::SkipIf;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::simulation::reading::context::Context;
use crate::machine::simulation::reading::quantity;
use crate::machine::simulation::scenario::Queue;
use crate::machine::simulation::staffing::queue_id;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::id::SkillId;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Contacts that may wait in a queue that says nothing.
const WAITING_MAX: u32 = 1_000_000;

/// A queue that says nothing but its name.
#[must_use]
pub fn plain(at: usize, name: &str, policy: Policy) -> Queue {
    Queue {
        name: name.to_owned(),
        setup: QueueSetup {
            policy,
            waiting_max: WAITING_MAX,
            ..QueueSetup::plain(queue_id(at))
        },
    }
}

/// A policy by its name.
pub fn policy(context: &mut Context<'_>, node: &Node) -> Option<Policy> {
    let words = Policy::ALL.map(|policy| (policy.name(), policy));
    context.word(node, "`policy`", &words)
}

/// One queue.
pub fn read(
    context: &mut Context<'_>,
    (at, name): (usize, &str),
    node: &Node,
    all: Policy,
) -> Queue {
    let mut queue = plain(at, name, all);
    let setup = &mut queue.setup;
    let mut record = Record::open(node, "a queue", &mut context.faults);
    record.take("name");
    if let Some(policy) = record.take("policy").and_then(|node| policy(context, node)) {
        setup.policy = policy;
    }
    if let Some(node) = record.take("weight") {
        let weight = quantity::number(node, "`weight`", 0.001..=1_000.0, &mut context.faults);
        setup.weight = weight.map_or(setup.weight, thousandths);
    }
    if let Some(node) = record.take("ageing") {
        let ageing = quantity::number(node, "`ageing`", 0.0..=1_000.0, &mut context.faults);
        setup.ageing = ageing.map_or(setup.ageing, thousandths);
    }
    if let Some(target) = record
        .take("service_level")
        .and_then(|node| level(context, node))
    {
        setup.target = target;
    }
    if let Some(node) = record.take("wrap_up") {
        let time = quantity::minutes(node, "`wrap_up`", 0.0, &mut context.faults);
        setup.wrap_up = time.map_or(setup.wrap_up, span);
    }
    if let Some(node) = record.take("waiting_max") {
        let most = record::count(node, "`waiting_max`", 0..=WAITING_MAX, &mut context.faults);
        setup.waiting_max = most.unwrap_or(setup.waiting_max);
    }
    if let Some(node) = record.take("reserve") {
        let kept = record::count(node, "`reserve`", 0..=20_000, &mut context.faults);
        setup.reserve = kept.unwrap_or(setup.reserve);
    }
    if let Some(need) = record.take("need").and_then(|node| context.need(node)) {
        setup.need = need;
    }
    if let Some(node) = record.take("steps") {
        let nodes = context.list(node, "`steps`", STEPS_MAX);
        setup.steps = nodes.iter().map(|node| step(context, node)).collect();
        reach_each(context, nodes, &setup.steps);
    }
    record.finish(&mut context.faults);
    queue
}

/// A step that never ends is the last.
fn reach_each(context: &mut Context<'_>, nodes: &[Node], steps: &[Step]) {
    let endless = |step: &Step| step.lasts.is_none() && step.skip == SkipIf::Never;
    let never = steps.iter().position(endless);
    let next = never.and_then(|at| nodes.get(at + 1));
    if let Some(node) = next {
        let fault = Fault::new(node.span, "no call comes to this step");
        let help = "the step before it has no end: say `for` or `skip_if` there";
        context.faults.push(fault.help(help));
    }
}

fn step(context: &mut Context<'_>, node: &Node) -> Step {
    let mut step = Step::default();
    let mut record = Record::open(node, "a step", &mut context.faults);
    if let Some(need) = record.take("need").and_then(|node| context.need(node)) {
        step.target = Target::Need(need);
    }
    if let Some(node) = record.take("for") {
        let least = f64::MIN_POSITIVE;
        step.lasts = quantity::minutes(node, "`for`", least, &mut context.faults).map(span);
    }
    if let Some(node) = record.take("skip_if") {
        let words = [
            ("never", SkipIf::Never),
            ("nobody_signed_in", SkipIf::NobodySignedIn),
            ("nobody_ready", SkipIf::NobodyReady),
        ];
        step.skip = context.word(node, "`skip_if`", &words).unwrap_or_default();
    }
    let (prefer, weights) = (record.take("prefer"), record.take("weights"));
    if let Some(node) = prefer {
        step.prefer = preference(context, node);
    }
    if let Some(node) = weights {
        if prefer.is_some() {
            context.fault(node.span, "a step has `prefer` or `weights`, not both");
        }
        step.prefer = Some(Prefer::Weights(by_weights(context, node)));
    }
    record.finish(&mut context.faults);
    step
}

fn preference(context: &mut Context<'_>, node: &Node) -> Option<Prefer> {
    const WORDS: [(&str, usize); 5] = [
        ("longest_idle", 0),
        ("most_skilled", 1),
        ("least_skilled", 2),
        ("least_busy", 3),
        ("fewest_queues", 4),
    ];
    let chosen = context.word(node, "`prefer`", &WORDS)?;
    Some(match chosen {
        1 => Prefer::MostSkilled,
        2 => Prefer::LeastSkilled,
        3 => Prefer::LeastBusy,
        4 => Prefer::FewestQueues,
        _ => Prefer::LongestIdle,
    })
}

fn by_weights(context: &mut Context<'_>, node: &Node) -> Vec<(SkillId, i32)> {
    let Tree::Map(entries) = &node.tree else {
        let map = "a map of skills like { refund: 3 }";
        context
            .faults
            .push(record::expected(node, "`weights`", map));
        return Vec::new();
    };
    let mut weights = Vec::new();
    for (key, value) in entries {
        let skill = context.skill(key);
        let weight = value.text().and_then(|text| text.parse::<i32>().ok());
        let weight = weight.filter(|weight| weight.abs() <= 1_000);
        if weight.is_none() {
            let fault = Fault::new(value.span, "this is no weight");
            context
                .faults
                .push(fault.label("expected a whole number from -1000 to 1000"));
        }
        weights.extend(skill.zip(weight));
    }
    weights
}

/// The time of a service level like `80/20`; its per cent are an aim that no policy looks at.
fn level(context: &mut Context<'_>, node: &Node) -> Option<Duration> {
    let text = record::text(node, "`service_level`", &mut context.faults)?;
    let read = || {
        let (percent, seconds) = text.split_once('/')?;
        let percent: f64 = quantity::decimal(percent.trim())?;
        let seconds = quantity::decimal(seconds.trim())?;
        let fits = (0.0..=100.0).contains(&percent) && (0.001..=86_400.0).contains(&seconds);
        fits.then(|| Duration::from_secs_f64(seconds))
    };
    let target = read();
    if target.is_none() {
        let fault = Fault::new(node.span, format!("`service_level` is {text}"));
        context
            .faults
            .push(fault.label("expected per cent and seconds like 80/20"));
    }
    target
}

fn span(minutes: f64) -> Duration {
    Duration::from_secs_f64(minutes * 60.0)
}

fn thousandths(number: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was found to be from 0 to a thousand"
    )]
    let thousandths = (number * 1_000.0).round() as u32;
    thousandths
}
