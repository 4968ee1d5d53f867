//! From a step's texts to lines: in the caller's language, with the values of the moment.

use crate::machine::ivr::journey::Journey;
use crate::machine::ivr::journey::Line;
use crate::machine::ivr::script::Voices;
use crate::machine::ivr::sight::CallSight;
use crate::machine::ivr::wording::Filling;
use crate::machine::ivr::wording::Prompts;
use crate::machine::ivr::wording::Sight;
use crate::machine::ivr::wording::Wording;
use crate::machine::ivr::world::WalkWorld;
use crate::machine::prediction::telling;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;

/// The question that a line names, and its key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'n> {
    /// The question.
    pub question: &'n [Spoken],
    /// Its key.
    pub digit: Option<u32>,
}

/// A text as lines, one for each language it is heard in.
#[must_use]
pub fn lines(
    journey: &Journey,
    world: WalkWorld<'_>,
    wording: &Wording,
    voices: Voices,
) -> Vec<Line> {
    let languages = match voices {
        Voices::Callers => vec![journey.language],
        Voices::All => journey.script.languages.clone(),
    };
    let lines = languages
        .into_iter()
        .map(|language| line(journey, world, wording, (language, Named::default())));
    lines.filter(|line| !line.speech.is_empty()).collect()
}

/// The texts of a question, for each time that it is asked.
#[must_use]
pub fn prompts(
    journey: &Journey,
    world: WalkWorld<'_>,
    prompts: &Prompts,
    voices: Voices,
) -> (Vec<Line>, Vec<Vec<Line>>) {
    let lines = |wording: &Wording| lines(journey, world, wording, voices);
    (
        lines(&prompts.first),
        prompts.again.iter().map(lines).collect(),
    )
}

/// A text in a language.
#[must_use]
pub fn line(
    journey: &Journey,
    world: WalkWorld<'_>,
    wording: &Wording,
    (language, named): (Language, Named<'_>),
) -> Line {
    let sight = CallSight { journey, world };
    let customer = journey.customer.as_ref();
    let filling = Filling {
        question: named.question,
        digit: named.digit,
        caller_name: customer.map_or("", |customer| customer.name.as_str()),
        caller_orders: customer.map_or(0, |customer| customer.orders.len()),
        sight: Sight {
            values: Some(&sight),
            hears: if journey.verified {
                Privacy::Private
            } else {
                Privacy::Open
            },
        },
    };
    let masked = wording.masked(language);
    Line {
        speech: wording.speech(language, filling),
        language,
        masked: masked.map(|text| telling::text(&text.speech(language, filling), language)),
    }
}
