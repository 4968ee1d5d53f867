//! Text to a tree in which every value knows where it stands.
//!
//! Anchors, aliases, tags, merge keys, doubled keys and several documents are refused. Whether a
//! value was in quotes is kept: `0123` and `"0123"` are not the same to a telephone.

use std::fmt;

use serde::Deserialize;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_saphyr::Spanned;

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::refusal::refusal;
use crate::wire::yaml::refusal::span;
use crate::wire::yaml::slip;

/// Longest text that is read, in bytes.
pub const BYTES_MAX: usize = 1 << 20;
/// Deepest nesting.
pub const DEPTH_MAX: usize = 64;
/// Most values, keys and brackets.
const EVENTS_MAX: usize = 200_000;

/// A value and its place. A map or a list in block style stands at its first entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Node {
    /// Where it stands; a text in quotes with its quotes.
    pub span: Span,
    /// What it is.
    pub tree: Tree,
}

/// What a value is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tree {
    /// Nothing, `~` or `null`.
    Nothing,
    /// Words, numbers and truths as they are written.
    Plain(String),
    /// A text in quotes, or in a block after `|` or `>`.
    Quoted(String),
    /// Values in order.
    List(Vec<Node>),
    /// Keys with values, in the order of the text. No key stands twice.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Reads a text of one document; an empty one is [`Tree::Nothing`].
    ///
    /// # Errors
    ///
    /// The first thing that is not of the subset.
    pub fn read(text: &str) -> Result<Self, Fault> {
        if text.len() > BYTES_MAX {
            let what = format!("{} bytes, at most {BYTES_MAX} are read", text.len());
            return Err(Fault::new(Span::default(), what));
        }
        let options = serde_saphyr::options! {
            with_snippet: false,
            merge_keys: serde_saphyr::options::MergeKeyPolicy::Error,
            strict_indentation: true,
            budget: serde_saphyr::budget! {
                max_anchors: 0,
                max_aliases: 0,
                max_depth: DEPTH_MAX,
                max_documents: 1,
                max_events: EVENTS_MAX,
                flow_nesting_limit: DEPTH_MAX,
            },
        };
        let read = serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options);
        let raw = read.map_err(|error| refusal(text, &error))?;
        let node = node(raw, text);
        let mut words = Vec::new();
        node.collect_words(&mut words);
        if let Some(fault) = tag(text, &words) {
            return Err(fault);
        }
        let plain: Vec<usize> = words.iter().map(|span| span.start).collect();
        slip::of_read(text, &plain).map_or(Ok(node), Err)
    }

    /// What it is, in words, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.tree {
            Tree::Nothing => "nothing",
            Tree::Plain(_) => "a word or number without quotes",
            Tree::Quoted(_) => "a text in quotes",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a map",
        }
    }

    /// The text of a plain or quoted value.
    #[must_use]
    pub const fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Plain(text) | Tree::Quoted(text) => Some(text.as_str()),
            Tree::Nothing | Tree::List(_) | Tree::Map(_) => None,
        }
    }

    fn collect_words(&self, words: &mut Vec<Span>) {
        match &self.tree {
            Tree::Nothing => {}
            Tree::Plain(_) | Tree::Quoted(_) => words.push(self.span),
            Tree::List(nodes) => nodes.iter().for_each(|node| node.collect_words(words)),
            Tree::Map(entries) => {
                for (key, value) in entries {
                    key.collect_words(words);
                    value.collect_words(words);
                }
            }
        }
    }
}

/// A value before its text is cut out of the source.
enum Raw {
    Nothing,
    Plain,
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<Self>, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element()? {
            nodes.push(node);
        }
        Ok(Raw::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let span = span(text, raw.referenced);
    let source = text.get(span.start..span.end()).unwrap_or_default();
    let tree = match raw.value {
        Raw::Nothing => Tree::Nothing,
        Raw::Plain => Tree::Plain(source.to_owned()),
        Raw::Text(words) if source == words && !follows_block_mark(text, span.start) => {
            Tree::Plain(words)
        }
        Raw::Text(words) => Tree::Quoted(words),
        Raw::List(nodes) => Tree::List(nodes.into_iter().map(|raw| node(raw, text)).collect()),
        Raw::Map(entries) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, value)| (node(key, text), node(value, text)));
            Tree::Map(entries.collect())
        }
    };
    Node { span, tree }
}

/// Whether the line before ends with `|` or `>` and its signs: a block text begins here.
fn follows_block_mark(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let Some((lines, indent)) = before.rsplit_once('\n') else {
        return false;
    };
    let header = lines.trim_end().trim_end_matches(['+', '-']);
    indent.trim().is_empty() && header.ends_with(['|', '>'])
}

/// The first tag: a `!` outside of words and comments.
fn tag(text: &str, words: &[Span]) -> Option<Fault> {
    let mut words = words.to_vec();
    words.sort_unstable();
    let mut from = 0;
    words.push(Span::between(text.len(), text.len()));
    for word in words {
        let gap = text.get(from..word.start).unwrap_or_default();
        let mut line_start = from;
        for line in gap.split_inclusive('\n') {
            let bare = line.split('#').next().unwrap_or_default();
            if let Some(at) = bare.find('!') {
                let length = bare.get(at..).unwrap_or_default().trim_end().len();
                let start = line_start + at;
                let fault = Fault::new(Span { start, length }, "a tag (`!`) is not taken here");
                return Some(fault.help("take it out; a text that begins with ! needs quotes"));
            }
            line_start += line.len();
        }
        from = word.end().max(from);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::fault::Place;

    /// A tree in one line: `'…'` in quotes, else plain.
    fn shown(node: &Node) -> String {
        match &node.tree {
            Tree::Nothing => "~".to_owned(),
            Tree::Plain(text) => text.clone(),
            Tree::Quoted(text) => format!("'{text}'"),
            Tree::List(nodes) => {
                let nodes: Vec<_> = nodes.iter().map(shown).collect();
                format!("[{}]", nodes.join(","))
            }
            Tree::Map(entries) => {
                let entries = entries.iter();
                let entries: Vec<_> = entries
                    .map(|(key, value)| format!("{}:{}", shown(key), shown(value)))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    fn refused(text: &str) -> String {
        let fault = Node::read(text).unwrap_err();
        let Place { line, column } = Place::of(text, fault.span.start);
        format!("{line}:{column}: {}", fault.what)
    }

    #[test]
    fn quotes_are_kept_apart() {
        let table = [
            ("a: 0123", "{a:0123}"),
            ("a: \"0123\"", "{a:'0123'}"),
            ("'0': x\n0: y", "{'0':x,0:y}"),
            (
                "a: [1, 'b', ~, yes, 1.50, 0x1F]",
                "{a:[1,'b',~,yes,1.50,0x1F]}",
            ),
            ("a: |\n  b\n", "{a:'b\n'}"),
            ("a: >-\n  b\n  c\n", "{a:'b c'}"),
            (
                "a:\n  b: { zh-CN: \"一\", en: plain words }",
                "{a:{b:{zh-CN:'一',en:plain words}}}",
            ),
            ("", "~"),
            ("# only words!\n", "~"),
            ("a: 'it''s !'  # a note !x\nb: c!", "{a:'it's !',b:c!}"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(&Node::read(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn values_know_where_they_stand() {
        let text = "a:\n  \"0\": \"一二\"\n";
        let node = Node::read(text).unwrap();
        let Tree::Map(entries) = &node.tree else {
            panic!("{node:?}")
        };
        let Tree::Map(inner) = &entries[0].1.tree else {
            panic!("{node:?}")
        };
        let (key, value) = &inner[0];
        assert_eq!(&text[key.span.start..key.span.end()], "\"0\"");
        assert_eq!(&text[value.span.start..value.span.end()], "\"一二\"");
    }

    #[test]
    fn what_is_not_of_the_subset_is_refused_in_words() {
        let table = [
            ("a: &x 1\nb: *x", "1:7: an anchor (`&`) is not taken here"),
            ("a: 1\nb: *x", "2:4: an alias (`*`) is not taken here"),
            ("a: !!str 5", "1:4: a tag (`!`) is not taken here"),
            ("a: !foo\n  b: 1", "1:4: a tag (`!`) is not taken here"),
            (
                "<<: {a: 1}\nb: 2",
                "1:1: a merge key (`<<`) is not taken here",
            ),
            ("a: 1\nb: 3\na: 2", "3:1: `a` stands twice"),
            ("a: [1\n b", "1:4: this `[` is not closed"),
            ("a: 1\n---\nb: 2", "2:1: a second document begins here"),
            ("\"a: 1", "1:1: unclosed quote"),
        ];
        for (text, expected) in table {
            assert_eq!(refused(text), expected, "{text}");
        }
    }

    #[test]
    fn deep_and_long_texts_are_refused() {
        let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
        assert!(refused(&deep).contains("too deep"), "{}", refused(&deep));
        let long = "a".repeat(BYTES_MAX + 1);
        assert!(refused(&long).contains("at most 1048576 are read"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[a-z0-9:{}\\[\\]\"'!&*#|> \n,~-]{0,60}") {
            let _ = Node::read(&text);
        }
    }
}
