//! How a call may travel through a script: what is never reached, what turns in a circle alone.

use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::time::Duration;

use crate::machine::ivr::branch;
use crate::machine::ivr::branch::Drive;
use crate::machine::ivr::script::LookupBy;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::target::StepAt;

/// Where a call may go from a step.
#[must_use]
pub fn ways(step: &Step, person: Option<StepAt>) -> Vec<(StepAt, Drive)> {
    let branches = branch::branches(step, person).into_iter();
    branches.map(|branch| (branch.to, branch.drive)).collect()
}

/// Steps that no call reaches.
#[must_use]
pub fn unreached(script: &Script) -> Vec<StepAt> {
    let reached: BTreeSet<StepAt> = breadth_first(script).into_iter().collect();
    let all = (0..script.steps.len()).map(StepAt);
    all.filter(|step| !reached.contains(step)).collect()
}

/// The time limit of the first look-up a call comes to, if that is by the caller's number.
#[must_use]
pub fn early_lookup(script: &Script) -> Option<Duration> {
    breadth_first(script)
        .into_iter()
        .find_map(|at| match &script.step(at)?.verb {
            Verb::Lookup(lookup) => Some((lookup.by == LookupBy::Caller).then_some(lookup.timeout)),
            Verb::Goto(_)
            | Verb::Menu(_)
            | Verb::Collect(_)
            | Verb::Consult(_)
            | Verb::Predict(_)
            | Verb::Answer(_)
            | Verb::Verify(_)
            | Verb::Queue(_)
            | Verb::Dial(_)
            | Verb::Callback(_)
            | Verb::Message(_)
            | Verb::Set(_)
            | Verb::Fork(_)
            | Verb::Time(_)
            | Verb::Survey(_)
            | Verb::Tag(_)
            | Verb::Hangup => None,
        })?
}

/// Steps in the order in which a call can come to them; the person's step last.
fn breadth_first(script: &Script) -> Vec<StepAt> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = VecDeque::from([StepAt(0)]);
    let gate = script.gate.iter();
    next.extend(gate.flat_map(|gate| [gate.closed, gate.holiday]));
    while let Some(at) = next.pop_front() {
        let Some(step) = script.step(at) else {
            continue;
        };
        if seen.insert(at) {
            order.push(at);
            next.extend(ways(step, script.person).into_iter().map(|(to, _)| to));
        }
    }
    order
}

/// A circle of steps that a call can turn in with nobody doing anything, if there is one.
#[must_use]
pub fn circle(script: &Script) -> Option<Vec<StepAt>> {
    let mut done = BTreeSet::new();
    for start in (0..script.steps.len()).map(StepAt) {
        let mut path: Vec<(StepAt, Vec<StepAt>)> = vec![(start, alone(script, start))];
        while let Some((at, ways)) = path.last_mut() {
            let Some(to) = ways.pop() else {
                done.insert(*at);
                path.pop();
                continue;
            };
            if let Some(from) = path.iter().position(|(step, _)| *step == to) {
                let circle: Vec<StepAt> = path.iter().skip(from).map(|(step, _)| *step).collect();
                if !is_counted(script, &circle) {
                    return Some(circle);
                }
            } else if !done.contains(&to) {
                path.push((to, alone(script, to)));
            }
        }
    }
    None
}

/// Whether a circle counts its rounds in a variable and a branch of it looks at that.
fn is_counted(script: &Script, circle: &[StepAt]) -> bool {
    let verbs = || circle.iter().filter_map(|at| Some(&script.step(*at)?.verb));
    let mut counters: BTreeSet<&str> = BTreeSet::new();
    for verb in verbs() {
        if let Verb::Set(set) = verb {
            let own = set.assignments.iter();
            let own = own.filter(|one| one.value.names().contains(one.key.as_str()));
            counters.extend(own.map(|one| one.key.as_str()));
        }
    }
    verbs().any(|verb| {
        let Verb::Fork(fork) = verb else {
            return false;
        };
        fork.cases.iter().any(|case| {
            let names = case.condition.names();
            names.iter().any(|name| counters.contains(name))
        })
    })
}

fn alone(script: &Script, at: StepAt) -> Vec<StepAt> {
    let ways = script.step(at).map(|step| ways(step, script.person));
    let ways = ways.into_iter().flatten();
    ways.filter(|(_, drive)| *drive == Drive::Nobody)
        .map(|(to, _)| to)
        .collect()
}
