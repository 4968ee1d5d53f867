//! What is computed from values. Results beyond a kind's ends are those ends; a quotient by zero is
//! absent; so is what two values that do not go together would give.

use std::cmp::Ordering;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil;

use crate::machine::expression::kind::Kind;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Currency;
use crate::vocabulary::money::Money;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;

/// Most hundredths of a currency, either side of zero.
pub const MINOR_MAX: i64 = 100_000_000_000_000_000;
/// Longest time, in milliseconds, either side of zero: a million days.
pub const DURATION_MS_MAX: i64 = 86_400_000_000_000;

/// The kind of what an operator gives for parts of these kinds; none if it does not take them.
#[must_use]
pub fn kind(binary: Binary, left: &Kind, right: &Kind) -> Option<Kind> {
    match (binary, left, right) {
        (
            Binary::Plus | Binary::Minus | Binary::Times | Binary::Over,
            Kind::Number,
            Kind::Number,
        ) => Some(Kind::Number),
        (Binary::Plus | Binary::Minus, Kind::Money(_), Kind::Money(_)) => {
            (left == right).then(|| left.clone())
        }
        (Binary::Plus | Binary::Minus, Kind::Duration, Kind::Duration)
        | (Binary::Times | Binary::Over, Kind::Duration, Kind::Number)
        | (Binary::Times, Kind::Number, Kind::Duration)
        | (Binary::Minus, Kind::Moment, Kind::Moment)
        | (Binary::Minus, Kind::Date, Kind::Date) => Some(Kind::Duration),
        (Binary::Plus | Binary::Minus, Kind::Moment | Kind::Date, Kind::Duration) => {
            Some(left.clone())
        }
        (Binary::Plus, Kind::Duration, Kind::Moment | Kind::Date)
        | (Binary::Times, Kind::Number, Kind::Money(_)) => Some(right.clone()),
        (Binary::Times | Binary::Over, Kind::Money(_), Kind::Number) => Some(left.clone()),
        (Binary::Over, Kind::Money(_), Kind::Money(_)) => (left == right).then_some(Kind::Number),
        (Binary::Over, Kind::Duration, Kind::Duration) => Some(Kind::Number),
        _ => None,
    }
}

/// The value of two with a sign of arithmetic between them.
#[must_use]
pub fn binary(binary: Binary, left: Value, right: Value) -> Option<Value> {
    match binary {
        Binary::Plus => plus(left, right),
        Binary::Minus => minus(left, right),
        Binary::Times => times(left, right),
        Binary::Over => over(&left, &right),
        Binary::And
        | Binary::Or
        | Binary::OrElse
        | Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::AtMost
        | Binary::More
        | Binary::AtLeast => None,
    }
}

/// The same on the other side of zero.
#[must_use]
pub fn negative(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => Some(Value::Number(number.negative())),
        Value::Money(Money { minor, currency }) => Some(money(-i128::from(*minor), *currency)),
        Value::Duration(length) => Some(duration(-length.as_millis())),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) | Value::Time(_) | Value::Moment(_) => {
            None
        }
    }
}

/// Which of two comes first; none if they are of different kinds or have no order.
#[must_use]
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => Some(one.cmp(two)),
        (Value::Money(one), Value::Money(two)) if one.currency == two.currency => {
            Some(one.minor.cmp(&two.minor))
        }
        (Value::Duration(one), Value::Duration(two)) => Some(one.cmp(two)),
        (Value::Date(one), Value::Date(two)) => Some(one.cmp(two)),
        (Value::Time(one), Value::Time(two)) => Some(one.cmp(two)),
        (Value::Moment(one), Value::Moment(two)) => Some(one.cmp(two)),
        _ => None,
    }
}

fn plus(left: Value, right: Value) -> Option<Value> {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => Some(Value::Number(one.plus(two))),
        (Value::Money(one), Value::Money(two)) if one.currency == two.currency => {
            let sum = i128::from(one.minor) + i128::from(two.minor);
            Some(money(sum, one.currency))
        }
        (Value::Duration(one), Value::Duration(two)) => {
            Some(duration(one.as_millis() + two.as_millis()))
        }
        (Value::Moment(moment), Value::Duration(length))
        | (Value::Duration(length), Value::Moment(moment)) => Some(later(moment, length)),
        (Value::Date(date), Value::Duration(length))
        | (Value::Duration(length), Value::Date(date)) => Some(days_later(date, length)),
        _ => None,
    }
}

fn minus(left: Value, right: Value) -> Option<Value> {
    match (left, right) {
        (Value::Moment(one), Value::Moment(two)) => Some(duration(i128::from(one.ms_since(two)))),
        (Value::Date(one), Value::Date(two)) => Some(duration(one.duration_since(two).as_millis())),
        (left, right) => plus(left, negative(&right)?),
    }
}

fn times(left: Value, right: Value) -> Option<Value> {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => Some(Value::Number(one.times(two))),
        (Value::Money(amount), Value::Number(number))
        | (Value::Number(number), Value::Money(amount)) => {
            let minor = number.of(i128::from(amount.minor))?;
            Some(money(minor, amount.currency))
        }
        (Value::Duration(length), Value::Number(number))
        | (Value::Number(number), Value::Duration(length)) => {
            number.of(length.as_millis()).map(duration)
        }
        _ => None,
    }
}

fn over(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Number(one), Value::Number(two)) => one.over(*two).map(Value::Number),
        (Value::Money(one), Value::Money(two)) if one.currency == two.currency => {
            let ratio = Decimal::ratio(i128::from(one.minor), i128::from(two.minor));
            ratio.map(Value::Number)
        }
        (Value::Duration(one), Value::Duration(two)) => {
            Decimal::ratio(one.as_millis(), two.as_millis()).map(Value::Number)
        }
        (Value::Money(amount), Value::Number(number)) => {
            let minor = number.part(i128::from(amount.minor))?;
            Some(money(minor, amount.currency))
        }
        (Value::Duration(length), Value::Number(number)) => {
            number.part(length.as_millis()).map(duration)
        }
        _ => None,
    }
}

fn money(minor: i128, currency: Currency) -> Value {
    let minor = ranged(minor, MINOR_MAX);
    Value::Money(Money { minor, currency })
}

fn duration(ms: i128) -> Value {
    Value::Duration(SignedDuration::from_millis(ranged(ms, DURATION_MS_MAX)))
}

/// The nearest count within `most` of zero.
fn ranged(count: i128, most: i64) -> i64 {
    let end = if count < 0 { -most } else { most };
    i64::try_from(count).map_or(end, |count| count.clamp(-most, most))
}

fn later(moment: Wall, length: SignedDuration) -> Value {
    let ms = i128::from(moment.as_ms()) + length.as_millis();
    let (first, last) = (
        Timestamp::MIN.as_millisecond(),
        Timestamp::MAX.as_millisecond(),
    );
    let ms = ms.clamp(i128::from(first), i128::from(last));
    Value::Moment(Wall::from_ms(i64::try_from(ms).unwrap_or(last)))
}

/// Whole days later; what is less than a day does not count.
fn days_later(date: civil::Date, length: SignedDuration) -> Value {
    Value::Date(date.saturating_add(length))
}
