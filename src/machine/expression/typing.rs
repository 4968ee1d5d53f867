//! Names and kinds, looked at before any call.
//!
//! What may be absent must be guarded before it is used: by `known x and …`, `unknown x or …`,
//! `known x ? … : …` or `x or else …`.

use std::collections::BTreeSet;

use crate::machine::expression::arithmetic;
use crate::machine::expression::environment::Presence;
use crate::machine::expression::environment::Types;
use crate::machine::expression::function::Function;
use crate::machine::expression::kind::Kind;
use crate::machine::expression::term::Term;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::privacy::Privacy;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::syntax::Unary;

/// A checked part with what is known of its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Typed {
    /// The part.
    pub term: Term,
    /// What kind its value is of.
    pub kind: Kind,
    /// Whether it always has one.
    pub presence: Presence,
    /// Who may hear it: as private as the most private name in it.
    pub privacy: Privacy,
}

/// Names that are known where a part stands, because a guard before it says so.
pub type Known<'s> = BTreeSet<&'s str>;

/// Checks a tree, some names being known before it.
///
/// # Errors
///
/// The first name or kind that does not fit, at its place.
pub fn check<'s>(syntax: &'s Syntax, types: &Types, known: &Known<'s>) -> Result<Typed, Fault> {
    Checker { types }.part(syntax, known)
}

/// Names that are known, and names that are true, if a condition is `truth`.
#[must_use]
pub fn implied(condition: &Syntax, truth: bool) -> Known<'_> {
    let mut names = Known::new();
    guard(condition, truth, &mut names);
    names
}

/// The fault that a value may be absent where one is needed.
#[must_use]
pub fn absent(syntax: &Syntax) -> Fault {
    match &syntax.form {
        Form::Name(name) => {
            let fault = Fault::new(syntax.span, format!("`{name}` may be absent"));
            fault.help(format!(
                "write `known {name} and …`, or `{name} or else VALUE`"
            ))
        }
        Form::Binary(Binary::Over, _) => {
            let fault = Fault::new(
                syntax.span,
                "this may be absent: nothing is divided by zero",
            );
            fault.help("write `a / b or else VALUE`")
        }
        Form::Value(_)
        | Form::Local(_)
        | Form::Unary(..)
        | Form::Binary(..)
        | Form::In(..)
        | Form::Choice(_)
        | Form::Call(..) => {
            let fault = Fault::new(syntax.span, "this may be absent");
            fault.help("write `(…) or else VALUE`")
        }
    }
}

#[derive(Clone, Copy)]
struct Checker<'t> {
    types: &'t Types,
}

impl Checker<'_> {
    fn part<'s>(self, syntax: &'s Syntax, known: &Known<'s>) -> Result<Typed, Fault> {
        match &syntax.form {
            Form::Value(value) => Ok(open(Term::Value(value.clone()), Kind::of(value))),
            Form::Local(moment) => Ok(open(Term::Local(*moment), Kind::Moment)),
            Form::Name(name) => self.name(syntax.span, name, known),
            Form::Unary(Unary::Known, part) => {
                let typed = self.part(part, known)?;
                let term = Term::Unary(Unary::Known, Box::new(typed.term));
                Ok(bool_of(term, typed.privacy))
            }
            Form::Unary(unary, part) => self.unary(*unary, part, known),
            Form::Binary(binary, parts) => self.binary(*binary, syntax.span, parts, known),
            Form::In(part, parts) => self.within(part, parts, known),
            Form::Choice(parts) => self.choice(parts, known),
            Form::Call(at, name, parts) => self.call(*at, name, parts, known),
        }
    }

    /// A part that is always there.
    fn present<'s>(self, syntax: &'s Syntax, known: &Known<'s>) -> Result<Typed, Fault> {
        let typed = self.part(syntax, known)?;
        match typed.presence {
            Presence::Always => Ok(typed),
            Presence::MayBeAbsent => Err(absent(syntax)),
        }
    }

    /// A part that is true or false.
    fn truth<'s>(self, syntax: &'s Syntax, known: &Known<'s>) -> Result<Typed, Fault> {
        let typed = self.present(syntax, known)?;
        if typed.kind == Kind::Bool {
            return Ok(typed);
        }
        let fault = Fault::new(syntax.span, format!("this is {}", typed.kind));
        Err(fault.label("expected something that is true or false"))
    }

    fn name(self, at: Span, name: &str, known: &Known<'_>) -> Result<Typed, Fault> {
        let Some(declared) = self.types.get(name) else {
            let fault = Fault::new(at, format!("no value is called `{name}`"));
            if self.is_word(name) {
                return Err(fault.help(format!("texts stand in quotes: \"{name}\"")));
            }
            // Names of a file's own stand behind what they are: `vars.tries`, `hours.office`.
            let whole = |known: &&str| known.rsplit_once('.').is_some_and(|(_, own)| own == name);
            if let Some(known) = self.types.names().find(whole) {
                return Err(fault.help(format!("did you mean `{known}`?")));
            }
            return Err(fault.nearest(name, self.types.names()));
        };
        let guarded = known.contains(name);
        Ok(Typed {
            term: Term::Name(name.to_owned()),
            kind: declared.kind.clone(),
            presence: if guarded {
                Presence::Always
            } else {
                declared.presence
            },
            privacy: declared.privacy,
        })
    }

    /// Whether a name is rather a word that stands without its quotes.
    fn is_word(self, name: &str) -> bool {
        let mut declared = self.types.names().filter_map(|name| self.types.get(name));
        declared.any(|declared| match &declared.kind {
            Kind::Word(words) => words.contains(name),
            Kind::Bool
            | Kind::Number
            | Kind::Money(_)
            | Kind::Text
            | Kind::Duration
            | Kind::Date
            | Kind::Time
            | Kind::Moment => false,
        })
    }

    fn unary<'s>(self, unary: Unary, part: &'s Syntax, known: &Known<'s>) -> Result<Typed, Fault> {
        if unary == Unary::Not {
            let typed = self.truth(part, known)?;
            let term = Term::Unary(unary, Box::new(typed.term));
            return Ok(bool_of(term, typed.privacy));
        }
        let typed = self.present(part, known)?;
        if !matches!(typed.kind, Kind::Number | Kind::Money(_) | Kind::Duration) {
            let what = format!("`-` does not go with {}", typed.kind);
            return Err(Fault::new(part.span, what));
        }
        let term = Term::Unary(unary, Box::new(typed.term));
        Ok(Typed { term, ..typed })
    }

    fn binary<'s>(
        self,
        binary: Binary,
        at: Span,
        parts: &'s [Syntax; 2],
        known: &Known<'s>,
    ) -> Result<Typed, Fault> {
        let [left, right] = parts;
        match binary {
            Binary::And | Binary::Or => {
                let one = self.truth(left, known)?;
                let mut known = known.clone();
                guard(left, binary == Binary::And, &mut known);
                let two = self.truth(right, &known)?;
                Ok(joined(binary, one, two, (Kind::Bool, Presence::Always)))
            }
            Binary::OrElse => {
                let one = self.part(left, known)?;
                let two = self.part(right, known)?;
                let kind = one.kind.joined(&two.kind);
                let kind = kind.ok_or_else(|| not_one(right.span, &one.kind, &two.kind))?;
                let presence = one.presence.min(two.presence);
                Ok(joined(binary, one, two, (kind, presence)))
            }
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::AtMost
            | Binary::More
            | Binary::AtLeast => {
                let one = self.present(left, known)?;
                let two = self.present(right, known)?;
                comparable(binary, [left, right], &one.kind, &two.kind)?;
                Ok(joined(binary, one, two, (Kind::Bool, Presence::Always)))
            }
            Binary::Plus | Binary::Minus | Binary::Times | Binary::Over => {
                let one = self.present(left, known)?;
                let two = self.present(right, known)?;
                let kind = arithmetic::kind(binary, &one.kind, &two.kind);
                let kind = kind.ok_or_else(|| unfit(binary, at, &one.kind, &two.kind))?;
                let presence = quotient(binary, &two.term);
                Ok(joined(binary, one, two, (kind, presence)))
            }
        }
    }

    fn within<'s>(
        self,
        part: &'s Syntax,
        parts: &'s [Syntax],
        known: &Known<'s>,
    ) -> Result<Typed, Fault> {
        let sought = self.present(part, known)?;
        let mut privacy = sought.privacy;
        let mut terms = Vec::with_capacity(parts.len());
        for entry in parts {
            let typed = self.present(entry, known)?;
            comparable(Binary::Equal, [part, entry], &sought.kind, &typed.kind)?;
            privacy = privacy.max(typed.privacy);
            terms.push(typed.term);
        }
        Ok(bool_of(Term::In(Box::new(sought.term), terms), privacy))
    }

    fn choice<'s>(self, parts: &'s [Syntax; 3], known: &Known<'s>) -> Result<Typed, Fault> {
        let [condition, yes, no] = parts;
        let tested = self.truth(condition, known)?;
        let branch = |part: &'s Syntax, truth: bool| {
            let mut known = known.clone();
            guard(condition, truth, &mut known);
            self.part(part, &known)
        };
        let (yes, other) = (branch(yes, true)?, branch(no, false)?);
        let kind = yes.kind.joined(&other.kind);
        let kind = kind.ok_or_else(|| not_one(no.span, &yes.kind, &other.kind))?;
        Ok(Typed {
            kind,
            presence: yes.presence.max(other.presence),
            privacy: tested.privacy.max(yes.privacy).max(other.privacy),
            term: Term::Choice(Box::new([tested.term, yes.term, other.term])),
        })
    }

    fn call<'s>(
        self,
        at: Span,
        name: &str,
        parts: &'s [Syntax],
        known: &Known<'s>,
    ) -> Result<Typed, Fault> {
        let Some((function, takes)) = Function::named(name) else {
            let fault = Fault::new(at, format!("no function is called `{name}`"));
            return Err(fault.nearest(name, Function::ALL.map(|(name, ..)| name)));
        };
        let typed: Result<Vec<Typed>, Fault> =
            parts.iter().map(|part| self.present(part, known)).collect();
        let typed = typed?;
        let kinds: Vec<&Kind> = typed.iter().map(|typed| &typed.kind).collect();
        let Some(kind) = function.kind(&kinds) else {
            let got: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            let got = if got.is_empty() {
                "nothing".to_owned()
            } else {
                got.join(" and ")
            };
            let fault = Fault::new(at, format!("`{name}` does not take {got}"));
            return Err(fault.label(format!("expected {takes}")));
        };
        let privacy = typed.iter().map(|typed| typed.privacy).max();
        Ok(Typed {
            kind,
            presence: function.presence(),
            privacy: privacy.unwrap_or_default(),
            term: Term::Call(
                function,
                typed.into_iter().map(|typed| typed.term).collect(),
            ),
        })
    }
}

/// Adds the names that are known if a condition is `truth`; what is true is known.
fn guard<'s>(condition: &'s Syntax, truth: bool, known: &mut Known<'s>) {
    match (&condition.form, truth) {
        (Form::Unary(Unary::Known, part), true) => {
            if let Form::Name(name) = &part.form {
                known.insert(name);
            }
        }
        (Form::Name(name), true) => {
            known.insert(name);
        }
        (Form::Unary(Unary::Not, part), truth) => guard(part, !truth, known),
        (Form::Binary(Binary::And, parts), true) | (Form::Binary(Binary::Or, parts), false) => {
            parts.iter().for_each(|part| guard(part, truth, known));
        }
        _ => {}
    }
}

const fn open(term: Term, kind: Kind) -> Typed {
    Typed {
        term,
        kind,
        presence: Presence::Always,
        privacy: Privacy::Open,
    }
}

const fn bool_of(term: Term, privacy: Privacy) -> Typed {
    Typed {
        term,
        kind: Kind::Bool,
        presence: Presence::Always,
        privacy,
    }
}

fn joined(binary: Binary, one: Typed, two: Typed, of: (Kind, Presence)) -> Typed {
    let (kind, presence) = of;
    Typed {
        kind,
        presence,
        privacy: one.privacy.max(two.privacy),
        term: Term::Binary(binary, Box::new([one.term, two.term])),
    }
}

/// A quotient is there for sure only if its divisor stands in the text and is not zero.
fn quotient(binary: Binary, divisor: &Term) -> Presence {
    match (binary, divisor) {
        (Binary::Over, Term::Value(Value::Number(number))) if *number != Decimal::ZERO => {
            Presence::Always
        }
        (Binary::Over, Term::Value(Value::Money(money))) if money.minor != 0 => Presence::Always,
        (Binary::Over, Term::Value(Value::Duration(length))) if !length.is_zero() => {
            Presence::Always
        }
        (Binary::Over, _) => Presence::MayBeAbsent,
        _ => Presence::Always,
    }
}

fn comparable(binary: Binary, parts: [&Syntax; 2], one: &Kind, two: &Kind) -> Result<(), Fault> {
    let span = parts.map(|part| part.span);
    if one.is_text() && two.is_text() && !one.meets(two) {
        return Err(never_equal(parts, one, two));
    }
    if !one.meets(two) {
        let [_, at] = span;
        let fault = Fault::new(at, format!("{one} is not compared with {two}"));
        return Err(conversion(fault, one, two));
    }
    if !matches!(binary, Binary::Equal | Binary::NotEqual) && !one.is_ordered() {
        let [at, _] = span;
        let what = format!(
            "`{}` does not go with {one}: it has no order",
            binary.written()
        );
        return Err(Fault::new(at, what).help("write `==`, `!=` or `in [a, b]`"));
    }
    Ok(())
}

/// A word that is compared with what it can never be.
fn never_equal(parts: [&Syntax; 2], one: &Kind, two: &Kind) -> Fault {
    let [left, right] = parts;
    let (written, words) = match (&left.form, &right.form) {
        (_, Form::Value(Value::Text(text))) => ((right.span, text.as_str()), one),
        (Form::Value(Value::Text(text)), _) => ((left.span, text.as_str()), two),
        _ => return Fault::new(right.span, format!("this is {two} and never {one}")),
    };
    let fault = Fault::new(written.0, format!("this is never `{}`", written.1));
    if let Kind::Word(words) = words {
        return fault.nearest(written.1, words.iter().map(String::as_str));
    }
    fault
}

fn conversion(fault: Fault, one: &Kind, two: &Kind) -> Fault {
    match (one, two) {
        (Kind::Moment, Kind::Date) | (Kind::Date, Kind::Moment) => {
            fault.help("the day of a moment is `date(x)`")
        }
        (Kind::Moment, Kind::Time) | (Kind::Time, Kind::Moment) => {
            fault.help("the clock time of a moment is `time(x)`")
        }
        (Kind::Money(currency), Kind::Number) | (Kind::Number, Kind::Money(currency)) => {
            fault.help(format!("amounts are written {} 12.50", currency.code()))
        }
        (Kind::Duration, Kind::Number) | (Kind::Number, Kind::Duration) => {
            fault.help("lengths of time are written 90s or 2h30m; `hours(x)` is a number")
        }
        (Kind::Number, text) | (text, Kind::Number) if text.is_text() => {
            fault.help("numbers stand without quotes; the number that a text writes is `number(x)`")
        }
        _ => fault,
    }
}

fn unfit(binary: Binary, at: Span, one: &Kind, two: &Kind) -> Fault {
    let what = format!("`{}` does not go with {one} and {two}", binary.written());
    let fault = Fault::new(at, what);
    match (one, two) {
        (text, _) | (_, text) if text.is_text() => {
            fault.help("texts are put together in what is said: `{{…}}`")
        }
        (Kind::Number, Kind::Duration) | (Kind::Duration, Kind::Number) => {
            fault.help("lengths of time are written 90s or 2h30m; `hours(x)` is a number")
        }
        _ => fault,
    }
}

fn not_one(at: Span, one: &Kind, two: &Kind) -> Fault {
    let fault = Fault::new(at, format!("this is {two}"));
    fault.label(format!("expected {one}"))
}
