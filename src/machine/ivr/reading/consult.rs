//! Questions to services: named look-ups, and control handed over for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::expression::expressed::Expression;
use crate::machine::ivr::certainty::Purpose;
use crate::machine::ivr::reading::reader::Outcomes;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::step_name;
use crate::machine::ivr::script::Consult;
use crate::machine::ivr::script::Yield;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::variable::Variable;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// How long a service may take, and how long it does unless a step says otherwise.
const TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(30);
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(3);
/// Most values that a service is told, variables it may set, or ways it may name.
const NAMES_MAX: usize = 20;

/// Whether a look-up asks a service by its name, and not for the caller's orders.
#[must_use]
pub fn is_named(record: &Record<'_>) -> bool {
    let mut rest = record.rest().iter();
    let node = rest
        .find(|(name, ..)| *name == "lookup")
        .map(|(_, _, node)| *node);
    node.and_then(Node::text)
        .is_some_and(|name| name != "caller")
}

/// Reads a look-up of a service.
pub fn read_lookup<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Consult> {
    let common = Common::read(reader, record, "lookup");
    let sets = record.take("set").map(|node| read_fields(reader, node));
    let needed = [
        ("ok", "there is an answer"),
        ("empty", "there is nothing"),
        TIMED_OUT,
        FAILED,
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    let empty = goto.to("empty");
    common.consult(Yield::Values(empty), sets.unwrap_or_default(), &goto)
}

/// Reads a step that hands control to a service.
pub fn read_call<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Consult> {
    let common = Common::read(reader, record, "call");
    let sets = record
        .take("may_set")
        .map(|node| read_settable(reader, node));
    let ways = record.take("may_go").map(|node| read_ways(reader, node));
    let queues = record
        .take("may_queue")
        .map(|node| read_queues(reader, node));
    let patience = reader.patience(record);
    let needed = [("ok", "the service wants no more"), TIMED_OUT, FAILED];
    let goto = reader.outcomes(record, &needed, &[]);
    let deeds = Yield::Deeds {
        ways: ways.unwrap_or_default(),
        queues: queues.unwrap_or_default(),
        patience,
    };
    common.consult(deeds, sets.unwrap_or_default(), &goto)
}

const TIMED_OUT: (&str, &str) = ("timeout", "no answer in time");
const FAILED: (&str, &str) = (
    "failed",
    "the service failed, or its answer cannot be followed",
);

type Sets = BTreeMap<String, (String, Variable)>;

/// What both have in common.
struct Common {
    service: Option<String>,
    with: Vec<(String, Expression)>,
    timeout: Option<Duration>,
    wait: Option<Wording>,
}

impl Common {
    fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>, verb: &'static str) -> Self {
        let service = record
            .take(verb)
            .and_then(|node| read_service(reader, node));
        let with = record.take("with").map(|node| read_with(reader, node));
        let timeout = record
            .take("timeout")
            .and_then(|node| record::duration(node, "`timeout`", TIMEOUT, &mut reader.faults));
        let wait = record.take("wait");
        let wait = wait.map(|node| reader.wording(node, &Slot::CALLER));
        Self {
            service,
            with: with.unwrap_or_default(),
            timeout,
            wait,
        }
    }

    fn consult(self, yields: Yield, sets: Sets, goto: &Outcomes<'_>) -> Option<Consult> {
        Some(Consult {
            service: self.service?,
            with: self.with,
            timeout: self.timeout.unwrap_or(TIMEOUT_DEFAULT),
            wait: self.wait,
            yields,
            sets,
            ok: goto.to("ok"),
            timed_out: goto.to("timeout"),
            failed: goto.to("failed"),
        })
    }
}

fn read_service(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let name = record::text(node, "the service", &mut reader.faults)?;
    let known = reader.around.services.clone();
    if let Some(known) = known.filter(|known| !known.contains(name)) {
        let fault = Fault::new(node.span, format!("no service is called `{name}`"));
        let fault = match known.is_empty() {
            true => fault.help("services stand in ringwise.toml: [[service]], name and url"),
            false => fault.nearest(name, known.iter().map(String::as_str)),
        };
        reader.wrong(fault);
    }
    Some(name.to_owned())
}

/// The entries of a map with few names.
fn entries<'r>(
    reader: &mut Reader<'r>,
    node: &'r Node,
    what: &str,
) -> Vec<(&'r str, &'r Node, &'r Node)> {
    let Tree::Map(entries) = &node.tree else {
        reader.wrong(record::expected(node, what, "a map"));
        return Vec::new();
    };
    if entries.is_empty() || entries.len() > NAMES_MAX {
        let what = format!("{} names, expected 1 to {NAMES_MAX}", entries.len());
        reader.wrong(Fault::new(node.span, what));
    }
    let named = entries.iter().filter_map(|(key, value)| {
        let name = record::text(key, "a name", &mut reader.faults)?;
        Some((name, key, value))
    });
    named.collect()
}

/// The entries of a list, or the one value that stands in its place.
fn each(node: &Node) -> &[Node] {
    match &node.tree {
        Tree::List(nodes) => nodes,
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => {
            std::slice::from_ref(node)
        }
    }
}

fn read_with<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<(String, Expression)> {
    let mut with = Vec::new();
    for (name, _, value) in entries(reader, node, "`with`") {
        let Some(syntax) = reader.syntax(value) else {
            continue;
        };
        let read = reader.expression(syntax, None, Purpose::Argument);
        with.extend(read.map(|expression| (name.to_owned(), expression)));
    }
    with
}

/// `{ VARIABLE: FIELD }`: by field.
fn read_fields<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Sets {
    let mut sets = Sets::new();
    for (_, key, value) in entries(reader, node, "`set`") {
        let field = record::text(value, "the field of the answer", &mut reader.faults);
        let variable = reader.variable(key);
        sets.extend(field.map(str::to_owned).zip(variable));
    }
    sets
}

/// A list of variables: by their own names.
fn read_settable<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Sets {
    let mut sets = Sets::new();
    for node in each(node) {
        let name = node.text().unwrap_or_default().to_owned();
        sets.extend(reader.variable(node).map(|variable| (name, variable)));
    }
    sets
}

fn read_ways<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<(String, StepAt)> {
    let mut ways = Vec::new();
    for (name, key, value) in entries(reader, node, "`may_go`") {
        // Its name is checked as a step's is.
        let _ = step_name::read(key, "a way", &mut reader.faults);
        ways.extend(reader.step(value).map(|to| (name.to_owned(), to)));
    }
    ways
}

/// Queue steps; whether they are is known when all steps are.
fn read_queues<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Vec<StepAt> {
    let steps = each(node).iter().filter_map(|node| reader.step(node));
    steps.collect()
}
