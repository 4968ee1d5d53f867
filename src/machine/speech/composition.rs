//! From a sentence to the fragments that speak it.

use std::time::Duration;

use crate::machine::speech::english;
use crate::machine::speech::fragment::Fragment;
use crate::machine::speech::mandarin;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::machine::speech::sentence;
use crate::machine::speech::sentence::Ending;
use crate::machine::speech::spoken::Spoken;
use crate::machine::speech::utterance;
use crate::machine::speech::utterance::Utterance;
use crate::vocabulary::language::Language;

/// Rest after a full stop, unless nothing follows.
const STOP_REST: Duration = Duration::from_millis(300);
/// Rest after a comma, unless nothing follows.
const COMMA_REST: Duration = Duration::from_millis(140);
/// Most parts of a text that are looked up as one.
const PARTS_JOINED_MAX: usize = 12;
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
const FRAME: Duration = Duration::from_millis(20);

/// The fragments that speak these values.
///
/// A text is looked up whole, then in parts at its marks, longest first. A value with a phrase that
/// is not recorded is one [`Fragment::Unrecorded`] with all its words, so that it keeps one voice.
#[must_use]
pub fn compose(book: &Phrasebook, language: Language, speech: &[Spoken]) -> Vec<Fragment> {
    let mut composer = Composer {
        book,
        language,
        rest: Duration::ZERO,
        fragments: Vec::new(),
    };
    for (at, spoken) in speech.iter().enumerate() {
        if let Spoken::Text(text) = spoken {
            composer.text(text);
        } else if let Spoken::Pause(pause) = spoken {
            composer.pause(*pause);
        } else {
            composer.value(&utterances(language, speech, at));
        }
    }
    composer.fragments
}

/// These values in words, as a person reads them.
#[must_use]
pub fn to_text(language: Language, speech: &[Spoken]) -> String {
    let words: Vec<String> = speech
        .iter()
        .enumerate()
        .map(|(at, spoken)| {
            if let Spoken::Text(text) = spoken {
                return text.clone();
            }
            utterance::written(language, &utterances(language, speech, at))
        })
        .collect();
    sentence::joined(language, words.iter().map(String::as_str))
}

/// One value in words: "one hundred and one", "一百零一". A pause has none.
#[must_use]
pub fn words(language: Language, spoken: &Spoken) -> String {
    to_text(language, std::slice::from_ref(spoken))
}

/// The texts of these literals that nobody has recorded, in order, each once.
#[must_use]
pub fn unrecorded(book: &Phrasebook, literals: &[(Language, String)]) -> Vec<(Language, String)> {
    let mut missing = Vec::new();
    for (language, literal) in literals {
        for fragment in compose(book, *language, &[Spoken::Text(literal.clone())]) {
            let Fragment::Unrecorded(text) = fragment else {
                continue;
            };
            let found = (*language, text);
            if !missing.contains(&found) {
                missing.push(found);
            }
        }
    }
    missing
}

fn utterances(language: Language, speech: &[Spoken], at: usize) -> Vec<Utterance> {
    let text = |at: Option<usize>| match at.and_then(|at| speech.get(at)) {
        Some(Spoken::Text(text)) => text.trim(),
        _ => "",
    };
    match language {
        Language::English => english::utterances(&speech[at]),
        Language::Mandarin => {
            mandarin::utterances(text(at.checked_sub(1)), &speech[at], text(Some(at + 1)))
        }
    }
}

type Part<'a> = (&'a str, Ending);

fn together(parts: &[Part<'_>]) -> String {
    parts.iter().map(|(text, _)| *text).collect()
}

struct Composer<'a> {
    book: &'a Phrasebook,
    language: Language,
    /// Owed before the next fragment.
    rest: Duration,
    fragments: Vec<Fragment>,
}

impl Composer<'_> {
    fn text(&mut self, text: &str) {
        let parts = sentence::parts(text);
        let mut left = parts.as_slice();
        while let Some((first, ending)) = left.first() {
            if sentence::normalised(first).is_empty() {
                self.owe(*ending);
                left = &left[1..];
                continue;
            }
            let (count, fragment) = self.recorded(left).unwrap_or_else(|| self.unrecorded(left));
            self.push(fragment);
            self.owe(left[count - 1].1);
            left = &left[count..];
        }
    }

    /// How many of the first parts are recorded as one, most first, and the recording.
    fn recorded(&self, parts: &[Part<'_>]) -> Option<(usize, Fragment)> {
        (1..=parts.len().min(PARTS_JOINED_MAX))
            .rev()
            .find_map(|count| {
                let recording = self.book.text(self.language, &together(&parts[..count]))?;
                let fragment = Fragment::Prompt(recording.prompt, recording.duration);
                Some((count, fragment))
            })
    }

    /// How many parts stand before the next recorded one, and their words.
    fn unrecorded(&self, parts: &[Part<'_>]) -> (usize, Fragment) {
        let next = (1..parts.len()).find(|at| self.recorded(&parts[*at..]).is_some());
        let count = next.unwrap_or(parts.len());
        let words = together(&parts[..count]).trim().to_owned();
        (count, Fragment::Unrecorded(words))
    }

    fn value(&mut self, utterances: &[Utterance]) {
        let mut fragments = Vec::with_capacity(utterances.len());
        for utterance in utterances {
            match utterance {
                Utterance::Rest(rest) => fragments.push(Fragment::Silence(*rest)),
                Utterance::Phrase { id, .. } => {
                    let Some(recording) = self.book.phrase(self.language, id) else {
                        let words = utterance::written(self.language, utterances);
                        self.push(Fragment::Unrecorded(words));
                        return;
                    };
                    fragments.push(Fragment::Prompt(recording.prompt, recording.duration));
                }
            }
        }
        for fragment in fragments {
            self.push(fragment);
        }
    }

    fn pause(&mut self, pause: Duration) {
        let frames = pause.min(PAUSE_MAX).as_millis().div_ceil(FRAME.as_millis());
        let pause = FRAME * u32::try_from(frames).unwrap_or(0);
        if !pause.is_zero() {
            self.rest = Duration::ZERO;
            self.fragments.push(Fragment::Silence(pause));
        }
    }

    fn push(&mut self, fragment: Fragment) {
        let rest = std::mem::take(&mut self.rest);
        let rested = matches!(self.fragments.last(), None | Some(Fragment::Silence(_)));
        if !rest.is_zero() && !rested {
            self.fragments.push(Fragment::Silence(rest));
        }
        self.fragments.push(fragment);
    }

    fn owe(&mut self, ending: Ending) {
        let rest = match ending {
            Ending::Stop => STOP_REST,
            Ending::Comma => COMMA_REST,
            Ending::Open => Duration::ZERO,
        };
        self.rest = self.rest.max(rest);
    }
}
