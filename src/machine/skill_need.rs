//! What a contact needs of a seat, as people write it: `refund >= 3 and lang.zh >= 1`.

use std::collections::BTreeMap;

use crate::vocabulary::fault::Span;

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

/// Reads `skill >= level and skill >= level …`; a skill alone means level 1. Empty: no terms.
///
/// # Errors
///
/// [`NeedError`] at the first word that does not fit.
pub fn read_need(text: &str) -> Result<BTreeMap<String, u8>, NeedError> {
    let mut terms = BTreeMap::new();
    if text.trim().is_empty() {
        return Ok(terms);
    }
    let mut start = 0;
    for term in text.split(" and ") {
        let (skill, level) = read_term(term, start)?;
        if terms.insert(skill.to_owned(), level).is_some() {
            return Err(NeedError {
                what: format!("skill {skill:?} stands twice"),
                span: Span {
                    start,
                    length: term.len(),
                },
            });
        }
        start += term.len() + " and ".len();
    }
    Ok(terms)
}

fn read_term(term: &str, start: usize) -> Result<(&str, u8), NeedError> {
    let wrong = |what: String| NeedError {
        what,
        span: Span {
            start,
            length: term.len(),
        },
    };
    let (skill, level) = term.split_once(">=").unwrap_or((term, "1"));
    let (skill, level) = (skill.trim(), level.trim());
    if !is_name(skill) {
        return Err(wrong(format!("{skill:?} is not a skill")));
    }
    match level.parse() {
        Ok(level) if (1..=LEVEL_MAX).contains(&level) => Ok((skill, level)),
        _ => Err(wrong(format!(
            "{level:?} is not a level of 1 to {LEVEL_MAX}"
        ))),
    }
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
        assert!(read_need("a or b").is_err());
        assert!(read_need("  ").unwrap().is_empty());
    }
}
