//! One step of a dialplan file, verb by verb.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::ivr::reader::Reader;
use crate::machine::ivr::script::Answer;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::Lookup;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::script::Menu;
use crate::machine::ivr::script::Predict;
use crate::machine::ivr::script::QUESTION_SKILL;
use crate::machine::ivr::script::Queue;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::StepAt;
use crate::machine::ivr::script::Target;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::script::Verify;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::wording::Slot;
use crate::machine::skill_need;
use crate::machine::skill_need::LEVEL_MAX;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Verbs that a step may have besides `say` and `goto`.
const VERBS: [&str; 8] = [
    "menu", "collect", "lookup", "predict", "answer", "verify", "queue", "hangup",
];
/// Slots that any text may have.
const CALLER: [Slot; 2] = [Slot::CallerName, Slot::CallerOrders];
/// Slots of `say_each`.
const EACH: [Slot; 4] = [
    Slot::Question,
    Slot::Digit,
    Slot::CallerName,
    Slot::CallerOrders,
];
/// How long a look-up may take, and how long it does unless a step says otherwise.
const LOOKUP_TIMEOUT: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(30);
const LOOKUP_TIMEOUT_DEFAULT: Duration = Duration::from_secs(5);
/// Most choices that are read out: keys 1 to 9.
const CHOICES_MAX: u32 = 9;
const CHOICES_DEFAULT: u32 = 3;
const TRIES_DEFAULT: u32 = 3;

/// Reads a step. Faults go to the reader; none if there is nothing to go on with.
pub fn read<'r>(reader: &mut Reader<'r>, name: &'r str, node: &'r Node) -> Option<Step> {
    let mut record = Record::open(node, &format!("step `{name}`"), &mut reader.faults);
    let found: Vec<&str> = VERBS.into_iter().filter(|verb| record.has(verb)).collect();
    if let [one, other, ..] = found.as_slice() {
        let what = format!("step `{name}` does two things: {one} and {other}");
        reader.wrong(Fault::new(node.span, what).help("make two steps of it"));
        return None;
    }
    if found.is_empty()
        && let Some(fault) = misspelt_verb(&record)
    {
        reader.wrong(fault);
        return None;
    }
    let say = record.take("say").map(|node| reader.wording(node, &CALLER));
    let voices = record.take("in").map(|node| read_voices(reader, node));
    let verb = match found.first().copied() {
        Some("menu") => Verb::Menu(read_menu(reader, &mut record)?),
        Some("collect") => Verb::Collect(read_collect(reader, &mut record)?),
        Some("lookup") => Verb::Lookup(read_lookup(reader, &mut record)?),
        Some("predict") => Verb::Predict(Box::new(read_predict(reader, &mut record)?)),
        Some("answer") => Verb::Answer(read_answer(reader, &mut record)?),
        Some("verify") => Verb::Verify(read_verify(reader, &mut record)?),
        Some("queue") => Verb::Queue(read_queue(reader, &mut record)?),
        Some("hangup") => read_hangup(reader, &mut record)?,
        _ => read_goto(reader, &mut record, name, say.is_some())?,
    };
    record.finish(&mut reader.faults);
    Some(Step {
        name: name.to_owned(),
        say,
        voices: voices.unwrap_or_default(),
        verb,
    })
}

/// A key that a step without a verb cannot have.
fn misspelt_verb(record: &Record<'_>) -> Option<Fault> {
    let plain = ["say", "in", "goto"];
    let mut rest = record.rest().iter();
    let (name, key, _) = rest.find(|(name, ..)| !plain.contains(name))?;
    let fault = Fault::new(key.span, format!("unknown key `{name}`"));
    Some(fault.nearest(name, plain.into_iter().chain(VERBS)))
}

fn read_voices(reader: &mut Reader<'_>, node: &Node) -> Voices {
    if node.text() != Some("all") {
        let fault = Fault::new(node.span, "`in` has one value: all");
        reader.wrong(fault.help("in: all says the texts of all languages one after the other"));
    }
    Voices::All
}

fn read_goto<'r>(
    reader: &mut Reader<'r>,
    record: &mut Record<'r>,
    name: &str,
    says: bool,
) -> Option<Verb> {
    if let Some(node) = record.take("goto") {
        return reader.step(node).map(Verb::Goto);
    }
    if says {
        let what = format!("step `{name}` ends in silence: `goto` is missing");
        reader.wrong(Fault::new(record.span(), what).help("add goto: STEP, or hangup: normal"));
        return None;
    }
    let fault = Fault::new(record.span(), format!("step `{name}` does nothing"));
    let verbs = VERBS.join(", ");
    reader.wrong(fault.help(format!("expected one of: say, goto, {verbs}")));
    None
}

fn read_hangup<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Verb> {
    let node = record.take("hangup")?;
    if node.text() != Some("normal") {
        let fault = Fault::new(node.span, "`hangup` has one value: normal");
        reader.wrong(fault.help("write hangup: normal"));
    }
    Some(Verb::Hangup)
}

fn read_menu<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Menu> {
    let text = record
        .take("menu")
        .map(|node| reader.wording(node, &CALLER))?;
    let keys = read_keys(reader, record);
    if keys.is_empty() {
        let fault = Fault::new(record.span(), "this menu has no keys");
        reader.wrong(fault.help("add keys: { \"1\": STEP }"));
    }
    let needed = [("no_input", "the caller was silent to the end")];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &["invalid", "known"]);
    let known = goto.named("known");
    if known.is_some() && keys.values().all(|target| target.language.is_none()) {
        let what = "`known` is for menus that ask for the language, and no key here sets one";
        let fault = Fault::new(record.span(), what);
        reader.wrong(fault.help("keys: { \"2\": { goto: STEP, language: en } }"));
    }
    let no_input = goto.to("no_input");
    Some(Menu {
        text,
        keys,
        patience,
        no_input,
        invalid: goto.named("invalid").unwrap_or(no_input),
        known,
    })
}

fn read_keys<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> BTreeMap<char, Target> {
    let keys = record.take("keys").map(|node| reader.keys(node));
    keys.unwrap_or_default()
}

fn read_collect<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Collect> {
    let text = record
        .take("collect")
        .map(|node| reader.wording(node, &CALLER))?;
    let digits = record.need("digits", &mut reader.faults);
    let digits =
        digits.and_then(|node| record::count(node, "`digits`", 1..=32, &mut reader.faults));
    let mask = match record.take("secret").map(|node| (node.text(), node.span)) {
        None | Some((Some("false"), _)) => Mask::Open,
        Some((Some("true"), _)) => Mask::Secret,
        Some((_, at)) => {
            reader.wrong(Fault::new(at, "`secret` is true or false"));
            Mask::Secret
        }
    };
    let needed = [
        ("ok", "all digits were entered"),
        ("none", "the caller pressed # and no digit"),
        ("no_input", "the caller was silent to the end"),
    ];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Collect {
        text,
        digits: usize::try_from(digits?).ok()?,
        mask,
        patience,
        ok: goto.to("ok"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}

fn read_lookup<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Lookup> {
    let by = record
        .take("lookup")
        .and_then(|node| read_lookup_by(reader, node));
    let timeout = record
        .take("timeout")
        .and_then(|node| record::duration(node, "`timeout`", LOOKUP_TIMEOUT, &mut reader.faults));
    let wait = record
        .take("wait")
        .map(|node| reader.wording(node, &CALLER));
    let mut needed = vec![
        ("ok", "orders were found"),
        ("empty", "no orders were found"),
        ("timeout", "no answer in time"),
        ("failed", "the source of orders failed"),
    ];
    if by.is_none_or(|by| by == LookupBy::Caller) {
        needed.push(("no_number", "the caller's number is withheld or unknown"));
    }
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Lookup {
        by: by?,
        timeout: timeout.unwrap_or(LOOKUP_TIMEOUT_DEFAULT),
        wait,
        ok: goto.to("ok"),
        empty: goto.to("empty"),
        no_number: goto.named("no_number").unwrap_or_else(|| goto.to("empty")),
        timed_out: goto.to("timeout"),
        failed: goto.to("failed"),
    })
}

fn read_lookup_by<'r>(reader: &mut Reader<'r>, node: &'r Node) -> Option<LookupBy> {
    if node.text() == Some("caller") {
        return Some(LookupBy::Caller);
    }
    let Tree::Map(_) = node.tree else {
        let fault = Fault::new(
            node.span,
            "a look-up is by the caller's number or by an order's id",
        );
        reader.wrong(fault.help("write lookup: caller, or lookup: { order_tail: COLLECT_STEP }"));
        return None;
    };
    let mut record = Record::open(node, "`lookup`", &mut reader.faults);
    let step = record.need("order_tail", &mut reader.faults);
    record.finish(&mut reader.faults);
    step.and_then(|node| reader.step(node))
        .map(LookupBy::OrderTail)
}

fn read_predict<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Predict> {
    if let Some(node) = record.take("predict") {
        need_bank(
            reader,
            node.span,
            node.text() == Some("questions"),
            "predict: questions",
        );
    }
    let at_most = record
        .take("at_most")
        .and_then(|node| record::count(node, "`at_most`", 1..=CHOICES_MAX, &mut reader.faults));
    let say_each = record.need("say_each", &mut reader.faults);
    let say_each = say_each.map(|node| (node.span, reader.wording(node, &EACH)));
    if let Some((at, words)) = &say_each {
        for (slot, name) in [(Slot::Question, "q.short"), (Slot::Digit, "digit")] {
            if !words.has(slot) {
                let what = format!("`say_each` needs {{{{{name}}}}} in every language");
                let fault = Fault::new(*at, what);
                reader.wrong(fault.help("{{q.short}} is the question, {{digit}} its key"));
            }
        }
    }
    let say_last = record
        .take("say_last")
        .map(|node| reader.wording(node, &CALLER));
    let keys = read_keys(reader, record);
    let at_most = at_most.unwrap_or(CHOICES_DEFAULT);
    for key in keys.keys() {
        if key
            .to_digit(10)
            .is_some_and(|digit| (1..=at_most).contains(&digit))
        {
            let fault = Fault::new(record.span(), format!("key {key} is taken by a question"));
            reader.wrong(fault.help(format!("keys 1 to {at_most} choose questions: see at_most")));
        }
    }
    let needed = [
        ("chosen", "the caller chose a question"),
        ("none", "the caller pressed #, or nothing is likely"),
        ("no_input", "the caller was silent to the end"),
    ];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Predict {
        at_most,
        say_each: say_each?.1,
        say_last,
        keys,
        patience,
        chosen: goto.to("chosen"),
        none: goto.to("none"),
        no_input: goto.to("no_input"),
    })
}

fn need_bank(reader: &mut Reader<'_>, at: Span, value_fits: bool, written: &str) {
    if !value_fits {
        reader.wrong(Fault::new(at, "unknown value").help(format!("write {written}")));
    }
    if reader.questions.is_none() {
        let fault = Fault::new(at, "there is no bank to take questions from");
        reader.wrong(fault.help("name one at the top of the file: `bank: NAME`"));
    }
}

fn read_answer<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Answer> {
    let node = record.take("answer")?;
    let question = if node.text() == Some("chosen") {
        need_bank(reader, node.span, true, "");
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

fn read_verify<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Verify> {
    let text = record
        .take("verify")
        .map(|node| reader.wording(node, &CALLER))?;
    let wrong = record
        .take("wrong")
        .map(|node| reader.wording(node, &CALLER));
    let tries = record
        .take("tries")
        .and_then(|node| record::count(node, "`tries`", 1..=5, &mut reader.faults));
    let patience = reader.patience(record);
    let needed = [
        ("ok", "the caller proved who they are"),
        (
            "failed",
            "the tries are used up, or there is nothing to prove it by",
        ),
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Verify {
        text,
        wrong,
        tries: tries.unwrap_or(TRIES_DEFAULT),
        patience,
        ok: goto.to("ok"),
        failed: goto.to("failed"),
    })
}

fn read_queue<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Queue> {
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
    let needed = [
        ("full", "the queue is full"),
        (
            "left",
            "the caller left the queue, or the talk ended with more to come",
        ),
    ];
    let goto = reader.outcomes(record, &needed, &[]);
    Some(Queue {
        queue: queue?.to_owned(),
        need: need.unwrap_or_default(),
        priority: i32::try_from(priority.unwrap_or(0)).unwrap_or(0),
        full: goto.to("full"),
        left: goto.to("left"),
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
    let quote = usize::from(matches!(node.tree, Tree::Quoted(_)));
    match skill_need::read_need(text) {
        Ok(terms) => {
            if let Some(centre) = &reader.around.centre {
                let known = centre.skills.iter().map(String::as_str);
                let known = known.chain([QUESTION_SKILL]);
                for skill in terms.keys() {
                    if known.clone().all(|one| one != skill) {
                        let at = text.find(skill.as_str()).unwrap_or(0);
                        let at = Span {
                            start: node.span.start + quote + at,
                            length: skill.len(),
                        };
                        let fault = Fault::new(at, format!("no seat has the skill `{skill}`"));
                        reader.faults.push(fault.nearest(skill, known.clone()));
                    }
                }
            }
            terms
        }
        Err(error) => {
            let at = Span {
                start: node.span.start + quote + error.span.start,
                length: error.span.length,
            };
            let fault = Fault::new(at, error.what);
            let help =
                format!("terms like \"refund >= 3 and lang.zh >= 1\", levels 1 to {LEVEL_MAX}");
            reader.wrong(fault.help(help));
            BTreeMap::new()
        }
    }
}

/// Whether the step at `at` is one that takes digits, for look-ups by what it took.
#[must_use]
pub fn collects(steps: &[Step], at: StepAt) -> bool {
    let step = steps.get(at.0);
    step.is_some_and(|step| matches!(step.verb, Verb::Collect(_)))
}
