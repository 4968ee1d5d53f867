//! What a contact needs of a seat, as people write it: `refund >= 3 and lang.zh >= 1`.

use std::collections::BTreeMap;

use crate::vocabulary::fault::Span;
use crate::vocabulary::value::Value;
use crate::wire::expression::parser;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Form;
use crate::wire::expression::syntax::Syntax;
use crate::wire::expression::syntax::Unary;
use crate::wire::expression::token::Style;

/// Highest level of a skill.
pub const LEVEL_MAX: u8 = 10;

/// What is wrong in a need, with bytes of the text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}, expected terms like \"refund >= 3 and lang.zh >= 1\"")]
pub struct NeedError {
    /// What.
    pub what: String,
    /// Where in the text.
    pub span: Span,
}

/// Reads `skill >= level and skill >= level …`; a skill alone means level 1, `skill > 2` level 3.
/// Empty: no terms.
///
/// # Errors
///
/// [`NeedError`] at the first word that does not fit.
pub fn read_need(text: &str) -> Result<BTreeMap<String, u8>, NeedError> {
    let mut terms = BTreeMap::new();
    if text.trim().is_empty() {
        return Ok(terms);
    }
    let syntax =
        parser::parse(text, Style::Dashed).map_err(|fault| wrong(fault.what, fault.span))?;
    read_terms(&syntax, &mut terms)?;
    Ok(terms)
}

fn read_terms(syntax: &Syntax, terms: &mut BTreeMap<String, u8>) -> Result<(), NeedError> {
    let (skill, level) = match &syntax.form {
        Form::Binary(Binary::And, parts) => {
            return parts.iter().try_for_each(|part| read_terms(part, terms));
        }
        Form::Name(name) => (name, 1),
        Form::Binary(binary @ (Binary::AtLeast | Binary::More), parts) => {
            let [skill, level] = &**parts;
            let Form::Name(name) = &skill.form else {
                return Err(wrong("this is not a skill", skill.span));
            };
            (name, read_level(level, *binary)?)
        }
        Form::Binary(Binary::Or, _) | Form::Unary(Unary::Not, _) => {
            return Err(wrong(
                "the terms of a need are joined by `and`",
                syntax.span,
            ));
        }
        Form::Value(_)
        | Form::Local(_)
        | Form::Unary(..)
        | Form::Binary(..)
        | Form::In(..)
        | Form::Choice(_)
        | Form::Call(..) => return Err(wrong("this is not a skill with its level", syntax.span)),
    };
    if !is_name(skill) {
        return Err(wrong(format!("{skill:?} is not a skill"), syntax.span));
    }
    if terms.insert(skill.clone(), level).is_some() {
        return Err(wrong(format!("skill {skill:?} stands twice"), syntax.span));
    }
    Ok(())
}

fn read_level(syntax: &Syntax, binary: Binary) -> Result<u8, NeedError> {
    let no_level = |written: &str| {
        let what = format!("{written:?} is not a level of 1 to {LEVEL_MAX}");
        Err(wrong(what, syntax.span))
    };
    if let Form::Name(name) = &syntax.form {
        return no_level(name);
    }
    let Form::Value(Value::Number(number)) = &syntax.form else {
        return no_level("this");
    };
    let above = i64::from(binary == Binary::More);
    let level = u8::try_from(number.rounded().saturating_add(above)).ok();
    match level.filter(|level| number.is_whole() && (1..=LEVEL_MAX).contains(level)) {
        Some(level) => Ok(level),
        None => no_level(&number.to_string()),
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

    #[test]
    fn a_need_names_each_skill_once() {
        assert!(read_need("a >= 1 and a >= 2").is_err());
        let joined = read_need("a or b").unwrap_err();
        assert_eq!(joined.what, "the terms of a need are joined by `and`");
        assert!(read_need("  ").unwrap().is_empty());
    }

    #[test]
    fn levels_stand_behind_skills() {
        let need = read_need("vip-care and (lang.zh > 2 and 5g >= 10)").unwrap();
        let terms: Vec<(&str, u8)> = need.iter().map(|(skill, one)| (&**skill, *one)).collect();
        assert_eq!(terms, [("5g", 10), ("lang.zh", 3), ("vip-care", 1)]);
        for (text, start, what) in [
            ("refund >= 30", 10, "\"30\" is not a level of 1 to 10"),
            ("refund >= 0", 10, "\"0\" is not a level of 1 to 10"),
            ("refund >= 2.5", 10, "\"2.5\" is not a level of 1 to 10"),
            ("a and refund > 10", 15, "\"10\" is not a level of 1 to 10"),
            ("a and 3 >= b", 6, "this is not a skill"),
            ("a and b <= 3", 6, "this is not a skill with its level"),
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
