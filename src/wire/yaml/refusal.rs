//! What the parser refuses, in our words: what is wrong, where, and what to do.

use serde_saphyr::Location;

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::slip;

/// Why a text was refused: a slip of the hand if one is found, else what the parser says.
#[must_use]
pub fn refusal(text: &str, error: &serde_saphyr::Error) -> Fault {
    let said = error.to_string();
    let named = KNOWN.iter().any(|(begins, ..)| said.starts_with(begins));
    // Colons and quotes within texts look like other slips, and other slips look like them.
    let vague = !named || VAGUE.iter().any(|begins| said.starts_with(begins));
    let at = error.location().map(|location| span(text, location).start);
    let slip = slip::of_refused(text, at).filter(|_| vague);
    slip.unwrap_or_else(|| fault(text, error))
}

/// What the parser says of a line that stands askew too.
const VAGUE: [&str; 2] = ["mapping values are not allowed", "invalid indentation"];

fn fault(text: &str, error: &serde_saphyr::Error) -> Fault {
    let at = error.location().map(|location| span(text, location));
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let known = KNOWN.iter().find(|(begins, ..)| said.starts_with(begins));
    let fault = Fault::new(at.unwrap_or_default(), lower_first(said));
    let Some((_, what, help)) = known else {
        return fault.help("this is not YAML; texts with marks in them need quotes");
    };
    let what = match what {
        Some(what) => (*what).to_owned(),
        None => twice(said.split(", set ").next().unwrap_or_default()),
    };
    Fault { what, ..fault }.help(*help)
}

/// A key that stands twice.
fn twice(said: &str) -> String {
    match said.rsplit_once(": ") {
        Some((_, key)) => format!("`{key}` stands twice"),
        None => lower_first(said),
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}

/// What the parser says, what we say (none: the same), and what to do.
const KNOWN: [(&str, Option<&str>, &str); 14] = [
    (
        "non-finite float",
        Some("`.nan` and `.inf` are no numbers here"),
        "numbers are written 0.5 or 28; `endless` is a time without end; a text needs quotes",
    ),
    (
        "invalid indentation",
        Some("this line does not stand far enough in"),
        "indent it deeper than the line with the bracket or the key that it belongs to",
    ),
    (
        "tabs disallowed",
        Some("a tab stands before these words"),
        "indent with spaces: two more for each level",
    ),
    (
        "mapping values are not allowed",
        Some("a second `:` stands in this line"),
        "a text with `:` in it needs quotes",
    ),
    (
        "invalid trailing content after",
        Some("words stand after the quote that ends a text"),
        "a quote is missing before, or one within the text needs a backslash: \\\"",
    ),
    (
        "recursion limit exceeded",
        Some("too deep: at most 64 levels"),
        "flatten it",
    ),
    (
        "budget breached: Anchors",
        Some("an anchor (`&`) is not taken here"),
        "write the value again, or in quotes if it is a text",
    ),
    (
        "budget breached: Aliases",
        Some("an alias (`*`) is not taken here"),
        "the key star is written \"*\"; to use a value twice, write it twice",
    ),
    (
        "alias references unknown anchor",
        Some("an alias (`*`) is not taken here"),
        "the key star is written \"*\"; to use a value twice, write it twice",
    ),
    (
        "budget breached: Depth",
        Some("too deep: at most 64 levels"),
        "flatten it",
    ),
    (
        "budget breached: Documents",
        Some("a second document begins here"),
        "one file holds one document; take the line `---` out",
    ),
    (
        "budget breached: Events",
        Some("too many values in one file"),
        "split it",
    ),
    (
        "YAML merge keys",
        Some("a merge key (`<<`) is not taken here"),
        "write the entries again",
    ),
    (
        "duplicate mapping key",
        None,
        "each key stands once; rename or remove one",
    ),
];

/// Where the parser's place lies in the text, in bytes.
#[must_use]
pub fn span(text: &str, location: Location) -> Span {
    let span = location.span();
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let start = span.byte_offset().map_or_else(
        || offset(text, number(location.line()), number(location.column())),
        number,
    );
    let start = start.min(text.len());
    let length = span.byte_len().map_or(0, number);
    Span {
        start,
        length: length.min(text.len() - start),
    }
}

/// The byte where line and column, both from 1, begin.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let within = rest.chars().take(column.saturating_sub(1));
    before + within.map(char::len_utf8).sum::<usize>()
}
