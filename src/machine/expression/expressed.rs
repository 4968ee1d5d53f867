//! An expression that was read and checked.

use std::collections::BTreeSet;

use crate::machine::expression::environment::Presence;
use crate::machine::expression::environment::Types;
use crate::machine::expression::environment::Values;
use crate::machine::expression::evaluation;
use crate::machine::expression::kind::Kind;
use crate::machine::expression::typing;
use crate::machine::expression::typing::Typed;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;
use crate::wire::expression::parser;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::token::Style;

/// An expression that was read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    typed: Typed,
}

impl Expression {
    /// Reads a text with these names. A fault's place is in the text.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn read(text: &str, types: &Types) -> Result<Self, Fault> {
        let syntax = parser::parse(text, Style::Plain)?;
        Self::of(&syntax, types)
    }

    /// Reads a text that is true or false, and never absent.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn condition(text: &str, types: &Types) -> Result<Self, Fault> {
        let syntax = parser::parse(text, Style::Plain)?;
        let expression = Self::of(&syntax, types)?;
        expression.must_be(&Kind::Bool, &syntax)?;
        if expression.typed.presence == Presence::MayBeAbsent {
            return Err(typing::absent(&syntax));
        }
        Ok(expression)
    }

    /// Reads a text whose value is of this kind, or absent.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn of_kind(text: &str, kind: &Kind, types: &Types) -> Result<Self, Fault> {
        let syntax = parser::parse(text, Style::Plain)?;
        let expression = Self::of(&syntax, types)?;
        expression.must_be(kind, &syntax)?;
        Ok(expression)
    }

    /// Checks a tree. A fault's place is as the tree says.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn of(syntax: &Syntax, types: &Types) -> Result<Self, Fault> {
        let typed = typing::check(syntax, types)?;
        Ok(Self { typed })
    }

    /// Its value; none if it is absent.
    #[must_use]
    pub fn value(&self, values: &dyn Values) -> Option<Value> {
        evaluation::value(&self.typed.term, values)
    }

    /// Whether it is true. What is absent is not.
    #[must_use]
    pub fn holds(&self, values: &dyn Values) -> bool {
        self.value(values) == Some(Value::Bool(true))
    }

    /// What kind its value is of.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.typed.kind
    }

    /// Whether it always has a value.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.typed.presence
    }

    /// Who may hear its value: as private as the most private name in it.
    #[must_use]
    pub const fn privacy(&self) -> Privacy {
        self.typed.privacy
    }

    /// The names in it.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.typed.term.collect_names(&mut names);
        names
    }

    fn must_be(&self, kind: &Kind, syntax: &Syntax) -> Result<(), Fault> {
        if kind.takes(&self.typed.kind) {
            return Ok(());
        }
        if let (Kind::Word(words), Form::Value(Value::Text(text))) = (kind, &syntax.form) {
            let fault = Fault::new(syntax.span, format!("`{text}` is none of its values"));
            return Err(fault.nearest(text, words.iter().map(String::as_str)));
        }
        let fault = Fault::new(syntax.span, format!("this is {}", self.typed.kind));
        Err(fault.label(format!("expected {kind}")))
    }
}
