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
use crate::machine::speech::spoken::Spoken;
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
        Form::Number => situation::whole(number(&value)?).map(Spoken::Number),
        Form::Money => {
            let currency = attribute.map_or(Currency::Yuan, named_value::currency);
            named_value::money(number(&value)?, currency).map(Spoken::Money)
        }
        Form::Date => date(&value, situation).map(Spoken::Date),
        Form::Time => time(&value, situation).map(Spoken::Time),
        Form::Moment => civil(&value, situation).map(Spoken::Moment),
        Form::Span(unit) => span(number(&value)?, unit).map(Spoken::Span),
        Form::Digits => Some(Spoken::Digits(characters(&value))),
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
    let moment = civil(value, situation).map(jiff::civil::DateTime::date);
    moment.or_else(|| words(value)?.parse().ok())
}

fn time(value: &Value, situation: &Situation<'_>) -> Option<jiff::civil::Time> {
    let moment = civil(value, situation).map(jiff::civil::DateTime::time);
    moment.or_else(|| words(value)?.parse().ok())
}

fn span(count: f64, unit: Unit) -> Option<Duration> {
    let minutes = u64::try_from(situation::whole(count * unit.minutes())?).ok()?;
    minutes.checked_mul(60).map(Duration::from_secs)
}

/// So many characters of an order's id tell that its owner calls.
pub const TAIL_LENGTH: usize = 4;

/// What was said, as a person reads it.
#[must_use]
pub fn text(speech: &[Spoken], language: Language) -> String {
    let mut text = String::new();
    for said in speech {
        let written = written(said, language);
        if wants_space(&text, &written, language) {
            text.push(' ');
        }
        text.push_str(&written);
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
        Spoken::Date(date) => date.to_string(),
        Spoken::Time(time) => time.strftime("%H:%M").to_string(),
        Spoken::Moment(moment) => moment.strftime("%Y-%m-%d %H:%M").to_string(),
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
