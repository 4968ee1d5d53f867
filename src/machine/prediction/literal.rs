//! The words of a bank that are recorded once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::bank::Wording;
use crate::machine::prediction::template::Part;
use crate::machine::speech::sentence;
use crate::machine::speech::sentence::Ending;
use crate::vocabulary::language::Language;

/// Words to record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Literal {
    /// Names the recording: `bank.refund_progress.2`, `bank.word.place.sanya`.
    pub phrase: String,
    /// In which language.
    pub language: Language,
    /// The words.
    pub text: String,
    /// How they are spoken.
    pub kind: LiteralKind,
}

/// How words are spoken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LiteralKind {
    /// From a beginning to a full stop.
    Sentence,
    /// Beside a value or other words.
    Fragment,
}

impl LiteralKind {
    /// Its name in a list of phrases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Fragment => "fragment",
        }
    }
}

impl Bank {
    /// All words that a bank speaks as they stand, each once, cut after full stops and at slots.
    #[must_use]
    pub fn literals(&self) -> Vec<Literal> {
        let mut list = List::default();
        for (name, attribute) in &self.attributes {
            for (value, words) in &attribute.values {
                for (language, text) in words {
                    let phrase = format!("bank.word.{name}.{value}");
                    list.push(phrase, *language, text, LiteralKind::Fragment);
                }
            }
        }
        for name in &self.names {
            list.wording("bank.name", &name.say, 1);
        }
        for notice in &self.notices {
            let prefix = format!("bank.notice.{}", notice.id);
            list.wording(&prefix, &notice.say, 1);
        }
        for question in &self.questions {
            let prefix = format!("bank.{}", question.id);
            list.wording(&prefix, &question.short, 0);
            for answer in &question.answers {
                list.wording(&prefix, &answer.say, 1);
            }
        }
        list.literals
    }
}

#[derive(Default)]
struct List {
    literals: Vec<Literal>,
    counts: BTreeMap<(String, Language), u32>,
    seen: BTreeSet<(Language, String)>,
}

impl List {
    fn wording(&mut self, prefix: &str, wording: &Wording, first: u32) {
        for (language, template) in wording {
            let mut whole = true;
            for part in &template.parts {
                match part {
                    Part::Slot(_) => whole = false,
                    Part::Literal(words) => {
                        whole = self.words(prefix, *language, words, (whole, first));
                    }
                }
            }
        }
    }

    /// Adds words up to each full stop; whether the next ones begin a sentence.
    fn words(
        &mut self,
        prefix: &str,
        language: Language,
        words: &str,
        (mut whole, first): (bool, u32),
    ) -> bool {
        let mut text = String::new();
        for (part, ending) in sentence::parts(words) {
            text.push_str(part);
            if ending == Ending::Stop {
                let kind = if whole {
                    LiteralKind::Sentence
                } else {
                    LiteralKind::Fragment
                };
                self.numbered(prefix, language, &text, (kind, first));
                text.clear();
                whole = true;
            }
        }
        if text.is_empty() {
            return whole;
        }
        self.numbered(prefix, language, &text, (LiteralKind::Fragment, first));
        false
    }

    fn numbered(
        &mut self,
        prefix: &str,
        language: Language,
        text: &str,
        (kind, first): (LiteralKind, u32),
    ) {
        let key = (prefix.to_owned(), language);
        let number = self.counts.get(&key).map_or(first, |count| count + 1);
        if self.push(format!("{prefix}.{number}"), language, text, kind) {
            self.counts.insert(key, number);
        }
    }

    /// Whether the words are new.
    fn push(&mut self, phrase: String, language: Language, text: &str, kind: LiteralKind) -> bool {
        let normal = sentence::normalised(text);
        if normal.is_empty() || !self.seen.insert((language, normal)) {
            return false;
        }
        let text = text.trim().to_owned();
        self.literals.push(Literal {
            phrase,
            language,
            text,
            kind,
        });
        true
    }
}
