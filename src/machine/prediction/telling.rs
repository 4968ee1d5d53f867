//! Templates filled with values, to be spoken and to be read.

use std::fmt::Write;
use std::time::Duration;

use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind;
use crate::machine::prediction::attribute::Unit;
use crate::machine::prediction::named_value;
use crate::machine::prediction::named_value::characters;
use crate::machine::prediction::order::Value;
use crate::machine::prediction::situation;
use crate::machine::prediction::situation::Situation;
use crate::machine::prediction::template::Form;
use crate::machine::prediction::template::Part;
use crate::machine::prediction::template::Slot;
use crate::machine::prediction::template::Template;
use crate::machine::speech::spelling;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::language::Language;
use crate::vocabulary::money::Currency;
use crate::vocabulary::money::Money;

/// The slot that takes a question's short form.
pub const QUESTION_SLOT: &str = "question";

/// The template with its values; none if a value is missing or cannot be said.
#[must_use]
pub fn speech(
    template: &Template,
    situation: &Situation<'_>,
    language: Language,
) -> Option<Vec<Spoken>> {
    around(template, &[], situation, language)
}

/// The same, with `question` in the slot of that name.
#[must_use]
pub fn around(
    template: &Template,
    question: &[Spoken],
    situation: &Situation<'_>,
    language: Language,
) -> Option<Vec<Spoken>> {
    let mut said = Vec::with_capacity(template.parts.len() + question.len());
    for part in &template.parts {
        match part {
            Part::Literal(words) => said.push(Spoken::Text(words.clone())),
            Part::Slot(slot) if slot.name == QUESTION_SLOT => said.extend_from_slice(question),
            Part::Slot(slot) => said.push(filled(slot, situation, language)?),
        }
    }
    Some(said)
}

/// The form in which a slot is said: its own, else that of its attribute.
#[must_use]
pub fn form_of(slot: &Slot, attribute: Option<&Attribute>) -> Option<Form> {
    if slot.form.is_some() {
        return slot.form;
    }
    let attribute = match attribute {
        Some(attribute) => attribute,
        None if slot.name == "id" => return Some(Form::Digits),
        None => return None,
    };
    match attribute.kind {
        Kind::Number => Some(attribute.unit.map_or(Form::Number, Form::Span)),
        Kind::Money => Some(Form::Money),
        Kind::Time => Some(Form::Time),
        Kind::Date => Some(Form::Date),
        Kind::Moment => Some(Form::Moment),
        Kind::State => Some(Form::Words),
        Kind::Code => Some(Form::Digits),
        Kind::Bool | Kind::Text => None,
    }
}

fn filled(slot: &Slot, situation: &Situation<'_>, language: Language) -> Option<Spoken> {
    let attribute = situation.attributes.get(&slot.name);
    let value = situation.value(&slot.name)?;
    match form_of(slot, attribute)? {
        Form::Number => counted(number(&value)?),
        Form::Percent => {
            let share = Decimal::from_f64(number(&value)?)?;
            Some(Spoken::Percent(share.to_hundredths()))
        }
        Form::Money => {
            let currency = attribute.map_or(Currency::Yuan, named_value::currency);
            named_value::money(number(&value)?, currency).map(Spoken::Money)
        }
        Form::Date => date(&value, situation).map(|day| dated(day, situation)),
        Form::FullDate => date(&value, situation).map(Spoken::FullDate),
        Form::Time => time(&value, situation),
        Form::Moment => moment(&value, situation),
        Form::Span(unit) => span(number(&value)?, unit).map(Spoken::Span),
        Form::Digits => Some(Spoken::Digits(characters(&value))),
        Form::Phone => Some(Spoken::Digits(spelling::grouped(&characters(&value)))),
        Form::Name => words(&value).map(|words| Spoken::Text(words.to_owned())),
        Form::Tail => Some(Spoken::Digits(tail(&characters(&value)))),
        Form::Words => {
            let words = attribute?.values.get(&characters(&value))?;
            words.get(&language).cloned().map(Spoken::Text)
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Bool(_) | Value::Text(_) => None,
    }
}

fn words(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => None,
    }
}

fn tail(characters: &str) -> String {
    let plain: Vec<char> = characters.chars().filter(|c| c.is_alphanumeric()).collect();
    let start = plain.len().saturating_sub(TAIL_LENGTH);
    plain.iter().skip(start).collect()
}

fn civil(value: &Value, situation: &Situation<'_>) -> Option<jiff::civil::DateTime> {
    let moment = situation::moment(words(value)?, situation.zone)?;
    Some(moment.with_time_zone(situation.zone.clone()).datetime())
}

fn date(value: &Value, situation: &Situation<'_>) -> Option<jiff::civil::Date> {
    if let Some(day) = ended(words(value)?) {
        return Some(day);
    }
    let moment = civil(value, situation).map(jiff::civil::DateTime::date);
    moment.or_else(|| words(value)?.parse().ok())
}

fn time(value: &Value, situation: &Situation<'_>) -> Option<Spoken> {
    let written = words(value)?;
    if written == DAY_END || ended(written).is_some() {
        return Some(Spoken::DayEnd(None));
    }
    let moment = civil(value, situation).map(jiff::civil::DateTime::time);
    let time = moment.or_else(|| written.parse().ok());
    time.map(Spoken::Time)
}

fn moment(value: &Value, situation: &Situation<'_>) -> Option<Spoken> {
    if let Some(day) = ended(words(value)?) {
        return Some(Spoken::DayEnd(Some(day)));
    }
    let moment = civil(value, situation)?;
    Some(if is_far(moment.date(), situation) {
        Spoken::FullMoment(moment)
    } else {
        Spoken::Moment(moment)
    })
}

fn dated(day: jiff::civil::Date, situation: &Situation<'_>) -> Spoken {
    if is_far(day, situation) {
        Spoken::FullDate(day)
    } else {
        Spoken::Date(day)
    }
}

/// Whether nobody could tell its year from the season.
fn is_far(day: jiff::civil::Date, situation: &Situation<'_>) -> bool {
    let today = situation.wall.civil(situation.zone).date();
    let days = today.until(day).map_or(i32::MAX, |span| span.get_days());
    days.abs() > YEAR_CLEAR_DAYS
}

/// The day that ends at this moment, if it is written as 24:00.
fn ended(written: &str) -> Option<jiff::civil::Date> {
    let (day, time) = written.split_once('T')?;
    (time == DAY_END || time == "24:00:00").then(|| day.parse().ok())?
}

/// A number with at most two digits after its point.
fn counted(number: f64) -> Option<Spoken> {
    let number = Decimal::from_f64(number)?.to_hundredths();
    Some(if number.is_whole() {
        Spoken::Number(number.rounded())
    } else {
        Spoken::Decimal(number)
    })
}

fn span(count: f64, unit: Unit) -> Option<Duration> {
    let minutes = u64::try_from(situation::whole(count * unit.minutes())?).ok()?;
    minutes.checked_mul(60).map(Duration::from_secs)
}

/// The end of a day, as ISO 8601 writes it.
const DAY_END: &str = "24:00";
/// A day so near is told without its year.
const YEAR_CLEAR_DAYS: i32 = 300;
/// So many characters of an order's id tell that its owner calls.
pub const TAIL_LENGTH: usize = 4;

/// What was said, as a person reads it.
#[must_use]
pub fn text(speech: &[Spoken], language: Language) -> String {
    joined(speech.iter().map(|said| written(said, language)), language)
}

/// The template with its values for somebody who reads; none if a value is missing. Free words and
/// truths, which nobody says, are written as they are.
#[must_use]
pub fn written_out(
    template: &Template,
    situation: &Situation<'_>,
    language: Language,
) -> Option<String> {
    let part = |part: &Part| match part {
        Part::Literal(words) => Some(words.clone()),
        Part::Slot(slot) => {
            let said = filled(slot, situation, language);
            let text = said.map(|said| written(&said, language));
            text.or_else(|| situation.value(&slot.name).map(|value| characters(&value)))
        }
    };
    let parts: Vec<String> = template.parts.iter().map(part).collect::<Option<_>>()?;
    Some(joined(parts.into_iter(), language))
}

fn joined(parts: impl Iterator<Item = String>, language: Language) -> String {
    let mut text = String::new();
    for part in parts {
        if wants_space(&text, &part, language) {
            text.push(' ');
        }
        text.push_str(&part);
    }
    text
}

fn wants_space(before: &str, after: &str, language: Language) -> bool {
    let (Some(last), Some(first)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    let joins = matches!(first, ',' | '.' | '!' | '?' | ';' | ':' | ')');
    match language {
        Language::English => !joins && last != '(',
        Language::Mandarin => last.is_ascii_alphanumeric() && first.is_ascii_alphanumeric(),
    }
}

fn written(said: &Spoken, language: Language) -> String {
    match said {
        Spoken::Text(words) | Spoken::Digits(words) => words.clone(),
        Spoken::Number(number) => number.to_string(),
        Spoken::Money(money) => amount(*money),
        Spoken::Decimal(number) => number.to_string(),
        Spoken::Percent(number) => format!("{number}%"),
        Spoken::Date(date) | Spoken::FullDate(date) => date.to_string(),
        Spoken::DayEnd(None) => DAY_END.to_owned(),
        Spoken::DayEnd(Some(day)) => format!("{day} {DAY_END}"),
        Spoken::Time(time) => time.strftime("%H:%M").to_string(),
        Spoken::Moment(moment) | Spoken::FullMoment(moment) => {
            moment.strftime("%Y-%m-%d %H:%M").to_string()
        }
        Spoken::Span(span) => span_text(*span, language),
        Spoken::Recording(id) => format!("[{id}]"),
        Spoken::Pause(_) => String::new(),
    }
}

fn amount(money: Money) -> String {
    let sign = if money.minor < 0 { "-" } else { "" };
    let minor = money.minor.unsigned_abs();
    let symbol = match money.currency {
        Currency::Yuan => "¥",
        Currency::Dollar => "US$",
        Currency::Euro => "€",
        Currency::HongKongDollar => "HK$",
    };
    format!("{sign}{symbol}{}.{:02}", minor / 100, minor % 100)
}

fn span_text(span: Duration, language: Language) -> String {
    let minutes = span.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let [day, hour, minute] = match language {
        Language::English => [" d", " h", " min"],
        Language::Mandarin => ["天", "小时", "分钟"],
    };
    let mut text = String::new();
    let mut units = 0;
    for (count, unit) in [(days, day), (hours, hour), (minutes, minute)] {
        let last_and_empty = text.is_empty() && unit == minute;
        if units < 2 && (count > 0 || last_and_empty) {
            let gap = if text.is_empty() || language == Language::Mandarin {
                ""
            } else {
                " "
            };
            let _ = write!(text, "{gap}{count}{unit}");
            units += 1;
        }
    }
    text
}
