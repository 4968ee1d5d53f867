//! Opening hours: by weekday, with other hours on holidays, on the clocks of a zone.
//!
//! What counts is what a clock on the wall shows: in an hour that a clock change repeats it is open
//! twice, and an hour that is left out nobody waits for.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::vocabulary::time::Wall;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 1440;

/// Hours of a day, in minutes from its midnight: from the first, up to but not including the second.
///
/// Hours that end at or before their beginning end on the next day and belong to the day on which
/// they begin.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Hours {
    /// The first minute, 0 to 1439.
    pub from: u16,
    /// The first minute that is too late, 0 to 1440.
    pub until: u16,
}

impl Hours {
    /// Whether they go on after midnight.
    #[must_use]
    pub const fn is_overnight(self) -> bool {
        self.until <= self.from
    }

    /// Whether they hold on the day on which they begin.
    const fn holds(self, minute: u16) -> bool {
        self.from <= minute && (self.is_overnight() || minute < self.until)
    }

    /// Whether they hold on the day after.
    const fn holds_on_the_next_day(self, minute: u16) -> bool {
        self.is_overnight() && minute < self.until
    }
}

/// How a centre stands at a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Within its hours.
    Open,
    /// Outside of them.
    Closed,
    /// Outside of the hours of a holiday.
    Holiday,
}

/// Opening hours.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calendar {
    /// Whose clocks count; none: those of whoever asks.
    pub zone: Option<TimeZone>,
    /// From Monday to Sunday.
    pub week: [Vec<Hours>; 7],
    /// Days on which other hours hold, or none.
    pub holidays: BTreeMap<Date, Vec<Hours>>,
}

impl Calendar {
    /// How things stand at a moment.
    #[must_use]
    pub fn standing(&self, moment: Wall, zone: &TimeZone) -> Standing {
        let shown = moment.civil(self.zone.as_ref().unwrap_or(zone)).datetime();
        let (date, minute) = (shown.date(), minute_of(shown.time()));
        let today = self.hours(date).iter().any(|hours| hours.holds(minute));
        let overnight = date.yesterday().is_ok_and(|yesterday| {
            let mut hours = self.hours(yesterday).iter();
            hours.any(|hours| hours.holds_on_the_next_day(minute))
        });
        match (today || overnight, self.holidays.contains_key(&date)) {
            (true, _) => Standing::Open,
            (false, true) => Standing::Holiday,
            (false, false) => Standing::Closed,
        }
    }

    /// The hours that begin on a day.
    fn hours(&self, date: Date) -> &[Hours] {
        if let Some(hours) = self.holidays.get(&date) {
            return hours;
        }
        let from_monday = usize::try_from(date.weekday().to_monday_zero_offset()).ok();
        let hours = from_monday.and_then(|day| self.week.get(day));
        hours.map(Vec::as_slice).unwrap_or_default()
    }
}

fn minute_of(time: Time) -> u16 {
    let minute = i32::from(time.hour()) * 60 + i32::from(time.minute());
    u16::try_from(minute).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: u16, until: u16) -> Hours {
        Hours {
            from: from * 60,
            until: until * 60,
        }
    }

    /// Monday to Friday from 9 to 12 and from 13 to 18, Saturday from 22 to 6; closed on 1 May.
    fn calendar(zone: &str) -> Calendar {
        let mut week: [Vec<Hours>; 7] = Default::default();
        week[..5].fill(vec![hours(9, 12), hours(13, 18)]);
        week[5] = vec![hours(22, 6)];
        Calendar {
            zone: Some(TimeZone::get(zone).unwrap()),
            week,
            holidays: BTreeMap::from([
                (jiff::civil::date(2026, 5, 1), vec![]),
                (jiff::civil::date(2026, 5, 2), vec![hours(10, 11)]),
            ]),
        }
    }

    fn standing(zone: &str, moment: &str) -> Standing {
        let moment: jiff::Timestamp = moment.parse().unwrap();
        let wall = Wall::from_ms(moment.as_millisecond());
        calendar(zone).standing(wall, &TimeZone::UTC)
    }

    #[test]
    fn hours_hold_by_weekday_and_give_way_on_holidays() {
        let table = [
            ("2026-04-30T08:59+08:00", Standing::Closed),
            ("2026-04-30T09:00+08:00", Standing::Open),
            ("2026-04-30T12:00+08:00", Standing::Closed),
            ("2026-04-30T17:59+08:00", Standing::Open),
            ("2026-05-01T10:00+08:00", Standing::Holiday),
            ("2026-05-02T10:30+08:00", Standing::Open),
            ("2026-05-02T23:00+08:00", Standing::Holiday),
            ("2026-05-03T03:00+08:00", Standing::Closed),
            ("2026-05-09T23:00+08:00", Standing::Open),
            ("2026-05-10T05:59+08:00", Standing::Open),
            ("2026-05-10T06:00+08:00", Standing::Closed),
        ];
        for (moment, expected) in table {
            assert_eq!(standing("Asia/Shanghai", moment), expected, "{moment}");
        }
    }

    #[test]
    fn hours_follow_the_clock_on_the_wall_across_its_changes() {
        // Berlin: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00.
        let table = [
            ("2026-03-27T08:00Z", Standing::Open),
            ("2026-03-30T07:00Z", Standing::Open),
            ("2026-03-30T06:59Z", Standing::Closed),
            ("2026-03-29T03:59Z", Standing::Open),
            ("2026-03-29T04:00Z", Standing::Closed),
            ("2026-10-25T04:59Z", Standing::Open),
            ("2026-10-25T05:00Z", Standing::Closed),
            ("2026-10-26T08:00Z", Standing::Open),
            ("2026-10-26T07:59Z", Standing::Closed),
        ];
        for (moment, expected) in table {
            assert_eq!(standing("Europe/Berlin", moment), expected, "{moment}");
        }
    }
}
