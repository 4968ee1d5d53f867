//! The words of one line of a file, and which of them are slips.

use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::wire::yaml::slip_open::FULL_COLON;
use crate::wire::yaml::slip_open::Open;
use crate::wire::yaml::slip_open::Slip;
use crate::wire::yaml::slip_open::Sure;

/// A line without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'t> {
    /// What it says.
    pub text: &'t str,
    /// Where it begins in the file.
    pub start: usize,
    /// The line after it.
    pub next: &'t str,
}

/// A word being looked at.
#[derive(Clone, Copy)]
struct Word<'w> {
    text: &'w str,
    /// Where it begins in the line.
    at: usize,
    /// A key is expected here.
    is_key: bool,
    /// Between brackets or after a dash.
    is_listed: bool,
}

impl<'t> Line<'t> {
    /// A part of the line as a place in the file.
    #[must_use]
    pub const fn span(&self, at: usize, length: usize) -> Span {
        Span {
            start: self.start + at,
            length,
        }
    }

    /// The line from a byte on.
    #[must_use]
    pub fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Whether a key with its colon stands at a byte.
    #[must_use]
    pub fn has_key(&self, at: usize) -> bool {
        let rest = self.rest(at);
        let name = rest.find(|c| !is_name_sign(c)).unwrap_or(rest.len());
        let after = rest.get(name..).unwrap_or_default();
        name > 0 && after.strip_prefix(':').is_some_and(ends_word)
    }

    /// Looks at the words from a byte on. `first`: how far in the line stands.
    pub fn words(&self, from: usize, first: usize, open: &mut Open, slips: &mut Vec<Slip>) {
        let Some((mut at, mut is_key)) = self.begin(from, open) else {
            return;
        };
        loop {
            let rest = self.rest(at);
            at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let rest = self.rest(at);
            let Some(sign) = rest.chars().next() else {
                return;
            };
            match sign {
                '#' if self.follows_space(at) => return self.comment(at, slips),
                '{' | '[' => {
                    open.brackets.push((sign, self.start + at));
                    is_key = sign == '{';
                    at += 1;
                }
                '}' | ']' => {
                    open.brackets.pop();
                    is_key = false;
                    at += 1;
                }
                ',' if !open.brackets.is_empty() => {
                    is_key = open.brackets.last().is_some_and(|(sign, _)| *sign == '{');
                    at += 1;
                }
                ':' if ends_word(self.rest(at + 1)) => {
                    is_key = false;
                    at += 1;
                    open.awaits = self.is_bare(at);
                }
                '"' | '\'' => {
                    let Some(end) = close(self.rest(at + 1), sign) else {
                        open.quote = Some(sign);
                        return;
                    };
                    let quoted = at;
                    at += 1 + end;
                    if is_key {
                        self.after_quoted_key(quoted, at, slips);
                    }
                }
                '|' | '>' if open.brackets.is_empty() && self.is_block(at) => {
                    open.block = Some(first);
                    return;
                }
                _ => {
                    let is_inside = !open.brackets.is_empty();
                    let text = word(rest, is_inside, is_key);
                    let word = Word {
                        text,
                        at,
                        is_key,
                        is_listed: is_inside || from != first,
                    };
                    slips.extend(self.slip(word));
                    at += text.len().max(1);
                }
            }
        }
    }

    /// Whether a comment may begin here: at the line's start, or behind a space.
    fn follows_space(&self, at: usize) -> bool {
        let before = self.text.get(..at);
        at == 0 || before.is_some_and(|before| before.ends_with([' ', '\t']))
    }

    /// Where words begin, behind a quote that was open before this line, and whether with a key;
    /// none if the quote stays open.
    fn begin(&self, from: usize, open: &mut Open) -> Option<(usize, bool)> {
        let Some(quote) = open.quote else {
            let is_key = open.brackets.last().is_none_or(|(sign, _)| *sign == '{');
            return Some((from, is_key));
        };
        let end = close(self.text, quote)?;
        open.quote = None;
        Some((end, false))
    }

    /// A comment that was meant as the key `#`.
    pub fn comment(&self, at: usize, slips: &mut Vec<Slip>) {
        let rest = self.rest(at);
        let Some(after) = rest.strip_prefix('#') else {
            return;
        };
        let is_key = after.starts_with(": ") || after == ":";
        let before = self.text.get(..at).unwrap_or_default().trim_end();
        let bare = after.trim().is_empty() || after.trim_start().starts_with(['}', ',', ']']);
        let depth = |line: &str| line.len() - line.trim_start().len();
        let opens = depth(self.next) > depth(self.text) && !self.next.trim().is_empty();
        let is_value = before.ends_with(':') && bare && !opens;
        if is_key || is_value {
            let fault = Fault::new(self.span(at, 1), "`#` begins a comment here");
            let slip = Slip::new(
                Sure::Always,
                fault.help("the key is written \"#\", in quotes"),
            );
            slips.push(slip);
        }
    }

    /// Whether nothing but a comment stands from a byte on.
    fn is_bare(&self, at: usize) -> bool {
        let rest = self.rest(at).trim_start();
        rest.is_empty() || rest.starts_with('#')
    }

    /// Whether a text in a block begins: the mark, its signs, and no more in the line.
    fn is_block(&self, at: usize) -> bool {
        let rest = self.rest(at + 1);
        let signs = |c: char| matches!(c, '+' | '-') || c.is_ascii_digit();
        let rest = rest.trim_start_matches(signs);
        rest.trim().is_empty() || rest.trim_start().starts_with('#')
    }

    fn after_quoted_key(&self, key: usize, at: usize, slips: &mut Vec<Slip>) {
        let rest = self.rest(at);
        if rest.starts_with(FULL_COLON) {
            slips.push(self.full_colon(key, at, Sure::IfRefused));
        } else if rest.strip_prefix(':').is_some_and(|rest| !ends_word(rest)) {
            slips.push(self.no_space(key, at, Sure::IfRefused));
        }
    }

    fn slip(&self, word: Word<'_>) -> Option<Slip> {
        let text = word.text;
        if text.starts_with(['“', '”', '‘', '’', '＂']) {
            let closed =
                text.ends_with(['“', '”', '‘', '’', '＂', '"']) && text.chars().count() > 1;
            let sure = if closed {
                Sure::AtWord
            } else {
                Sure::IfRefused
            };
            let length = text.chars().next().map_or(0, char::len_utf8);
            let fault = Fault::new(self.span(word.at, length), "these quotes are full-width");
            let help = "a text stands in plain quotes: \"…\"";
            return Some(Slip::new(sure, fault.help(help)));
        }
        if !word.is_key {
            return None;
        }
        let name = text.find(|c| !is_name_sign(c)).unwrap_or(text.len());
        let after = text.get(name..).unwrap_or_default();
        if name > 0 && after.starts_with(FULL_COLON) {
            return Some(self.full_colon(word.at, word.at + name, Sure::AtWord));
        }
        let joined = after.strip_prefix(':');
        if joined.is_some_and(|rest| !ends_word(rest) && !rest.starts_with("//")) && name > 0 {
            return Some(self.no_space(word.at, word.at + name, Sure::AtWord));
        }
        let alone = name > 0 && name == text.trim_end().len();
        let colon = self
            .rest(word.at + text.len())
            .trim_start()
            .starts_with(':');
        (alone && !colon && !word.is_listed).then(|| {
            let what = format!("`{}` is no key with a value", text.trim_end());
            let fault = Fault::new(self.span(word.at, name), what);
            let help = "a line has a key, a colon, a space and a value: finish it or take it out";
            Slip::new(Sure::IfRefused, fault.help(help))
        })
    }

    fn full_colon(&self, word: usize, at: usize, sure: Sure) -> Slip {
        let span = self.span(at, FULL_COLON.len_utf8());
        let fault = Fault::new(span, format!("`{FULL_COLON}` is a full-width colon"));
        Slip {
            fault: fault.help("write a plain `:` and a space after it"),
            sure,
            at: self.start + word,
        }
    }

    fn no_space(&self, word: usize, colon: usize, sure: Sure) -> Slip {
        let key = self.text.get(word..colon).unwrap_or_default();
        let what = format!("no space stands after `{key}:`");
        let fault = Fault::new(self.span(colon, 1), what);
        Slip {
            fault: fault.help(format!("write `{key}: ` and then the value")),
            sure,
            at: self.start + word,
        }
    }
}

/// Whether what follows a colon lets it end a key.
fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t', ',', '}', ']'])
}

/// Signs of names that are keys in our files.
const fn is_name_sign(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '*')
}

/// A word without quotes: up to a comment, the colon of a key, or a sign that ends it in brackets.
fn word(rest: &str, is_inside: bool, is_key: bool) -> &str {
    let mut before = ' ';
    for (at, sign) in rest.char_indices() {
        let after = rest.get(at + sign.len_utf8()..).unwrap_or_default();
        let ends = match sign {
            '#' => before == ' ' && at > 0,
            ':' => at > 0 && (is_key || is_inside) && ends_word(after),
            ',' | '{' | '}' | '[' | ']' => is_inside,
            _ => false,
        };
        if ends {
            return rest.get(..at).unwrap_or(rest);
        }
        before = sign;
    }
    rest
}

/// Past the quote that ends a text.
fn close(rest: &str, quote: char) -> Option<usize> {
    let mut signs = rest.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        if quote == '"' && sign == '\\' {
            signs.next();
        } else if sign == quote {
            if quote == '\'' && signs.peek().is_some_and(|(_, next)| *next == '\'') {
                signs.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}
