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
const PARTS_JOINED_MAX: usize = 24;
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
        } else if let Spoken::Recording(id) = spoken {
            composer.recording(id);
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
            if let Spoken::Recording(id) = spoken {
                return format!("[{id}]");
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
        let most = parts.len().min(PARTS_JOINED_MAX);
        (1..=most).rev().find_map(|count| {
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

    /// A recording by its id; nothing if there is none.
    fn recording(&mut self, id: &str) {
        if let Some(recording) = self.book.phrase(self.language, id) {
            self.push(Fragment::Prompt(recording.prompt, recording.duration));
        }
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

#[cfg(test)]
mod tests {
    use crate::machine::speech::phrasebook::PhraseRow;
    use crate::vocabulary::id::PromptId;

    use super::*;

    const LENGTH: Duration = Duration::from_millis(500);

    /// A book of these texts; the first is prompt 0.
    fn book(texts: &[&str]) -> Phrasebook {
        Phrasebook::new(texts.iter().zip(0..).map(|(text, at)| PhraseRow {
            phrase: format!("text.{at}"),
            language: Language::English,
            text: (*text).to_owned(),
            duration: LENGTH,
            prompt: PromptId(at),
        }))
    }

    fn prompt(at: u32) -> Fragment {
        Fragment::Prompt(PromptId(at), LENGTH)
    }

    fn said(book: &Phrasebook, text: &str) -> Vec<Fragment> {
        compose(book, Language::English, &[Spoken::Text(text.to_owned())])
    }

    #[test]
    fn a_text_recorded_whole_is_one_fragment() {
        let book = book(&[
            "For flights, press 1. For hotels, press 2.",
            "For flights, press 1.",
        ]);
        assert_eq!(
            said(&book, " for flights, press 1. For hotels, press 2 "),
            [prompt(0)]
        );
        assert_eq!(said(&book, "For flights, press 1!"), [prompt(1)]);
        assert_eq!(said(&book, " \u{3002} "), []);
    }

    #[test]
    fn a_text_is_cut_at_its_marks_longest_part_first() {
        let book = book(&["Hello,", "Hello, and welcome.", "One moment, please."]);
        let rest = Fragment::Silence(STOP_REST);
        let whole = said(&book, "Hello, and welcome. One moment, please.");
        assert_eq!(whole, [prompt(1), rest.clone(), prompt(2)]);
        let unrecorded = Fragment::Unrecorded("it is late. Too late.".to_owned());
        let short = Fragment::Silence(COMMA_REST);
        let mixed = said(&book, "Hello, it is late. Too late. One moment, please.");
        assert_eq!(mixed, [prompt(0), short, unrecorded, rest, prompt(2)]);
    }

    #[test]
    fn a_mark_between_a_text_and_a_value_is_a_rest() {
        let book = book(&["You are number", "in the queue"]);
        let speech = [
            Spoken::Text("You are number".to_owned()),
            Spoken::Number(7),
            Spoken::Text(", in the queue.".to_owned()),
        ];
        let fragments = compose(&book, Language::English, &speech);
        let seven = Fragment::Unrecorded("seven".to_owned());
        let rest = Fragment::Silence(COMMA_REST);
        assert_eq!(fragments, [prompt(0), seven, rest, prompt(1)]);
        let text = to_text(Language::English, &speech);
        assert_eq!(text, "You are number seven, in the queue.");
    }

    #[test]
    fn a_pause_is_whole_frames_and_takes_the_place_of_a_rest() {
        let book = book(&["Hello."]);
        let speech = |pause| {
            let hello = Spoken::Text("Hello.".to_owned());
            let speech = [hello.clone(), Spoken::Pause(pause), hello];
            compose(&book, Language::English, &speech)
        };
        let silence = |ms| Fragment::Silence(Duration::from_millis(ms));
        let fragments = speech(Duration::from_millis(501));
        assert_eq!(fragments, [prompt(0), silence(520), prompt(0)]);
        assert_eq!(speech(Duration::ZERO), [prompt(0), silence(300), prompt(0)]);
        assert_eq!(speech(Duration::MAX)[1], Fragment::Silence(PAUSE_MAX));
    }

    #[test]
    fn literals_without_a_recording_are_listed_once() {
        let book = book(&["Hello."]);
        let literal = |text: &str| (Language::English, text.to_owned());
        let literals = [literal("Hello! Who?"), literal("hello"), literal("Who?")];
        assert_eq!(unrecorded(&book, &literals), [literal("Who?")]);
        let mandarin = (Language::Mandarin, "Hello.".to_owned());
        assert_eq!(
            unrecorded(&book, std::slice::from_ref(&mandarin)),
            [mandarin]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_composed(text in "[a-c,. !\u{3002}-]{0,60}") {
            let book = book(&["a", "a, b", "c. c"]);
            let fragments = said(&book, &text);
            let ends = [fragments.first(), fragments.last()];
            let silent = |end: &Option<&Fragment>| matches!(end, Some(Fragment::Silence(_)));
            proptest::prop_assert!(!ends.iter().any(silent));
        }
    }
}
