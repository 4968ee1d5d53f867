//! Where a part of a text stands in the file.

use crate::vocabulary::fault::Span;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// The place in `source` of a part of a node's text, through quotes, escapes and folded lines; the
/// whole node if the text was written otherwise.
#[must_use]
pub fn place(source: &str, node: &Node, part: Span) -> Span {
    let written = source.get(node.span.start..node.span.end());
    let (Some(written), Some(text)) = (written, node.text()) else {
        return node.span;
    };
    let quote = matches!(node.tree, Tree::Quoted(_)) && written.starts_with(['"', '\'']);
    let inside = written.get(usize::from(quote)..).unwrap_or_default();
    let start = offset(inside, text, part.start);
    let end = offset(inside, text, part.end());
    match start.zip(end) {
        Some((start, end)) => {
            let begin = node.span.start + usize::from(quote);
            Span::between(begin + start, begin + end)
        }
        None => node.span,
    }
}

/// Where byte `at` of `text` stands in `written`; past the last one: behind it.
fn offset(written: &str, text: &str, at: usize) -> Option<usize> {
    let mut places = written.char_indices();
    let mut behind = 0;
    for (byte, wanted) in text.char_indices() {
        let (place, found) = places.find(|(_, found)| fits(*found, wanted) || !is_mark(*found))?;
        if !fits(found, wanted) {
            return None;
        }
        if byte >= at {
            return Some(place);
        }
        behind = place + found.len_utf8();
    }
    Some(behind)
}

fn fits(found: char, wanted: char) -> bool {
    found == wanted || found.is_whitespace() && wanted.is_whitespace()
}

/// What may stand in a file without standing in its text.
fn is_mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\\' | '\'' | '"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_through_quotes_escapes_and_folds() {
        let table = [
            "a: x and BAD",
            "a: \"x and BAD\"",
            "a: 'it''s = \"x\" and BAD'",
            "a: \"\\\"x\\\" and BAD\"",
            "a: |\n  x and\n  BAD\n",
            "a: >-\n  x and\n    more\n  BAD\n",
            "a: x and\n  BAD",
            "a: \"三 and\n  BAD\"",
        ];
        for source in table {
            let node = Node::read(source).unwrap();
            let Tree::Map(entries) = &node.tree else {
                panic!("{node:?}")
            };
            let node = &entries[0].1;
            let start = node.text().unwrap().find("BAD").unwrap();
            let place = place(source, node, Span { start, length: 3 });
            let found = source.get(place.start..place.end());
            assert_eq!(found, Some("BAD"), "{source}");
        }
    }

    #[test]
    fn the_end_of_a_text_is_behind_its_last_sign() {
        let source = "a: \"x and\"";
        let node = Node::read(source).unwrap();
        let Tree::Map(entries) = &node.tree else {
            panic!("{node:?}")
        };
        let end = place(
            source,
            &entries[0].1,
            Span {
                start: 5,
                length: 0,
            },
        );
        assert_eq!(
            end,
            Span {
                start: 9,
                length: 0
            }
        );
    }
}
