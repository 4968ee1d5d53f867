//! What a caller hears and may do while waiting for a seat.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::ivr::reading::reader::Outcomes;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::tell::Tell;
use crate::machine::ivr::waiting::WaitKey;
use crate::machine::ivr::waiting::Waiting;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Shortest and longest wait that a dialplan may set a limit at.
const WAIT: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(24 * 3600);

/// The outcomes of a queue step that need not be named.
pub const OUTCOMES: [&str; 5] = ["talked", "closed", "long", "timeout", "nobody"];

/// What a queue step says of the wait, before its outcomes are read.
#[derive(Debug)]
pub struct Wishes {
    tell: Vec<Tell>,
    hint: Option<Wording>,
    keys: BTreeMap<char, WaitKey>,
    max_wait: Option<(Duration, Span)>,
    max_expected: Option<(Duration, Span)>,
}

/// Reads what a queue step says of the wait.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Wishes {
    let tell = record.take("tell").map(|node| read_tell(reader, node));
    let hint = record
        .take("hint")
        .map(|node| reader.wording(node, &Slot::CALLER));
    let keys = record.take("keys").map(|node| read_keys(reader, node));
    let mut limit = |name: &'static str| {
        let node = record.take(name)?;
        let most = record::duration(node, &format!("`{name}`"), WAIT, &mut reader.faults)?;
        Some((most, node.span))
    };
    Wishes {
        max_wait: limit("max_wait"),
        max_expected: limit("max_expected"),
        tell: tell.unwrap_or_else(|| vec![Tell::Position]),
        hint,
        keys: keys.unwrap_or_default(),
    }
}

impl Wishes {
    /// With where its limits lead.
    pub fn with(self, reader: &mut Reader<'_>, goto: &Outcomes<'_>, at: Span) -> Waiting {
        let mut limited = |limit: Option<(Duration, Span)>, (key, outcome)| {
            let to = goto.named(outcome);
            if let (None, Some(_)) = (&limit, to) {
                let what = format!("`{outcome}` never happens: this step has no `{key}`");
                reader.wrong(Fault::new(at, what).help(format!("add {key}: 10m")));
            }
            let (most, span) = limit?;
            let to: Option<StepAt> = to.or_else(|| goto.named("any"));
            if to.is_none() {
                let what = format!("`goto` does not say where `{outcome}` leads");
                let fault = Fault::new(span, what).help(format!("add {outcome}: STEP"));
                reader.wrong(fault.label(format!("`{key}` needs it")));
            }
            Some((most, to?))
        };
        Waiting {
            max_wait: limited(self.max_wait, ("max_wait", "timeout")),
            max_expected: limited(self.max_expected, ("max_expected", "long")),
            closed: goto.named("closed").unwrap_or_else(|| goto.to("full")),
            nobody: goto.named("nobody"),
            tell: self.tell,
            hint: self.hint,
            keys: self.keys,
        }
    }
}

fn read_tell(reader: &mut Reader<'_>, node: &Node) -> Vec<Tell> {
    let nodes = match &node.tree {
        Tree::List(nodes) => nodes.as_slice(),
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => {
            std::slice::from_ref(node)
        }
    };
    let mut told = Vec::new();
    for node in nodes {
        let tell = match record::text(node, "`tell`", &mut reader.faults) {
            Some("position") => Tell::Position,
            Some("wait") => Tell::Wait,
            Some(other) => {
                let fault = Fault::new(node.span, format!("nothing to tell is called `{other}`"));
                reader.wrong(fault.nearest(other, ["position", "wait"]));
                continue;
            }
            None => continue,
        };
        if told.contains(&tell) {
            reader.wrong(Fault::new(node.span, "this is told twice"));
        } else {
            told.push(tell);
        }
    }
    told
}

fn read_keys<'r>(reader: &mut Reader<'r>, node: &'r Node) -> BTreeMap<char, WaitKey> {
    let mut keys = BTreeMap::new();
    let Tree::Map(entries) = &node.tree else {
        reader.wrong(record::expected(node, "`keys`", "a map of keys"));
        return keys;
    };
    for (key, value) in entries {
        let does = read_key(reader, value);
        let Some(text) = record::dialled(key, "key", &mut reader.faults) else {
            continue;
        };
        let mut signs = text.chars();
        match (signs.next(), signs.next()) {
            (Some(sign @ ('0'..='9' | '*' | '#')), None) => {
                keys.extend(does.map(|does| (sign, does)));
            }
            _ => {
                let fault = Fault::new(key.span, format!("{text:?} is no key of a telephone"));
                reader.wrong(fault.label("expected one of 0-9, * and #"));
            }
        }
    }
    keys
}

/// What a key does: `{ visit: STEP }`, `{ say: again }`, or where it leads out of the queue.
fn read_key<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<WaitKey> {
    let Tree::Map(entries) = &node.tree else {
        return reader.target(node).map(WaitKey::Leave);
    };
    let has = |name: &str| entries.iter().any(|(key, _)| key.text() == Some(name));
    if !has("visit") && !has("say") {
        return reader.target(node).map(WaitKey::Leave);
    }
    let mut record = Record::open(node, "what a key does", &mut reader.faults);
    let visit = record.take("visit");
    let say = record.take("say");
    record.finish(&mut reader.faults);
    if let Some(node) = say {
        if node.text() != Some("again") {
            let fault = Fault::new(node.span, "`say` has one value: again");
            reader.wrong(fault.help("say: again tells the place at once"));
        }
        if let Some(visit) = visit {
            let fault = Fault::new(visit.span, "this key does two things: visit and say");
            reader.wrong(fault.help("give each a key"));
        }
        return Some(WaitKey::Again);
    }
    reader.step(visit?).map(WaitKey::Visit)
}
