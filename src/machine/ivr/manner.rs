//! How a value is said.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::machine::expression::kind::Kind;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::attribute::Kind as AttributeKind;
use crate::machine::prediction::template::Form;
use crate::machine::speech::spelling;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::language::Language;
use crate::vocabulary::value::Value;

/// Words for the values of a state, by value and language.
pub type Words = BTreeMap<String, BTreeMap<Language, String>>;

/// So many characters at the end of a value tell it apart.
const TAIL_LENGTH: usize = 4;

/// How a value is said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manner {
    /// In which form; none: as its kind is said.
    pub form: Option<Form>,
    /// Words for its values.
    pub words: Words,
}

impl Manner {
    /// How an attribute of a bank is said.
    #[must_use]
    pub fn of(attribute: &Attribute) -> Self {
        let form = match attribute.kind {
            AttributeKind::Code => Some(Form::Digits),
            AttributeKind::Number => attribute.unit.map(Form::Span),
            AttributeKind::State
            | AttributeKind::Money
            | AttributeKind::Time
            | AttributeKind::Date
            | AttributeKind::Moment
            | AttributeKind::Bool
            | AttributeKind::Text => None,
        };
        Self {
            form,
            words: attribute.values.clone(),
        }
    }

    /// Whether a value of this kind can be said so, in these languages.
    #[must_use]
    pub fn fits(&self, kind: &Kind, languages: &[Language]) -> bool {
        match (self.form, kind) {
            (
                None | Some(Form::Number | Form::Percent | Form::Span(_) | Form::Digits),
                Kind::Number,
            )
            | (None | Some(Form::Money), Kind::Money(_))
            | (None, Kind::Duration)
            | (None | Some(Form::Date | Form::FullDate), Kind::Date)
            | (None | Some(Form::Time), Kind::Time)
            | (
                None | Some(Form::Moment | Form::Date | Form::FullDate | Form::Time),
                Kind::Moment,
            )
            | (
                Some(Form::Digits | Form::Phone | Form::Tail | Form::Words | Form::Name),
                Kind::Text,
            )
            | (Some(Form::Digits | Form::Tail), Kind::Word(_)) => true,
            (None | Some(Form::Words), Kind::Word(values)) => values.iter().all(|value| {
                let words = self.words.get(value);
                words.is_some_and(|words| languages.iter().all(|one| words.contains_key(one)))
            }),
            _ => false,
        }
    }

    /// The value as it is said; none if it cannot be.
    #[must_use]
    pub fn spoken(&self, value: &Value, language: Language, zone: &TimeZone) -> Option<Spoken> {
        match (value, self.form) {
            (Value::Number(number), None | Some(Form::Number)) => {
                let number = number.to_hundredths();
                Some(if number.is_whole() {
                    Spoken::Number(number.rounded())
                } else {
                    Spoken::Decimal(number)
                })
            }
            (Value::Number(number), Some(Form::Percent)) => {
                Some(Spoken::Percent(number.to_hundredths()))
            }
            (Value::Number(number), Some(Form::Span(unit))) => {
                let minutes = Decimal::from_f64(unit.minutes())?.times(*number).rounded();
                let minutes = u64::try_from(minutes).ok()?;
                minutes
                    .checked_mul(60)
                    .map(Duration::from_secs)
                    .map(Spoken::Span)
            }
            (Value::Number(number), Some(Form::Digits)) => Some(Spoken::Digits(number.to_string())),
            (Value::Money(money), _) => Some(Spoken::Money(*money)),
            (Value::Duration(length), _) => Some(Spoken::Span(length.unsigned_abs())),
            (Value::Date(date), Some(Form::FullDate)) => Some(Spoken::FullDate(*date)),
            (Value::Date(date), _) => Some(Spoken::Date(*date)),
            (Value::Time(time), _) => Some(Spoken::Time(*time)),
            (Value::Moment(moment), form) => {
                let shown = moment.civil(zone).datetime();
                Some(match form {
                    Some(Form::Date) => Spoken::Date(shown.date()),
                    Some(Form::FullDate) => Spoken::FullDate(shown.date()),
                    Some(Form::Time) => Spoken::Time(shown.time()),
                    _ => Spoken::Moment(shown),
                })
            }
            (Value::Text(text), Some(Form::Digits)) => Some(Spoken::Digits(text.clone())),
            (Value::Text(text), Some(Form::Phone)) => Some(Spoken::Digits(spelling::grouped(text))),
            (Value::Text(text), Some(Form::Tail)) => Some(Spoken::Digits(tail(text))),
            (Value::Text(text), None | Some(Form::Words | Form::Name)) => {
                let words = self.words.get(text).and_then(|words| words.get(&language));
                Some(Spoken::Text(words.unwrap_or(text).clone()))
            }
            (Value::Bool(_) | Value::Number(_) | Value::Text(_), _) => None,
        }
    }
}

fn tail(text: &str) -> String {
    let plain: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let start = plain.len().saturating_sub(TAIL_LENGTH);
    plain.iter().skip(start).collect()
}
