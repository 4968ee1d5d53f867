//! Values as services of HTTP write and read them: JSON, typed by the variable that keeps them.

use jiff::civil;
use serde_json::Value as Json;
use serde_json::json;

use crate::machine::expression::kind::Kind;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Money;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::Value;

/// Longest text that a service may give, in characters.
const TEXT_MAX: usize = 1_000;

/// A value as a service is told it: truths as such, all else as it is written.
#[must_use]
pub fn told(value: &Value) -> Json {
    match value {
        Value::Bool(yes) => json!(yes),
        Value::Number(number) if number.is_whole() => json!(number.rounded()),
        Value::Number(_)
        | Value::Money(_)
        | Value::Text(_)
        | Value::Duration(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Moment(_) => json!(value.to_string()),
    }
}

/// What a service gives, as a value of this kind; none if it is another kind, or null.
///
/// Numbers may be texts, amounts are in the main unit, lengths of time in seconds, moments in
/// ISO 8601 with an offset.
#[must_use]
pub fn read(given: &Json, kind: &Kind) -> Option<Value> {
    let text = match given {
        Json::String(text) if text.chars().count() <= TEXT_MAX => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(yes) => yes.to_string(),
        Json::String(_) | Json::Null | Json::Array(_) | Json::Object(_) => return None,
    };
    let number = || text.parse::<Decimal>().ok();
    match kind {
        Kind::Bool => text.parse().ok().map(Value::Bool),
        Kind::Number => number().map(Value::Number),
        Kind::Money(currency) => {
            let minor = number()?.times(Decimal::whole(100)).rounded();
            let currency = *currency;
            Some(Value::Money(Money { minor, currency }))
        }
        Kind::Text => Some(Value::Text(text)),
        Kind::Word(words) => words.contains(&text).then_some(Value::Text(text)),
        Kind::Duration => {
            let seconds = number()?.rounded();
            Some(Value::Duration(jiff::SignedDuration::from_secs(seconds)))
        }
        Kind::Date => text.parse::<civil::Date>().ok().map(Value::Date),
        Kind::Time => text.parse::<civil::Time>().ok().map(Value::Time),
        Kind::Moment => {
            let at = text.parse::<jiff::Timestamp>().ok()?;
            Some(Value::Moment(Wall::from_ms(at.as_millisecond())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::money::Currency;

    #[test]
    fn values_are_typed_by_what_keeps_them() {
        let yuan = Kind::Money(Currency::Yuan);
        let states = Kind::words(["gold", "silver"]);
        let table = [
            (json!(12.5), &yuan, Some("CNY 12.50")),
            (json!("12.5"), &Kind::Number, Some("12.5")),
            (json!(true), &Kind::Bool, Some("true")),
            (json!(7), &Kind::Text, Some("7")),
            (json!("gold"), &states, Some("gold")),
            (json!("tin"), &states, None),
            (json!(90), &Kind::Duration, Some("1m30s")),
            (json!("2026-05-01"), &Kind::Date, Some("2026-05-01")),
            (json!("25:00"), &Kind::Time, None),
            (json!("soon"), &Kind::Number, None),
            (json!(null), &Kind::Text, None),
            (json!([1]), &Kind::Text, None),
        ];
        for (given, kind, expected) in table {
            let value = read(&given, kind).map(|value| value.to_string());
            assert_eq!(value.as_deref(), expected, "{given}");
        }
    }
}
