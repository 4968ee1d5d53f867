//! What a dialplan says: texts by language, with slots.

use std::collections::BTreeMap;

use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;

/// A text in each language of its dialplan.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wording(BTreeMap<Language, Vec<Part>>);

/// A part of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Words(String),
    Slot(Slot),
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
    /// A slot that is not known here.
    #[error("unknown slot `{name}`")]
    Unknown {
        /// Its name.
        name: String,
        /// Byte offset of the name in the text.
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
}

impl Wording {
    /// Adds the text of a language. Only the slots in `allowed` may stand in it.
    ///
    /// # Errors
    ///
    /// The first slot that cannot be read.
    pub fn add(
        &mut self,
        language: Language,
        text: &str,
        allowed: &[Slot],
    ) -> Result<(), WordingError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let offset = text.len() - after.len();
            let open = WordingError::Open { offset: offset - 2 };
            let (name, after) = after.split_once("}}").ok_or(open)?;
            parts.push(Part::Words(before.to_owned()));
            parts.push(Part::Slot(slot(name, offset, allowed)?));
            rest = after;
        }
        parts.push(Part::Words(rest.to_owned()));
        self.0.insert(language, parts);
        Ok(())
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
            }
        }
        flush(&mut words, &mut speech);
        speech
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
        });
        parts.collect()
    }

    /// What of it must be recorded, for keys up to `digits`.
    #[must_use]
    pub fn literals(&self, language: Language, digits: u32) -> Vec<String> {
        let mut literals = Vec::new();
        for digit in 1..=digits.max(1) {
            let filling = Filling {
                digit: Some(digit),
                ..Filling::default()
            };
            for spoken in self.speech(language, filling) {
                // Marks after a slot belong to what the slot says; look-ups do not mind them.
                let is_mark = |c: char| c.is_whitespace() || MARKS.contains(&c);
                if let Spoken::Text(text) = spoken {
                    let text = text.trim_start_matches(is_mark).to_owned();
                    if !literals.contains(&text) {
                        literals.push(text);
                    }
                }
            }
        }
        literals
    }
}

fn slot(name: &str, offset: usize, allowed: &[Slot]) -> Result<Slot, WordingError> {
    let known = Slot::NAMES.iter().find(|(known, _)| *known == name.trim());
    let known = known.filter(|(_, slot)| allowed.contains(slot));
    known.map(|(_, slot)| *slot).ok_or_else(|| {
        let name = name.to_owned();
        WordingError::Unknown { name, offset }
    })
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

    const ALL: [Slot; 4] = [
        Slot::Question,
        Slot::Digit,
        Slot::CallerName,
        Slot::CallerOrders,
    ];

    fn wording(text: &str) -> Result<Wording, WordingError> {
        let mut wording = Wording::default();
        wording.add(Language::English, text, &ALL)?;
        Ok(wording)
    }

    #[test]
    fn a_key_stands_inside_its_words() {
        let filling = Filling {
            question: &[Spoken::Text("where is my refund".to_owned())],
            digit: Some(2),
            caller_name: "",
            caller_orders: 3,
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
        let name = "dgit".to_owned();
        let unknown = WordingError::Unknown { name, offset: 4 };
        assert_eq!(wording("a {{dgit}}"), Err(unknown));
    }
}
