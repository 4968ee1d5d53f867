//! The grammars and the recorded phrases agree.

use std::collections::BTreeMap;

use ringwise::machine::speech::composition::compose;
use ringwise::machine::speech::english;
use ringwise::machine::speech::fragment::Fragment;
use ringwise::machine::speech::mandarin;
use ringwise::machine::speech::utterance::Utterance;
use ringwise::vocabulary::language::Language;

use crate::spoken_table::book;
use crate::spoken_table::many_values;
use crate::spoken_table::phrases;

#[test]
fn every_phrase_a_grammar_says_is_recorded_with_the_same_words() {
    let recorded: BTreeMap<_, _> = phrases()
        .into_iter()
        .map(|(id, language, text)| ((language, id), text))
        .collect();
    for value in many_values() {
        let said = [
            (Language::English, english::utterances(&value)),
            (Language::Mandarin, mandarin::utterances("", &value, "个")),
        ];
        for (language, utterances) in said {
            for utterance in utterances {
                let Utterance::Phrase { id, words } = utterance else {
                    continue;
                };
                let text = recorded.get(&(language, id.to_string()));
                assert_eq!(
                    text.map(String::as_str),
                    Some(&*words),
                    "{language} {id} {value:?}"
                );
            }
        }
    }
}

#[test]
fn no_value_is_left_to_the_speech_command() {
    let book = book();
    for value in many_values() {
        for language in Language::ALL {
            let fragments = compose(&book, language, std::slice::from_ref(&value));
            let spoken = |fragment: &Fragment| !matches!(fragment, Fragment::Unrecorded(_));
            assert!(fragments.iter().all(spoken), "{language} {value:?}");
        }
    }
}
