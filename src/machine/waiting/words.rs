//! What the centre says of a wait, in every language. Each text is recorded in `prompts/`.

use crate::machine::speech::spoken::Spoken;
use crate::machine::waiting::range;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::language::Language;

/// A place in the queue, 1 is next.
#[must_use]
pub fn position(language: Language, place: u32) -> Vec<Spoken> {
    let number = Spoken::Number(i64::from(place));
    match (language, place) {
        (Language::English, 1) => vec![text("You are next.")],
        (Language::Mandarin, 1) => vec![text("下一位就是您。")],
        (Language::English, _) => vec![text("You are number"), number, text("in the queue.")],
        (Language::Mandarin, _) => vec![text("您当前排在第"), number, text("位。")],
    }
}

/// An expected wait: "Your estimated wait is about 3 to 5 minutes".
#[must_use]
pub fn wait(language: Language, wait: WaitRange) -> Vec<Spoken> {
    let minutes = |count: u32| Spoken::Span(range::span(count));
    let from = wait.from_min;
    let (begin, rest) = match wait.to_min {
        None => (MORE, vec![minutes(from)]),
        Some(to) if from == 0 => (LESS, vec![minutes(to)]),
        Some(to) if from == to => (ABOUT, vec![minutes(to)]),
        Some(to) => {
            let joined = match language {
                Language::English => [Spoken::Number(i64::from(from)), text("to"), minutes(to)],
                // 两分钟到五分钟: a number alone before 到 would be 二.
                Language::Mandarin => [minutes(from), text("到"), minutes(to)],
            };
            (ABOUT, joined.to_vec())
        }
    };
    let begin = match language {
        Language::English => begin.0,
        Language::Mandarin => begin.1,
    };
    std::iter::once(text(begin)).chain(rest).collect()
}

/// Said to a caller who is elsewhere in the dialplan when a seat rings for them.
#[must_use]
pub fn connecting(language: Language) -> Vec<Spoken> {
    vec![text(match language {
        Language::English => "I am connecting you to a colleague. Please hold.",
        Language::Mandarin => "正在为您转接人工服务,请稍候。",
    })]
}

const ABOUT: (&str, &str) = ("Your estimated wait is about", "预计等待时间约");
const LESS: (&str, &str) = ("Your estimated wait is less than", "预计等待时间不到");
const MORE: (&str, &str) = ("Your estimated wait is more than", "预计等待时间超过");

fn text(words: &str) -> Spoken {
    Spoken::Text(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::speech::composition::to_text;

    #[test]
    fn a_wait_is_said_as_people_say_it() {
        let said = |language, from_min, to_min| {
            to_text(language, &wait(language, WaitRange { from_min, to_min }))
        };
        let english = |from, to| said(Language::English, from, to);
        assert_eq!(
            english(3, Some(5)),
            "Your estimated wait is about three to five minutes"
        );
        assert_eq!(
            english(1, Some(1)),
            "Your estimated wait is about one minute"
        );
        assert_eq!(
            english(0, Some(2)),
            "Your estimated wait is less than two minutes"
        );
        assert_eq!(
            english(30, None),
            "Your estimated wait is more than thirty minutes"
        );
        let mandarin = |from, to| said(Language::Mandarin, from, to);
        assert_eq!(mandarin(2, Some(5)), "预计等待时间约两分钟到五分钟");
        assert_eq!(mandarin(0, Some(1)), "预计等待时间不到一分钟");
        assert_eq!(mandarin(60, None), "预计等待时间超过一小时");
    }
}
