//! Numbers with units: times, rates, shares, hours of a day.

use std::ops::RangeInclusive;

use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::tree::Node;
use crate::wire::yaml::tree::Tree;

/// Longest time, in minutes: a year.
pub const MINUTES_MAX: f64 = 525_600.0;

/// A number without a unit, within a range.
pub fn number(
    node: &Node,
    what: &str,
    range: RangeInclusive<f64>,
    faults: &mut Vec<Fault>,
) -> Option<f64> {
    let read = plain(node).and_then(decimal);
    let fits = read.filter(|number| range.contains(number));
    if fits.is_none() {
        let (least, most) = (range.start(), range.end());
        let expected = format!("expected a number from {least} to {most}");
        faults.push(wrong(node, what).label(expected));
    }
    fits
}

/// A time with its unit, in minutes, of at least `least`.
pub fn minutes(node: &Node, what: &str, least: f64, faults: &mut Vec<Fault>) -> Option<f64> {
    let read = node.text().and_then(read_minutes);
    let fits = read.filter(|time| (least..=MINUTES_MAX).contains(time));
    if fits.is_none() {
        let expected = match read {
            Some(_) if least > f64::MIN_POSITIVE => {
                let seconds = least * 60.0;
                format!("expected a time of at least {seconds} s, at most a year")
            }
            Some(_) if least > 0.0 => "expected a time over zero, of at most a year".to_owned(),
            Some(_) => "expected a time of at most a year".to_owned(),
            None => "expected a time with its unit".to_owned(),
        };
        let fault = wrong(node, what).label(expected);
        faults.push(fault.help("times are written 800ms, 90s, 2.5m or 1h"));
    }
    fits
}

fn read_minutes(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    let factor = match unit {
        "ms" => 1.0 / 60_000.0,
        "s" => 1.0 / 60.0,
        "m" | "min" => 1.0,
        "h" => 60.0,
        _ => return None,
    };
    Some(number * factor)
}

/// A rate like `4.2/m`, per minute.
pub fn rate(node: &Node, what: &str, faults: &mut Vec<Fault>) -> Option<f64> {
    let read = node.text().and_then(read_rate);
    let fits = read.filter(|rate| (0.0..=1e5).contains(rate));
    if fits.is_none() {
        let fault = wrong(node, what).label("expected a rate, at most 100000 a minute");
        faults.push(fault.help("rates are written 4.2/m or 250/h"));
    }
    fits
}

fn read_rate(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once('/')?;
    let number = decimal(number.trim())?;
    match unit.trim() {
        "s" => Some(number * 60.0),
        "m" | "min" => Some(number),
        "h" => Some(number / 60.0),
        _ => None,
    }
}

/// A share from 0 to 1: `0.75` or `75 %`.
pub fn share(node: &Node, what: &str, faults: &mut Vec<Fault>) -> Option<f64> {
    let read = node.text().and_then(|text| match text.strip_suffix('%') {
        Some(percent) => decimal(percent.trim()).map(|percent| percent / 100.0),
        None => decimal(text),
    });
    let fits = read.filter(|share| (0.0..=1.0).contains(share));
    if fits.is_none() {
        faults.push(wrong(node, what).label("expected a share like 75 % or 0.75"));
    }
    fits
}

/// An hour of the day like `08:30`, in minutes from midnight; `24:00` is its end.
pub fn hour(node: &Node, what: &str, faults: &mut Vec<Fault>) -> Option<f64> {
    let read = node.text().and_then(read_hour);
    if read.is_none() {
        faults.push(wrong(node, what).label("expected an hour from 00:00 to 24:00"));
    }
    read
}

/// Minutes from midnight of `08:30` or `08:30:15`.
#[must_use]
pub fn read_hour(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let hours: u32 = whole(parts.next()?)?;
    let minutes: u32 = whole(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0.0), decimal)?;
    let sum = f64::from(hours * 60 + minutes) + seconds / 60.0;
    let fits = minutes < 60 && (0.0..60.0).contains(&seconds) && sum <= 1_440.0;
    (fits && parts.next().is_none()).then_some(sum)
}

fn whole(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 2 && text.chars().all(|c| c.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn split(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(end)?;
    Some((decimal(number)?, unit.trim()))
}

/// Digits with at most one point, and a sign.
#[must_use]
pub fn decimal(text: &str) -> Option<f64> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if !begins || !text.chars().all(fits) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

const fn plain(node: &Node) -> Option<&str> {
    match &node.tree {
        Tree::Plain(text) => Some(text.as_str()),
        Tree::Nothing | Tree::Quoted(_) | Tree::List(_) | Tree::Map(_) => None,
    }
}

fn wrong(node: &Node, what: &str) -> Fault {
    match node.text() {
        Some(text) => Fault::new(node.span, format!("{what} is {text}")),
        None => record::expected(node, what, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_what_they_say() {
        for (text, minutes) in [("90s", 1.5), ("2.5m", 2.5), ("1 h", 60.0), ("600ms", 0.01)] {
            assert_eq!(read_minutes(text), Some(minutes), "{text}");
        }
        for text in ["90", "1d", "m", "", "1.2.3s", "-1s"] {
            assert_eq!(read_minutes(text), None, "{text}");
        }
        assert_eq!(read_rate("30/h"), Some(0.5));
        assert_eq!(read_rate("30"), None);
        assert_eq!(read_hour("08:30:30"), Some(510.5));
        assert_eq!(read_hour("24:00"), Some(1_440.0));
        for text in ["24:01", "8", "08:60", "08:30:61", "a:b", "08:30:00:0"] {
            assert_eq!(read_hour(text), None, "{text}");
        }
    }
}
