//! What is certain when a call comes to a step: which variables are set, and that the caller has
//! proved who they are. Certain is what holds on every way to the step.

use std::collections::BTreeMap;

use crate::machine::expression::environment::Presence;
use crate::machine::expression::environment::Types;
use crate::machine::expression::expressed::Expression;
use crate::machine::expression::typing;
use crate::machine::expression::typing::Known;
use crate::machine::ivr::branch;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::target::StepAt;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::privacy::Privacy;
use crate::wire::expression::syntax::Syntax;

/// The name that is true once the caller has proved who they are.
pub const VERIFIED: &str = "verified";

/// An expression of a file and what for.
#[derive(Clone, Debug)]
pub struct Use {
    /// The step it stands in.
    pub at: StepAt,
    /// The scope of its names.
    pub scope: usize,
    /// As it is written, with places in the file.
    pub syntax: Syntax,
    /// What for.
    pub purpose: Purpose,
}

/// What an expression is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// It decides whether a case of a branch is taken: by its place.
    Case(usize),
    /// It is the next value of the variable with this name.
    Value(String),
    /// It is what a subflow is given.
    Argument,
    /// It is said.
    Said,
}

/// A set of certainties: one bit each, the caller's proof first.
type Certain = u64;
const PROVED: Certain = 1;

/// Finds values that may be absent where they are needed, and private ones that could be said to a
/// caller who has proved nothing. `types` are those of each scope.
#[must_use]
pub fn faults(script: &Script, uses: &[Use], types: &[&Types]) -> Vec<Fault> {
    let study = Study::new(script, uses, types);
    let certain = study.fixed_point();
    let mut faults = Vec::new();
    for (at, own) in &study.uses {
        let mut certain = certain.get(at.0).copied().unwrap_or(Certain::MAX);
        for one in own {
            study.look(one, certain, &mut faults);
            certain = study.after(one, certain);
        }
    }
    faults
}

struct Study<'s> {
    script: &'s Script,
    types: &'s [&'s Types],
    /// Names of variables by their bits, from the second.
    names: Vec<&'s str>,
    uses: BTreeMap<StepAt, Vec<&'s Use>>,
}

impl<'s> Study<'s> {
    fn new(script: &'s Script, uses: &'s [Use], types: &'s [&'s Types]) -> Self {
        let mut by_step: BTreeMap<StepAt, Vec<&Use>> = BTreeMap::new();
        for one in uses {
            by_step.entry(one.at).or_default().push(one);
        }
        Self {
            script,
            types,
            names: script.variables.keys().map(String::as_str).collect(),
            uses: by_step,
        }
    }

    /// What is certain at each step.
    fn fixed_point(&self) -> Vec<Certain> {
        let steps = &self.script.steps;
        let mut certain = vec![Certain::MAX; steps.len()];
        let mut next = Vec::new();
        let gate = self.script.gate.iter();
        let gates = gate.flat_map(|gate| [gate.closed, gate.holiday]);
        for at in [StepAt(0)].into_iter().chain(gates) {
            meet(&mut certain, at, self.at_the_start(), &mut next);
        }
        while let Some(at) = next.pop() {
            let (Some(step), Some(before)) = (self.script.step(at), certain.get(at.0)) else {
                continue;
            };
            for (to, after) in self.ways(at, step, *before) {
                meet(&mut certain, to, after, &mut next);
            }
        }
        certain
    }

    fn at_the_start(&self) -> Certain {
        let set = self.script.variables.iter();
        let set = set.filter(|(_, variable)| variable.start.is_some());
        set.fold(0, |certain, (name, _)| certain | self.bit(name))
    }

    /// Where a call may go from a step, and what is certain there.
    fn ways(&self, at: StepAt, step: &Step, before: Certain) -> Vec<(StepAt, Certain)> {
        let uses = self.uses.get(&at).map(Vec::as_slice).unwrap_or_default();
        let after = uses
            .iter()
            .fold(before, |certain, one| self.after(one, certain));
        let mut ways: Vec<(StepAt, Certain)> = match &step.verb {
            Verb::Fork(fork) => {
                let mut certain = before;
                let mut ways = Vec::new();
                for (place, case) in fork.cases.iter().enumerate() {
                    let case_of = |one: &&&Use| one.purpose == Purpose::Case(place);
                    let syntax = uses.iter().find(case_of).map(|one| &one.syntax);
                    let implied = |truth| {
                        let names = syntax.map(|syntax| typing::implied(syntax, truth));
                        self.bits(&names.unwrap_or_default())
                    };
                    ways.push((case.to, certain | implied(true)));
                    certain |= implied(false);
                }
                ways.push((fork.otherwise, certain));
                ways
            }
            Verb::Collect(collect) => {
                let into = collect.into.as_ref().map_or(0, |(name, _)| self.bit(name));
                let ok = (collect.ok, after | into);
                let rest = [collect.none, collect.no_input].map(|to| (to, after));
                [ok].into_iter().chain(rest).collect()
            }
            Verb::Verify(verify) => vec![(verify.ok, after | PROVED), (verify.failed, after)],
            Verb::Lookup(_) => {
                let branches = branch::branches(step, None).into_iter();
                // Somebody else's orders may be found: what the caller proved counts for nothing.
                branches
                    .map(|branch| (branch.to, after & !PROVED))
                    .collect()
            }
            Verb::Consult(consult) => {
                // What it sets may become absent.
                let sets = consult.sets.values();
                let unsure = sets.fold(0, |bits, (name, _)| bits | self.bit(name));
                let branches = branch::branches(step, None).into_iter();
                branches
                    .map(|branch| (branch.to, after & !unsure))
                    .collect()
            }
            Verb::Goto(_)
            | Verb::Menu(_)
            | Verb::Predict(_)
            | Verb::Answer(_)
            | Verb::Queue(_)
            | Verb::Dial(_)
            | Verb::Callback(_)
            | Verb::Message(_)
            | Verb::Set(_)
            | Verb::Time(_)
            | Verb::Survey(_)
            | Verb::Tag(_)
            | Verb::Hangup => {
                let branches = branch::branches(step, None).into_iter();
                branches.map(|branch| (branch.to, after)).collect()
            }
        };
        // Key 0 leads to a person from nearly everywhere.
        ways.extend(self.script.person.map(|person| (person, before)));
        ways
    }

    /// What is certain after an expression was used.
    fn after(&self, one: &Use, certain: Certain) -> Certain {
        let Purpose::Value(name) = &one.purpose else {
            return certain;
        };
        let sure = self.typed(one, certain).map(|typed| typed.presence());
        match sure {
            Ok(Presence::Always) => certain | self.bit(name),
            Ok(Presence::MayBeAbsent) | Err(_) => certain & !self.bit(name),
        }
    }

    fn look(&self, one: &Use, certain: Certain, faults: &mut Vec<Fault>) {
        let typed = match self.typed(one, self.within_branch(one, certain)) {
            Ok(typed) => typed,
            Err(fault) => {
                faults.push(self.named(fault));
                return;
            }
        };
        if matches!(one.purpose, Purpose::Value(_)) {
            return;
        }
        let absent = typed.must_be_present(&one.syntax).err();
        faults.extend(absent.map(|fault| self.named(fault)));
        let proved = certain & PROVED != 0;
        if one.purpose == Purpose::Said && typed.privacy() == Privacy::Private && !proved {
            let what = "a private value could be said to a caller who has proved nothing";
            let fault = Fault::new(one.syntax.span, what);
            faults.push(fault.help("let a `verify` step, or `if: verified`, lead here"));
        }
    }

    /// The fault that a value may be absent, in words for variables.
    fn named(&self, fault: Fault) -> Fault {
        let absent = |name: &&&str| fault.what == format!("`{name}` may be absent");
        let Some(name) = self.names.iter().find(absent) else {
            return fault;
        };
        let what = format!("`{name}` is not set on every way to this step");
        let help = format!("set it before, give it a `start`, or write `known {name} and …`");
        Fault::new(fault.span, what).help(help)
    }

    /// What is certain at a case: the cases before it did not hold.
    fn within_branch(&self, one: &Use, certain: Certain) -> Certain {
        let Purpose::Case(place) = one.purpose else {
            return certain;
        };
        let uses = self.uses.get(&one.at).into_iter().flatten();
        let before = uses.filter(|other| match other.purpose {
            Purpose::Case(at) => at < place,
            Purpose::Value(_) | Purpose::Argument | Purpose::Said => false,
        });
        before.fold(certain, |certain, other| {
            certain | self.bits(&typing::implied(&other.syntax, false))
        })
    }

    fn typed(&self, one: &Use, certain: Certain) -> Result<Expression, Fault> {
        let none = Types::default();
        let types = self.types.get(one.scope).copied().unwrap_or(&none);
        let known = self
            .names
            .iter()
            .filter(|name| certain & self.bit(name) != 0);
        let known: Known<'_> = known.copied().collect();
        Expression::of(&one.syntax, types, &known)
    }

    fn bits(&self, names: &Known<'_>) -> Certain {
        names.iter().fold(0, |bits, name| bits | self.bit(name))
    }

    fn bit(&self, name: &str) -> Certain {
        if name == VERIFIED {
            return PROVED;
        }
        let place = self.names.iter().position(|known| *known == name);
        let place = place.and_then(|place| u32::try_from(place + 1).ok());
        place
            .and_then(|place| 1_u64.checked_shl(place))
            .unwrap_or(0)
    }
}

/// Keeps what is certain on this way too; a step of which less is certain is looked at again.
fn meet(certain: &mut [Certain], at: StepAt, after: Certain, next: &mut Vec<StepAt>) {
    let Some(known) = certain.get_mut(at.0) else {
        return;
    };
    let both = *known & after;
    if both != *known {
        *known = both;
        next.push(at);
    }
}
