//! What a grammar wants heard: phrases by id, and rests.

use std::borrow::Cow;
use std::time::Duration;

use crate::machine::speech::sentence;
use crate::vocabulary::language::Language;

/// One thing a grammar wants heard.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Utterance {
    /// A phrase of `prompts/phrases.csv`.
    Phrase {
        /// Its id there: `digit.7`.
        id: Cow<'static, str>,
        /// Its words there: "seven".
        words: Cow<'static, str>,
    },
    /// A pause.
    Rest(Duration),
}

impl Utterance {
    /// The phrase with this id and these words.
    pub fn phrase(id: impl Into<Cow<'static, str>>, words: impl Into<Cow<'static, str>>) -> Self {
        Self::Phrase {
            id: id.into(),
            words: words.into(),
        }
    }
}

/// The words of these utterances, as a person writes them.
#[must_use]
pub fn written(language: Language, utterances: &[Utterance]) -> String {
    let words = utterances.iter().map(|utterance| match utterance {
        Utterance::Phrase { words, .. } => words.as_ref(),
        Utterance::Rest(_) => "",
    });
    sentence::joined(language, words)
}
