//! Values that a person may write, compare and compute with.

use std::fmt;
use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil;

use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Money;
use crate::vocabulary::time::Wall;

/// A value. Equal values are of the same kind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// An amount of money.
    Money(Money),
    /// Words, digits, a name.
    Text(String),
    /// A length of time, in milliseconds.
    Duration(SignedDuration),
    /// A day of the calendar.
    Date(civil::Date),
    /// A clock time.
    Time(civil::Time),
    /// A point in time.
    Moment(Wall),
}

impl fmt::Display for Value {
    /// As it is written in an expression, words without their quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Money(Money { minor, currency }) => {
                let sign = if *minor < 0 { "-" } else { "" };
                let (whole, part) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
                write!(f, "{sign}{} {whole}.{part:02}", currency.code())
            }
            Self::Text(text) => f.write_str(text),
            Self::Duration(length) => f.write_str(&written(*length)),
            Self::Date(date) => write!(f, "{date}"),
            Self::Time(time) if time.second() == 0 => write!(f, "{}", time.strftime("%H:%M")),
            Self::Time(time) => write!(f, "{}", time.strftime("%H:%M:%S")),
            Self::Moment(wall) => write!(f, "{wall}"),
        }
    }
}

/// Units of time, the largest first, with their milliseconds.
pub const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

fn written(length: SignedDuration) -> String {
    let mut left = u64::try_from(length.as_millis().unsigned_abs()).unwrap_or(u64::MAX);
    if left == 0 {
        return "0s".to_owned();
    }
    let mut text = String::from(if length.is_negative() { "-" } else { "" });
    for (unit, ms) in UNITS {
        if left >= ms {
            let _ = write!(text, "{}{unit}", left / ms);
            left %= ms;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::money::Currency;

    #[test]
    fn values_print_as_they_are_written() {
        let money = |minor| {
            let currency = Currency::Yuan;
            Value::Money(Money { minor, currency })
        };
        let length = |ms| Value::Duration(SignedDuration::from_millis(ms));
        let table = [
            (money(-1205), "-CNY 12.05"),
            (length(9_000_000), "2h30m"),
            (length(-1_500), "-1s500ms"),
            (length(0), "0s"),
            (Value::Time(civil::time(8, 5, 0, 0)), "08:05"),
            (Value::Date(civil::date(2026, 5, 1)), "2026-05-01"),
            (Value::Text("open".to_owned()), "open"),
        ];
        for (value, text) in table {
            assert_eq!(value.to_string(), text);
        }
    }
}
