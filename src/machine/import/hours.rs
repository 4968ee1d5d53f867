//! Hours as other systems write them: times of day, days of the week, of the month, months.

use std::collections::BTreeSet;

/// When something is open: at these times on these days. Empty lists stand for all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Hours {
    /// From and to, in minutes since midnight; the end is not part of it, and may be below the
    /// beginning: then it is past midnight.
    pub times: Vec<(u16, u16)>,
    /// Days of the week, 1 is Monday.
    pub weekdays: BTreeSet<u8>,
    /// Days of the month.
    pub days: BTreeSet<u8>,
    /// Months, 1 is January.
    pub months: BTreeSet<u8>,
}

/// Days of the week from Monday on.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl Hours {
    /// Reads what stands before the `?` of Asterisk's `GotoIfTime`: times, days of the week, days of
    /// the month and months, parted by commas, each `*` or ranges joined by `&`. Ends of times are
    /// part of them there, to the minute. None if it cannot be read.
    #[must_use]
    pub fn of_asterisk(written: &str) -> Option<Self> {
        let mut parts = written.split([',', '|']).map(str::trim);
        let times = parts.next()?;
        let mut hours = Self::default();
        for range in listed(times) {
            hours.times.push(times_of(range, 1)?);
        }
        hours.weekdays = numbers(parts.next().unwrap_or("*"), &WEEKDAYS, 7)?;
        hours.days = numbers(parts.next().unwrap_or("*"), &[], 31)?;
        hours.months = numbers(parts.next().unwrap_or("*"), &MONTHS, 12)?;
        Some(hours)
    }

    /// Reads the attributes of a FreeSWITCH condition: `wday` (1 or `sun` is Sunday), `hour`,
    /// `time-of-day`, `mday`, `mon`. None if one of them is not among these or cannot be read.
    #[must_use]
    pub fn of_freeswitch<'a>(
        attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Option<Self> {
        let mut hours = Self::default();
        for (name, value) in attributes {
            let value = value.to_lowercase();
            let value = value.replace(',', "&");
            match name {
                "wday" => {
                    let american = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
                    let days = numbers(&value, &american, 7)?;
                    hours.weekdays = days.into_iter().map(|day| (day + 5) % 7 + 1).collect();
                }
                "time-of-day" => {
                    for range in listed(&value) {
                        hours.times.push(times_of(range, 0)?);
                    }
                }
                "hour" => {
                    for range in listed(&value) {
                        let (from, to) = range.split_once('-').unwrap_or((range, range));
                        let hour = |text: &str| text.trim().parse::<u16>().ok().filter(|h| *h < 24);
                        hours.times.push((hour(from)? * 60, (hour(to)? + 1) * 60));
                    }
                }
                "mday" => hours.days = numbers(&value, &[], 31)?,
                "mon" => hours.months = numbers(&value, &[], 12)?,
                _ => return None,
            }
        }
        Some(hours)
    }

    /// In words, for a comment.
    #[must_use]
    pub fn told(&self) -> String {
        let mut parts = Vec::new();
        let days = self.weekdays.iter().filter_map(|day| {
            let at = usize::from(*day).checked_sub(1)?;
            WEEKDAYS.get(at).copied()
        });
        let days: Vec<&str> = days.collect();
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let times = self.times.iter();
        let times = times.map(|(from, to)| format!("{}-{}", clock(*from), clock(*to)));
        parts.push(days.join(" "));
        parts.push(times.collect::<Vec<_>>().join(" "));
        for (what, numbers) in [("days", &self.days), ("months", &self.months)] {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            if !numbers.is_empty() {
                parts.push(format!("{what} {}", numbers.join(" ")));
            }
        }
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() {
            "always".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// The ranges of a list; none of `*`.
fn listed(written: &str) -> impl Iterator<Item = &str> {
    let ranges = written.split('&').map(str::trim);
    ranges.filter(|range| !range.is_empty() && *range != "*")
}

/// `9:00-17:30` in minutes; `after` is added to the end.
fn times_of(range: &str, after: u16) -> Option<(u16, u16)> {
    let (from, to) = range.split_once('-')?;
    let end = minute(to)? + after;
    Some((minute(from)?, end))
}

fn minute(clock: &str) -> Option<u16> {
    let mut parts = clock.trim().split(':');
    let hour: u16 = parts.next()?.parse().ok()?;
    let minute: u16 = parts.next()?.parse().ok()?;
    (hour <= 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Numbers from 1 to `most`, or their names; ranges may go round.
fn numbers(written: &str, names: &[&str], most: u8) -> Option<BTreeSet<u8>> {
    let one = |text: &str| -> Option<u8> {
        let text = text.trim().to_lowercase();
        let named = names.iter().position(|name| text.starts_with(name));
        let number = named.and_then(|at| u8::try_from(at + 1).ok());
        let number = number.or_else(|| text.parse().ok())?;
        (1..=most).contains(&number).then_some(number)
    };
    let mut all = BTreeSet::new();
    for range in listed(written) {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let (mut at, to) = (one(from)?, one(to)?);
        all.insert(at);
        while at != to {
            at = at % most + 1;
            all.insert(at);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_both_systems_mean_the_same() {
        let asterisk = Hours::of_asterisk("09:00-17:59,mon-fri,*,*").unwrap();
        let attributes = [("wday", "2-6"), ("time-of-day", "09:00-18:00")];
        assert_eq!(Hours::of_freeswitch(attributes).unwrap(), asterisk);
        let attributes = [("wday", "mon-fri"), ("hour", "9-17")];
        assert_eq!(Hours::of_freeswitch(attributes).unwrap(), asterisk);
        assert_eq!(asterisk.told(), "mon tue wed thu fri, 09:00-18:00");
    }

    #[test]
    fn ranges_go_round_and_lists_are_joined() {
        let hours = Hours::of_asterisk("22:00-5:59,sat-mon&wed,24-26,dec").unwrap();
        assert_eq!(hours.times, [(22 * 60, 6 * 60)]);
        assert_eq!(hours.weekdays.into_iter().collect::<Vec<_>>(), [1, 3, 6, 7]);
        assert_eq!(hours.days.into_iter().collect::<Vec<_>>(), [24, 25, 26]);
        assert_eq!(Hours::of_asterisk("soon,mon,*,*"), None);
        assert_eq!(Hours::of_freeswitch([("moon", "full")]), None);
    }
}
