//! Values as people write them in files: truths, numbers, moments before or after now, words.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::machine::prediction::order::Value;
use crate::vocabulary::time::Wall;

/// Longer rows of digits are codes, not numbers.
const EXACT_DIGITS: usize = 12;

/// Truths, numbers without leading zeros, moments relative to `wall`; all else is text. None if
/// nothing is written.
#[must_use]
pub fn value(cell: &str, wall: Wall, zone: &TimeZone) -> Option<Value> {
    match cell {
        "" => return None,
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    if let Some(moment) = resolved(cell, wall, zone) {
        return Some(Value::Text(moment));
    }
    let plain = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let unsigned = cell.strip_prefix('-').unwrap_or(cell);
    let zeros = unsigned.starts_with('0') && unsigned != "0" && !unsigned.starts_with("0.");
    let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
    match number {
        Some(number) if cell.chars().all(plain) && !zeros && unsigned.len() <= EXACT_DIGITS => {
            Some(Value::Number(number))
        }
        _ => Some(Value::Text(cell.to_owned())),
    }
}

/// A cell such as `now`, `now+95m`, `now-2h`, `now+3d`, `now+1d2h30m` as a civil day and time in
/// `zone`, to the minute; none if the cell is not of this form.
#[must_use]
pub fn resolved(cell: &str, wall: Wall, zone: &TimeZone) -> Option<String> {
    let offset = cell.strip_prefix("now")?;
    let minutes = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(after), _) => minutes(after)?,
        (_, Some(before)) => minutes(before)?.checked_neg()?,
        _ if offset.is_empty() => 0,
        _ => return None,
    };
    let shifted = wall
        .civil(zone)
        .checked_add(SignedDuration::from_mins(minutes))
        .ok()?;
    Some(shifted.datetime().strftime("%Y-%m-%dT%H:%M").to_string())
}

/// Counts with their units, `1d2h30m`, in minutes.
fn minutes(span: &str) -> Option<i64> {
    let mut rest = span;
    let mut sum = 0_i64;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, after) = rest.split_at(unit);
        let factor = match after.chars().next()? {
            'd' => 1440,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        let count: i64 = count.parse().ok()?;
        sum = sum.checked_add(count.checked_mul(factor)?)?;
        rest = after.get(1..)?;
    }
    (!span.is_empty() && sum <= MINUTES_MAX).then_some(sum)
}

/// Ten years.
const MINUTES_MAX: i64 = 10 * 366 * 1440;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_before_and_after_now_are_days_and_times() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let noon: jiff::Timestamp = "2026-02-28T04:00:30Z".parse().unwrap();
        let wall = Wall::from_ms(noon.as_millisecond());
        for (cell, expected) in [
            ("now", Some("2026-02-28T12:00")),
            ("now+95m", Some("2026-02-28T13:35")),
            ("now-2h", Some("2026-02-28T10:00")),
            ("now+1d", Some("2026-03-01T12:00")),
            ("now-1d2h30m", Some("2026-02-27T09:30")),
            ("now+", None),
            ("now+5", None),
            ("now+5x", None),
            ("now*5m", None),
            ("now+99999999999999999999m", None),
            ("now+99999999d", None),
            ("later", None),
            ("now时", None),
        ] {
            assert_eq!(resolved(cell, wall, &zone).as_deref(), expected, "{cell}");
        }
    }
}
