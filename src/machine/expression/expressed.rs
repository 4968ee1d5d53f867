//! An expression that was read and checked.

use std::collections::BTreeSet;

use crate::machine::expression::environment::Presence;
use crate::machine::expression::environment::Types;
use crate::machine::expression::environment::Values;
use crate::machine::expression::evaluation;
use crate::machine::expression::kind::Kind;
use crate::machine::expression::typing;
use crate::machine::expression::typing::Known;
use crate::machine::expression::typing::Typed;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;
use crate::wire::expression::parser;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::token::Style;

/// An expression that was read and checked.
#[derive(Clone, Debug, Eq, PartialEq)]
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
        Self::of(&syntax, types, &Known::new())
    }

    /// Reads a text that is true or false, and never absent.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn condition(text: &str, types: &Types) -> Result<Self, Fault> {
        let syntax = parser::parse(text, Style::Plain)?;
        let expression = Self::of(&syntax, types, &Known::new())?;
        expression.must_be(&Kind::Bool, &syntax)?;
        expression.must_be_present(&syntax)?;
        Ok(expression)
    }

    /// Checks a tree, some names being known before it. A fault's place is as the tree says.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn of<'s>(syntax: &'s Syntax, types: &Types, known: &Known<'s>) -> Result<Self, Fault> {
        let typed = typing::check(syntax, types, known)?;
        Ok(Self { typed })
    }

    /// Its values must all be of this kind.
    ///
    /// # Errors
    ///
    /// They are not; the place is that of `syntax`, from which it was checked.
    pub fn must_be(&self, kind: &Kind, syntax: &Syntax) -> Result<(), Fault> {
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

    /// It must always have a value.
    ///
    /// # Errors
    ///
    /// It may be absent; the place is that of `syntax`, from which it was checked.
    pub fn must_be_present(&self, syntax: &Syntax) -> Result<(), Fault> {
        match self.typed.presence {
            Presence::Always => Ok(()),
            Presence::MayBeAbsent => Err(typing::absent(syntax)),
        }
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
}
