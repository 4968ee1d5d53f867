//! What the centre itself says, in every language. Each text is recorded in `prompts/`.

use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;

/// Said to a waiting contact: its place, 1 is next.
#[must_use]
pub fn position(language: Language, place: u32) -> Vec<Spoken> {
    let text = |words: &str| Spoken::Text(words.to_owned());
    let place = Spoken::Number(i64::from(place));
    match (language, &place) {
        (Language::English, Spoken::Number(1)) => vec![text("You are next.")],
        (Language::Mandarin, Spoken::Number(1)) => vec![text("下一位就是您。")],
        (Language::English, _) => vec![text("You are number"), place, text("in the queue.")],
        (Language::Mandarin, _) => vec![text("您当前排在第"), place, text("位。")],
    }
}

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
