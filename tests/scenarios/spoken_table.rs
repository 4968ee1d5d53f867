//! Reads and checks tables of spoken values: value, words, fragments.

use std::path::Path;
use std::time::Duration;

use ringwise::machine::speech::composition::compose;
use ringwise::machine::speech::composition::words;
use ringwise::machine::speech::fragment::Fragment;
use ringwise::machine::speech::phrasebook::PhraseRow;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::machine::speech::spelling::grouped;
use ringwise::machine::speech::spoken::Spoken;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::language::Language;
use ringwise::vocabulary::money::Currency;
use ringwise::vocabulary::money::Money;

const LENGTH: Duration = Duration::from_millis(500);

/// The phrases of `prompts/phrases.csv`: (id, language, text).
pub(crate) fn phrases() -> Vec<(String, Language, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/phrases.csv");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        (
            row[0].to_owned(),
            row[1].parse().unwrap(),
            row[2].to_owned(),
        )
    });
    rows.collect()
}

/// A book in which every phrase is recorded.
pub(crate) fn book() -> Phrasebook {
    let row = |(at, (phrase, language, text)): (usize, (String, Language, String))| PhraseRow {
        phrase,
        language,
        text,
        duration: LENGTH,
        prompt: PromptId(u32::try_from(at).unwrap()),
    };
    Phrasebook::new(phrases().into_iter().enumerate().map(row))
}

/// `number 101`, `digits A1`, `money CNY 12.05`, `date 2026-11-21`, `time 14:30`,
/// `moment 2026-11-21T14:30`, `span 3900`.
pub(crate) fn value(text: &str) -> Spoken {
    let (kind, value) = text.split_once(' ').unwrap();
    match kind {
        "number" => Spoken::Number(value.parse().unwrap()),
        "decimal" => Spoken::Decimal(value.parse().unwrap()),
        "percent" => Spoken::Percent(value.parse().unwrap()),
        "text" => Spoken::Text(value.to_owned()),
        "phone" => Spoken::Digits(grouped(value)),
        "full_date" => Spoken::FullDate(value.parse().unwrap()),
        "time" if value == "24:00" => Spoken::DayEnd(None),
        "moment" if value.ends_with("T24:00") => {
            let day = value.strip_suffix("T24:00").unwrap();
            Spoken::DayEnd(Some(day.parse().unwrap()))
        }
        "full_moment" => Spoken::FullMoment(value.parse().unwrap()),
        "digits" => Spoken::Digits(value.to_owned()),
        "date" => Spoken::Date(value.parse().unwrap()),
        "time" => Spoken::Time(value.parse().unwrap()),
        "moment" => Spoken::Moment(value.parse().unwrap()),
        "span" => Spoken::Span(Duration::from_secs(value.parse().unwrap())),
        "money" => {
            let (code, amount) = value.split_once(' ').unwrap();
            let currency = serde_json::from_value(code.into()).unwrap();
            let minor: i64 = amount.replace('.', "").parse().unwrap();
            Spoken::Money(Money { minor, currency })
        }
        other => panic!("{other} is no kind of value"),
    }
}

/// Fragments as ids of `prompts/phrases.csv`; a pause is `_`.
pub(crate) fn ids(fragments: &[Fragment]) -> String {
    let phrases = phrases();
    let id = |fragment: &Fragment| match fragment {
        Fragment::Prompt(prompt, length) => {
            assert_eq!(*length, LENGTH);
            phrases[usize::try_from(prompt.0).unwrap()].0.clone()
        }
        Fragment::Silence(_) => "_".to_owned(),
        Fragment::Unrecorded(text) => format!("unrecorded({text})"),
    };
    let ids: Vec<_> = fragments.iter().map(id).collect();
    ids.join(" ")
}

/// Checks each row: value, words, fragments.
pub(crate) fn check(language: Language, table: &[[&str; 3]]) {
    let book = book();
    for [text, spoken, fragments] in table {
        let value = value(text);
        assert_eq!(words(language, &value), *spoken, "{text}");
        assert_eq!(
            ids(&compose(&book, language, &[value])),
            *fragments,
            "{text}"
        );
    }
}

/// Values that reach every phrase of the grammars.
pub(crate) fn many_values() -> Vec<Spoken> {
    let mut values = Vec::new();
    values.extend((0..=10_100).map(Spoken::Number));
    let powers = (0..=18).map(|power| 10_i64.pow(power));
    for number in powers.chain([i64::MIN, i64::MAX]) {
        for number in [number, number.saturating_sub(1), number.saturating_neg()] {
            values.push(Spoken::Number(number));
        }
    }
    let alphabet: String = (' '..='~').collect();
    values.push(Spoken::Digits(alphabet));
    for currency in [
        Currency::Yuan,
        Currency::Dollar,
        Currency::Euro,
        Currency::HongKongDollar,
    ] {
        let amounts = (-250..=250).chain([123_456_789, i64::MIN, i64::MAX]);
        values.extend(amounts.map(|minor| Spoken::Money(Money { minor, currency })));
    }
    let midnight = jiff::civil::date(2028, 1, 1).at(0, 0, 0, 0);
    for minutes in 0..60 * 24 {
        let moment = midnight + jiff::SignedDuration::from_mins(minutes);
        values.push(Spoken::Time(moment.time()));
        values.push(Spoken::Moment(moment));
    }
    for days in 0..366 {
        let moment = midnight + jiff::SignedDuration::from_hours(24 * days);
        values.push(Spoken::Date(moment.date()));
    }
    values.extend((1900..2130).map(|year| Spoken::FullDate(jiff::civil::date(year, 2, 28))));
    values.push(Spoken::FullMoment(midnight));
    values.push(Spoken::DayEnd(None));
    values.push(Spoken::DayEnd(Some(midnight.date())));
    for number in ["-0.05", "2.5", "1234567890.123456", "1000000000000000"] {
        let number = number.parse().unwrap();
        values.extend([Spoken::Decimal(number), Spoken::Percent(number)]);
    }
    values.extend((0..5_000).map(|minutes| Spoken::Span(Duration::from_secs(minutes * 60))));
    values.push(Spoken::Span(Duration::MAX));
    values
}
