//! Words and typed values, before a grammar makes sounds of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Money;

/// One thing to say. A sentence is a list of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoken {
    /// Words as written, without slots.
    Text(String),
    /// A whole number: "one hundred and one", "一百零一".
    Number(i64),
    /// A number with what stands after its point: "two point five", "二点五".
    Decimal(Decimal),
    /// So many of a hundred: "fifteen percent", "百分之十五".
    Percent(Decimal),
    /// Characters one by one: "C A 1 8 3 1"; 1 is 幺 in Mandarin.
    Digits(String),
    /// An amount.
    Money(Money),
    /// A day of the calendar, without its year.
    Date(jiff::civil::Date),
    /// A day of the calendar with its year.
    FullDate(jiff::civil::Date),
    /// A clock time, to the minute.
    Time(jiff::civil::Time),
    /// A day and a clock time.
    Moment(jiff::civil::DateTime),
    /// A day with its year, and a clock time.
    FullMoment(jiff::civil::DateTime),
    /// 24:00, the midnight that ends a day: of that day, or of any.
    DayEnd(Option<jiff::civil::Date>),
    /// How long: the two largest units of days, hours, minutes.
    Span(Duration),
    /// A recording, by the id of its phrase.
    Recording(String),
    /// A pause.
    Pause(Duration),
}
