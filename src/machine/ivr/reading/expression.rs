//! Expressions of a dialplan: read once, checked twice. Here every variable counts as set; whether
//! it is on every way to its step is looked at when all ways are known.

use crate::machine::expression::environment::Types;
use crate::machine::expression::expressed::Expression;
use crate::machine::expression::kind::Kind;
use crate::machine::expression::typing::Known;
use crate::machine::ivr::certainty::Purpose;
use crate::machine::ivr::certainty::Use;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::variable::VARS;
use crate::machine::ivr::variable::Variable;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::fault::nearest;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;
use crate::wire::expression::parser;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::token::Style;
use crate::wire::yaml::excerpt;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;

/// A word that stands where a value should, and is no name or nearly one.
#[must_use]
pub fn bare_word(syntax: &Syntax, types: &Types, kind: &Kind) -> Option<Fault> {
    let Form::Name(name) = &syntax.form else {
        return None;
    };
    let owned = |known: &str| known.rsplit_once('.').is_some_and(|(_, own)| own == name);
    let near = nearest(name, types.names()).is_some() || types.names().any(owned);
    if near || types.get(name).is_some() {
        return None;
    }
    let fault = Fault::new(syntax.span, format!("no value is called `{name}`"));
    let quoted = format!("a text stands in single quotes within: \"'{name}'\"");
    if kind.is_text() {
        return Some(fault.help(quoted));
    }
    let fault = fault.label(format!("expected {kind}"));
    Some(if *kind == Kind::Number {
        fault.help("write it in digits, like 0")
    } else {
        fault
    })
}

impl Reader<'_> {
    /// A node's text as a tree with places in the file.
    pub fn syntax(&mut self, node: &Node) -> Option<Syntax> {
        let text = record::text(node, "an expression", &mut self.faults)?;
        self.syntax_of(text, 0, node)
    }

    /// A part of a node's text as a tree; `offset` is where the part begins.
    pub fn syntax_of(&mut self, part: &str, offset: usize, node: &Node) -> Option<Syntax> {
        let source = self.source;
        let place = |span: Span| {
            let start = span.start + offset;
            excerpt::place(source, node, Span { start, ..span })
        };
        match parser::parse(part, Style::Plain) {
            Ok(syntax) => Some(syntax.placed(&place)),
            Err(fault) => {
                let span = place(fault.span);
                self.wrong(Fault { span, ..fault });
                None
            }
        }
    }

    /// A condition of the step being read.
    pub fn condition(&mut self, node: &Node, case: usize) -> Option<Expression> {
        let syntax = self.syntax(node)?;
        self.expression(syntax, Some(&Kind::Bool), Purpose::Case(case))
    }

    /// The next value of a variable, or what a subflow is given. A state's value may stand without
    /// quotes.
    pub fn value(&mut self, node: &Node, to: &Variable, purpose: Purpose) -> Option<Expression> {
        let mut syntax = self.syntax(node)?;
        if let (Form::Name(name), Kind::Word(words)) = (&syntax.form, &to.kind)
            && words.contains(name)
            && self.types().get(name).is_none()
        {
            let word = Form::Value(Value::Text(name.clone()));
            syntax = Syntax::new(syntax.span, word).ok()?;
        }
        if let Some(fault) = bare_word(&syntax, self.types(), &to.kind) {
            self.wrong(fault);
            return None;
        }
        let at = syntax.span;
        let value = self.expression(syntax, Some(&to.kind), purpose)?;
        if value.privacy() > to.privacy {
            let fault = Fault::new(at, "a private value would become open");
            self.wrong(fault.help("declare what keeps it with `privacy: private`"));
        }
        Some(value)
    }

    /// Checks a tree and notes what for; `kind`: what its values must be.
    pub fn expression(
        &mut self,
        syntax: Syntax,
        kind: Option<&Kind>,
        purpose: Purpose,
    ) -> Option<Expression> {
        let types = self.types();
        let known: Known<'_> = types
            .names()
            .filter(|name| name.starts_with(VARS))
            .collect();
        let read = Expression::of(&syntax, types, &known);
        let read = read.and_then(|read| match kind {
            Some(kind) => read.must_be(kind, &syntax).map(|()| read),
            None => Ok(read),
        });
        match read {
            Ok(read) => {
                self.uses.push(Use {
                    at: self.at,
                    scope: self.scope,
                    syntax,
                    purpose,
                });
                Some(read)
            }
            Err(fault) => {
                self.wrong(fault);
                None
            }
        }
    }

    /// A variable of the file by its name without `vars.`.
    pub fn variable(&mut self, node: &Node) -> Option<(String, Variable)> {
        let name = record::text(node, "the variable", &mut self.faults)?;
        let key = format!("{VARS}{name}");
        if let Some(variable) = self.variables.get(&key) {
            return Some((key, variable.clone()));
        }
        let fault = Fault::new(node.span, format!("no variable is called `{name}`"));
        let known: Vec<String> = self.variables.keys().cloned().collect();
        let known = known.iter().filter_map(|name| name.strip_prefix(VARS));
        let fault = fault.nearest(name, known);
        let help = "declare it at the top of the file: `vars: { NAME: TYPE }`";
        let fault = if self.variables.is_empty() {
            fault.help(help)
        } else {
            fault
        };
        self.wrong(fault);
        None
    }

    /// Digits that nobody else may see go into a private variable only.
    pub fn keep_secret(&mut self, at: Span, variable: &Variable) {
        if variable.privacy != Privacy::Private {
            let fault = Fault::new(at, "secret digits would become open");
            self.wrong(fault.help("declare the variable with `privacy: private`"));
        }
    }
}
