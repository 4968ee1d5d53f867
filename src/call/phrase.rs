//! What the centre itself says to seats, in every language. Each text is recorded in `prompts/`.

use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;

/// Said to a seat that became ready.
#[must_use]
pub fn seat_ready(language: Language) -> Vec<Spoken> {
    vec![Spoken::Text(match language {
        Language::English => "You are ready for calls.".to_owned(),
        Language::Mandarin => "您已示闲。".to_owned(),
    })]
}

/// Said to a seat that went away.
#[must_use]
pub fn seat_away(language: Language) -> Vec<Spoken> {
    vec![Spoken::Text(match language {
        Language::English => "You are away.".to_owned(),
        Language::Mandarin => "您已示忙。".to_owned(),
    })]
}
