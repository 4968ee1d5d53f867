//! From a file's `tests` to cases, or to what is wrong with them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::press::Keys;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::testing::case::Case;
use crate::machine::ivr::testing::case::Expect;
use crate::machine::ivr::testing::case::Given;
use crate::machine::ivr::testing::case::GivenOrder;
use crate::machine::ivr::testing::case::Outcome;
use crate::machine::ivr::testing::case::Written;
use crate::machine::prediction::attribute::Attribute;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;
use crate::vocabulary::moment::WrittenMoment;
use crate::vocabulary::phone_number::NumberPlan;
use crate::vocabulary::phone_number::PhoneNumber;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Most tests in one file.
pub const CASES_MAX: usize = 1000;
/// Most orders of one test's caller.
const ORDERS_MAX: usize = 20;
/// When the phone rings unless a test says otherwise: a Monday morning.
const RINGS_AT: WrittenMoment =
    WrittenMoment::Clocks(jiff::civil::datetime(2026, 3, 2, 10, 0, 0, 0));
/// What a test says of who calls, as messages name it.
const CUSTOMER: &str = "`customer`";
/// What look-ups may come to instead of orders.
const FAILURES: [(&str, LookupFailure); 2] = [
    ("timeout", LookupFailure::Timeout),
    ("failed", LookupFailure::Failed),
];

/// Reads the tests of a file whose script is known.
///
/// `known`: the attributes of the bank; none if the file names none.
pub fn read(
    node: &Node,
    script: &Script,
    known: Option<&BTreeMap<String, Attribute>>,
    faults: &mut Vec<Fault>,
) -> Vec<Case> {
    let Tree::List(nodes) = &node.tree else {
        let list = "a list of tests, each with name, keys and expect";
        faults.push(record::expected(node, "`tests`", list));
        return Vec::new();
    };
    if nodes.len() > CASES_MAX {
        let what = format!("{} tests, at most {CASES_MAX} are run", nodes.len());
        faults.push(Fault::new(node.span, what));
        return Vec::new();
    }
    let mut reader = CaseReader {
        script,
        known,
        faults,
    };
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for node in nodes {
        let Some(case) = reader.case(node) else {
            continue;
        };
        if !names.insert(case.name.text.clone()) {
            let what = format!("two tests are called `{}`", case.name.text);
            reader.faults.push(Fault::new(case.name.span, what));
        }
        cases.push(case);
    }
    cases
}

struct CaseReader<'r> {
    script: &'r Script,
    known: Option<&'r BTreeMap<String, Attribute>>,
    faults: &'r mut Vec<Fault>,
}

impl CaseReader<'_> {
    fn case(&mut self, node: &Node) -> Option<Case> {
        let mut record = Record::open(node, "a test", self.faults);
        let name = record.need("name", self.faults);
        let name = name.and_then(|node| self.written(node, "the test's name"));
        let given = record.take("given");
        let keys = record.take("keys");
        let expect = record.need("expect", self.faults);
        record.finish(self.faults);
        let given = self.given(given);
        let keys = keys.map(|node| self.keys(node));
        let expect = expect.map(|node| self.expect(node));
        Some(Case {
            name: name?,
            given,
            keys: keys.unwrap_or_default(),
            expect: expect?,
        })
    }

    fn given(&mut self, node: Option<&Node>) -> Given {
        let mut given = Given {
            caller: None,
            called: None,
            language: None,
            at: RINGS_AT,
            name: String::new(),
            attributes: Vec::new(),
            orders: Ok(Vec::new()),
            services: BTreeMap::new(),
        };
        let Some(node) = node else {
            return given;
        };
        let mut record = Record::open(node, "`given`", self.faults);
        given.caller = record.take("caller").and_then(|node| self.number(node));
        let called = record.take("called");
        given.called = called.and_then(|node| self.called(node));
        let language = record.take("language");
        given.language = language.and_then(|node| self.language(node));
        given.at = record
            .take("at")
            .and_then(|node| self.moment(node))
            .unwrap_or(RINGS_AT);
        if let Some(node) = record.take("customer") {
            let mut attributes = self.attributes(node, CUSTOMER);
            if let Some(at) = attributes.iter().position(|(name, _)| name == "name") {
                given.name = attributes.remove(at).1;
            }
            given.attributes = attributes;
        }
        if let Some(node) = record.take("orders") {
            given.orders = self.orders(node);
        }
        if let Some(node) = record.take("services") {
            given.services = self.services(node);
        }
        record.finish(self.faults);
        given
    }

    fn written(&mut self, node: &Node, what: &str) -> Option<Written> {
        let text = record::text(node, what, self.faults)?.to_owned();
        let span = node.span;
        Some(Written { text, span })
    }

    fn number(&mut self, node: &Node) -> Option<PhoneNumber> {
        if node.text() == Some("withheld") {
            return None;
        }
        let written = record::dialled(node, "the caller's number", self.faults)?;
        let plan = NumberPlan::new("CN", "").ok()?;
        let number = plan.normalise(written).ok();
        if number.is_none() || !written.starts_with('+') {
            let fault = Fault::new(node.span, format!("{written:?} is no whole number"));
            let help = "write it with its country, \"+8613800000001\", or caller: withheld";
            self.faults.push(fault.help(help));
        }
        number
    }

    fn called(&mut self, node: &Node) -> Option<String> {
        let written = record::dialled(node, "the number dialled", self.faults)?;
        if !self.script.answers(written) {
            let what = format!("this dialplan does not answer {written}");
            let dids = self.script.dids.iter().map(ToString::to_string);
            let dids: Vec<String> = dids.collect();
            let fault = Fault::new(node.span, what);
            self.faults
                .push(fault.help(format!("it answers {}", dids.join(", "))));
        }
        Some(written.to_owned())
    }

    fn language(&mut self, node: &Node) -> Option<Language> {
        let tag = record::text(node, "the language", self.faults)?;
        let known = self.script.languages.iter().copied();
        let found = known.clone().find(|known| known.tag() == tag);
        if found.is_none() {
            let fault = Fault::new(node.span, format!("{tag} is none of this file's languages"));
            self.faults
                .push(fault.nearest(tag, known.map(Language::tag)));
        }
        found
    }

    fn moment(&mut self, node: &Node) -> Option<WrittenMoment> {
        let text = record::text(node, "the moment", self.faults)?;
        let read = text.parse().ok();
        if read.is_none() {
            let fault = Fault::new(node.span, format!("{text} is no day and time"));
            let help = "write at: 2026-12-25T09:00, on the centre's clocks, or with an offset: 2026-10-25T02:30+01:00";
            self.faults.push(fault.help(help));
        }
        read
    }

    /// Names and values as they are written.
    fn attributes(&mut self, node: &Node, what: &str) -> Vec<(String, String)> {
        let Tree::Map(entries) = &node.tree else {
            let map = "a map like { id: QT4004, state: ticketed }";
            self.faults.push(record::expected(node, what, map));
            return Vec::new();
        };
        let mut attributes = Vec::new();
        for (key, value) in entries {
            let name = record::text(key, "an attribute", self.faults);
            if let Some(name) = name {
                self.known_attribute(key, name, what == CUSTOMER);
            }
            let value = record::text(value, "its value", self.faults);
            let pair = name.zip(value);
            attributes.extend(pair.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        attributes
    }

    /// A misspelt attribute would be unknown to every condition, and no test would tell.
    fn known_attribute(&mut self, key: &Node, name: &str, is_customers: bool) {
        let Some(known) = self.known else {
            return;
        };
        let own = if is_customers { "name" } else { "id" };
        // As a file of orders names them.
        let known = known.iter().filter_map(|(name, attribute)| {
            let bare = name.strip_prefix("customer.");
            let fits = bare.is_some() == is_customers;
            let written = attribute.source.as_deref();
            fits.then(|| written.unwrap_or(bare.unwrap_or(name)))
        });
        let known: Vec<&str> = known.collect();
        let known = || known.iter().copied().chain([own]);
        if known().all(|one| one != name) {
            let who = if is_customers { "customer" } else { "order" };
            let fault = Fault::new(key.span, format!("the bank knows no `{name}` of {who}s"));
            self.faults.push(fault.nearest(name, known()));
        }
    }

    fn orders(&mut self, node: &Node) -> Result<Vec<GivenOrder>, LookupFailure> {
        if let Some(word) = node.text() {
            if let Some((_, failure)) = FAILURES.iter().find(|(name, _)| *name == word) {
                return Err(*failure);
            }
            if word != "none" {
                let fault = Fault::new(node.span, format!("`orders` is {word}"));
                let known = FAILURES.iter().map(|(name, _)| *name);
                self.faults.push(
                    fault
                        .label("expected a list of orders, or a word")
                        .nearest(word, known.chain(["none"])),
                );
            }
            return Ok(Vec::new());
        }
        let Tree::List(nodes) = &node.tree else {
            let list = "a list like [{ id: QT4004, state: ticketed }], or timeout, failed, none";
            self.faults.push(record::expected(node, "`orders`", list));
            return Ok(Vec::new());
        };
        if nodes.len() > ORDERS_MAX {
            let what = format!("{} orders, at most {ORDERS_MAX}", nodes.len());
            self.faults.push(Fault::new(node.span, what));
        }
        let mut orders = Vec::new();
        for node in nodes {
            let mut attributes = self.attributes(node, "an order");
            match attributes.iter().position(|(name, _)| name == "id") {
                Some(at) => orders.push(GivenOrder {
                    id: attributes.remove(at).1,
                    attributes,
                }),
                None => {
                    let fault = Fault::new(node.span, "this order has no `id`");
                    self.faults
                        .push(fault.help("add id: its number as the caller knows it"));
                }
            }
        }
        Ok(orders)
    }

    /// What services answer: JSON in quotes, or `timeout`, `failed`, `none`; or a list of these.
    fn services(&mut self, node: &Node) -> BTreeMap<String, Vec<Result<String, LookupFailure>>> {
        let mut services = BTreeMap::new();
        let Tree::Map(entries) = &node.tree else {
            let map = "a map like { loyalty: '{\"points\": 120}' }";
            self.faults.push(record::expected(node, "`services`", map));
            return services;
        };
        for (key, value) in entries {
            let Some(name) = record::text(key, "a service", self.faults) else {
                continue;
            };
            let one = std::slice::from_ref(value);
            let nodes = match &value.tree {
                Tree::List(nodes) => nodes.as_slice(),
                Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => one,
            };
            let mut answers = Vec::new();
            for node in nodes {
                let Some(text) = record::text(node, "an answer", self.faults) else {
                    continue;
                };
                answers.push(match FAILURES.iter().find(|(name, _)| *name == text) {
                    Some((_, failure)) => Err(*failure),
                    None if text == "none" => Ok(String::new()),
                    None => Ok(text.to_owned()),
                });
            }
            services.insert(name.to_owned(), answers);
        }
        services
    }

    /// One text, or a list of them; each may hold several keys.
    fn keys(&mut self, node: &Node) -> Keys {
        let one = std::slice::from_ref(node);
        let nodes = match &node.tree {
            Tree::List(nodes) => nodes.as_slice(),
            Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => one,
        };
        let mut keys = Keys::default();
        for node in nodes {
            if let Tree::Plain(text) = &node.tree
                && text.starts_with(|c: char| c.is_ascii_digit())
            {
                // Says itself what to do about a key without quotes.
                record::dialled(node, "key", self.faults);
                continue;
            }
            let Some(text) = record::text(node, "keys", self.faults) else {
                continue;
            };
            match text.parse::<Keys>() {
                Ok(more) => keys.0.extend(more.0),
                Err(error) => {
                    let fault = Fault::new(node.span, error.to_string());
                    self.faults
                        .push(fault.help("keys: [\"1\", w2, \"4004\", hangup]"));
                }
            }
        }
        keys
    }

    fn expect(&mut self, node: &Node) -> Expect {
        let mut record = Record::open(node, "`expect`", self.faults);
        let mut list = |name| record.take(name).map(|node| self.list(node, name));
        let path = list("path").unwrap_or_default();
        let avoids = list("avoids").unwrap_or_default();
        let said = list("said").unwrap_or_default();
        let not_said = list("not_said").unwrap_or_default();
        let tags = list("tags").unwrap_or_default();
        let queue = record.take("queue");
        let queue = queue.and_then(|node| self.written(node, "the queue"));
        let outcome = record.take("outcome").and_then(|node| self.outcome(node));
        let nothing = record.rest().is_empty()
            && [&path, &avoids, &said, &not_said, &tags]
                .iter()
                .all(|list| list.is_empty())
            && queue.is_none()
            && outcome.is_none();
        record.finish(self.faults);
        if nothing {
            let fault = Fault::new(node.span, "this test expects nothing");
            let help = "say at least one of: path, avoids, said, not_said, tags, queue, outcome";
            self.faults.push(fault.help(help));
        }
        self.steps(&path);
        self.steps(&avoids);
        Expect {
            span: node.span,
            path,
            avoids,
            said,
            not_said,
            tags,
            queue,
            outcome,
        }
    }

    /// A list of texts; one alone will do.
    fn list(&mut self, node: &Node, what: &str) -> Vec<Written> {
        let one = std::slice::from_ref(node);
        let nodes = match &node.tree {
            Tree::List(nodes) => nodes.as_slice(),
            Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => one,
        };
        let texts = nodes.iter().map(|node| self.written(node, what));
        texts.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn steps(&mut self, names: &[Written]) {
        for name in names {
            let known = self.script.steps.iter().map(|step| step.name.as_str());
            if known.clone().all(|step| step != name.text) {
                let fault = Fault::new(name.span, format!("no step is called `{}`", name.text));
                self.faults.push(fault.nearest(&name.text, known));
            }
        }
    }

    fn outcome(&mut self, node: &Node) -> Option<(Outcome, crate::vocabulary::fault::Span)> {
        let word = record::text(node, "the outcome", self.faults)?;
        let known = Outcome::NAMES.iter().find(|(name, _)| *name == word);
        if known.is_none() {
            let fault = Fault::new(node.span, format!("no outcome is called `{word}`"));
            let names = Outcome::NAMES.iter().map(|(name, _)| *name);
            self.faults.push(fault.nearest(word, names));
        }
        known.map(|(_, outcome)| (*outcome, node.span))
    }
}
