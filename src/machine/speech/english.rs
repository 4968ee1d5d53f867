//! How English says numbers, money, dates and times.

use std::time::Duration;

use jiff::civil::Date;
use jiff::civil::Time;

use crate::machine::speech::span;
use crate::machine::speech::span::Unit;
use crate::machine::speech::spoken::Spoken;
use crate::machine::speech::utterance::Utterance;
use crate::vocabulary::decimal::Decimal;
use crate::vocabulary::money::Currency;
use crate::vocabulary::money::Money;

/// Numbers from here on are read digit by digit.
const READ_AS_DIGITS: u64 = 1_000_000_000_000;
/// Rest in place of a mark between digits.
const MARK_REST: Duration = Duration::from_millis(200);
/// Rest between a day and its year.
const YEAR_REST: Duration = Duration::from_millis(100);
const SCALES: [(u64, &str); 3] = [
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const ORDINALS: [&str; 20] = [
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The phrases that say this value. A text has none: it is looked up by its words.
#[must_use]
pub fn utterances(spoken: &Spoken) -> Vec<Utterance> {
    let mut said = Vec::new();
    match spoken {
        Spoken::Text(_) | Spoken::Recording(_) => {}
        Spoken::Number(number) => signed(*number, &mut said),
        Spoken::Decimal(number) => decimal(*number, &mut said),
        Spoken::Percent(number) => {
            decimal(*number, &mut said);
            said.push(word("number.percent", "percent"));
        }
        Spoken::Digits(digits) => spell(digits, &mut said),
        Spoken::Money(amount) => money(*amount, &mut said),
        Spoken::Date(day) => date(*day, &mut said),
        Spoken::FullDate(day) => full_date(*day, &mut said),
        Spoken::Time(clock) => time(*clock, &mut said),
        Spoken::DayEnd(None) => said.push(midnight()),
        Spoken::DayEnd(Some(day)) => {
            said.push(word("time.day_end", "midnight at the end of"));
            date(*day, &mut said);
        }
        Spoken::FullMoment(moment) => {
            full_date(moment.date(), &mut said);
            said.push(Utterance::Rest(MARK_REST));
            time(moment.time(), &mut said);
        }
        Spoken::Moment(moment) => {
            date(moment.date(), &mut said);
            said.push(Utterance::Rest(MARK_REST));
            time(moment.time(), &mut said);
        }
        Spoken::Span(length) => length_of_time(*length, &mut said),
        Spoken::Pause(pause) => said.push(Utterance::Rest(*pause)),
    }
    said
}

fn word(id: &'static str, words: &'static str) -> Utterance {
    Utterance::phrase(id, words)
}

/// A number below 100 and its words; larger ones are a bug of the caller and read as "zero".
fn small(number: u64) -> Utterance {
    Utterance::phrase(format!("number.{number}"), small_words(number))
}

fn small_words(number: u64) -> String {
    let at = usize::try_from(number).unwrap_or(0);
    match SMALL.get(at) {
        Some(words) => (*words).to_owned(),
        None => match (TENS.get(at / 10), at % 10) {
            (Some(tens), 0) => (*tens).to_owned(),
            (Some(tens), ones) => format!("{tens}-{}", SMALL[ones]),
            (None, _) => SMALL[0].to_owned(),
        },
    }
}

fn signed(number: i64, said: &mut Vec<Utterance>) {
    if number < 0 {
        said.push(word("number.minus", "minus"));
    }
    cardinal(number.unsigned_abs(), said);
}

/// "two point five": the whole part, then each digit after the point.
fn decimal(number: Decimal, said: &mut Vec<Utterance>) {
    let written = number.to_string();
    let unsigned = written.strip_prefix('-').unwrap_or(&written);
    if unsigned.len() < written.len() {
        said.push(word("number.minus", "minus"));
    }
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    cardinal(whole.parse().unwrap_or(u64::MAX), said);
    if !part.is_empty() {
        said.push(word("number.point", "point"));
        spell(part, said);
    }
}

fn cardinal(number: u64, said: &mut Vec<Utterance>) {
    if number >= READ_AS_DIGITS {
        return spell(&number.to_string(), said);
    }
    let mut left = number;
    for (size, name) in SCALES {
        if left < size {
            continue;
        }
        match (left / size, name) {
            (count @ 1..=9, "thousand") => said.push(Utterance::phrase(
                format!("number.{count}000"),
                format!("{} thousand", small_words(count)),
            )),
            (count, _) => {
                hundreds(count, said);
                said.push(Utterance::phrase(format!("number.{name}"), name));
            }
        }
        left %= size;
        if (1..100).contains(&left) {
            said.push(word("number.and", "and"));
        }
    }
    if left > 0 || number == 0 {
        hundreds(left, said);
    }
}

/// A number below 1,000.
fn hundreds(number: u64, said: &mut Vec<Utterance>) {
    if number < 100 {
        return said.push(small(number));
    }
    let (count, rest) = (number / 100, number % 100);
    said.push(Utterance::phrase(
        format!("number.{count}00"),
        format!("{} hundred", small_words(count)),
    ));
    if rest > 0 {
        said.push(word("number.and", "and"));
        said.push(small(rest));
    }
}

fn spell(digits: &str, said: &mut Vec<Utterance>) {
    for c in digits.chars() {
        match c {
            '0'..='9' => {
                let digit = c.to_digit(10).unwrap_or(0);
                said.push(Utterance::phrase(
                    format!("digit.{digit}"),
                    small_words(u64::from(digit)),
                ));
            }
            'A'..='Z' | 'a'..='z' => {
                let letter = c.to_ascii_uppercase();
                said.push(Utterance::phrase(
                    format!("letter.{letter}"),
                    letter.to_string(),
                ));
            }
            _ if matches!(said.last(), None | Some(Utterance::Rest(_))) => {}
            _ => said.push(Utterance::Rest(MARK_REST)),
        }
    }
    if matches!(said.last(), Some(Utterance::Rest(_))) {
        said.pop();
    }
}

fn money(amount: Money, said: &mut Vec<Utterance>) {
    if amount.minor < 0 {
        said.push(word("number.minus", "minus"));
    }
    let minor = amount.minor.unsigned_abs();
    let (whole, cents) = (minor / 100, minor % 100);
    if amount.currency == Currency::Yuan {
        cardinal(whole, said);
        decimals(cents, said);
        said.push(unit(amount.currency, minor));
        return;
    }
    if whole > 0 || cents == 0 {
        cardinal(whole, said);
        said.push(unit(amount.currency, minor));
    }
    if whole > 0 && cents > 0 {
        said.push(word("number.and", "and"));
    }
    if cents > 0 {
        said.push(small(cents));
        said.push(cent(amount.currency, cents));
    }
}

/// "point five", "point zero five"; nothing for no cents. Nobody counts yuan in fen in English.
fn decimals(cents: u64, said: &mut Vec<Utterance>) {
    if cents > 0 {
        said.push(word("number.point", "point"));
        spell(format!("{cents:02}").trim_end_matches('0'), said);
    }
}

fn unit(currency: Currency, minor: u64) -> Utterance {
    match (currency, minor / 100) {
        (Currency::Yuan, 1) => word("currency.CNY.one", "yuan"),
        (Currency::Yuan, _) => word("currency.CNY.many", "yuan"),
        (Currency::Dollar, 1) => word("currency.USD.one", "dollar"),
        (Currency::Dollar, _) => word("currency.USD.many", "dollars"),
        (Currency::Euro, 1) => word("currency.EUR.one", "euro"),
        (Currency::Euro, _) => word("currency.EUR.many", "euros"),
        (Currency::HongKongDollar, 1) => word("currency.HKD.one", "Hong Kong dollar"),
        (Currency::HongKongDollar, _) => word("currency.HKD.many", "Hong Kong dollars"),
    }
}

fn cent(currency: Currency, count: u64) -> Utterance {
    let (form, name) = if count == 1 {
        ("one", "cent")
    } else {
        ("many", "cents")
    };
    Utterance::phrase(format!("currency.{}.minor.{form}", currency.code()), name)
}

fn date(day: Date, said: &mut Vec<Utterance>) {
    let (month, day) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    let name = MONTHS[usize::from(month - 1)];
    said.push(Utterance::phrase(format!("month.{month}"), name));
    let name = match (ORDINALS.get(usize::from(day)), day) {
        (Some(name), _) => (*name).to_owned(),
        (None, 20) => "twentieth".to_owned(),
        (None, 30) => "thirtieth".to_owned(),
        (None, _) => format!(
            "{}-{}",
            TENS[usize::from(day / 10)],
            ORDINALS[usize::from(day % 10)]
        ),
    };
    said.push(Utterance::phrase(format!("ordinal.{day}"), name));
}

/// "May first, two thousand and eight": a year in pairs of digits, but for the first of a thousand.
fn full_date(day: Date, said: &mut Vec<Utterance>) {
    date(day, said);
    said.push(Utterance::Rest(YEAR_REST));
    let year = u64::from(day.year().unsigned_abs());
    let (century, rest) = (year / 100, year % 100);
    if year < 1_000 || (century % 10 == 0 && rest < 10) {
        return cardinal(year, said);
    }
    said.push(small(century));
    match rest {
        0 => said.push(word("number.hundred", "hundred")),
        1..10 => said.extend([word("number.oh", "oh"), small(rest)]),
        _ => said.push(small(rest)),
    }
}

fn midnight() -> Utterance {
    word("time.midnight", "midnight")
}

fn time(clock: Time, said: &mut Vec<Utterance>) {
    let (hour, minute) = (clock.hour().unsigned_abs(), clock.minute().unsigned_abs());
    match (hour, minute) {
        (0, 0) => return said.push(midnight()),
        (12, 0) => return said.push(word("time.noon", "noon")),
        (_, _) => {}
    }
    said.push(small(u64::from((hour + 11) % 12 + 1)));
    if (1..10).contains(&minute) {
        said.push(word("number.oh", "oh"));
    }
    if minute > 0 {
        said.push(small(u64::from(minute)));
    }
    said.push(if hour < 12 {
        word("time.am", "a m")
    } else {
        word("time.pm", "p m")
    });
}

fn length_of_time(length: Duration, said: &mut Vec<Utterance>) {
    for (at, (count, unit)) in span::largest_units(length).into_iter().enumerate() {
        if at > 0 {
            said.push(word("number.and", "and"));
        }
        cardinal(count, said);
        said.push(match (unit, count) {
            (Unit::Day, 1) => word("unit.day.one", "day"),
            (Unit::Day, _) => word("unit.day.many", "days"),
            (Unit::Hour, 1) => word("unit.hour.one", "hour"),
            (Unit::Hour, _) => word("unit.hour.many", "hours"),
            (Unit::Minute, 1) => word("unit.minute.one", "minute"),
            (Unit::Minute, _) => word("unit.minute.many", "minutes"),
        });
    }
}
