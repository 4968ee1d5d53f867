//! What a contact needs of a seat, as people write it: `refund >= 3 and (lang.zh or group == night)`.

use crate::machine::acd::need::Clause;
use crate::machine::acd::need::LEVEL_MAX;
use crate::machine::acd::need::NamedNeed;
use crate::machine::acd::need::Need;
use crate::machine::acd::need::SkillTerm;
use crate::vocabulary::fault::Span;
use crate::vocabulary::value::Value;
use crate::wire::expression::parser;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::syntax::Unary;
use crate::wire::expression::token::Style;

/// The word that stands for the groups a seat is in; no skill is called so.
pub const GROUP: &str = "group";

/// What is wrong in a need, with bytes of the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}, expected terms like \"refund >= 3 and lang.zh >= 1\"")]
pub struct NeedError {
    /// What.
    pub what: String,
    /// Where in the text.
    pub span: Span,
}

/// A name in a need.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Of what.
    pub kind: NameKind,
    /// Where in the text.
    pub span: Span,
}

/// What a name in a need is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameKind {
    /// Of a skill.
    Skill,
    /// Of a group of seats.
    Group,
}

/// A need that was read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WrittenNeed {
    /// What it asks.
    pub need: NamedNeed,
    /// Each name in it, in order.
    pub names: Vec<Named>,
}

/// Reads a need: `skill >= level` and the other comparisons, a skill alone for "has it",
/// `group == name` and `group in [a, b]`, joined by `and`, `or`, `not` and brackets. Empty: asks
/// nothing. A comparison with a skill that a seat lacks does not hold, whatever the level.
///
/// # Errors
///
/// [`NeedError`] at the first word that does not fit.
pub fn read_need(text: &str) -> Result<WrittenNeed, NeedError> {
    let mut reading = Reading::default();
    if text.trim().is_empty() {
        return Ok(WrittenNeed::default());
    }
    let syntax =
        parser::parse(text, Style::Dashed).map_err(|fault| wrong(fault.what, fault.span))?;
    let need = reading.need(&syntax)?;
    let names = reading.names;
    Ok(WrittenNeed { need, names })
}

#[derive(Default)]
struct Reading {
    names: Vec<Named>,
}

impl Reading {
    fn need(&mut self, syntax: &Syntax) -> Result<NamedNeed, NeedError> {
        let clauses = match &syntax.form {
            Form::Binary(Binary::And, parts) => {
                let [one, other] = &**parts;
                return Ok(self.need(one)?.and(&self.need(other)?));
            }
            Form::Binary(Binary::Or, parts) => {
                let mut any = Vec::new();
                for part in &**parts {
                    any.push(self.need(part)?);
                }
                vec![any_of(any)]
            }
            Form::Unary(Unary::Not, part) => {
                let not = self.need(part)?;
                vec![Clause::Not { not }]
            }
            Form::Name(name) => vec![self.skill(name, syntax.span, 1..=LEVEL_MAX)?],
            Form::Binary(binary, parts) => self.compared(*binary, parts, syntax.span)?,
            Form::In(left, parts) => vec![self.one_of(left, parts)?],
            Form::Value(_)
            | Form::Local(_)
            | Form::Unary(..)
            | Form::Choice(_)
            | Form::Call(..) => {
                return Err(wrong("this is not a skill with its level", syntax.span));
            }
        };
        Ok(Need::of(clauses))
    }

    fn compared(
        &mut self,
        binary: Binary,
        parts: &[Syntax; 2],
        span: Span,
    ) -> Result<Vec<Clause<String, String>>, NeedError> {
        let [left, right] = parts;
        let Form::Name(name) = &left.form else {
            return Err(wrong("this is not a skill", left.span));
        };
        if name == GROUP {
            return Ok(vec![self.in_group(binary, right, span)?]);
        }
        let level = match binary {
            Binary::Equal
            | Binary::NotEqual
            | Binary::Less
            | Binary::AtMost
            | Binary::More
            | Binary::AtLeast => read_level(right)?,
            Binary::And
            | Binary::Or
            | Binary::OrElse
            | Binary::Plus
            | Binary::Minus
            | Binary::Times
            | Binary::Over => return Err(wrong("this is not a skill with its level", span)),
        };
        let (below, above) = (level.saturating_sub(1), level.saturating_add(1));
        let levels = match binary {
            Binary::Equal => level..=level,
            Binary::Less => 1..=below,
            Binary::AtMost => 1..=level,
            Binary::More => above..=LEVEL_MAX,
            Binary::NotEqual => {
                let under = self.skill(name, left.span, 1..=below)?;
                let over = self.skill(name, left.span, above..=LEVEL_MAX)?;
                return Ok(vec![any_of(vec![Need::of([under]), Need::of([over])])]);
            }
            Binary::AtLeast
            | Binary::And
            | Binary::Or
            | Binary::OrElse
            | Binary::Plus
            | Binary::Minus
            | Binary::Times
            | Binary::Over => level..=LEVEL_MAX,
        };
        if levels.is_empty() {
            return Err(wrong(format!("no level of 1 to {LEVEL_MAX} is so"), span));
        }
        Ok(vec![self.skill(name, left.span, levels)?])
    }

    fn skill(
        &mut self,
        name: &str,
        span: Span,
        levels: std::ops::RangeInclusive<u8>,
    ) -> Result<Clause<String, String>, NeedError> {
        let name = self.name(name, NameKind::Skill, span)?;
        Ok(Clause::Skill(SkillTerm {
            skill: name,
            level_min: *levels.start(),
            level_max: *levels.end(),
        }))
    }

    fn in_group(
        &mut self,
        binary: Binary,
        right: &Syntax,
        span: Span,
    ) -> Result<Clause<String, String>, NeedError> {
        let inside = self.group(right)?;
        match binary {
            Binary::Equal => Ok(inside),
            Binary::NotEqual => Ok(Clause::Not {
                not: Need::of([inside]),
            }),
            Binary::Less
            | Binary::AtMost
            | Binary::More
            | Binary::AtLeast
            | Binary::And
            | Binary::Or
            | Binary::OrElse
            | Binary::Plus
            | Binary::Minus
            | Binary::Times
            | Binary::Over => Err(wrong("a group is compared by `==`, `!=` or `in`", span)),
        }
    }

    fn one_of(
        &mut self,
        left: &Syntax,
        parts: &[Syntax],
    ) -> Result<Clause<String, String>, NeedError> {
        if left.form != Form::Name(GROUP.to_owned()) {
            return Err(wrong("only `group` is looked for in a list", left.span));
        }
        let mut any = Vec::new();
        for part in parts {
            any.push(Need::of([self.group(part)?]));
        }
        Ok(any_of(any))
    }

    fn group(&mut self, syntax: &Syntax) -> Result<Clause<String, String>, NeedError> {
        let name = match &syntax.form {
            Form::Name(name) | Form::Value(Value::Text(name)) => name.clone(),
            Form::Value(Value::Number(number)) => number.to_string(),
            Form::Value(_)
            | Form::Local(_)
            | Form::Unary(..)
            | Form::Binary(..)
            | Form::In(..)
            | Form::Choice(_)
            | Form::Call(..) => return Err(wrong("this is not a group", syntax.span)),
        };
        let group = self.name(&name, NameKind::Group, syntax.span)?;
        Ok(Clause::Group { group })
    }

    fn name(&mut self, name: &str, kind: NameKind, span: Span) -> Result<String, NeedError> {
        if !is_name(name) || (kind == NameKind::Skill && name == GROUP) {
            let what = match kind {
                NameKind::Skill => format!("{name:?} is not a skill"),
                NameKind::Group => format!("{name:?} is not a group"),
            };
            return Err(wrong(what, span));
        }
        let name = name.to_owned();
        self.names.push(Named {
            name: name.clone(),
            kind,
            span,
        });
        Ok(name)
    }
}

/// At least one of these; alternatives of alternatives are alternatives.
fn any_of(needs: Vec<NamedNeed>) -> Clause<String, String> {
    let mut any = Vec::new();
    for need in needs {
        match need.0.as_slice() {
            [Clause::Any { any: inner }] => any.extend(inner.iter().cloned()),
            _ => any.push(need),
        }
    }
    any.sort();
    any.dedup();
    Clause::Any { any }
}

fn read_level(syntax: &Syntax) -> Result<u8, NeedError> {
    let no_level = |written: &str| {
        let what = format!("{written} is not a level of 1 to {LEVEL_MAX}");
        Err(wrong(what, syntax.span))
    };
    if let Form::Name(name) = &syntax.form {
        return no_level(&format!("{name:?}"));
    }
    let Form::Value(Value::Number(number)) = &syntax.form else {
        return no_level("this");
    };
    let level = u8::try_from(number.rounded()).ok();
    match level.filter(|level| number.is_whole() && (1..=LEVEL_MAX).contains(level)) {
        Some(level) => Ok(level),
        None => no_level(&format!("{:?}", number.to_string())),
    }
}

fn wrong(what: impl Into<String>, span: Span) -> NeedError {
    let what = what.into();
    NeedError { what, span }
}

/// Whether `text` can name a seat, queue or skill: letters, digits, `.`, `_`, `-`; at most 64 characters.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    !text.is_empty() && text.chars().count() <= 64 && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        read_need(text).unwrap().need.to_string()
    }

    #[test]
    fn every_way_of_writing_asks_what_it_says() {
        for (text, asks) in [
            ("  ", ""),
            ("a >= 1 and a >= 2", "a >= 2"),
            (
                "vip-care and (lang.zh > 2 and 5g >= 10)",
                "5g >= 10 and lang.zh >= 3 and vip-care >= 1",
            ),
            ("a or b < 4 or a", "(a >= 1 or b <= 3)"),
            ("a == 3", "a >= 3 and a <= 3"),
            ("a != 3", "(a <= 2 or a >= 4)"),
            (
                "not (a or group == night)",
                "not ((a >= 1 or group == night))",
            ),
            (
                "group in [night, \"b-team\"] and a",
                "a >= 1 and (group == b-team or group == night)",
            ),
            ("group != night", "not (group == night)"),
        ] {
            assert_eq!(read(text), asks, "{text}");
        }
    }

    #[test]
    fn names_are_found_with_their_places() {
        let read = read_need("refund >= 3 and group == night").unwrap();
        let names: Vec<_> = read
            .names
            .iter()
            .map(|one| (one.name.as_str(), one.kind, one.span.start))
            .collect();
        assert_eq!(
            names,
            [
                ("refund", NameKind::Skill, 0),
                ("night", NameKind::Group, 25)
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        for (text, start, what) in [
            ("refund >= 30", 10, "\"30\" is not a level of 1 to 10"),
            ("refund >= 0", 10, "\"0\" is not a level of 1 to 10"),
            ("refund >= -1", 10, "this is not a level of 1 to 10"),
            ("refund >= 2.5", 10, "\"2.5\" is not a level of 1 to 10"),
            ("a and refund > 10", 6, "no level of 1 to 10 is so"),
            ("a and refund < 1", 6, "no level of 1 to 10 is so"),
            ("a and 3 >= b", 6, "this is not a skill"),
            ("a and b + 3", 6, "this is not a skill with its level"),
            ("group", 0, "\"group\" is not a skill"),
            ("group >= 3", 0, "a group is compared by `==`, `!=` or `in`"),
            ("a in [b]", 0, "only `group` is looked for in a list"),
            ("a b", 2, "this does not fit here"),
        ] {
            let error = read_need(text).unwrap_err();
            assert_eq!(
                (error.what.as_str(), error.span.start),
                (what, start),
                "{text}"
            );
        }
    }
}
