//! What has been recorded, by id and by text.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::speech::sentence;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::language::Language;

/// One recording: a row of `prompts/index.csv`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PhraseRow {
    /// Its id: `digit.7`.
    pub phrase: String,
    /// Its language.
    pub language: Language,
    /// Its words.
    pub text: String,
    /// Its length.
    pub duration: Duration,
    /// Its place in the prompt library.
    pub prompt: PromptId,
}

/// A recording and its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Recording {
    /// Its place in the prompt library.
    pub prompt: PromptId,
    /// Its length.
    pub duration: Duration,
}

/// What has been recorded, by id and by text.
#[derive(Clone, Debug, Default)]
pub struct Phrasebook {
    by_id: [BTreeMap<String, Recording>; Language::ALL.len()],
    by_text: [BTreeMap<String, Recording>; Language::ALL.len()],
}

impl Phrasebook {
    /// The book of these recordings. Of two with the same id or text the first counts.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = PhraseRow>) -> Self {
        let mut book = Self::default();
        for row in rows {
            book.add(row);
        }
        book
    }

    /// Adds a recording, unless its id or text is taken.
    pub fn add(&mut self, row: PhraseRow) {
        let recording = Recording {
            prompt: row.prompt,
            duration: row.duration,
        };
        let at = index(row.language);
        let text = sentence::normalised(&row.text);
        self.by_id[at].entry(row.phrase).or_insert(recording);
        if !text.is_empty() {
            self.by_text[at].entry(text).or_insert(recording);
        }
    }

    /// The recording of the phrase with this id.
    #[must_use]
    pub fn phrase(&self, language: Language, id: &str) -> Option<Recording> {
        self.by_id[index(language)].get(id).copied()
    }

    /// The ids of all phrases of a language.
    pub fn ids(&self, language: Language) -> impl Iterator<Item = &str> {
        self.by_id[index(language)].keys().map(String::as_str)
    }

    /// The recording of exactly these words; marks at the ends, case and spaces do not matter.
    #[must_use]
    pub fn text(&self, language: Language, words: &str) -> Option<Recording> {
        let normal = sentence::normalised(words);
        self.by_text[index(language)].get(&normal).copied()
    }
}

const fn index(language: Language) -> usize {
    match language {
        Language::English => 0,
        Language::Mandarin => 1,
    }
}
