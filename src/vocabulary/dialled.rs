//! What stands written where a telephone number should be: digits, nobody, or something else.

use std::borrow::Cow;

/// The longest text that is read as a number.
const TEXT_BYTES_MAX: usize = 256;
/// The most digits kept: E.164 has 15, prefixes come before them.
const DIGITS_MAX: usize = 24;
/// Words in place of a number that is hidden or not known (RFC 3323 section 4.1.1.3 and carriers).
const NOBODY: [&str; 12] = [
    "anonymous",
    "unavailable",
    "restricted",
    "unknown",
    "private",
    "withheld",
    "blocked",
    "hidden",
    "id unavailable",
    "caller id withheld",
    "no caller id",
    "not available",
];
/// "anonymous" on a telephone's keys.
const ANONYMOUS_KEYS: &str = "266696687";
/// Marks and words before an extension; what follows them is not part of the number.
const EXTENSIONS: [&str; 6] = ["ext", "x", "#", ",", "转", "分机"];

/// What stands written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Dialled {
    /// Nothing, or a word for a hidden number.
    Nobody,
    /// Something that is no number.
    Unreadable,
    /// Digits as dialled within the country: with a trunk or exit prefix, or none.
    Domestic(String),
    /// Digits after a `+`.
    International(String),
}

impl Dialled {
    /// Reads a number as people, files and SIP write it: spaces, dots, dashes, brackets, full-width
    /// digits, percent escapes, `tel:` and `sip:` URIs (RFC 3966, RFC 3261 section 19.1.1).
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.len() > TEXT_BYTES_MAX {
            return Self::Unreadable;
        }
        let (number, context) = subscriber(text.trim());
        let number: String = unescaped(number).chars().map(narrow).collect();
        let number = number.trim_matches(|c: char| is_filler(c) || c == '"' || c == '\'');
        let word = number.to_ascii_lowercase();
        if word.is_empty() || NOBODY.contains(&word.as_str()) {
            return Self::Nobody;
        }
        let Some((plus, digits)) = digits(&word) else {
            return Self::Unreadable;
        };
        if digits == ANONYMOUS_KEYS || digits.bytes().all(|digit| digit == b'0') {
            return Self::Nobody;
        }
        match (plus, context) {
            (Plus::Written, _) => Self::International(digits),
            (Plus::Absent, Some(context)) if !digits.starts_with("00") => {
                let national = digits.strip_prefix('0').unwrap_or(&digits);
                Self::International(context + national)
            }
            (Plus::Absent, _) => Self::Domestic(digits),
        }
    }
}

enum Plus {
    Written,
    Absent,
}

/// The part of a URI that names the subscriber, and the digits of a global phone-context.
fn subscriber(text: &str) -> (&str, Option<String>) {
    let text = text.trim_start_matches('<').trim_end_matches('>');
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    let rest = match scheme.to_ascii_lowercase().as_str() {
        "sip" | "sips" => match rest.split_once('@') {
            Some((_, host)) if host.to_ascii_lowercase().starts_with("anonymous.invalid") => "",
            Some((user, _)) => user.split(':').next().unwrap_or(user),
            None => "",
        },
        "tel" => rest,
        _ => text.split('@').next().unwrap_or(text),
    };
    let (number, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let context = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let digits = unescaped(value).strip_prefix('+')?.to_owned();
        let global = digits.bytes().all(|digit| digit.is_ascii_digit());
        (name.eq_ignore_ascii_case("phone-context") && global).then_some(digits)
    });
    (number, context)
}

/// Without percent escapes; a broken one stays as it is.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        let escaped = rest
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                left = &rest[2..];
            }
            _ => {
                bytes.push(*first);
                left = rest;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// A full-width form as its ASCII counterpart (Unicode block Halfwidth and Fullwidth Forms).
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Separators, and marks of writing direction that come along when a number is copied.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '(' | ')' | '[' | ']' | '/' | '_')
        || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The digits before any extension; none if something else stands among them.
fn digits(text: &str) -> Option<(Plus, String)> {
    let ends = EXTENSIONS.iter().filter_map(|mark| text.find(mark));
    let text = text.get(..ends.min().unwrap_or(text.len()))?;
    let written = text.trim_start_matches(is_filler);
    let (plus, written) = match written.strip_prefix('+') {
        Some(global) => (Plus::Written, global.replacen("(0)", "", 1)),
        None => (Plus::Absent, written.to_owned()),
    };
    let mut digits = String::with_capacity(DIGITS_MAX);
    for c in written.chars().filter(|c| !is_filler(*c)) {
        if !c.is_ascii_digit() || digits.len() == DIGITS_MAX {
            return None;
        }
        digits.push(c);
    }
    (!digits.is_empty()).then_some((plus, digits))
}
