//! From a checked expression to a value. Total: every expression has a value or is absent.

use std::cmp::Ordering;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;

use crate::machine::expression::arithmetic;
use crate::machine::expression::environment::Values;
use crate::machine::expression::function::Function;
use crate::machine::expression::function::WEEKDAYS;
use crate::machine::expression::term::Term;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Money;
use crate::vocabulary::time::Wall;
use crate::vocabulary::value::Value;
use crate::wire::expression::syntax::Binary;
use crate::wire::expression::syntax::Unary;

/// The value of a term; none if it is absent.
#[must_use]
pub fn value(term: &Term, values: &dyn Values) -> Option<Value> {
    match term {
        Term::Value(value) => Some(value.clone()),
        Term::Local(moment) => Some(moment_of(*moment, values)),
        Term::Name(name) => values.value(name),
        Term::Unary(Unary::Known, part) => {
            let known = if let Term::Name(name) = &**part {
                values.knows(name)
            } else {
                value(part, values).is_some()
            };
            Some(Value::Bool(known))
        }
        Term::Unary(Unary::Not, part) => truth(part, values).map(|yes| Value::Bool(!yes)),
        Term::Unary(Unary::Negative, part) => arithmetic::negative(&value(part, values)?),
        Term::Binary(operator, parts) => binary(*operator, parts, values),
        Term::In(part, parts) => {
            let sought = value(part, values)?;
            let found = parts
                .iter()
                .any(|part| value(part, values).as_ref() == Some(&sought));
            Some(Value::Bool(found))
        }
        Term::Choice(parts) => {
            let [condition, yes, no] = &**parts;
            value(if truth(condition, values)? { yes } else { no }, values)
        }
        Term::Call(function, parts) => {
            let parts: Option<Vec<Value>> = parts.iter().map(|part| value(part, values)).collect();
            call(*function, &parts?, values)
        }
    }
}

fn truth(term: &Term, values: &dyn Values) -> Option<bool> {
    match value(term, values)? {
        Value::Bool(yes) => Some(yes),
        Value::Number(_)
        | Value::Money(_)
        | Value::Text(_)
        | Value::Duration(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Moment(_) => None,
    }
}

fn binary(operator: Binary, parts: &[Term; 2], values: &dyn Values) -> Option<Value> {
    let [left, right] = parts;
    match operator {
        Binary::And if !truth(left, values)? => return Some(Value::Bool(false)),
        Binary::Or if truth(left, values)? => return Some(Value::Bool(true)),
        Binary::And | Binary::Or => return truth(right, values).map(Value::Bool),
        Binary::OrElse => return value(left, values).or_else(|| value(right, values)),
        Binary::Equal
        | Binary::NotEqual
        | Binary::Less
        | Binary::AtMost
        | Binary::More
        | Binary::AtLeast
        | Binary::Plus
        | Binary::Minus
        | Binary::Times
        | Binary::Over => {}
    }
    let (left, right) = (value(left, values)?, value(right, values)?);
    let order = || arithmetic::order(&left, &right);
    let holds = match operator {
        Binary::Equal => left == right,
        Binary::NotEqual => left != right,
        Binary::Less => order()? == Ordering::Less,
        Binary::AtMost => order()? != Ordering::Greater,
        Binary::More => order()? == Ordering::Greater,
        Binary::AtLeast => order()? != Ordering::Less,
        Binary::Plus | Binary::Minus | Binary::Times | Binary::Over => {
            return arithmetic::binary(operator, left, right);
        }
        Binary::And | Binary::Or | Binary::OrElse => return None,
    };
    Some(Value::Bool(holds))
}

fn call(function: Function, parts: &[Value], values: &dyn Values) -> Option<Value> {
    match (function, parts) {
        (Function::Date, [Value::Moment(moment)]) => {
            Some(Value::Date(moment.civil(values.zone()).date()))
        }
        (Function::Time, [Value::Moment(moment)]) => {
            Some(Value::Time(moment.civil(values.zone()).time()))
        }
        (Function::Moment, [Value::Date(date), Value::Time(time)]) => {
            Some(moment_of(date.to_datetime(*time), values))
        }
        (Function::Weekday, [Value::Date(date)]) => Some(weekday(*date)),
        (Function::Weekday, [Value::Moment(moment)]) => {
            Some(weekday(moment.civil(values.zone()).date()))
        }
        (Function::Days, [Value::Duration(length)]) => count(*length, 86_400_000),
        (Function::Hours, [Value::Duration(length)]) => count(*length, 3_600_000),
        (Function::Minutes, [Value::Duration(length)]) => count(*length, 60_000),
        (Function::Seconds, [Value::Duration(length)]) => count(*length, 1_000),
        (Function::Length, [Value::Text(text)]) => {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            Some(Value::Number(Decimal::whole(length)))
        }
        (Function::Starts, [Value::Text(text), Value::Text(part)]) => {
            Some(Value::Bool(text.starts_with(part.as_str())))
        }
        (Function::Ends, [Value::Text(text), Value::Text(part)]) => {
            Some(Value::Bool(text.ends_with(part.as_str())))
        }
        (Function::Contains, [Value::Text(text), Value::Text(part)]) => {
            Some(Value::Bool(text.contains(part.as_str())))
        }
        (Function::Number, [Value::Text(text)]) => text.trim().parse().ok().map(Value::Number),
        (Function::Round, [Value::Number(number)]) => {
            Some(Value::Number(Decimal::whole(number.rounded())))
        }
        (Function::Abs, [value]) => absolute(value),
        (Function::Min, [one, two]) => {
            let least = arithmetic::order(one, two)? == Ordering::Greater;
            Some(if least { two.clone() } else { one.clone() })
        }
        (Function::Max, [one, two]) => {
            let least = arithmetic::order(one, two)? == Ordering::Less;
            Some(if least { two.clone() } else { one.clone() })
        }
        _ => None,
    }
}

fn absolute(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => Some(Value::Number(number.absolute())),
        Value::Money(Money { minor, .. }) if *minor < 0 => arithmetic::negative(value),
        Value::Duration(length) if length.is_negative() => arithmetic::negative(value),
        Value::Money(_) | Value::Duration(_) => Some(value.clone()),
        Value::Bool(_) | Value::Text(_) | Value::Date(_) | Value::Time(_) | Value::Moment(_) => {
            None
        }
    }
}

fn count(length: SignedDuration, unit_ms: i128) -> Option<Value> {
    Decimal::ratio(length.as_millis(), unit_ms).map(Value::Number)
}

fn weekday(date: Date) -> Value {
    let from_monday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    let name = WEEKDAYS.get(from_monday).copied().unwrap_or_default();
    Value::Text(name.to_owned())
}

/// The moment that a clock in the zone shows; of two the first, in a gap the later, and at the ends
/// of the calendar the last or first that there is.
fn moment_of(shown: DateTime, values: &dyn Values) -> Value {
    let zoned = shown.to_zoned(values.zone().clone());
    let end = if shown.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    };
    let at = zoned.map_or(end, |zoned| zoned.timestamp());
    Value::Moment(Wall::from_ms(at.as_millisecond()))
}
