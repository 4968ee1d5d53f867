//! Slips of the hand that a YAML parser names badly or takes for something else: full-width signs,
//! a missing space or bracket, lines that stand askew, half a word.

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Place;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::slip_line::Line;
use crate::wire::yaml::slip_open::Open;
use crate::wire::yaml::slip_open::Slip;
use crate::wire::yaml::slip_open::Sure;

/// Every slip in a text, in its order.
#[must_use]
pub fn all(text: &str) -> Vec<Slip> {
    let mut open = Open::default();
    let mut slips = Vec::new();
    let mut start = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(whole) = lines.next() {
        let line = Line {
            text: whole.trim_end_matches(['\n', '\r']),
            start,
            next: lines.peek().copied().unwrap_or_default(),
        };
        start += whole.len();
        read(&line, &mut open, &mut slips);
    }
    if let Some((bracket, at)) = open.brackets.first() {
        slips.push(unclosed(*bracket, *at, Sure::IfRefused));
    }
    slips
}

/// The slip that explains why a text was refused at this place.
#[must_use]
pub fn of_refused(text: &str, at: Option<usize>) -> Option<Fault> {
    let last = at.map_or(usize::MAX, |at| Place::of(text, at).line + 1);
    let all = all(text);
    let near = |slip: &&Slip| Place::of(text, slip.at).line <= last;
    let found = all.iter().find(near);
    found.map(|slip| slip.fault.clone())
}

/// The first slip of a text that was read; `words` are where its plain words begin.
#[must_use]
pub fn of_read(text: &str, words: &[usize]) -> Option<Fault> {
    let all = all(text).into_iter();
    let mut sure = all.filter(|slip| match slip.sure {
        Sure::Always => true,
        Sure::AtWord => words.contains(&slip.at),
        Sure::IfRefused => false,
    });
    sure.next().map(|slip| slip.fault)
}

fn read(line: &Line<'_>, open: &mut Open, slips: &mut Vec<Slip>) {
    let depth = line.text.chars().take_while(|c| *c == ' ').count();
    let rest = line.text.get(depth..).unwrap_or_default();
    if let Some(block) = open.block {
        if rest.is_empty() || depth > block {
            return;
        }
        open.block = None;
    }
    if open.quote.is_some() {
        line.words(0, depth, open, slips);
        return;
    }
    if let Some(mark) = conflict(line.text) {
        let span = line.span(0, line.text.len());
        let fault = Fault::new(span, format!("`{mark}` is a mark of a merge"));
        let help = "keep one of the two sides, and take the lines with these marks out";
        slips.push(Slip::new(Sure::Always, fault.help(help)));
        return;
    }
    if let Some(odd) = rest.chars().next().filter(|c| is_odd_space(*c)) {
        let width = if odd == '\u{3000}' {
            "a full-width"
        } else {
            "a no-break"
        };
        let span = line.span(depth, odd.len_utf8());
        let fault = Fault::new(span, format!("{width} space stands before these words"));
        slips.push(Slip::new(
            Sure::Always,
            fault.help("indent with plain spaces: two more for each level"),
        ));
        return;
    }
    if rest.is_empty() || is_comment(rest) {
        line.comment(depth, slips);
        return;
    }
    if !open.brackets.is_empty() {
        // A key that stands alone after an open bracket: the bracket should have been closed.
        if let Some((bracket, at)) = open.brackets.first().copied()
            && open.levels.last().is_some_and(|level| depth <= *level)
            && !rest.starts_with(['}', ']'])
        {
            slips.push(unclosed(bracket, at, Sure::IfRefused));
            open.brackets.clear();
        } else {
            line.words(depth, depth, open, slips);
            return;
        }
    }
    let first = depth;
    let mut depth = depth;
    let goes_on = stand(line, depth, open, slips);
    if goes_on {
        return;
    }
    while line.rest(depth).starts_with("- ") {
        let inner = line.rest(depth + 1);
        depth += 1 + (inner.len() - inner.trim_start_matches(' ').len());
        open.levels.push(depth);
    }
    open.awaits = false;
    line.words(depth, first, open, slips);
}

/// Where a line stands among its neighbours; true if it only goes on with a text.
fn stand(line: &Line<'_>, depth: usize, open: &mut Open, slips: &mut Vec<Slip>) -> bool {
    let Some(level) = open.levels.last().copied() else {
        open.levels.push(depth);
        return false;
    };
    if depth > level {
        if open.awaits {
            open.levels.push(depth);
            return false;
        }
        if line.has_key(depth) {
            slips.push(askew(line, depth, level));
            return false;
        }
        return true;
    }
    let mut above = level;
    while let Some(level) = open.levels.last().copied().filter(|level| *level > depth) {
        above = level;
        open.levels.pop();
    }
    match open.levels.last().copied() {
        Some(level) if level == depth => {}
        below => {
            let near = below.filter(|below| depth - below < above - depth);
            slips.push(askew(line, depth, near.unwrap_or(above)));
            open.levels.push(depth);
        }
    }
    false
}

fn askew(line: &Line<'_>, depth: usize, neighbours: usize) -> Slip {
    let (s, them) = (
        if depth == 1 { "" } else { "s" },
        if neighbours == 1 { "" } else { "s" },
    );
    let span = line.span(depth, line.rest(depth).trim_end().len());
    let what = format!("this line stands {depth} space{s} in");
    let fault = Fault::new(span, what);
    let fault = fault.label(format!("its neighbours stand {neighbours} space{them} in"));
    Slip::new(
        Sure::IfRefused,
        fault.help("lines of one map stand equally far in"),
    )
}

fn unclosed(bracket: char, at: usize, sure: Sure) -> Slip {
    let close = if bracket == '{' { '}' } else { ']' };
    let span = Span {
        start: at,
        length: 1,
    };
    let fault = Fault::new(span, format!("this `{bracket}` is not closed"));
    Slip::new(sure, fault.help(format!("a `{close}` is missing after it")))
}

/// Marks that version control leaves where two people changed the same lines.
fn conflict(line: &str) -> Option<&'static str> {
    let marks = ["<<<<<<<", ">>>>>>>", "|||||||", "======="];
    marks.into_iter().find(|mark| {
        let after = line.strip_prefix(mark);
        after.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

fn is_odd_space(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
}

fn is_comment(rest: &str) -> bool {
    rest.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::yaml::tree::Node;

    fn refused(text: &str) -> String {
        let fault = Node::read(text).unwrap_err();
        let Place { line, column } = Place::of(text, fault.span.start);
        format!("{line}:{column}: {} | {}", fault.what, fault.label)
    }

    #[test]
    fn slips_of_the_hand_are_named() {
        let table = [
            (
                "a:\n  b: 1\n  goto： x\n",
                "3:7: `：` is a full-width colon",
            ),
            (
                "a: { en： \"x\", b: 2 }\n",
                "1:8: `：` is a full-width colon",
            ),
            ("a： 1\n", "1:2: `：` is a full-width colon"),
            (
                "a:\n  b: 1\n  goto:x\n",
                "3:7: no space stands after `goto:`",
            ),
            ("a:\n  goto:x\n", "2:7: no space stands after `goto:`"),
            ("a: { goto:x }\n", "1:10: no space stands after `goto:`"),
            ("a: “x”\n", "1:4: these quotes are full-width"),
            ("a: “x: y”\n", "1:4: these quotes are full-width"),
            ("a:\n\u{a0} b: 1\n", "2:1: a no-break space stands"),
            ("a:\n\u{3000}b: 1\n", "2:1: a full-width space stands"),
            (
                "a:\n    b: 1\n   c: 2\n",
                "3:4: this line stands 3 spaces in | its neighbours stand 4 spaces in",
            ),
            (
                "a:\n  b: \"x\"\n   c: 2\n",
                "3:4: this line stands 3 spaces in | its neighbours stand 2 spaces in",
            ),
            (
                "a:\n  b: 1\n  ret\nc: 1\n",
                "3:3: `ret` is no key with a value",
            ),
            (
                "<<<<<<< HEAD\na: 1\n",
                "1:1: `<<<<<<<` is a mark of a merge",
            ),
            ("a: { b: 1\nc: 2\n", "1:4: this `{` is not closed"),
            ("a:\n  \"1\": x\n  #: y\n", "3:3: `#` begins a comment"),
            ("a:\n  end: #\n  b: 1\n", "2:8: `#` begins a comment"),
        ];
        for (text, expected) in table {
            let found = refused(text);
            assert!(found.starts_with(expected), "{text}\n{found}\n{expected}");
        }
    }

    #[test]
    fn what_only_looks_like_a_slip_is_taken() {
        for text in [
            "a: VIP：请按1\n",
            "a: { b: 按：1, c: \"goto：x\" }\n",
            "a: |\n  goto：x\n   askew\n  <<<<<<< x\nb: 1\n",
            "a: http://x/y\nb: 10:30\n",
            "a: some words\n  go on:here\nb: 1\n",
            "a: \"some words\n  go：on\n   here\"\nb: 1\n",
            "# goto：x\na: 1 # b:c\n",
            "a: # all of it\n  b: 1\n",
            "a: #\n  b: 1\n",
            "a:\n- b: 1\n  c: 2\n- d\n",
            "a: [1,\n 2,\n   3]\nb: { c: 1,\n  d: 2\n  }\n",
            "a: “Ringwise” is a name\n",
            "a:\n  - - 1\n    - 2\n",
        ] {
            assert!(Node::read(text).is_ok(), "{text}\n{}", refused(text));
        }
    }
}
