//! From the text of an expression to words, values and signs.

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil;

use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::fault::Fault;
use crate::vocabulary::fault::Span;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::UNITS;
use crate::vocabulary::value::Value;

/// Longest expression, in bytes.
pub const BYTES_MAX: usize = 2000;
/// Longest time that is written, in milliseconds: a million days.
const DURATION_MS_MAX: u64 = 86_400_000_000_000;

/// What names are made of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Style {
    /// Letters, digits, `_` and `.`, a letter or `_` first; `-` between names is a minus.
    #[default]
    Plain,
    /// Also `-`, and digits first: what people call skills.
    Dashed,
}

/// A word, value or sign with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Token<'t> {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind<'t>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind<'t> {
    /// A name or a word of the language.
    Word(&'t str),
    /// A value.
    Value(Value),
    /// A moment without an offset.
    Local(civil::DateTime),
    /// A sign: `<=`, `(`.
    Sign(&'static str),
}

/// Signs, the longer ones first.
const SIGNS: [&str; 17] = [
    "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "?", ":", "+", "-", "*", "/",
];

/// Signs of other languages, and what is written here.
const FOREIGN: [(&str, &str); 8] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("=", "to compare, write `==`"),
    ("!", "write `not`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    (";", "one expression stands alone"),
    ("{", "names stand without braces in an expression"),
];

/// Cuts a text into tokens.
///
/// # Errors
///
/// The first thing that is none, with its place in the text.
pub fn read(text: &str, style: Style) -> Result<Vec<Token<'_>>, Fault> {
    if text.len() > BYTES_MAX {
        let what = format!(
            "{} bytes, an expression has at most {BYTES_MAX}",
            text.len()
        );
        return Err(Fault::new(Span::between(0, text.len()), what));
    }
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let start = text.len() - rest.len();
        let (kind, length) = token(rest, style).map_err(|fault| Fault {
            span: Span {
                start,
                length: fault.span.length,
            },
            ..fault
        })?;
        let span = Span { start, length };
        tokens.push(Token { span, kind });
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

/// The first token of a text that begins with one, and its bytes. A fault's span has only a length.
fn token(rest: &str, style: Style) -> Result<(TokenKind<'_>, usize), Fault> {
    let first = rest.chars().next().unwrap_or(' ');
    match (first, style) {
        ('"' | '\'', _) => quoted(rest, first),
        ('0'..='9', Style::Plain) => number(rest),
        (_, Style::Dashed) if in_word(first) => Ok(dashed(rest)),
        (_, Style::Plain) if in_word(first) => {
            let word = run(rest, |c| in_word(c) || c == '.');
            Ok((TokenKind::Word(word), word.len()))
        }
        _ => sign(rest, first),
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn dashed(rest: &str) -> (TokenKind<'_>, usize) {
    let word = run(rest, |c| in_word(c) || matches!(c, '.' | '-'));
    let kind = match word.parse::<Decimal>() {
        Ok(number) => TokenKind::Value(Value::Number(number)),
        Err(_) => TokenKind::Word(word),
    };
    (kind, word.len())
}

fn quoted(rest: &str, quote: char) -> Result<(TokenKind<'_>, usize), Fault> {
    let inside = rest.get(1..).unwrap_or_default();
    let Some((text, _)) = inside.split_once(quote) else {
        let fault = fault(rest.len(), "a text begins here and never ends");
        return Err(fault.help(format!("close it with {quote}")));
    };
    let value = Value::Text(text.to_owned());
    Ok((TokenKind::Value(value), text.len() + 2))
}

fn sign(rest: &str, first: char) -> Result<(TokenKind<'_>, usize), Fault> {
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((TokenKind::Sign(sign), sign.len()));
    }
    if let Some((sign, help)) = FOREIGN.into_iter().find(|(sign, _)| rest.starts_with(sign)) {
        let what = format!("`{sign}` has no meaning here");
        return Err(fault(sign.len(), what).help(help));
    }
    let fault = fault(first.len_utf8(), format!("{first:?} has no meaning here"));
    Err(match first {
        '“' | '”' | '‘' | '’' => fault.help("write quotes as \" or '"),
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u32::from(first)
                .checked_sub(0xfee0)
                .and_then(char::from_u32);
            fault.help(format!("write {:?}", narrow.unwrap_or(first)))
        }
        _ => fault,
    })
}

/// A number, or what begins with one: a date, a time, a duration.
fn number(rest: &str) -> Result<(TokenKind<'_>, usize), Fault> {
    if has_shape(rest, "dddd-dd-dd") {
        return day(rest);
    }
    if has_shape(rest, "dd:dd") {
        let text = run(rest, |c| c.is_ascii_digit() || c == ':');
        let time = text.parse::<civil::Time>();
        let time = time.map_err(|_| {
            let fault = fault(text.len(), format!("`{text}` is no clock time"));
            fault.help("times are written 08:30 or 08:30:15; put blanks around a `:` of `? :`")
        })?;
        return Ok((TokenKind::Value(Value::Time(time)), text.len()));
    }
    let text = run(rest, |c| c.is_alphanumeric() || c == '.');
    if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        let number = text.parse::<Decimal>();
        let number = number.map_err(|error| {
            let fault = fault(text.len(), format!("`{text}` is no number"));
            fault.help(error.to_string())
        })?;
        return Ok((TokenKind::Value(Value::Number(number)), text.len()));
    }
    let length = duration(text).ok_or_else(|| {
        let fault = fault(text.len(), format!("`{text}` is no length of time"));
        fault.help("lengths of time are written 800ms, 5s, 2h30m or 3d; names begin with a letter")
    })?;
    Ok((TokenKind::Value(Value::Duration(length)), text.len()))
}

fn day(rest: &str) -> Result<(TokenKind<'_>, usize), Fault> {
    let text = run(rest, |c| {
        c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | ':' | '.')
    });
    let kind = if text.len() == "dddd-dd-dd".len() {
        text.parse()
            .ok()
            .map(|date| TokenKind::Value(Value::Date(date)))
    } else if let Ok(moment) = text.parse::<Timestamp>() {
        let wall = Wall::from_ms(moment.as_millisecond());
        Some(TokenKind::Value(Value::Moment(wall)))
    } else {
        text.parse().ok().map(TokenKind::Local)
    };
    let kind = kind.ok_or_else(|| {
        let fault = fault(text.len(), format!("`{text}` is no day or moment"));
        fault.help("written 2026-05-01, 2026-05-01T18:30 or 2026-05-01T18:30+08:00")
    })?;
    Ok((kind, text.len()))
}

/// `2h30m`: whole counts of units, each smaller than the one before.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = run(rest, |c| c.is_ascii_digit());
        rest = rest.get(digits.len()..)?;
        let name = run(rest, char::is_alphabetic);
        rest = rest.get(name.len()..)?;
        let (_, ms) = units.find(|(unit, _)| *unit == name)?;
        let count: u64 = digits.parse().ok()?;
        total = total.checked_add(count.checked_mul(*ms)?)?;
    }
    let total = Some(total).filter(|total| *total <= DURATION_MS_MAX)?;
    i64::try_from(total).ok().map(SignedDuration::from_millis)
}

/// The longest beginning of such characters.
fn run(text: &str, fits: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Whether a text begins like this, `d` standing for a digit.
fn has_shape(text: &str, shape: &str) -> bool {
    let mut text = text.bytes();
    shape.bytes().all(|expected| {
        let found = text.next();
        found.is_some_and(|found| found == expected || expected == b'd' && found.is_ascii_digit())
    })
}

fn fault(length: usize, what: impl Into<String>) -> Fault {
    Fault::new(Span { start: 0, length }, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, style: Style) -> String {
        let tokens = read(text, style).unwrap().into_iter();
        let shown = tokens.map(|token| match token.kind {
            TokenKind::Word(word) => word.to_owned(),
            TokenKind::Value(Value::Text(text)) => format!("'{text}'"),
            TokenKind::Value(value) => format!("<{value}>"),
            TokenKind::Local(moment) => format!("<{moment}>"),
            TokenKind::Sign(sign) => sign.to_owned(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_text_is_cut_into_tokens() {
        let table = [
            ("a.b>=3 and c", "a.b >= <3> and c"),
            ("x-1", "x - <1>"),
            ("now+2h30m<08:30", "now + <2h30m> < <08:30>"),
            (
                "[2026-05-01,'a b',\"c's\"]",
                "[ <2026-05-01> , 'a b' , 'c's' ]",
            ),
            ("2026-05-01T18:30", "<2026-05-01T18:30:00>"),
            ("2026-05-01T18:30+08:00", "<2026-05-01T10:30:00.000Z>"),
            ("会员 ? 1.50 : 800ms", "会员 ? <1.5> : <800ms>"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text, Style::Plain), expected, "{text}");
        }
        let dashed = shown("vip-care>=3 and 5g", Style::Dashed);
        assert_eq!(dashed, "vip-care >= <3> and 5g");
    }

    #[test]
    fn what_is_no_token_says_what_to_write() {
        let table = [
            (
                "a = 1",
                2,
                1,
                "`=` has no meaning here|to compare, write `==`",
            ),
            ("a && b", 2, 2, "`&&` has no meaning here|write `and`"),
            ("a ＞ 1", 2, 3, "'＞' has no meaning here|write '>'"),
            (
                "“x”",
                0,
                3,
                "'“' has no meaning here|write quotes as \" or '",
            ),
            (
                "a == 'b",
                5,
                2,
                "a text begins here and never ends|close it with '",
            ),
            (
                "25:00",
                0,
                5,
                "`25:00` is no clock time|times are written 08:30 or 08:30:15; put blanks around a `:` of `? :`",
            ),
            (
                "2026-02-30",
                0,
                10,
                "`2026-02-30` is no day or moment|written 2026-05-01, 2026-05-01T18:30 or 2026-05-01T18:30+08:00",
            ),
            (
                "30m2h",
                0,
                5,
                "`30m2h` is no length of time|lengths of time are written 800ms, 5s, 2h30m or 3d; names begin with a letter",
            ),
            (
                "1.2345678",
                0,
                9,
                "`1.2345678` is no number|a number has at most six digits after its point",
            ),
        ];
        for (text, start, length, expected) in table {
            let fault = read(text, Style::Plain).unwrap_err();
            let said = format!("{}|{}", fault.what, fault.help.unwrap_or_default());
            assert_eq!(
                (said.as_str(), fault.span),
                (expected, Span { start, length })
            );
        }
    }
}
