//! One step of a dialplan file, by its verb.

use crate::machine::ivr::limit::TAGS_MAX;
use crate::machine::ivr::reading::answer;
use crate::machine::ivr::reading::callback;
use crate::machine::ivr::reading::collect;
use crate::machine::ivr::reading::consult;
use crate::machine::ivr::reading::dial;
use crate::machine::ivr::reading::fork;
use crate::machine::ivr::reading::hours;
use crate::machine::ivr::reading::lookup;
use crate::machine::ivr::reading::menu;
use crate::machine::ivr::reading::message;
use crate::machine::ivr::reading::predict;
use crate::machine::ivr::reading::queue;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::reading::scope::PlacedStep;
use crate::machine::ivr::reading::set;
use crate::machine::ivr::reading::step_name;
use crate::machine::ivr::reading::subflow;
use crate::machine::ivr::reading::survey;
use crate::machine::ivr::reading::verify;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Tag;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::fault::nearest;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Verbs that a step may have besides `say` and `goto`.
const VERBS: [&str; 19] = [
    "menu", "collect", "lookup", "call", "predict", "answer", "verify", "queue", "hangup", "set",
    "branch", "time", "survey", "play", "tag", "subflow", "dial", "callback", "message",
];

/// Reads a step. Faults go to the reader; none if there is nothing to go on with.
pub fn read<'r>(reader: &mut Reader<'r>, placed: &PlacedStep<'r>) -> Option<Step> {
    let (name, _, node) = placed.step;
    if matches!(node.tree, Tree::Nothing) {
        nothing(reader, name, node.span);
        return None;
    }
    if !matches!(node.tree, Tree::Map(_)) {
        let fault = record::expected(node, &format!("step `{name}`"), "a map");
        reader.wrong(fault.help(format!("{name}: {{ goto: STEP }} leads on")));
        return None;
    }
    let mut record = Record::open(node, &format!("step `{name}`"), &mut reader.faults);
    // A look-up of a service sets variables by itself.
    let own = |verb: &str| verb == "set" && consult::is_named(&record);
    let found = VERBS.into_iter().filter(|verb| record.has(verb));
    let found: Vec<&str> = found.filter(|verb| !own(verb)).collect();
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
    let mut say = record
        .take("say")
        .map(|node| reader.wording(node, &Slot::CALLER));
    let voices = record.take("in").map(|node| read_voices(reader, node));
    let verb = match found.first().copied() {
        Some("menu") => Verb::Menu(menu::read(reader, &mut record)?),
        Some("collect") => Verb::Collect(collect::read(reader, &mut record)?),
        Some("lookup") if consult::is_named(&record) => {
            Verb::Consult(Box::new(consult::read_lookup(reader, &mut record)?))
        }
        Some("lookup") => Verb::Lookup(lookup::read(reader, &mut record)?),
        Some("call") => Verb::Consult(Box::new(consult::read_call(reader, &mut record)?)),
        Some("predict") => Verb::Predict(Box::new(predict::read(reader, &mut record)?)),
        Some("answer") => Verb::Answer(answer::read(reader, &mut record)?),
        Some("verify") => Verb::Verify(verify::read(reader, &mut record)?),
        Some("queue") => Verb::Queue(queue::read(reader, &mut record)?),
        Some("dial") => Verb::Dial(dial::read(reader, &mut record)?),
        Some("callback") => Verb::Callback(callback::read(reader, &mut record)?),
        Some("message") => Verb::Message(message::read(reader, &mut record)?),
        Some("hangup") => read_hangup(reader, &mut record)?,
        Some("set") => Verb::Set(set::read(reader, &mut record)?),
        Some("branch") => Verb::Fork(fork::read(reader, &mut record)?),
        Some("time") => Verb::Time(hours::read_time(reader, &mut record)?),
        Some("survey") => Verb::Survey(survey::read(reader, &mut record, name)?),
        Some("play") => read_play(reader, &mut record, &mut say)?,
        Some("tag") => Verb::Tag(read_tag(reader, &mut record)?),
        Some("subflow") => {
            let entered = (placed.name.as_str(), placed.enters);
            Verb::Set(subflow::read(reader, &mut record, entered)?)
        }
        _ => read_goto(reader, &mut record, name, say.is_some())?,
    };
    record.finish(&mut reader.faults);
    Some(Step {
        name: placed.name.clone(),
        say,
        voices: voices.unwrap_or_default(),
        verb,
    })
}

/// A key that a step without a verb cannot have.
fn misspelt_verb(record: &Record<'_>) -> Option<Fault> {
    let plain = ["say", "in", "goto"];
    let odd = || {
        record
            .rest()
            .iter()
            .filter(|(name, ..)| !plain.contains(name))
    };
    // Keys that only go with some verb are no news while the verb is unknown.
    let near = odd().find(|(name, ..)| nearest(name, VERBS).is_some());
    let (name, key, _) = near.or_else(|| odd().next())?;
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
    nothing(reader, name, record.span());
    None
}

fn nothing(reader: &mut Reader<'_>, name: &str, at: Span) {
    let fault = Fault::new(at, format!("step `{name}` does nothing"));
    let verbs = VERBS.join(", ");
    reader.wrong(fault.help(format!("expected one of: say, goto, {verbs}")));
}

fn read_hangup<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Verb> {
    let node = record.take("hangup")?;
    if node.text() != Some("normal") {
        let fault = Fault::new(node.span, "`hangup` has one value: normal");
        reader.wrong(fault.help("write hangup: normal"));
    }
    Some(Verb::Hangup)
}

/// A recording, said in place of words.
fn read_play<'r>(
    reader: &mut Reader<'r>,
    record: &mut Record<'r>,
    say: &mut Option<Wording>,
) -> Option<Verb> {
    let node = record.take("play")?;
    let next = reader.next(record);
    let id = record::text(node, "the recording", &mut reader.faults)?;
    if say.is_some() {
        let fault = Fault::new(node.span, "this step says and plays");
        reader.wrong(fault.help("make two steps of it"));
    }
    for language in reader.languages.clone() {
        let known = reader.around.recordings.as_ref();
        let known = known.map(|known| known.get(&language).cloned().unwrap_or_default());
        if let Some(known) = known.filter(|known| !known.contains(id)) {
            let what = format!("no recording in {language} is called `{id}`");
            let near = nearest(id, known.iter().map(String::as_str));
            let help = near.map_or_else(
                || "recordings are listed in prompts/index.csv".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            reader.wrong(Fault::new(node.span, what).help(help));
        }
    }
    *say = Some(Wording::recording(id, &reader.languages));
    next.map(Verb::Goto)
}

fn read_tag<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Tag> {
    let node = record.take("tag")?;
    let next = reader.next(record);
    let nodes = match &node.tree {
        Tree::List(nodes) => nodes.as_slice(),
        Tree::Nothing | Tree::Plain(_) | Tree::Quoted(_) | Tree::Map(_) => {
            std::slice::from_ref(node)
        }
    };
    if nodes.is_empty() || nodes.len() > TAGS_MAX {
        let what = format!("{} tags, expected 1 to {TAGS_MAX}", nodes.len());
        reader.wrong(Fault::new(node.span, what));
    }
    let tags = nodes
        .iter()
        .filter_map(|node| step_name::read(node, "a tag", &mut reader.faults));
    Some(Tag {
        tags: tags.map(str::to_owned).collect(),
        next: next?,
    })
}

/// Whether the step at `at` is one that takes digits, for look-ups by what it took.
#[must_use]
pub fn collects(steps: &[Step], at: StepAt) -> bool {
    let step = steps.get(at.0);
    step.is_some_and(|step| matches!(step.verb, Verb::Collect(_)))
}
