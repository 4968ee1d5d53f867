//! What a dialplan that holds together may still do to callers: words nobody recorded, long
//! speeches, names told to strangers, waits for a seat that does not exist.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::machine::acd::need::NamedNeed;
use crate::machine::acd::skill::Capability;
use crate::machine::catalog::Catalog;
use crate::machine::catalog::SeatEntry;
use crate::machine::ivr::branch;
use crate::machine::ivr::branch::Drive;
use crate::machine::ivr::branch::Label;
use crate::machine::ivr::excerpt::Places;
use crate::machine::ivr::pace;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::QUESTION_SKILL;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::wording::Filling;
use crate::machine::ivr::wording::Slot;
use crate::machine::ivr::wording::Wording;
use crate::machine::prediction::bank::Bank;
use crate::machine::speech::composition;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::language::Language;

/// Callers should be asked for the first key before this.
pub const FIRST_KEY_AFTER: Duration = Duration::from_secs(30);
/// A single text that asks for a key should not be longer.
pub const ASKING_MAX: Duration = Duration::from_secs(45);
/// Unrecorded texts named in one file; more are counted.
const UNRECORDED_NAMED: usize = 20;

/// What a dialplan is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'g> {
    /// Seats and queues; none: needs are not judged.
    pub catalog: Option<&'g Catalog>,
    /// The bank it names.
    pub bank: Option<&'g Bank>,
    /// What is recorded; none: words are not judged.
    pub book: Option<&'g Phrasebook>,
    /// What becomes of words that nobody recorded.
    pub unrecorded: Unrecorded,
}

/// What becomes of words that nobody recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unrecorded {
    /// A speech command says them.
    Spoken,
    /// Nobody knows: there is no configuration.
    Unsure,
    /// Callers do not hear them.
    Lost,
}

/// What is to be said about a script, whose file has this text.
#[must_use]
pub fn advise(text: &str, script: &Script, ground: Ground<'_>) -> Vec<Fault> {
    let mut adviser = Adviser {
        script,
        ground,
        places: Places::of(text),
        faults: Vec::new(),
    };
    adviser.recordings();
    adviser.lengths();
    adviser.strangers();
    adviser.proofs();
    adviser.seats();
    adviser.faults.sort_by_key(|fault| fault.span);
    adviser.faults
}

/// Every text that nobody recorded: its step, language and words.
#[must_use]
pub fn unrecorded<'s>(
    script: &'s Script,
    book: &Phrasebook,
) -> Vec<(&'s String, Language, String)> {
    let mut found = Vec::new();
    for step in &script.steps {
        for language in &script.languages {
            let mut literals = Vec::new();
            for (wording, digits) in step.wordings() {
                let words = wording.literals(*language, digits).into_iter();
                literals.extend(words.map(|words| (*language, words)));
            }
            let missing = composition::unrecorded(book, &literals).into_iter();
            found.extend(missing.map(|(language, words)| (&step.name, language, words)));
        }
    }
    found
}

struct Adviser<'a> {
    script: &'a Script,
    ground: Ground<'a>,
    places: Places,
    faults: Vec<Fault>,
}

impl Adviser<'_> {
    /// Words that nobody recorded: lost on callers, or said by the speech command.
    fn recordings(&mut self) {
        let Some(book) = self.ground.book else {
            return;
        };
        let found = unrecorded(self.script, book);
        if self.ground.unrecorded == Unrecorded::Lost {
            self.lost(&found);
        } else {
            self.spoken(&found);
        }
    }

    /// Each text that callers would not hear.
    fn lost(&mut self, found: &[(&String, Language, String)]) {
        for (step, language, words) in found.iter().take(UNRECORDED_NAMED) {
            let at = self.places.words(step, words);
            let what = format!("nobody recorded this in {language}: “{words}”");
            let fault = Fault::new(at, what).label("callers hear nothing here");
            self.faults.push(fault.help(
                "record it (prompts/README.md says how), or name a speech command: [prompts] command",
            ));
        }
        if let Some(more) = found
            .len()
            .checked_sub(UNRECORDED_NAMED)
            .filter(|more| *more > 0)
        {
            let fault = Fault::new(
                self.places.first(),
                format!("{more} more texts are not recorded"),
            );
            self.faults.push(fault);
        }
    }

    /// All texts in another voice, in one message at the first.
    fn spoken(&mut self, found: &[(&String, Language, String)]) {
        let Some((step, language, words)) = found.first() else {
            return;
        };
        let at = self.places.words(step, words);
        let what = match found.len() {
            1 => format!("nobody recorded this in {language}: “{words}”"),
            more => {
                format!("nobody recorded {more} texts of this file, first in {language}: “{words}”")
            }
        };
        let fault = Fault::new(at, what).warning();
        self.faults
            .push(if self.ground.unrecorded == Unrecorded::Spoken {
                fault.label("the speech command says it, in another voice")
            } else {
                fault
                    .label("a speech command must say it")
                    .help("record it, or name a command in ringwise.toml: [prompts] command")
            });
    }

    /// How long callers listen before a key counts.
    fn lengths(&mut self) {
        let silent = Phrasebook::default();
        let book = self.ground.book.unwrap_or(&silent);
        for step in &self.script.steps {
            let length = asking_length(self.script, step, book);
            if length > ASKING_MAX {
                let at = self.places.step(&step.name);
                let what = format!(
                    "step `{}` speaks for {} s before it listens",
                    step.name,
                    length.as_secs()
                );
                let help = format!(
                    "callers cannot remember so much: make two steps of it, or stay below {} s",
                    ASKING_MAX.as_secs()
                );
                self.faults.push(Fault::new(at, what).help(help).warning());
            }
        }
        let (length, way) = longest_before_key(self.script, book);
        if length > FIRST_KEY_AFTER {
            let names: Vec<&str> = way
                .iter()
                .filter_map(|at| self.script.step(*at))
                .map(|step| step.name.as_str())
                .collect();
            let at = names.first().map(|name| self.places.step(name));
            let what = format!(
                "callers may listen for {} s before they are asked for the first key: {}",
                length.as_secs(),
                names.join(" → ")
            );
            let help = format!(
                "below {} s fewer hang up: shorten these, or ask first",
                FIRST_KEY_AFTER.as_secs()
            );
            let fault = Fault::new(at.unwrap_or_default(), what);
            self.faults.push(fault.help(help).warning());
        }
    }

    /// Names told to whoever typed four digits.
    fn strangers(&mut self) {
        for at in unproved(self.script) {
            let Some(step) = self.script.step(at) else {
                continue;
            };
            for (wording, _) in step.wordings() {
                if wording.mentions(Slot::CallerName) {
                    let at = self.places.words(&step.name, "caller.name");
                    let what = "a stranger may hear the customer's name here";
                    let fault = Fault::new(at, what)
                        .label("who typed an order's last digits has proved nothing");
                    let help = "lead through a verify step first, or leave the name out";
                    self.faults.push(fault.help(help).warning());
                }
            }
        }
    }

    /// Private answers that nobody can ever hear.
    fn proofs(&mut self) {
        let verifies = |at: StepAt| {
            let step = self.script.step(at);
            step.is_some_and(|step| matches!(step.verb, Verb::Verify(_)))
        };
        let mut found = Vec::new();
        for step in &self.script.steps {
            if let Verb::Answer(answer) = &step.verb
                && !reach(self.script, answer.private, &[Drive::Nobody])
                    .into_iter()
                    .any(verifies)
            {
                found.push((step.name.clone(), answer.private));
            }
        }
        for (name, private) in found {
            let to = self
                .script
                .step(private)
                .map_or("", |step| step.name.as_str());
            let at = self.places.words(&name, "private");
            let what = format!("`private` leads to `{to}`, where nobody can prove who they are");
            let help = "private answers are only said after a verify step: lead to one";
            self.faults.push(Fault::new(at, what).help(help).warning());
        }
    }

    /// Needs that no seat of the queue meets: such a caller waits for nobody.
    fn seats(&mut self) {
        let Some(catalog) = self.ground.catalog else {
            return;
        };
        for step in &self.script.steps {
            let Verb::Queue(queue) = &step.verb else {
                continue;
            };
            let serves = |name: &String| *name == queue.queue;
            let seats = catalog.seats().iter();
            let seats = seats.filter(|seat| seat.queues.iter().any(serves));
            let able: Vec<&SeatEntry> = seats.collect();
            if able.is_empty() {
                let at = self.places.words(&step.name, &queue.queue);
                let what = format!("no seat serves the queue `{}`", queue.queue);
                let fault = Fault::new(at, what).label("callers wait here for nobody");
                self.faults
                    .push(fault.help("add it to a [[seat]]'s queues").warning());
                continue;
            }
            self.needs(&step.name, queue, &able);
        }
    }

    fn needs(&mut self, step: &str, queue: &Queue, seats: &[&SeatEntry]) {
        let Some(catalog) = self.ground.catalog else {
            return;
        };
        let able: Vec<Capability> = seats.iter().map(|seat| catalog.capability(seat)).collect();
        let mut told = BTreeSet::new();
        for (language, asked) in &queue.need {
            for (who, need) in needs(self.ground.bank, asked) {
                let words = need.to_string();
                let need = catalog.need(&need);
                if able.iter().any(|seat| seat.fits(&need)) || !told.insert(words.clone()) {
                    continue;
                }
                let at = self.places.words(step, "need");
                let what = format!("no seat of `{}` has {words}", queue.queue);
                let label = format!("{who} in {language} would wait for ever");
                let help = "give a seat of this queue these skills, or ask for less";
                let fault = Fault::new(at, what).label(label).help(help);
                self.faults.push(fault.warning());
            }
        }
    }
}

/// Who may need what: everybody, and for each skill of a question who asks it.
fn needs(bank: Option<&Bank>, asked: &NamedNeed) -> Vec<(String, NamedNeed)> {
    let group = |group: &String| Some(group.clone());
    let with = |question: Option<&String>| {
        let skill = |skill: &String| {
            if skill == QUESTION_SKILL {
                question.cloned()
            } else {
                Some(skill.clone())
            }
        };
        asked.named(&skill, &group)
    };
    let mut all = vec![("a caller".to_owned(), with(None))];
    if !asked.skills().contains(QUESTION_SKILL) {
        return all;
    }
    for question in bank.iter().flat_map(|bank| &bank.questions) {
        if let Some(skill) = &question.skill {
            all.push((format!("who asks {}", question.id), with(Some(skill))));
        }
    }
    all
}

/// How long a step speaks before it listens to keys, in the slowest language; zero if it does not
/// ask.
fn asking_length(script: &Script, step: &Step, book: &Phrasebook) -> Duration {
    let asks = matches!(
        step.verb,
        Verb::Menu(_) | Verb::Collect(_) | Verb::Verify(_)
    );
    if !asks {
        return Duration::ZERO;
    }
    let texts = step
        .wordings()
        .into_iter()
        .take(1 + usize::from(step.say.is_some()));
    let texts: Vec<Wording> = texts.map(|(text, _)| text.clone()).collect();
    slowest(script, &texts, book)
}

/// How long these texts take, in the slowest language.
fn slowest(script: &Script, texts: &[Wording], book: &Phrasebook) -> Duration {
    let languages = script.languages.iter().map(|language| {
        let speech = texts
            .iter()
            .map(|text| text.speech(*language, Filling::default()));
        let lengths = speech.map(|speech| pace::length(book, *language, &speech));
        lengths.fold(Duration::ZERO, Duration::saturating_add)
    });
    languages.max().unwrap_or_default()
}

/// The longest speech from the first step to one that asks for keys, and the steps that speak it.
fn longest_before_key(script: &Script, book: &Phrasebook) -> (Duration, Vec<StepAt>) {
    let mut known = BTreeMap::new();
    let length = speech_from(script, book, StepAt(0), &mut known);
    let mut way = Vec::new();
    let mut at = Some(StepAt(0));
    while let Some(step) = at.filter(|step| !way.contains(step)) {
        way.push(step);
        at = known.get(&step).and_then(|(_, next)| *next);
    }
    (length, way)
}

type Known = BTreeMap<StepAt, (Duration, Option<StepAt>)>;

fn speech_from(script: &Script, book: &Phrasebook, first: StepAt, known: &mut Known) -> Duration {
    // Depth first with a list of its own: files may be long chains.
    let mut open = vec![first];
    while let Some(at) = open.last().copied() {
        let Some(step) = script.step(at) else {
            open.pop();
            continue;
        };
        let next = quiet_ways(script, step);
        let missing = next
            .iter()
            .find(|to| !known.contains_key(to) && !open.contains(to));
        if let Some(missing) = missing.filter(|_| !known.contains_key(&at)) {
            open.push(*missing);
            continue;
        }
        let longest = next
            .iter()
            .filter_map(|to| known.get(to).map(|(length, _)| (*length, *to)))
            .max();
        let own = slowest(script, step.say.as_slice(), book);
        let after = longest.map_or(Duration::ZERO, |(length, _)| length);
        known.insert(at, (own + after, longest.map(|(_, to)| to)));
        open.pop();
    }
    known
        .get(&first)
        .map_or(Duration::ZERO, |(length, _)| *length)
}

/// Where a call goes by itself, unless the step asks for keys.
fn quiet_ways(script: &Script, step: &Step) -> Vec<StepAt> {
    let quiet = matches!(step.verb, Verb::Goto(_) | Verb::Lookup(_));
    let ways = branch::branches(step, script.person).into_iter();
    let ways = ways.filter(|way| quiet && way.drive == Drive::Nobody);
    ways.map(|way| way.to).collect()
}

/// Steps that a call may come to after it was found by an order's digits and before it proved who
/// calls.
fn unproved(script: &Script) -> BTreeSet<StepAt> {
    let mut seen = BTreeSet::new();
    let mut next: Vec<StepAt> = Vec::new();
    for step in &script.steps {
        if let Verb::Lookup(lookup) = &step.verb
            && matches!(lookup.by, LookupBy::OrderTail(_))
        {
            next.push(lookup.ok);
        }
    }
    while let Some(at) = next.pop() {
        let Some(step) = script.step(at).filter(|_| seen.insert(at)) else {
            continue;
        };
        let proves = matches!(step.verb, Verb::Verify(_));
        for way in branch::branches(step, script.person) {
            if !(proves && way.label == Label::Outcome("ok")) {
                next.push(way.to);
            }
        }
    }
    seen
}

/// Steps that a call comes to from here by ways that these take.
fn reach(script: &Script, from: StepAt, drives: &[Drive]) -> BTreeSet<StepAt> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(at) = next.pop() {
        if let Some(step) = script.step(at).filter(|_| seen.insert(at)) {
            let ways = branch::branches(step, script.person).into_iter();
            next.extend(
                ways.filter(|way| drives.contains(&way.drive))
                    .map(|way| way.to),
            );
        }
    }
    seen
}
