//! The entries of a map, taken one by one; what nobody takes is a fault.

use std::time::Duration;

use crate::vocabulary::fault;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// A map being read. Every `take` marks a key as known; [`Record::finish`] refuses the rest.
#[derive(Debug)]
pub struct Record<'n> {
    span: Span,
    entries: Vec<(&'n str, &'n Node, &'n Node)>,
    known: Vec<&'n str>,
}

impl<'n> Record<'n> {
    /// The entries of `node`; a fault if it is no map of names.
    pub fn open(node: &'n Node, what: &str, faults: &mut Vec<Fault>) -> Self {
        let mut record = Self {
            span: node.span,
            entries: Vec::new(),
            known: Vec::new(),
        };
        let Tree::Map(entries) = &node.tree else {
            faults.push(expected(node, what, "a map"));
            return record;
        };
        for (key, value) in entries {
            match key.text() {
                Some(name) => record.entries.push((name, key, value)),
                None => faults.push(expected(key, "a key", "a name")),
            }
        }
        record
    }

    /// The value of `key`, if it is there.
    pub fn take(&mut self, key: &'n str) -> Option<&'n Node> {
        self.known.push(key);
        let found = self.entries.iter().position(|(name, ..)| *name == key)?;
        Some(self.entries.remove(found).2)
    }

    /// The value of `key`; a fault if it is not there.
    pub fn need(&mut self, key: &'n str, faults: &mut Vec<Fault>) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_some() {
            return found;
        }
        // What was meant is taken as written, so that one mistake is one fault.
        let meant = self.entries.iter().position(|(name, ..)| {
            name.chars().count() > 2 && fault::nearest(name, [key]).is_some()
        });
        if let Some((name, written, value)) = meant.map(|at| self.entries.remove(at)) {
            let wrong = Fault::new(written.span, format!("unknown key `{name}`"));
            faults.push(wrong.nearest(name, [key]));
            return Some(value);
        }
        let missing = Fault::new(self.span, format!("`{key}` is missing"));
        faults.push(missing.label(format!("expected `{key}:` among these")));
        None
    }

    /// Whether `key` is there and not yet taken.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| *name == key)
    }

    /// Where the map stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What was not taken: name, key, value.
    #[must_use]
    pub fn rest(&self) -> &[(&'n str, &'n Node, &'n Node)] {
        &self.entries
    }

    /// A fault for each entry that nobody took, with the nearest known key.
    pub fn finish(self, faults: &mut Vec<Fault>) {
        for (name, key, _) in self.entries {
            let fault = Fault::new(key.span, format!("unknown key `{name}`"));
            faults.push(fault.nearest(name, self.known.iter().copied()));
        }
    }
}

/// The fault that `what` should have been `expected`.
#[must_use]
pub fn expected(node: &Node, what: &str, expected: &str) -> Fault {
    let fault = Fault::new(node.span, format!("{what} is {}", node.kind()));
    fault.label(format!("expected {expected}"))
}

/// A word or a text; a fault if it is a map or a list.
pub fn text<'n>(node: &'n Node, what: &str, faults: &mut Vec<Fault>) -> Option<&'n str> {
    let text = node.text();
    if text.is_none() {
        faults.push(expected(node, what, "a text"));
    }
    text
}

/// A key of a telephone or a number to dial: only in quotes, because `0123` without them is 83 to
/// some readers and 123 to others.
pub fn dialled<'n>(node: &'n Node, what: &str, faults: &mut Vec<Fault>) -> Option<&'n str> {
    match &node.tree {
        Tree::Quoted(text) => Some(text),
        Tree::Plain(text) => {
            let fault = Fault::new(node.span, format!("{what} {text} is not in quotes"));
            let fault = fault.label("a number without quotes may lose its zeros");
            faults.push(fault.help(format!("write \"{text}\"")));
            None
        }
        Tree::Nothing | Tree::List(_) | Tree::Map(_) => {
            faults.push(expected(node, what, "digits in quotes"));
            None
        }
    }
}

/// A count without quotes, from `least` to `most`.
pub fn count(
    node: &Node,
    what: &str,
    range: std::ops::RangeInclusive<u32>,
    faults: &mut Vec<Fault>,
) -> Option<u32> {
    let number = match &node.tree {
        Tree::Plain(text) => text.parse().ok().filter(|number| range.contains(number)),
        Tree::Nothing | Tree::Quoted(_) | Tree::List(_) | Tree::Map(_) => None,
    };
    if number.is_none() {
        let (least, most) = (range.start(), range.end());
        let got = node.text().unwrap_or_else(|| node.kind());
        let fault = Fault::new(node.span, format!("{what} is {got}"));
        let expected = if least == most {
            format!("expected {least}")
        } else {
            format!("expected a number from {least} to {most}")
        };
        let quoted = matches!(&node.tree, Tree::Quoted(text) if text.parse::<u32>().is_ok());
        let fault = fault.label(expected);
        faults.push(if quoted {
            fault.help(format!("without quotes: {got}"))
        } else {
            fault
        });
    }
    number
}

/// A length of time like `800ms`, `5s`, `2m`, within `range`.
pub fn duration(
    node: &Node,
    what: &str,
    range: std::ops::RangeInclusive<Duration>,
    faults: &mut Vec<Fault>,
) -> Option<Duration> {
    let read = node.text().and_then(read_duration);
    let fits = read.filter(|length| range.contains(length));
    if fits.is_none() {
        let got = node.text().unwrap_or_else(|| node.kind());
        let (least, most) = (range.start(), range.end());
        let fault = Fault::new(node.span, format!("{what} is {got}"));
        let fault = fault.label(format!("expected a time from {least:?} to {most:?}"));
        faults.push(fault.help("times are written 800ms, 5s or 2m"));
    }
    fits
}

fn read_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str, reader: impl FnOnce(&mut Record<'_>, &mut Vec<Fault>)) -> Vec<String> {
        let node = Node::read(yaml).unwrap();
        let mut faults = Vec::new();
        let mut record = Record::open(&node, "the file", &mut faults);
        reader(&mut record, &mut faults);
        record.finish(&mut faults);
        let show = |fault: Fault| {
            let help = fault.help.unwrap_or_default();
            format!("{}|{}|{help}", fault.what, fault.label)
        };
        faults.into_iter().map(show).collect()
    }

    #[test]
    fn what_nobody_takes_is_refused_with_the_nearest_key() {
        let faults = read("retreis: 2\nsay: x", |record, _| {
            record.take("say");
            record.take("retries");
        });
        assert_eq!(faults, ["unknown key `retreis`||did you mean `retries`?"]);
    }

    #[test]
    fn keys_and_numbers_need_quotes() {
        let faults = read("key: 0", |record, faults| {
            let node = record.take("key").unwrap();
            assert_eq!(dialled(node, "key", faults), None);
        });
        let expected =
            "key 0 is not in quotes|a number without quotes may lose its zeros|write \"0\"";
        assert_eq!(faults, [expected]);
    }

    #[test]
    fn times_and_counts_have_ranges() {
        let second = Duration::from_secs(1);
        let faults = read("a: 5h\nb: 900ms\nc: 12\nd: \"2\"", |record, faults| {
            let mut take = |key| record.take(key).unwrap();
            let range = Duration::ZERO..=second;
            assert_eq!(duration(take("a"), "a", range.clone(), faults), None);
            let length = duration(take("b"), "b", range, faults);
            assert_eq!(length, Some(Duration::from_millis(900)));
            assert_eq!(count(take("c"), "c", 0..=9, faults), None);
            assert_eq!(count(take("d"), "d", 0..=9, faults), None);
        });
        let expected = [
            "a is 5h|expected a time from 0ns to 1s|times are written 800ms, 5s or 2m",
            "c is 12|expected a number from 0 to 9|",
            "d is 2|expected a number from 0 to 9|without quotes: 2",
        ];
        assert_eq!(faults, expected);
    }
}
