//! The basic rules that SIP headers share (RFC 3261 section 25.1).

use std::borrow::Cow;

/// True for a character of `token`.
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
        )
}

/// True for a non-empty `token`.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// True for a byte that would end a line or cut a text: CR, LF or NUL.
#[must_use]
pub const fn breaks_line(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0)
}

/// Without SP and HTAB at both ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Length in bytes of the quoted string that `text` begins with, both quotes included.
/// `None` if it does not begin with a quote or never ends.
#[must_use]
pub fn quoted_len(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    if bytes.next()?.1 != b'"' {
        return None;
    }
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next()?;
            }
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The text inside a quoted string with its quoted pairs resolved; other text as it is.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, str> {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return Cow::Borrowed(text);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Cow::Owned(plain)
}

/// `text` as a quoted string. CR, LF and NUL are left out.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// Where `byte` first stands outside quoted strings and angle brackets.
#[must_use]
pub fn find_bare(text: &str, byte: u8) -> Option<usize> {
    let (mut quoted, mut angled, mut escaped) = (false, false, false);
    text.bytes().position(|here| {
        if escaped {
            escaped = false;
            return false;
        }
        match here {
            b'\\' if quoted => escaped = true,
            b'"' if !angled => quoted = !quoted,
            b'<' if !quoted => angled = true,
            b'>' if !quoted => angled = false,
            _ => {}
        }
        here == byte && !quoted && !angled
    })
}

/// The elements of a comma-separated list, trimmed; commas within quotes or angle brackets do
/// not separate. An empty text has one empty element.
pub fn elements(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some(comma) = find_bare(here, b',') else {
            rest = None;
            return Some(trim(here));
        };
        let (element, after) = here.split_at(comma);
        rest = after.get(1..);
        Some(trim(element))
    })
}

/// A number of decimal digits only, at most `max`; leading zeros are allowed.
#[must_use]
pub fn number(text: &str, max: u64) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|value| *value <= max)
}

/// Resolves each `%HH` once (RFC 3261 section 19.1.2). Bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(hex_pair);
        match (first, pair) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
}

/// True if each `%` is followed by two hexadecimal digits.
#[must_use]
pub fn escapes_are_whole(text: &str) -> bool {
    text.as_bytes()
        .split(|byte| *byte == b'%')
        .skip(1)
        .all(|after| after.get(..2).and_then(hex_pair).is_some())
}

/// Escapes every byte that `plain` does not name.
#[must_use]
pub fn escape(text: &str, plain: fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for half in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                escaped.push(digit.to_ascii_uppercase());
            }
        }
    }
    escaped
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = pair else { return None };
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_separate() {
        let list: Vec<_> = elements("\"a, \\\"b\" <sip:x,y@z>;q=1 , <sip:c>,d").collect();
        assert_eq!(list, ["\"a, \\\"b\" <sip:x,y@z>;q=1", "<sip:c>", "d"]);
    }

    #[test]
    fn escapes_are_resolved_only_once() {
        assert_eq!(unescape("value%2541"), "value%41");
        assert_eq!(unescape("a%"), "a%");
        assert!(!escapes_are_whole("a%4"));
        assert!(escapes_are_whole("a%4a%00"));
    }

    #[test]
    fn quoting_is_undone_by_unquoting_and_drops_line_breaks() {
        assert_eq!(unquote(&quote("a \"b\" \\c")), "a \"b\" \\c");
        assert_eq!(quote("a\r\nb\0"), "\"ab\"");
        assert_eq!(quoted_len("\"a\\\"b\" rest"), Some(6));
        assert_eq!(quoted_len("\"never ends"), None);
    }
}
