//! How written words are compared, joined and cut at sentence ends.

use crate::vocabulary::language::Language;

/// Ends of a sentence, Western, full-width and ideographic.
const FULL_STOPS: [char; 7] = [
    '.', '!', '?', '\u{ff01}', '\u{ff1f}', '\u{3002}', '\u{2026}',
];
/// Breaks within a sentence, Western, full-width and ideographic.
const COMMAS: [char; 7] = [
    ',', ';', ':', '\u{ff0c}', '\u{ff1b}', '\u{ff1a}', '\u{3001}',
];
/// Marks after which no space is written.
const OPENING: [char; 4] = ['(', '\u{ff08}', '\u{201c}', '\u{2018}'];
/// Marks before which no space is written.
const CLOSING: [char; 5] = [')', '\u{ff09}', '\u{201d}', '\u{2019}', '%'];

/// How a part of a text ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// With a full stop, a question or an exclamation mark.
    Stop,
    /// With a comma, a colon or a semicolon.
    Comma,
    /// With the text itself.
    Open,
}

/// The form in which texts are compared: one space between words, no marks at either end,
/// lower-case ASCII.
#[must_use]
pub fn normalised(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_mark(c));
    let mut normal = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.extend(word.chars().map(|c| c.to_ascii_lowercase()));
    }
    normal
}

/// The parts of a text, cut after each sentence end and comma; marks stay with their part.
///
/// A Western mark cuts only before a space or the end, so that "3.5" and "1,000" stay whole.
#[must_use]
pub fn parts(text: &str) -> Vec<(&str, Ending)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let Some(ending) = ending(c, next) else {
            continue;
        };
        let end = at + c.len_utf8();
        found.push((&text[start..end], ending));
        start = end;
    }
    if !normalised(&text[start..]).is_empty() {
        found.push((&text[start..], Ending::Open));
    }
    found
}

/// These words as one text, with spaces where the language writes them.
pub fn joined<'a>(language: Language, words: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words.map(str::trim).filter(|word| !word.is_empty()) {
        if wants_space(language, &text, word) {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn ending(c: char, next: Option<char>) -> Option<Ending> {
    let cuts = !c.is_ascii() || next.is_none_or(char::is_whitespace);
    match c {
        _ if !cuts => None,
        _ if FULL_STOPS.contains(&c) => Some(Ending::Stop),
        _ if COMMAS.contains(&c) => Some(Ending::Comma),
        _ => None,
    }
}

fn is_mark(c: char) -> bool {
    FULL_STOPS.contains(&c) || COMMAS.contains(&c)
}

fn wants_space(language: Language, text: &str, word: &str) -> bool {
    let (Some(last), Some(first)) = (text.chars().next_back(), word.chars().next()) else {
        return false;
    };
    match language {
        Language::English => {
            let closing = is_mark(first) || CLOSING.contains(&first);
            !closing && !OPENING.contains(&last)
        }
        Language::Mandarin => {
            let western = last.is_ascii_alphanumeric() || matches!(last, ',' | '.' | '!' | '?');
            western && first.is_ascii_alphanumeric()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_spaces_and_case_do_not_tell_texts_apart() {
        for text in [
            "Your order",
            " your  ORDER. ",
            "Your order!",
            "your\norder…",
        ] {
            assert_eq!(normalised(text), "your order", "{text:?}");
        }
        assert_eq!(normalised("您好。"), normalised("您好\u{ff01}"));
        assert_eq!(normalised(" 。\u{ff0c}"), "");
        assert_ne!(normalised("your order"), normalised("your orders"));
    }

    #[test]
    fn a_text_is_cut_after_its_marks() {
        let cut = parts("Hello. It is 3.5, or 1,000; ok");
        let texts: Vec<_> = cut.iter().map(|(text, _)| text.trim()).collect();
        assert_eq!(texts, ["Hello.", "It is 3.5,", "or 1,000;", "ok"]);
        assert_eq!(cut[0].1, Ending::Stop);
        assert_eq!(cut[1].1, Ending::Comma);
        assert_eq!(cut[3].1, Ending::Open);
        assert_eq!(parts("您好\u{ff0c}请稍候。").len(), 2);
        assert_eq!(parts(""), []);
    }

    #[test]
    fn words_are_joined_as_each_language_writes_them() {
        let english = ["It is ", "two", "p m", ", then", "(three", ")"];
        let english = joined(Language::English, english.into_iter());
        assert_eq!(english, "It is two p m, then (three)");
        let mandarin = ["订单", "C", "A", "幺", "八", "", "。"];
        let mandarin = joined(Language::Mandarin, mandarin.into_iter());
        assert_eq!(mandarin, "订单C A幺八。");
    }
}
