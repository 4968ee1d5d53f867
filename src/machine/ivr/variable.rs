//! Variables of a dialplan: what a call remembers from step to step.

use crate::machine::expression::environment::Declared;
use crate::machine::expression::kind::Kind;
use crate::machine::ivr::manner::Manner;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;

/// Names of a dialplan's variables begin so.
pub const VARS: &str = "vars.";
/// Names of a subflow's arguments begin so.
pub const ARGS: &str = "args.";
/// What facts show in place of a private value.
pub const MASKED: &str = "***";
/// Longest value that a fact shows, in characters.
const SHOWN_MAX: usize = 200;

/// A variable of a dialplan, or an argument of a subflow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Variable {
    /// What kind its values are of.
    pub kind: Kind,
    /// Who may hear them.
    pub privacy: Privacy,
    /// Its value when a call begins; none: it is absent until it is set.
    pub start: Option<Value>,
    /// How it is said.
    pub manner: Manner,
}

impl Variable {
    /// What an expression may know of it: absent until it is set.
    #[must_use]
    pub fn declared(&self) -> Declared {
        Declared::maybe(self.kind.clone()).heard_by(self.privacy)
    }

    /// Its value as a fact shows it.
    #[must_use]
    pub fn shown(&self, value: &Value) -> String {
        if self.privacy == Privacy::Private {
            return MASKED.to_owned();
        }
        value.to_string().chars().take(SHOWN_MAX).collect()
    }
}

/// Where a call keeps the value of a name: arguments belong to one use of a subflow, which is the
/// part of the step's name up to the last `/`.
#[must_use]
pub fn key(step: &str, name: &str) -> String {
    match (name.starts_with(ARGS), step.rfind('/')) {
        (true, Some(at)) => format!("{}/{name}", step.get(..at).unwrap_or_default()),
        (true, None) | (false, _) => name.to_owned(),
    }
}
