//! What can be called by name.

use crate::machine::expression::environment::Presence;
use crate::machine::expression::kind::Kind;

/// Something that can be called by name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Function {
    /// `date(moment)`: its day in the zone of whoever asks.
    Date,
    /// `time(moment)`: its clock time there.
    Time,
    /// `moment(date, time)`: that moment there; in the gap of a clock change the later one.
    Moment,
    /// `weekday(date or moment)`: `mon` to `sun`.
    Weekday,
    /// `days(duration)`: a number.
    Days,
    /// `hours(duration)`: a number.
    Hours,
    /// `minutes(duration)`: a number.
    Minutes,
    /// `seconds(duration)`: a number.
    Seconds,
    /// `length(text)`: its characters.
    Length,
    /// `starts(text, text)`: whether the first begins with the second.
    Starts,
    /// `ends(text, text)`: whether the first ends with the second.
    Ends,
    /// `contains(text, text)`: whether the second stands in the first.
    Contains,
    /// `number(text)`: the number that it writes; absent if it writes none.
    Number,
    /// `round(number)`: the nearest whole number, half away from zero.
    Round,
    /// `abs(number, money or duration)`: its distance from zero.
    Abs,
    /// `min(a, b)`: the lesser of two of a kind.
    Min,
    /// `max(a, b)`: the greater of two of a kind.
    Max,
}

/// Names of the days of the week, from Monday.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Function {
    /// All functions by name, with their parts for messages.
    pub const ALL: [(&'static str, Self, &'static str); 17] = [
        ("date", Self::Date, "a moment"),
        ("time", Self::Time, "a moment"),
        ("moment", Self::Moment, "a date and a clock time"),
        ("weekday", Self::Weekday, "a date or a moment"),
        ("days", Self::Days, "a length of time"),
        ("hours", Self::Hours, "a length of time"),
        ("minutes", Self::Minutes, "a length of time"),
        ("seconds", Self::Seconds, "a length of time"),
        ("length", Self::Length, "a text"),
        ("starts", Self::Starts, "two texts"),
        ("ends", Self::Ends, "two texts"),
        ("contains", Self::Contains, "two texts"),
        ("number", Self::Number, "a text"),
        ("round", Self::Round, "a number"),
        ("abs", Self::Abs, "a number, an amount or a length of time"),
        ("min", Self::Min, "two values of one kind that has an order"),
        ("max", Self::Max, "two values of one kind that has an order"),
    ];

    /// The function of this name, and what it takes, in words.
    #[must_use]
    pub fn named(name: &str) -> Option<(Self, &'static str)> {
        let found = Self::ALL.into_iter().find(|(known, ..)| *known == name);
        found.map(|(_, function, takes)| (function, takes))
    }

    /// The kind of what it gives for parts of these kinds; none if it does not take them.
    #[must_use]
    pub fn kind(self, parts: &[&Kind]) -> Option<Kind> {
        match (self, parts) {
            (Self::Date, [Kind::Moment]) => Some(Kind::Date),
            (Self::Time, [Kind::Moment]) => Some(Kind::Time),
            (Self::Moment, [Kind::Date, Kind::Time]) => Some(Kind::Moment),
            (Self::Weekday, [Kind::Date | Kind::Moment]) => Some(Kind::words(WEEKDAYS)),
            (Self::Days | Self::Hours | Self::Minutes | Self::Seconds, [Kind::Duration])
            | (Self::Length | Self::Number, [Kind::Text | Kind::Word(_)])
            | (Self::Round, [Kind::Number]) => Some(Kind::Number),
            (Self::Starts | Self::Ends | Self::Contains, [one, two]) => {
                (one.is_text() && two.is_text()).then_some(Kind::Bool)
            }
            (Self::Abs, [kind @ (Kind::Number | Kind::Money(_) | Kind::Duration)]) => {
                Some((*kind).clone())
            }
            (Self::Min | Self::Max, [one, two]) => {
                (one.is_ordered() && one == two).then(|| (*one).clone())
            }
            _ => None,
        }
    }

    /// Whether it always gives a value.
    #[must_use]
    pub fn presence(self) -> Presence {
        if self == Self::Number {
            return Presence::MayBeAbsent;
        }
        Presence::Always
    }
}
