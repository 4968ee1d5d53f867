//! What a dialplan says: texts by language, with slots.

use std::collections::BTreeMap;
use std::fmt;

use crate::machine::expression::environment::Values;
use crate::machine::expression::expressed::Expression;
use crate::machine::ivr::manner::Manner;
use crate::machine::ivr::variable::MASKED;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;

/// A text in each language of its dialplan.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wording(BTreeMap<Language, Vec<Part>>);

/// Texts for the first time something is said and for the times after: the last one stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Prompts {
    /// The first time.
    pub first: Wording,
    /// The times after.
    pub again: Vec<Wording>,
}

impl Prompts {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Wording> {
        std::iter::once(&self.first).chain(&self.again)
    }
}

/// A part of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// Words as they stand.
    Words(String),
    /// A place for what the step knows.
    Slot(Slot),
    /// A value.
    Blank(Box<Blank>),
    /// A recording, by its id.
    Recording(String),
}

/// A value in a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blank {
    /// The value.
    pub expression: Expression,
    /// How it is said.
    pub manner: Manner,
    /// As it is written between the braces.
    pub written: String,
}

/// A piece of a text before its slots are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Piece<'t> {
    /// Words.
    Words(&'t str),
    /// What stands between braces, and its byte offset in the text.
    Slot(&'t str, usize),
}

/// Cuts a text at its slots.
///
/// # Errors
///
/// A slot is not closed.
pub fn cut(text: &str) -> Result<Vec<Piece<'_>>, WordingError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let offset = text.len() - after.len();
        let open = WordingError::Open { offset: offset - 2 };
        let (slot, after) = after.split_once("}}").ok_or(open)?;
        pieces.push(Piece::Words(before));
        pieces.push(Piece::Slot(slot, offset));
        rest = after;
    }
    pieces.push(Piece::Words(rest));
    Ok(pieces)
}

/// A place for a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Slot {
    /// `{{q.short}}`: the question as a menu names it.
    Question,
    /// `{{digit}}`: the key that chooses it.
    Digit,
    /// `{{caller.name}}`: how to address the caller; nothing if unknown.
    CallerName,
    /// `{{caller.orders}}`: how many orders the caller has.
    CallerOrders,
}

impl Slot {
    /// Slots by name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("q.short", Self::Question),
        ("digit", Self::Digit),
        ("caller.name", Self::CallerName),
        ("caller.orders", Self::CallerOrders),
    ];

    /// The slot of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name.trim());
        known.map(|(_, slot)| *slot)
    }

    /// Slots that any text may have.
    pub const CALLER: [Self; 2] = [Self::CallerName, Self::CallerOrders];

    /// Slots of a text that names one of several questions.
    pub const EACH: [Self; 4] = [
        Self::Question,
        Self::Digit,
        Self::CallerName,
        Self::CallerOrders,
    ];
}

/// What is wrong in a text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WordingError {
    /// A slot is not closed.
    #[error("a slot begins with {{{{ and never ends with }}}}")]
    Open {
        /// Byte offset in the text.
        offset: usize,
    },
}

/// The values of slots.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filling<'a> {
    /// The question as a menu names it.
    pub question: &'a [Spoken],
    /// The key that chooses it.
    pub digit: Option<u32>,
    /// How to address the caller.
    pub caller_name: &'a str,
    /// How many orders the caller has.
    pub caller_orders: usize,
    /// The values of expressions.
    pub sight: Sight<'a>,
}

/// Where the values of a text's expressions come from, and which of them the caller may hear.
#[derive(Clone, Copy, Default)]
pub struct Sight<'a> {
    /// The values; none: there are none.
    pub values: Option<&'a dyn Values>,
    /// The most private that the caller may hear.
    pub hears: Privacy,
}

impl Sight<'_> {
    fn said(self, blank: &Blank, language: Language) -> Option<Spoken> {
        let values = self
            .values
            .filter(|_| blank.expression.privacy() <= self.hears)?;
        let value = blank.expression.value(values)?;
        blank.manner.spoken(&value, language, values.zone())
    }
}

impl fmt::Debug for Sight<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sight({:?})", self.hears)
    }
}

impl Wording {
    /// A recording in each of these languages.
    #[must_use]
    pub fn recording(id: &str, languages: &[Language]) -> Self {
        let parts = || vec![Part::Recording(id.to_owned())];
        Self(languages.iter().map(|one| (*one, parts())).collect())
    }

    /// Adds the text of a language.
    pub fn put(&mut self, language: Language, parts: Vec<Part>) {
        self.0.insert(language, parts);
    }

    /// The values in it, in all languages.
    pub fn blanks(&self) -> impl Iterator<Item = &Blank> {
        let parts = self.0.values().flatten();
        parts.filter_map(|part| match part {
            Part::Blank(blank) => Some(&**blank),
            Part::Words(_) | Part::Slot(_) | Part::Recording(_) => None,
        })
    }

    /// Whether the text of each language has this slot.
    #[must_use]
    pub fn has(&self, slot: Slot) -> bool {
        let has = |parts: &Vec<Part>| parts.contains(&Part::Slot(slot));
        self.0.values().all(has)
    }

    /// Whether the text of any language has this slot.
    #[must_use]
    pub fn mentions(&self, slot: Slot) -> bool {
        let has = |parts: &Vec<Part>| parts.contains(&Part::Slot(slot));
        self.0.values().any(has)
    }

    /// The text in a language, its slots filled. A key stands inside its words, so that "press 1"
    /// is one recording; other slots part the text.
    #[must_use]
    pub fn speech(&self, language: Language, filling: Filling<'_>) -> Vec<Spoken> {
        let parts = self.0.get(&language).or_else(|| self.0.values().next());
        let mut speech = Vec::new();
        let mut words = String::new();
        for part in parts.into_iter().flatten() {
            match part {
                Part::Words(text) => words.push_str(text),
                Part::Slot(Slot::Digit) => {
                    if let Some(digit) = filling.digit {
                        words.push_str(&digit.to_string());
                    }
                }
                Part::Slot(Slot::Question) => {
                    flush(&mut words, &mut speech);
                    speech.extend_from_slice(filling.question);
                }
                Part::Slot(Slot::CallerName) => {
                    flush(&mut words, &mut speech);
                    words.push_str(filling.caller_name);
                    flush(&mut words, &mut speech);
                }
                Part::Slot(Slot::CallerOrders) => {
                    flush(&mut words, &mut speech);
                    let orders = i64::try_from(filling.caller_orders).unwrap_or(i64::MAX);
                    speech.push(Spoken::Number(orders));
                }
                Part::Blank(blank) => {
                    flush(&mut words, &mut speech);
                    speech.extend(filling.sight.said(blank, language));
                }
                Part::Recording(id) => {
                    flush(&mut words, &mut speech);
                    speech.push(Spoken::Recording(id.clone()));
                }
            }
        }
        flush(&mut words, &mut speech);
        speech
    }

    /// The same text with private values masked; none if it has none.
    #[must_use]
    pub fn masked(&self, language: Language) -> Option<Self> {
        let private = |part: &Part| matches!(part, Part::Blank(blank) if blank.expression.privacy() == Privacy::Private);
        let parts = self.0.get(&language)?;
        if !parts.iter().any(private) {
            return None;
        }
        let masked = parts.iter().map(|part| {
            if private(part) {
                return Part::Words(MASKED.to_owned());
            }
            part.clone()
        });
        Some(Self(BTreeMap::from([(language, masked.collect())])))
    }

    /// The text in a language as it was written, slots in braces; empty if it has none.
    #[must_use]
    pub fn written(&self, language: Language) -> String {
        let parts = self.0.get(&language).into_iter().flatten();
        let parts = parts.map(|part| match part {
            Part::Words(words) => words.clone(),
            Part::Slot(slot) => {
                let named = Slot::NAMES.iter().find(|(_, known)| known == slot);
                format!("{{{}}}", named.map_or("", |(name, _)| *name))
            }
            Part::Blank(blank) => format!("{{{}}}", blank.written),
            Part::Recording(id) => format!("[{id}]"),
        });
        parts.collect()
    }

    /// What of it must be recorded, for keys up to `digits`.
    #[must_use]
    pub fn literals(&self, language: Language, digits: u32) -> Vec<String> {
        let mut literals = Vec::new();
        let mut keep = |text: &str| {
            // Marks after a slot belong to what the slot says; look-ups do not mind them.
            let is_mark = |c: char| c.is_whitespace() || MARKS.contains(&c);
            let text = text.trim_start_matches(is_mark).to_owned();
            if !literals.contains(&text) {
                literals.push(text);
            }
        };
        for digit in 1..=digits.max(1) {
            let filling = Filling {
                digit: Some(digit),
                ..Filling::default()
            };
            for spoken in self.speech(language, filling) {
                if let Spoken::Text(text) = spoken {
                    keep(&text);
                }
            }
        }
        for blank in self.blanks() {
            let words = blank.manner.words.values();
            words
                .filter_map(|words| words.get(&language))
                .for_each(|word| keep(word));
        }
        literals
    }
}

fn flush(words: &mut String, speech: &mut Vec<Spoken>) {
    let text = std::mem::take(words);
    if text.chars().any(char::is_alphanumeric) {
        speech.push(Spoken::Text(text.trim().to_owned()));
    }
}

/// Marks that end a clause, Western and full-width.
const MARKS: [char; 12] = [
    ',', '.', ';', ':', '!', '?', '\u{ff0c}', '\u{3002}', '\u{ff1b}', '\u{ff1a}', '\u{ff01}',
    '\u{3001}',
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::prediction::telling;

    fn wording(text: &str) -> Result<Wording, WordingError> {
        let mut wording = Wording::default();
        let part = |piece: Piece<'_>| match piece {
            Piece::Words(words) => Part::Words(words.to_owned()),
            Piece::Slot(name, _) => Part::Slot(Slot::named(name).unwrap()),
        };
        let parts = cut(text)?.into_iter().map(part).collect();
        wording.put(Language::English, parts);
        Ok(wording)
    }

    #[test]
    fn a_key_stands_inside_its_words() {
        let filling = Filling {
            question: &[Spoken::Text("where is my refund".to_owned())],
            digit: Some(2),
            caller_orders: 3,
            ..Filling::default()
        };
        let table: [(&str, &[&str]); 4] = [
            (
                "{{q.short}}: press {{digit}}.",
                &["where is my refund", ": press 2."],
            ),
            (
                "Press {{ digit }} for {{q.short}}!",
                &["Press 2 for", "where is my refund"],
            ),
            ("Hello {{caller.name}}, welcome.", &["Hello", ", welcome."]),
            ("You have {{caller.orders}}.", &["You have", "3"]),
        ];
        for (text, expected) in table {
            let speech = wording(text).unwrap().speech(Language::English, filling);
            let words = speech
                .iter()
                .map(|spoken| telling::text(std::slice::from_ref(spoken), Language::English));
            let words: Vec<String> = words.collect();
            assert_eq!(words, expected, "{text}");
        }
    }

    #[test]
    fn every_key_is_recorded() {
        let wording = wording("{{q.short}}, press {{digit}}.").unwrap();
        let literals = wording.literals(Language::English, 3);
        assert_eq!(literals, ["press 1.", "press 2.", "press 3."]);
    }

    #[test]
    fn slots_that_cannot_be_read_say_where() {
        let open = WordingError::Open { offset: 2 };
        assert_eq!(wording("a {{digit"), Err(open));
        let pieces = cut("a {{dgit}}").unwrap();
        assert_eq!(pieces.get(1), Some(&Piece::Slot("dgit", 4)));
    }
}
