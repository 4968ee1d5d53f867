//! A dialplan as a chart: a card for each step, a row for each way on.

use std::collections::BTreeSet;

use crate::machine::drawing::anatomy;
use crate::machine::drawing::chart::Cap;
use crate::machine::drawing::chart::Card;
use crate::machine::drawing::chart::Chart;
use crate::machine::drawing::chart::Reach;
use crate::machine::drawing::chart::Row;
use crate::machine::drawing::chart::Tone;
use crate::machine::ivr::branch;
use crate::machine::ivr::branch::Label;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Mask;
use crate::machine::ivr::script::Opening;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::script::Yield;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::traffic::Traffic;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::wording::Wording;

/// From so many cards on, only the first way to a card is a line.
const HUB: usize = 7;

/// The chart of a script, with how often each way was gone if that is known.
#[must_use]
pub fn sketch(script: &Script, traffic: Option<&Traffic>) -> Chart {
    let mut cards: Vec<Card> = (0..)
        .map(StepAt)
        .zip(&script.steps)
        .map(|(at, step)| card(script, at, step, traffic))
        .collect();
    for at in 0..cards.len() {
        let rows = |card: &Card| card.rows.iter().any(|row| row.to == at);
        let from = cards.iter().filter(|card| rows(card)).count();
        let person = script.person == Some(StepAt(at));
        cards[at].reach = match (at > 0 && person, from >= HUB) {
            (true, _) => Reach::Name,
            (false, true) => Reach::First,
            (false, false) => Reach::Lines,
        };
    }
    if let Some(gate) = &script.gate {
        for row in cards.iter_mut().flat_map(|card| &mut card.rows) {
            row.to += 1;
        }
        cards.insert(0, entrance(gate));
    }
    let languages: Vec<String> = script.languages.iter().map(ToString::to_string).collect();
    let mut notes = vec![format!(
        "{} steps · {}{}",
        script.steps.len(),
        languages.join(", "),
        script
            .bank
            .as_ref()
            .map_or_else(String::new, |bank| format!(" · bank {bank}"))
    )];
    notes.push(
        "Keys are dark squares, outcomes light pills. A name at the end of a row leads to the card of that \
         name; ←5 in a card's head: five rows lead there by name."
            .to_owned(),
    );
    notes.extend(traffic.map(|traffic| {
        let calls = anatomy::grouped(traffic.calls);
        format!("Figures and the width of lines: {calls} recorded calls.")
    }));
    Chart {
        title: script.flow.clone(),
        notes,
        entry: script
            .dids
            .iter()
            .map(ToString::to_string)
            .take(ENTRIES_MAX)
            .collect(),
        cards,
    }
}

/// What stands before the first step: the opening hours of the entry.
fn entrance(gate: &Opening) -> Card {
    let mut rows: Vec<Row> = Vec::new();
    for (word, to) in [
        ("open", gate.open),
        ("closed", gate.closed),
        ("holiday", gate.holiday),
    ] {
        let cap = Cap::Word(word.to_owned());
        let to = to.0 + 1;
        match rows.iter_mut().find(|row| row.to == to) {
            Some(row) => row.caps.push(cap),
            None => rows.push(Row {
                caps: vec![cap],
                note: String::new(),
                to,
                weight: None,
            }),
        }
    }
    Card {
        name: "entry".to_owned(),
        kind: "hours".to_owned(),
        tone: Tone::Thinking,
        words: Vec::new(),
        facts: vec![format!("looks at the hours {}", gate.hours)],
        rows,
        visits: None,
        end: None,
        reach: Reach::Lines,
    }
}

/// Most numbers that are drawn.
const ENTRIES_MAX: usize = 6;

fn card(script: &Script, at: StepAt, step: &Step, traffic: Option<&Traffic>) -> Card {
    let (kind, tone) = kind(&step.verb);
    let mut facts = facts(step);
    if script.person == Some(at) {
        facts.insert(0, "where key 0 leads".to_owned());
    }
    let visits = traffic.map(|traffic| traffic.visits(&step.name));
    facts.extend(visits.map(|visits| format!("{} times come here", anatomy::grouped(visits))));
    Card {
        name: step.name.clone(),
        kind: kind.to_owned(),
        tone,
        words: words(script, step),
        facts,
        rows: rows(script, step, traffic),
        visits,
        end: matches!(step.verb, Verb::Hangup).then(|| "the call ends".to_owned()),
        reach: Reach::Lines,
    }
}

const fn kind(verb: &Verb) -> (&'static str, Tone) {
    match verb {
        Verb::Goto(_) => ("say", Tone::Speaking),
        Verb::Menu(_) => ("menu", Tone::Asking),
        Verb::Collect(_) => ("collect", Tone::Asking),
        Verb::Lookup(_) => ("lookup", Tone::Thinking),
        Verb::Consult(consult) => match consult.yields {
            Yield::Values(_) => ("lookup", Tone::Thinking),
            Yield::Deeds { .. } => ("call", Tone::Thinking),
        },
        Verb::Predict(_) => ("predict", Tone::Guessing),
        Verb::Answer(_) => ("answer", Tone::Answering),
        Verb::Verify(_) => ("verify", Tone::Proving),
        Verb::Queue(_) => ("queue", Tone::People),
        Verb::Dial(_) => ("dial", Tone::People),
        Verb::Callback(_) => ("callback", Tone::People),
        Verb::Message(_) => ("message", Tone::People),
        Verb::Set(_) => ("set", Tone::Thinking),
        Verb::Fork(_) => ("branch", Tone::Thinking),
        Verb::Time(_) => ("time", Tone::Thinking),
        Verb::Survey(_) => ("survey", Tone::Asking),
        Verb::Tag(_) => ("tag", Tone::Thinking),
        Verb::Hangup => ("hangup", Tone::Ending),
    }
}

/// What is heard first, in each language.
fn words(script: &Script, step: &Step) -> Vec<(String, String)> {
    let verb = match &step.verb {
        Verb::Menu(menu) => Some(&menu.text.first),
        Verb::Collect(collect) => Some(&collect.text.first),
        Verb::Survey(survey) => Some(&survey.text.first),
        Verb::Verify(verify) => Some(&verify.text),
        Verb::Lookup(lookup) => lookup.wait.as_ref(),
        Verb::Consult(consult) => consult.wait.as_ref(),
        Verb::Queue(queue) => queue.waiting.hint.as_ref(),
        Verb::Callback(callback) => Some(&callback.words),
        Verb::Predict(predict) => Some(&predict.say_each),
        Verb::Goto(_)
        | Verb::Answer(_)
        | Verb::Dial(_)
        | Verb::Message(_)
        | Verb::Set(_)
        | Verb::Fork(_)
        | Verb::Time(_)
        | Verb::Tag(_)
        | Verb::Hangup => None,
    };
    let texts: Vec<&Wording> = step.say.iter().chain(verb).collect();
    let mut words = Vec::new();
    for language in &script.languages {
        let all: Vec<String> = texts.iter().map(|text| text.written(*language)).collect();
        let tag = language.tag().split('-').next().unwrap_or_default();
        let tag = if script.languages.len() > 1 { tag } else { "" };
        let all = all.join(" ");
        if !all.trim().is_empty() {
            words.push((tag.to_owned(), all));
        }
    }
    words
}

fn facts(step: &Step) -> Vec<String> {
    let mut facts = Vec::new();
    if step.voices == Voices::All {
        facts.push("said in all languages".to_owned());
    }
    match &step.verb {
        Verb::Goto(_) | Verb::Menu(_) | Verb::Fork(_) | Verb::Hangup => {}
        Verb::Set(set) => {
            facts.extend(
                set.assignments
                    .iter()
                    .map(|one| format!("sets {}", one.key)),
            );
        }
        Verb::Time(opening) => facts.push(format!("looks at the hours {}", opening.hours)),
        Verb::Survey(survey) => {
            facts.push(format!(
                "{}: {} to {}",
                survey.name, survey.least, survey.most
            ));
        }
        Verb::Tag(tag) => facts.push(format!("marks as {}", tag.tags.join(", "))),
        Verb::Collect(collect) => facts.push(digits(collect)),
        Verb::Lookup(lookup) => {
            let by = match lookup.by {
                LookupBy::Caller => "by the caller's number",
                LookupBy::OrderTail(_) => "by the end of an order's id",
            };
            facts.push(format!("orders {by}, at most {:?}", lookup.timeout));
        }
        Verb::Consult(consult) => {
            facts.push(format!(
                "asks {}, at most {:?}",
                consult.service, consult.timeout
            ));
            let sets = consult.sets.values();
            facts.extend(sets.map(|(key, _)| format!("may set {key}")));
        }
        Verb::Predict(predict) => {
            facts.push(format!("reads at most {} questions", predict.at_most));
        }
        Verb::Answer(answer) => {
            let question = answer.question.as_deref().unwrap_or("the chosen question");
            facts.push(format!("answers {question}"));
        }
        Verb::Verify(verify) => facts.push(format!("at most {} tries", verify.tries)),
        Verb::Dial(dial) => {
            facts.push(format!("calls {}, rings for {:?}", dial.number, dial.ring));
        }
        Verb::Callback(_) => facts.push("calls back at the place kept".to_owned()),
        Verb::Message(message) => {
            let (queue, longest) = (&message.queue, message.longest);
            facts.push(format!("takes a message for {queue}, at most {longest:?}"));
        }
        Verb::Queue(queue) => {
            facts.extend(needs(queue));
            let longest = queue.waiting.max_wait;
            facts.extend(longest.map(|(most, _)| format!("at most {most:?}")));
        }
    }
    facts
}

fn digits(collect: &Collect) -> String {
    let (least, most) = (collect.least, collect.most);
    let count = if least == most {
        least.to_string()
    } else {
        format!("{least} to {most}")
    };
    let secret = if collect.mask == Mask::Secret {
        ", secret"
    } else {
        ""
    };
    format!("takes {count} digits{secret}")
}

fn needs(queue: &Queue) -> Vec<String> {
    let mut facts = vec![format!("waits in {}", queue.queue)];
    let mut told = BTreeSet::new();
    for (language, terms) in &queue.need {
        let terms = terms.to_string().replace(">=", "≥").replace("<=", "≤");
        let one = queue
            .need
            .values()
            .all(|need| Some(need) == queue.need.get(language));
        let fact = if one {
            format!("needs {terms}")
        } else {
            format!("{language} needs {terms}")
        };
        if !terms.is_empty() && told.insert(fact.clone()) {
            facts.push(fact);
        }
    }
    facts
}

/// Rows: ways to the same step that set nothing share one.
fn rows(script: &Script, step: &Step, traffic: Option<&Traffic>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let branches = branch::branches(step, script.person);
    for branch in branch::meant(&branches) {
        let cap = match branch.label {
            Label::Then => None,
            Label::Key(key) => Some(Cap::Key(key)),
            Label::Case(_) => Some(Cap::Word("if".to_owned())),
            Label::Way(_) => Some(Cap::Word("goto".to_owned())),
            Label::Outcome(name) => Some(Cap::Word(name.to_owned())),
        };
        let note = match (&branch.note, branch.label) {
            (Some(note), _) => note.clone(),
            (None, Label::Then) => "then".to_owned(),
            (None, Label::Key(_) | Label::Case(_) | Label::Way(_) | Label::Outcome(_)) => {
                String::new()
            }
        };
        let weight = traffic.map(|traffic| traffic.gone(&step.name, branch.label));
        let same = |row: &&mut Row| row.to == branch.to.0 && row.note == note;
        if let Some(row) = rows.iter_mut().find(same) {
            row.caps.extend(cap);
            row.weight = row.weight.zip(weight).map(|(one, more)| one + more);
            continue;
        }
        rows.push(Row {
            caps: cap.into_iter().collect(),
            note,
            to: branch.to.0,
            weight,
        });
    }
    rows
}
