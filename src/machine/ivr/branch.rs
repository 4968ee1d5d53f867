//! What leads from a step to the next ones, and by what name.

use std::fmt;

use crate::machine::ivr::script::Answer;
use crate::machine::ivr::script::Callback;
use crate::machine::ivr::script::Collect;
use crate::machine::ivr::script::Consult;
use crate::machine::ivr::script::Dial;
use crate::machine::ivr::script::Fork;
use crate::machine::ivr::script::Lookup;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Menu;
use crate::machine::ivr::script::Message;
use crate::machine::ivr::script::Opening;
use crate::machine::ivr::script::Predict;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Survey;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::script::Yield;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::target::Target;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::waiting::WaitKey;

/// Who makes a call go from one step to the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Drive {
    /// The caller, by keys.
    Caller,
    /// A seat: it talked to the caller.
    Seat,
    /// Nobody: it just goes on.
    Nobody,
}

/// What a branch is called.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Label {
    /// The only way on: `goto`.
    Then,
    /// A key of the telephone.
    Key(char),
    /// A condition of a branch step, by its place from 1.
    Case(u16),
    /// A way that a service may name, by its place from 1.
    Way(u16),
    /// An outcome as dialplans write it: `no_input`.
    Outcome(&'static str),
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Then => f.write_str("goto"),
            Self::Key(key) => write!(f, "key {key}"),
            Self::Case(place) => write!(f, "if {place}"),
            Self::Way(place) => write!(f, "way {place}"),
            Self::Outcome(name) => f.write_str(name),
        }
    }
}

/// One way from a step to another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Branch {
    /// Its name, once in each step.
    pub label: Label,
    /// Where it leads.
    pub to: StepAt,
    /// Who takes it.
    pub drive: Drive,
    /// What else a key sets: a question, a language.
    pub note: Option<String>,
}

impl Branch {
    fn nobody(name: &'static str, to: StepAt) -> Self {
        Self::outcome(name, to, Drive::Nobody)
    }

    fn caller(name: &'static str, to: StepAt) -> Self {
        Self::outcome(name, to, Drive::Caller)
    }

    const fn outcome(name: &'static str, to: StepAt, drive: Drive) -> Self {
        Self {
            label: Label::Outcome(name),
            to,
            drive,
            note: None,
        }
    }

    fn key(key: char, target: &Target) -> Self {
        let language = target.language.map(|language| language.tag().to_owned());
        Self {
            label: Label::Key(key),
            to: target.step,
            drive: Drive::Caller,
            note: target.question.clone().or(language),
        }
    }
}

/// The ways that a file means by itself: without those for wrong keys that lead where silence leads,
/// as they do unless a file says otherwise.
pub fn meant(all: &[Branch]) -> impl Iterator<Item = &Branch> {
    let silence = all
        .iter()
        .find(|branch| branch.label == Label::Outcome("no_input"))
        .map(|branch| branch.to);
    all.iter().filter(move |branch| {
        branch.label != Label::Outcome("invalid") || Some(branch.to) != silence
    })
}

/// The ways on from a step, in the order of its file's table. `person` is where key 0 leads from
/// steps that do not say otherwise.
#[must_use]
pub fn branches(step: &Step, person: Option<StepAt>) -> Vec<Branch> {
    match &step.verb {
        Verb::Goto(next) => vec![then(*next)],
        Verb::Menu(menu) => of_menu(menu, person),
        Verb::Collect(collect) => of_collect(collect),
        Verb::Lookup(lookup) => of_lookup(lookup),
        Verb::Consult(consult) => of_consult(consult),
        Verb::Predict(predict) => of_predict(predict, person),
        Verb::Answer(answer) => of_answer(answer),
        Verb::Verify(verify) => vec![
            Branch::caller("ok", verify.ok),
            Branch::nobody("failed", verify.failed),
        ],
        Verb::Queue(queue) => of_queue(queue),
        Verb::Dial(dial) => of_dial(dial),
        Verb::Callback(callback) => of_callback(callback),
        Verb::Message(message) => of_message(message),
        Verb::Set(set) => vec![then(set.next)],
        Verb::Tag(tag) => vec![then(tag.next)],
        Verb::Fork(fork) => of_fork(fork),
        Verb::Time(opening) => of_time(opening),
        Verb::Survey(survey) => of_survey(survey, person),
        Verb::Hangup => Vec::new(),
    }
}

fn of_menu(menu: &Menu, person: Option<StepAt>) -> Vec<Branch> {
    let mut all = Vec::new();
    all.extend(menu.known.map(|known| Branch::nobody("known", known)));
    all.extend(menu.keys.iter().map(|(key, to)| Branch::key(*key, to)));
    let zero = person.filter(|_| !menu.keys.contains_key(&'0'));
    all.extend(zero.map(zero_key));
    all.push(Branch::nobody("no_input", menu.no_input));
    all.push(Branch::caller("invalid", menu.invalid));
    all
}

fn of_collect(collect: &Collect) -> Vec<Branch> {
    vec![
        Branch::caller("ok", collect.ok),
        Branch::caller("none", collect.none),
        Branch::nobody("no_input", collect.no_input),
    ]
}

fn of_lookup(lookup: &Lookup) -> Vec<Branch> {
    let mut all = vec![
        Branch::nobody("ok", lookup.ok),
        Branch::nobody("empty", lookup.empty),
    ];
    if lookup.by == LookupBy::Caller {
        all.push(Branch::nobody("no_number", lookup.no_number));
    }
    all.push(Branch::nobody("timeout", lookup.timed_out));
    all.push(Branch::nobody("failed", lookup.failed));
    all
}

/// The ways that a service may name have their names beside them.
fn of_consult(consult: &Consult) -> Vec<Branch> {
    let mut all = vec![Branch::nobody("ok", consult.ok)];
    match &consult.yields {
        Yield::Values(empty) => all.push(Branch::nobody("empty", *empty)),
        Yield::Deeds { ways, queues, .. } => {
            let queues = queues.iter().map(|at| (String::from("queue"), *at));
            let ways: Vec<(String, StepAt)> = ways.iter().cloned().chain(queues).collect();
            let named = (1..).zip(&ways).map(|(place, (name, to))| Branch {
                label: Label::Way(place),
                to: *to,
                drive: Drive::Nobody,
                note: Some(name.clone()),
            });
            all.extend(named);
        }
    }
    all.push(Branch::nobody("timeout", consult.timed_out));
    all.push(Branch::nobody("failed", consult.failed));
    all
}

fn of_predict(predict: &Predict, person: Option<StepAt>) -> Vec<Branch> {
    let mut all = vec![Branch::caller("chosen", predict.chosen)];
    all.extend(predict.keys.iter().map(|(key, to)| Branch::key(*key, to)));
    let zero = person.filter(|_| !predict.keys.contains_key(&'0'));
    all.extend(zero.map(zero_key));
    all.push(Branch::nobody("none", predict.none));
    all.push(Branch::nobody("no_input", predict.no_input));
    all
}

fn of_answer(answer: &Answer) -> Vec<Branch> {
    vec![
        Branch::nobody("done", answer.done),
        Branch::nobody("person", answer.person),
        Branch::nobody("private", answer.private),
        Branch::nobody("no_order", answer.no_order),
        Branch::nobody("none", answer.none),
    ]
}

fn of_queue(queue: &Queue) -> Vec<Branch> {
    let mut all = vec![
        Branch::nobody("full", queue.full),
        Branch::outcome("left", queue.left, Drive::Seat),
    ];
    let talked = queue.talked;
    all.extend(talked.map(|to| Branch::outcome("talked", to, Drive::Seat)));
    let waiting = &queue.waiting;
    for (key, does) in &waiting.keys {
        match does {
            WaitKey::Again => {}
            WaitKey::Visit(to) => all.push(Branch {
                label: Label::Key(*key),
                to: *to,
                drive: Drive::Caller,
                note: Some("keeps the place".to_owned()),
            }),
            WaitKey::Leave(target) => all.push(Branch::key(*key, target)),
        }
    }
    if waiting.closed != queue.full {
        all.push(Branch::nobody("closed", waiting.closed));
    }
    let long = waiting.max_expected;
    all.extend(long.map(|(_, to)| Branch::nobody("long", to)));
    // Who has waited in vain may well wait again.
    let timeout = waiting.max_wait;
    all.extend(timeout.map(|(_, to)| Branch::outcome("timeout", to, Drive::Seat)));
    all.extend(waiting.nobody.map(|to| Branch::nobody("nobody", to)));
    all
}

fn of_dial(dial: &Dial) -> Vec<Branch> {
    let mut all = vec![Branch::nobody("failed", dial.failed)];
    if dial.busy != dial.failed {
        all.push(Branch::nobody("busy", dial.busy));
    }
    if dial.no_answer != dial.failed {
        all.push(Branch::nobody("no_answer", dial.no_answer));
    }
    let talked = dial.talked;
    all.extend(talked.map(|to| Branch::outcome("talked", to, Drive::Seat)));
    all
}

fn of_callback(callback: &Callback) -> Vec<Branch> {
    let mut all = vec![
        Branch::nobody("ok", callback.ok),
        Branch::nobody("failed", callback.failed),
    ];
    if callback.no_number != callback.failed {
        all.push(Branch::nobody("no_number", callback.no_number));
    }
    all
}

fn of_message(message: &Message) -> Vec<Branch> {
    let mut all = vec![
        Branch::caller("ok", message.ok),
        Branch::nobody("failed", message.failed),
    ];
    if message.empty != message.ok {
        all.push(Branch::nobody("empty", message.empty));
    }
    all
}

/// Every condition is a way of its own, its text beside it.
fn of_fork(fork: &Fork) -> Vec<Branch> {
    let cases = (1..).zip(&fork.cases).map(|(place, case)| Branch {
        label: Label::Case(place),
        to: case.to,
        drive: Drive::Nobody,
        note: Some(case.written.clone()),
    });
    cases
        .chain([Branch::nobody("else", fork.otherwise)])
        .collect()
}

fn of_time(opening: &Opening) -> Vec<Branch> {
    vec![
        Branch::nobody("open", opening.open),
        Branch::nobody("closed", opening.closed),
        Branch::nobody("holiday", opening.holiday),
    ]
}

fn of_survey(survey: &Survey, person: Option<StepAt>) -> Vec<Branch> {
    let mut all = vec![Branch::caller("scored", survey.scored)];
    all.extend(person.filter(|_| survey.least > 0).map(zero_key));
    all.push(Branch::nobody("no_input", survey.no_input));
    all
}

const fn then(to: StepAt) -> Branch {
    Branch {
        label: Label::Then,
        to,
        drive: Drive::Nobody,
        note: None,
    }
}

const fn zero_key(person: StepAt) -> Branch {
    Branch {
        label: Label::Key('0'),
        to: person,
        drive: Drive::Caller,
        note: None,
    }
}
