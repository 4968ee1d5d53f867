//! How often recorded calls came to each step and went each way.

use std::collections::BTreeMap;

use crate::machine::calendar::Standing;
use crate::machine::ivr::branch;
use crate::machine::ivr::branch::Branch;
use crate::machine::ivr::branch::Label;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::target::StepAt;

/// How often calls came to each step and went each way.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Traffic {
    /// How many calls were counted.
    pub calls: u64,
    visits: BTreeMap<String, u64>,
    gone: BTreeMap<(String, Label), u64>,
}

impl Traffic {
    /// Counts a call by its facts, in order. Steps that the script does not have count nothing.
    pub fn take<'f>(&mut self, script: &Script, facts: impl IntoIterator<Item = &'f WalkFact>) {
        self.calls += 1;
        let mut from: Option<StepAt> = None;
        let mut between: Vec<&WalkFact> = Vec::new();
        let mut found: Option<&WalkFact> = None;
        for fact in facts {
            let WalkFact::Entered { step } = fact else {
                if matches!(fact, WalkFact::LookedUp { .. }) {
                    found = Some(fact);
                }
                between.push(fact);
                continue;
            };
            if between
                .iter()
                .all(|fact| !matches!(fact, WalkFact::LookedUp { .. }))
            {
                // Orders may have been found before the step that asks for them.
                between.extend(found);
            }
            let to = script.steps.iter().position(|known| known.name == *step);
            let to = to.map(StepAt);
            if let (Some(from), Some(to)) = (from, to)
                && let Some(label) = taken(script, from, to, &between)
                && let Some(name) = script.step(from).map(|step| step.name.clone())
            {
                *self.gone.entry((name, label)).or_default() += 1;
            }
            if to.is_some() {
                *self.visits.entry(step.clone()).or_default() += 1;
            }
            from = to;
            between.clear();
        }
    }

    /// How often calls came to this step.
    #[must_use]
    pub fn visits(&self, step: &str) -> u64 {
        self.visits.get(step).copied().unwrap_or(0)
    }

    /// How often calls left this step by this way.
    #[must_use]
    pub fn gone(&self, step: &str, label: Label) -> u64 {
        let known = self.gone.get(&(step.to_owned(), label));
        known.copied().unwrap_or(0)
    }
}

/// The way a call took from one step to the next: of those that lead there the first that what
/// happened in between does not speak against. None if no way leads there, as for a key that leads
/// to a person in the middle of a sentence.
#[must_use]
pub fn taken(script: &Script, from: StepAt, to: StepAt, between: &[&WalkFact]) -> Option<Label> {
    let step = script.step(from)?;
    let all = branch::branches(step, script.person);
    let leads: Vec<&Branch> = all.iter().filter(|branch| branch.to == to).collect();
    let told = told(between);
    let told = if told.is_empty() && matches!(step.verb, Verb::Lookup(_)) {
        vec![Label::Outcome("no_number")]
    } else {
        told
    };
    let fits = leads.iter().find(|branch| told.contains(&branch.label));
    let silent = leads.iter().find(|branch| !is_told(branch.label));
    let found = fits.or(silent).or(leads.first());
    found.map(|branch| branch.label)
}

/// Ways that facts name when they are gone.
const fn is_told(label: Label) -> bool {
    matches!(label, Label::Key(_) | Label::Case(_))
}

/// What the facts between two steps say about the way between them.
fn told(between: &[&WalkFact]) -> Vec<Label> {
    let mut told = Vec::new();
    let outcome = Label::Outcome;
    for fact in between.iter().rev() {
        match fact {
            WalkFact::Took { keys } => {
                let mut signs = keys.chars();
                match (signs.next(), signs.next()) {
                    (Some(key), None) => told.extend([Label::Key(key), outcome("invalid")]),
                    _ => told.push(outcome("ok")),
                }
                if keys == "#" {
                    told.push(outcome("none"));
                }
            }
            WalkFact::LookedUp { result, .. } => told.push(outcome(match result {
                Ok(0) => "empty",
                Ok(_) => "ok",
                Err(LookupFailure::Timeout) => "timeout",
                Err(
                    LookupFailure::Failed
                    | LookupFailure::Busy
                    | LookupFailure::Resting
                    | LookupFailure::Stale,
                ) => "failed",
            })),
            WalkFact::Consulted { result, .. } => told.push(outcome(match result {
                Ok(0) => "empty",
                Ok(_) => "ok",
                Err(LookupFailure::Timeout) => "timeout",
                Err(
                    LookupFailure::Failed
                    | LookupFailure::Busy
                    | LookupFailure::Resting
                    | LookupFailure::Stale,
                ) => "failed",
            })),
            WalkFact::Unfollowed { .. } => told.push(outcome("failed")),
            WalkFact::Predicted { read: 0, .. } | WalkFact::ChoseNone => told.push(outcome("none")),
            WalkFact::Chose { .. } => told.push(outcome("chosen")),
            WalkFact::Answered { .. } => told.extend([outcome("done"), outcome("person")]),
            WalkFact::Verified { ok, .. } => {
                told.push(outcome(if *ok { "ok" } else { "failed" }));
            }
            WalkFact::Branched { case: 0, .. } => told.push(outcome("else")),
            WalkFact::Branched { case, .. } => told.push(Label::Case(*case)),
            WalkFact::Clocked { standing, .. } => told.push(outcome(match standing {
                Standing::Open => "open",
                Standing::Closed => "closed",
                Standing::Holiday => "holiday",
            })),
            WalkFact::Scored { .. } => told.push(outcome("scored")),
            WalkFact::Entered { .. }
            | WalkFact::Set { .. }
            | WalkFact::Tagged { .. }
            | WalkFact::Said { .. }
            | WalkFact::LateAnswer { .. }
            | WalkFact::Noticed { .. }
            | WalkFact::Predicted { .. }
            | WalkFact::PlaceTold { .. }
            | WalkFact::Unspeakable { .. } => {}
        }
    }
    told
}
