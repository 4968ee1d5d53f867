//! Where words of a step stand in its file.

use std::collections::BTreeMap;

use crate::vocabulary::fault::Span;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Where the steps of a file and their texts stand.
#[derive(Clone, Debug, Default)]
pub struct Places {
    text: String,
    steps: BTreeMap<String, StepPlace>,
    first: Span,
}

#[derive(Clone, Debug, Default)]
struct StepPlace {
    name: Span,
    /// Keys and texts, in order.
    words: Vec<Span>,
}

impl Places {
    /// The places of a file's steps; none of a file that cannot be read.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut places = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let Ok(Node {
            tree: Tree::Map(entries),
            ..
        }) = Node::read(text)
        else {
            return places;
        };
        let steps = entries.iter().find(|(key, _)| key.text() == Some("steps"));
        let Some((key, steps)) = steps else {
            return places;
        };
        places.first = key.span;
        if let Tree::Map(steps) = &steps.tree {
            for (key, step) in steps {
                let mut place = StepPlace {
                    name: key.span,
                    words: Vec::new(),
                };
                collect(step, &mut place.words);
                let name = key.text().unwrap_or_default().to_owned();
                places.steps.insert(name, place);
            }
        }
        places
    }

    /// Where the steps begin.
    #[must_use]
    pub const fn first(&self) -> Span {
        self.first
    }

    /// The name of a step.
    #[must_use]
    pub fn step(&self, name: &str) -> Span {
        self.steps.get(name).map_or(self.first, |step| step.name)
    }

    /// These words within a step; words that hold a key are found by what stands before it. The
    /// step's name if they are nowhere.
    #[must_use]
    pub fn words(&self, step: &str, words: &str) -> Span {
        let Some(place) = self.steps.get(step) else {
            return self.first;
        };
        let beginning = words.split(|c: char| c.is_ascii_digit()).next();
        for sought in [words, beginning.unwrap_or_default().trim()] {
            let found = place.words.iter().find_map(|span| {
                let source = self.text.get(span.start..span.end())?;
                let at = source.find(sought).filter(|_| !sought.is_empty())?;
                Some(Span {
                    start: span.start + at,
                    length: sought.len(),
                })
            });
            if let Some(found) = found {
                return found;
            }
        }
        place.name
    }
}

fn collect(node: &Node, words: &mut Vec<Span>) {
    match &node.tree {
        Tree::Nothing => {}
        Tree::Plain(_) | Tree::Quoted(_) => words.push(node.span),
        Tree::List(nodes) => nodes.iter().for_each(|node| collect(node, words)),
        Tree::Map(entries) => {
            for (key, value) in entries {
                collect(key, words);
                collect(value, words);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_their_step_and_else_its_name() {
        let text =
            "steps:\n  a: { say: \"Hello.\" }\n  b:\n    menu: \"Hello. Press {{digit}}.\"\n";
        let places = Places::of(text);
        let at = |span: Span| &text[span.start..span.end()];
        assert_eq!(
            places.words("b", "Hello.").start,
            text.rfind("Hello").unwrap()
        );
        assert_eq!(at(places.words("b", "Press 2.")), "Press");
        assert_eq!(at(places.words("b", "nowhere")), "b");
        assert_eq!(at(places.step("a")), "a");
        assert_eq!(at(places.words("c", "Hello.")), "steps");
    }
}
