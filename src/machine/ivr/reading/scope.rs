//! Which steps may name each other: the dialplan's own, and those of each use of a subflow.
//!
//! A use of a subflow is a copy of its steps, named `USE/STEP`: calls walk through copies, so that
//! nothing has to return and nothing can go round in itself.

use std::collections::BTreeMap;

use crate::machine::expression::environment::Declared;
use crate::machine::expression::environment::Types;
use crate::machine::ivr::limit::NESTING_MAX;
use crate::machine::ivr::limit::STEPS_MAX;
use crate::machine::ivr::target::StepAt;
use crate::machine::ivr::variable::ARGS;
use crate::machine::ivr::variable::Variable;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::record::Record;
use crate::wire::yaml::tree::Node;

/// A step by its name, where that stands, and what it holds.
pub type NamedStep<'n> = (&'n str, Span, &'n Node);

/// A subflow of a file.
#[derive(Clone, Debug)]
pub struct Subflow<'n> {
    /// Its name.
    pub name: &'n str,
    /// Where that stands.
    pub span: Span,
    /// What it is given, by name.
    pub arguments: BTreeMap<&'n str, Variable>,
    /// How it may end.
    pub outcomes: Vec<&'n str>,
    /// Its steps; the first is where it begins.
    pub steps: Vec<NamedStep<'n>>,
}

/// Steps that may name each other.
#[derive(Clone, Debug, Default)]
pub struct Scope<'n> {
    /// Their places.
    pub names: BTreeMap<&'n str, StepAt>,
    /// Where the outcomes of a subflow lead.
    pub returns: BTreeMap<&'n str, StepAt>,
    /// What their expressions may name.
    pub types: Types,
    /// The subflows around them, the innermost last.
    pub within: Vec<&'n str>,
}

/// A step of the script to be.
#[derive(Clone, Debug)]
pub struct PlacedStep<'n> {
    /// Its whole name.
    pub name: String,
    /// Its name, where that stands, and what it holds.
    pub step: NamedStep<'n>,
    /// The scope it stands in.
    pub scope: usize,
    /// The use of a subflow that it begins: the scope of that.
    pub enters: Option<usize>,
}

/// All steps of a file, uses of subflows copied.
#[derive(Clone, Debug, Default)]
pub struct Layout<'n> {
    /// In the order of the script.
    pub steps: Vec<PlacedStep<'n>>,
    /// The dialplan's own scope, then those of uses.
    pub scopes: Vec<Scope<'n>>,
}

impl<'n> Layout<'n> {
    /// Lays out a file's steps.
    pub fn new(
        steps: &[NamedStep<'n>],
        subflows: &[Subflow<'n>],
        types: &Types,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut layout = Self::default();
        layout.open("", steps, (types.clone(), Vec::new()));
        let mut at = 0;
        while let Some(placed) = layout.steps.get(at).cloned() {
            if let Some((used, span)) = used(&placed, subflows) {
                let mut within = layout.within(placed.scope);
                if let Some(fault) = refused(used, &within, layout.steps.len(), span) {
                    faults.push(fault);
                } else {
                    within.push(used.name);
                    let entered = layout.scopes.len();
                    let types = with_arguments(types.clone(), used);
                    let prefix = format!("{}/", placed.name);
                    layout.open(&prefix, &used.steps, (types, within));
                    if let Some(placed) = layout.steps.get_mut(at) {
                        placed.enters = Some(entered);
                    }
                }
            }
            at += 1;
        }
        layout
    }

    /// Adds a scope with its steps.
    fn open(
        &mut self,
        prefix: &str,
        steps: &[NamedStep<'n>],
        (types, within): (Types, Vec<&'n str>),
    ) {
        let scope = self.scopes.len();
        let mut names = BTreeMap::new();
        for step in steps {
            names.insert(step.0, StepAt(self.steps.len()));
            self.steps.push(PlacedStep {
                name: format!("{prefix}{}", step.0),
                step: *step,
                scope,
                enters: None,
            });
        }
        self.scopes.push(Scope {
            names,
            returns: BTreeMap::new(),
            types,
            within,
        });
    }

    fn within(&self, scope: usize) -> Vec<&'n str> {
        let scope = self.scopes.get(scope);
        scope.map(|scope| scope.within.clone()).unwrap_or_default()
    }
}

/// The subflow that a step uses, and where its name stands.
fn used<'s, 'n>(
    placed: &PlacedStep<'n>,
    subflows: &'s [Subflow<'n>],
) -> Option<(&'s Subflow<'n>, Span)> {
    let (_, _, node) = placed.step;
    let mut record = Record::open(node, "", &mut Vec::new());
    let node = record.take("subflow")?;
    let name = node.text()?;
    let found = subflows.iter().find(|subflow| subflow.name == name)?;
    Some((found, node.span))
}

fn refused(used: &Subflow<'_>, within: &[&str], steps: usize, span: Span) -> Option<Fault> {
    if let Some(from) = within.iter().position(|name| *name == used.name) {
        let mut way: Vec<&str> = within.iter().skip(from).copied().collect();
        way.push(used.name);
        let what = format!("a subflow cannot use itself: {}", way.join(" → "));
        return Some(Fault::new(span, what).help("lead back to a step of its own instead"));
    }
    if within.len() == NESTING_MAX {
        let what = format!("subflows within subflows: at most {NESTING_MAX} deep");
        return Some(Fault::new(span, what));
    }
    if steps + used.steps.len() > STEPS_MAX {
        let what = format!("with its subflows the dialplan has more than {STEPS_MAX} steps");
        return Some(Fault::new(span, what).help("each use of a subflow counts its steps"));
    }
    None
}

fn with_arguments(types: Types, used: &Subflow<'_>) -> Types {
    used.arguments
        .iter()
        .fold(types, |types, (name, argument)| {
            let declared = Declared::always(argument.kind.clone()).heard_by(argument.privacy);
            types.with(&format!("{ARGS}{name}"), declared)
        })
}
