//! How Mandarin says numbers, money, dates and times.

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
const ONES: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
/// Measure words before which a lone two is 两.
const MEASURES: &str =
    "个位件张间晚天次条人份家笔项点元块分小种名台部路班趟程段页行套双年周公箱袋包本票批封辆";

/// The phrases that say this value between two texts (empty where there is none): before a measure
/// word a lone two is 两, after 第 it is not. A text has none: it is looked up by its words.
#[must_use]
pub fn utterances(before: &str, spoken: &Spoken, after: &str) -> Vec<Utterance> {
    let mut said = Vec::new();
    match spoken {
        Spoken::Text(_) | Spoken::Recording(_) => {}
        Spoken::Number(2) if counts(before, after) => said.push(liang()),
        Spoken::Number(number) => signed(*number, &mut said),
        Spoken::Decimal(number) => decimal(*number, &mut said),
        Spoken::Percent(number) => percent(*number, &mut said),
        Spoken::Digits(digits) => spell(digits, &mut said),
        Spoken::Money(amount) => money(*amount, &mut said),
        Spoken::Date(day) => date(*day, &mut said),
        Spoken::FullDate(day) => full_date(*day, &mut said),
        Spoken::Time(clock) => time(*clock, &mut said),
        Spoken::DayEnd(day) => {
            day.iter().for_each(|day| date(*day, &mut said));
            said.push(word("time.dayperiod.evening", "晚上"));
            said.extend([small(12), word("time.hour", "点")]);
        }
        Spoken::FullMoment(moment) => {
            full_date(moment.date(), &mut said);
            time(moment.time(), &mut said);
        }
        Spoken::Moment(moment) => {
            date(moment.date(), &mut said);
            time(moment.time(), &mut said);
        }
        Spoken::Span(length) => length_of_time(*length, &mut said),
        Spoken::Pause(pause) => said.push(Utterance::Rest(*pause)),
    }
    said
}

fn counts(before: &str, after: &str) -> bool {
    let measured = after.chars().next().is_some_and(|c| MEASURES.contains(c));
    measured && !before.ends_with('第')
}

fn word(id: &'static str, words: &'static str) -> Utterance {
    Utterance::phrase(id, words)
}

fn liang() -> Utterance {
    word("number.liang", "两")
}

/// The zero between the digits of a number.
fn zero() -> Utterance {
    word("number.zero", "零")
}

/// A number below 100: 二, 十二, 二十二.
fn small(number: u64) -> Utterance {
    Utterance::phrase(format!("number.{number}"), small_words(number))
}

fn small_words(number: u64) -> String {
    let (tens, ones) = (digit(number / 10), digit(number));
    match (number / 10, number % 10) {
        (0, _) => ones.to_owned(),
        (1, 0) => "十".to_owned(),
        (1, _) => format!("十{ones}"),
        (_, 0) => format!("{tens}十"),
        (_, _) => format!("{tens}十{ones}"),
    }
}

/// The last digit of a number.
fn digit(number: u64) -> &'static str {
    ONES[usize::try_from(number % 10).unwrap_or(0)]
}

fn signed(number: i64, said: &mut Vec<Utterance>) {
    if number < 0 {
        said.push(word("number.minus", "负"));
    }
    cardinal(number.unsigned_abs(), said);
}

/// 二点五: the whole part, then each digit after the point, one as 一.
fn decimal(number: Decimal, said: &mut Vec<Utterance>) {
    if number < Decimal::ZERO {
        said.push(word("number.minus", "负"));
    }
    let written = number.absolute().to_string();
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    cardinal(whole.parse().unwrap_or(u64::MAX), said);
    if !part.is_empty() {
        said.push(word("number.point", "点"));
        plain_digits(part, said);
    }
}

/// 百分之十五, 负百分之二点五.
fn percent(number: Decimal, said: &mut Vec<Utterance>) {
    if number < Decimal::ZERO {
        said.push(word("number.minus", "负"));
    }
    said.push(word("number.percent", "百分之"));
    decimal(number.absolute(), said);
}

/// Digits one by one, one as 一.
fn plain_digits(digits: &str, said: &mut Vec<Utterance>) {
    let digits = digits.chars().filter_map(|c| c.to_digit(10));
    said.extend(digits.map(|figure| {
        let words = digit(u64::from(figure));
        Utterance::phrase(format!("digit.{figure}"), words)
    }));
}

/// A number that counts a unit: 两天, 十二天.
fn counted(number: u64, said: &mut Vec<Utterance>) {
    if number == 2 {
        said.push(liang());
    } else {
        cardinal(number, said);
    }
}

fn cardinal(number: u64, said: &mut Vec<Utterance>) {
    if number == 0 {
        return said.push(small(0));
    }
    if number >= READ_AS_DIGITS {
        return plain_digits(&number.to_string(), said);
    }
    let groups = [
        (number / 100_000_000, Some(word("number.yi", "亿"))),
        (number / 10_000 % 10_000, Some(word("number.wan", "万"))),
        (number % 10_000, None),
    ];
    let mut place = Place::First;
    for (group, unit) in groups {
        if group == 0 {
            place = place.after_a_gap();
            continue;
        }
        if place == Place::AfterGap || (place == Place::Next && group < 1_000) {
            said.push(zero());
        }
        match (group, &unit) {
            (2, Some(_)) => said.push(liang()),
            (_, _) => four_digits(group, place, said),
        }
        said.extend(unit);
        place = Place::Next;
    }
}

/// Where a group of four digits stands in its number.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Place {
    First,
    Next,
    AfterGap,
}

impl Place {
    const fn after_a_gap(self) -> Self {
        match self {
            Self::First => Self::First,
            Self::Next | Self::AfterGap => Self::AfterGap,
        }
    }
}

/// A group from 1 to 9,999.
fn four_digits(group: u64, place: Place, said: &mut Vec<Utterance>) {
    let (thousands, hundreds, rest) = (group / 1_000, group / 100 % 10, group % 100);
    if thousands > 0 {
        let name = if thousands == 2 {
            "两"
        } else {
            digit(thousands)
        };
        said.push(Utterance::phrase(
            format!("number.{thousands}000"),
            format!("{name}千"),
        ));
    }
    match hundreds {
        0 => {}
        2 => said.extend([liang(), word("number.hundred", "百")]),
        _ => said.push(Utterance::phrase(
            format!("number.{hundreds}00"),
            format!("{}百", digit(hundreds)),
        )),
    }
    let skipped = (thousands > 0 && hundreds == 0) || (hundreds > 0 && rest < 10);
    if rest > 0 && skipped {
        said.push(zero());
    }
    let leads = place == Place::First && group < 100;
    if (10..20).contains(&rest) && !leads {
        said.push(small(1));
    }
    if rest > 0 {
        said.push(small(rest));
    }
}

fn spell(digits: &str, said: &mut Vec<Utterance>) {
    for c in digits.chars() {
        match c {
            '1' => said.push(word("digit.yao", "幺")),
            '0'..='9' => {
                let name = digit(u64::from(c.to_digit(10).unwrap_or(0)));
                said.push(Utterance::phrase(format!("digit.{c}"), name));
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
        said.push(word("number.minus", "负"));
    }
    let minor = amount.minor.unsigned_abs();
    let (whole, cents) = (minor / 100, minor % 100);
    if whole > 0 || cents == 0 {
        counted(whole, said);
        said.push(match amount.currency {
            Currency::Yuan => word("currency.CNY", "元"),
            Currency::Dollar => word("currency.USD", "美元"),
            Currency::Euro => word("currency.EUR", "欧元"),
            Currency::HongKongDollar => word("currency.HKD", "港元"),
        });
    }
    let place = if whole > 0 { Place::Next } else { Place::First };
    match amount.currency {
        _ if cents == 0 => {}
        Currency::Yuan | Currency::HongKongDollar => tenths(cents, place, said),
        Currency::Dollar => hundredths(cents, place, word("currency.USD.minor", "美分"), said),
        Currency::Euro => hundredths(cents, place, word("currency.EUR.minor", "欧分"), said),
    }
}

/// 1 to 99 cents as 角 and 分: 五角, 零五分, 五角五分.
fn tenths(cents: u64, place: Place, said: &mut Vec<Utterance>) {
    let (jiao, fen) = (cents / 10, cents % 10);
    if jiao > 0 {
        in_place(jiao, place, said);
        said.push(word("currency.CNY.jiao", "角"));
    } else if place == Place::Next {
        said.push(zero());
    }
    if fen > 0 {
        let place = if jiao > 0 { Place::Next } else { place };
        in_place(fen, place, said);
        said.push(word("currency.CNY.fen", "分"));
    }
}

fn hundredths(cents: u64, place: Place, unit: Utterance, said: &mut Vec<Utterance>) {
    if cents < 10 && place == Place::Next {
        said.push(zero());
    }
    in_place(cents, place, said);
    said.push(unit);
}

/// A number below 100 before a unit: a two is 两 only in the first place.
fn in_place(number: u64, place: Place, said: &mut Vec<Utterance>) {
    match place {
        Place::First => counted(number, said),
        Place::Next | Place::AfterGap => said.push(small(number)),
    }
}

fn date(day: Date, said: &mut Vec<Utterance>) {
    let (month, day) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    said.push(Utterance::phrase(
        format!("month.{month}"),
        format!("{}月", small_words(u64::from(month))),
    ));
    said.push(Utterance::phrase(
        format!("day.{day}"),
        format!("{}号", small_words(u64::from(day))),
    ));
}

/// 二零二七年一月三号.
fn full_date(day: Date, said: &mut Vec<Utterance>) {
    plain_digits(&day.year().unsigned_abs().to_string(), said);
    said.push(word("date.year", "年"));
    date(day, said);
}

fn time(clock: Time, said: &mut Vec<Utterance>) {
    let (hour, minute) = (clock.hour().unsigned_abs(), clock.minute().unsigned_abs());
    said.push(match hour {
        0..6 => word("time.dayperiod.earlymorning", "凌晨"),
        6..12 => word("time.dayperiod.morning", "上午"),
        12 => word("time.dayperiod.noon", "中午"),
        13..18 => word("time.dayperiod.afternoon", "下午"),
        _ => word("time.dayperiod.evening", "晚上"),
    });
    counted(u64::from(if hour > 12 { hour - 12 } else { hour }), said);
    said.push(word("time.hour", "点"));
    match minute {
        0 => {}
        30 => said.push(word("time.half", "半")),
        _ => {
            if minute < 10 {
                said.push(zero());
            }
            said.push(small(u64::from(minute)));
            said.push(word("time.minute", "分"));
        }
    }
}

fn length_of_time(length: Duration, said: &mut Vec<Utterance>) {
    for (count, unit) in span::largest_units(length) {
        counted(count, said);
        said.push(match unit {
            Unit::Day => word("unit.day", "天"),
            Unit::Hour => word("unit.hour", "小时"),
            Unit::Minute => word("unit.minute", "分钟"),
        });
    }
}
