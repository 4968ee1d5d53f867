//! When a question or an answer applies.

use crate::machine::expression::environment::Values;
use crate::machine::expression::expressed::Expression;

/// When a question or an answer applies; by default always.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition(Option<Expression>);

impl Condition {
    /// It applies if this is true.
    #[must_use]
    pub const fn of(expression: Expression) -> Self {
        Self(Some(expression))
    }

    /// Whether it applies to every situation.
    #[must_use]
    pub const fn is_always(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it applies to a situation of these values.
    #[must_use]
    pub fn holds(&self, values: &dyn Values) -> bool {
        let expression = self.0.as_ref();
        expression.is_none_or(|expression| expression.holds(values))
    }
}
