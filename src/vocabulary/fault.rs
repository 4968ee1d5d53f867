//! What is wrong in a file that a person wrote, and where.

use std::fmt;

/// Bytes of a text.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// How many bytes; zero points between two.
    pub length: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    #[must_use]
    pub const fn between(start: usize, end: usize) -> Self {
        Self {
            start,
            length: end.saturating_sub(start),
        }
    }

    /// Offset past the last byte.
    #[must_use]
    pub const fn end(self) -> usize {
        self.start.saturating_add(self.length)
    }
}

/// A place that a person finds in an editor, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Place {
    /// Where byte `offset` of `text` stands; past the end: the end.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let offset = text.floor_char_boundary(offset);
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Severity {
    /// The file is not taken.
    #[default]
    Error,
    /// The file is taken; callers may not like it.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub span: Span,
    /// What is wrong, lower case, no full stop.
    pub what: String,
    /// Written under the place; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without label and help.
    #[must_use]
    pub fn new(span: Span, what: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            span,
            what: what.into(),
            label: String::new(),
            help: None,
        }
    }

    /// The same as a warning.
    #[must_use]
    pub const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same with a label under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same; if one of `known` is near `wrong`, that is the help, else the whole list.
    #[must_use]
    pub fn nearest<'n>(self, wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        if let Some(near) = nearest(wrong, known.iter().copied()) {
            return self.help(format!("did you mean `{near}`?"));
        }
        if known.is_empty() {
            return self;
        }
        if known.len() <= LISTED_MAX {
            return self.help(format!("expected one of: {}", known.join(", ")));
        }
        let mut near: Vec<&str> = known.clone();
        near.sort_by_key(|name| distance(wrong, name));
        near.truncate(NEAR_LISTED);
        let all = known.len();
        self.help(format!("there are {all}, for example {}", near.join(", ")))
    }
}

/// A file with its faults.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FaultyFile {
    /// Its name, as the person gave it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What is wrong, in the order of the text.
    pub faults: Vec<Fault>,
}

impl fmt::Display for FaultyFile {
    /// One line per fault: `file:line:column: what (help)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            let Place { line, column } = Place::of(&self.text, fault.span.start);
            let gap = if at == 0 { "" } else { "\n" };
            write!(f, "{gap}{}:{line}:{column}: {}", self.name, fault.what)?;
            if let Some(help) = &fault.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for FaultyFile {}

/// The one of `known` that differs least from `wrong`, if it differs little.
pub fn nearest<'n>(wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = wrong.chars().count();
    let allowed = if length < 4 { 1 } else { (length / 3).max(2) };
    let known: Vec<&str> = known.into_iter().collect();
    let scored = known.iter().map(|name| (distance(wrong, name), *name));
    let best = scored.min_by_key(|(edits, _)| *edits)?;
    if best.0 <= allowed {
        return Some(best.1);
    }
    let mut begun = known.iter().filter(|name| begins(wrong, name));
    let only = begun.next()?;
    begun.next().is_none().then_some(*only)
}

/// Whether `wrong` is the beginning of a name, or a long one but for its last sign: `zh`, `retry`.
fn begins(wrong: &str, name: &str) -> bool {
    let length = wrong.chars().count();
    let same = wrong.chars().zip(name.chars()).take_while(|(a, b)| a == b);
    let same = same.count();
    same == length && length >= 2 || same + 1 == length && same >= 4
}

/// Edits that turn `one` into `other`: insert, delete, replace, swap neighbours (optimal string
/// alignment), case ignored.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().take(WORD_MAX).collect();
    let other: Vec<char> = other.to_lowercase().chars().take(WORD_MAX).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let replaced = row[j] + usize::from(a != b);
            let mut least = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && *b == one[i - 1] {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

/// More names are not listed.
const LISTED_MAX: usize = 24;
/// So many of a longer list are named.
const NEAR_LISTED: usize = 6;
/// Longer words are compared by their beginnings.
const WORD_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_one_typing_mistake_away() {
        assert_eq!(nearest("agnet", ["agent", "menu"]), Some("agent"));
        assert_eq!(nearest("agen", ["menu", "agent"]), Some("agent"));
        assert_eq!(
            nearest("after-sale", ["after-sales", "sales"]),
            Some("after-sales")
        );
        assert_eq!(nearest("zebra", ["agent", "menu"]), None);
        assert_eq!(nearest("que", ["queue", "menu"]), Some("queue"));
        assert_eq!(
            nearest("retry", ["retries", "key_timeout"]),
            Some("retries")
        );
        assert_eq!(nearest("zh", ["en", "zh-CN"]), Some("zh-CN"));
        assert_eq!(nearest("se", ["sesame", "season"]), None);
    }

    #[test]
    fn columns_count_characters() {
        let text = "一: 二\nab: ü!";
        let at = text.find('!').unwrap();
        assert_eq!(Place::of(text, at), Place { line: 2, column: 6 });
        assert_eq!(Place::of(text, 999), Place { line: 2, column: 7 });
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("aks", "ask"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "ABC"), 0);
    }
}
