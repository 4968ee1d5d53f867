//! Opening hours as people write them: days, hours of a day, dates.

use jiff::civil::Date;

use crate::machine::calendar::DAY_MINUTES;
use crate::machine::calendar::Hours;
use crate::machine::expression::function::WEEKDAYS;

/// What may stand for days of the week.
pub const DAYS_HELP: &str = "days are mon, tue, wed, thu, fri, sat, sun, mon-fri or daily";
/// What may stand for the hours of a day.
pub const HOURS_HELP: &str =
    "hours are written \"09:00-18:00\", several with commas between, or closed";
/// What may stand for holidays.
pub const DATES_HELP: &str = "days are written 2026-10-01, or 2026-10-01..2026-10-07";

/// What is wrong with the hours of a day.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HoursError {
    /// They cannot be read.
    #[error("{0:?} are no opening hours")]
    Unreadable(String),
    /// Some begin before others end.
    #[error("these hours overlap")]
    Overlapping,
}

/// Days from Monday, 0 to 6: of `tue`, of `fri-mon`, of `daily`.
#[must_use]
pub fn days(name: &str) -> Option<Vec<usize>> {
    let day = |name: &str| WEEKDAYS.iter().position(|known| *known == name.trim());
    if name == "daily" {
        return Some((0..7).collect());
    }
    let (first, last) = match name.split_once('-') {
        Some((first, last)) => (day(first)?, day(last)?),
        None => (day(name)?, day(name)?),
    };
    let count = (last + 7 - first) % 7;
    Some((0..=count).map(|after| (first + after) % 7).collect())
}

/// The hours of a day, sorted: of `09:00-12:00, 13:00-18:00`, of `closed`.
///
/// # Errors
///
/// [`HoursError::Unreadable`], and [`HoursError::Overlapping`] with what was read in vain.
pub fn hours_of_day(text: &str) -> Result<Vec<Hours>, HoursError> {
    if text == "closed" {
        return Ok(Vec::new());
    }
    let read: Option<Vec<Hours>> = text.split(',').map(|part| hours(part.trim())).collect();
    let mut read = read.ok_or_else(|| HoursError::Unreadable(text.to_owned()))?;
    read.sort_unstable();
    let meets = |pair: &[Hours]| match pair {
        [one, next] => one.is_overnight() || next.from < one.until,
        _ => false,
    };
    if read.windows(2).any(meets) {
        return Err(HoursError::Overlapping);
    }
    Ok(read)
}

/// The first and the last of one day or of several.
#[must_use]
pub fn dates(text: &str) -> Option<(Date, Date)> {
    let date = |text: &str| text.trim().parse::<Date>().ok();
    match text.split_once("..") {
        Some((first, last)) => date(first)
            .zip(date(last))
            .filter(|(first, last)| first <= last),
        None => date(text).map(|date| (date, date)),
    }
}

fn hours(text: &str) -> Option<Hours> {
    let (from, until) = text.split_once('-')?;
    let (from, until) = (minute(from)?, minute(until)?);
    let day = from < DAY_MINUTES && until <= DAY_MINUTES && from != until;
    day.then_some(Hours { from, until })
}

/// `09:30`, `24:00`: minutes since midnight.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |digits: &str| {
        let plain = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_digit());
        digits.parse::<u16>().ok().filter(|_| plain)
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= DAY_MINUTES).then_some(whole)
}
