//! Intervals of a period as clocks on the wall show them: half hours and days of the centre's zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::call::kpi_rows::Period;
use crate::vocabulary::time::Wall;

/// Intervals of one length in a zone.
#[derive(Clone, Debug)]
pub struct Steps {
    every_ms: i64,
    zone: TimeZone,
}

impl Steps {
    /// Steps of this length, which is not zero.
    #[must_use]
    pub const fn new(every_ms: i64, zone: TimeZone) -> Self {
        Self { every_ms, zone }
    }

    /// The last full interval's beginning up to a moment, as clocks of the zone show it.
    #[must_use]
    pub fn begin(&self, moment: Wall) -> Wall {
        let shown = self.shown_ms(moment);
        let into = shown.rem_euclid(self.every_ms);
        let plain = Wall::from_ms(moment.as_ms().saturating_sub(into));
        if self.shown_ms(plain) == shown - into {
            return plain;
        }
        // Clocks were changed within it.
        let begin = self.moment(shown - into).unwrap_or(plain);
        begin.min(moment)
    }

    /// Intervals one after the other, the last one cut off by the end. They begin when clocks show
    /// that a whole number of them has passed since the first; one in which clocks are changed is so
    /// much longer or shorter, unless that is a whole number as well.
    #[must_use]
    pub fn intervals(&self, period: Period) -> Vec<Period> {
        let first = self.shown_ms(period.from);
        let mut all = Vec::new();
        let mut from = period.from;
        while from < period.to {
            let to = self.next(first, from).min(period.to);
            all.push(Period { from, to });
            from = to;
        }
        all
    }

    fn next(&self, first: i64, from: Wall) -> Wall {
        let shown = self.shown_ms(from);
        let left = self.every_ms - (shown - first).rem_euclid(self.every_ms);
        let plain = Wall::from_ms(from.as_ms().saturating_add(left));
        if (self.shown_ms(plain) - first).rem_euclid(self.every_ms) == 0 {
            return plain;
        }
        let shown_then = self.moment(shown + left);
        shown_then.filter(|then| *then > from).unwrap_or(plain)
    }

    /// What clocks show at a moment, in ms since they showed 1970.
    fn shown_ms(&self, moment: Wall) -> i64 {
        let known = Timestamp::from_millisecond(moment.as_ms());
        let ahead = known.map_or(0, |at| self.zone.to_offset(at).seconds());
        moment.as_ms().saturating_add(i64::from(ahead) * 1_000)
    }

    /// When clocks show that: the first time if twice, when they are put forward if never.
    fn moment(&self, shown_ms: i64) -> Option<Wall> {
        let shown = Timestamp::from_millisecond(shown_ms).ok()?;
        let shown: DateTime = TimeZone::UTC.to_datetime(shown);
        let at = self.zone.to_timestamp(shown).ok()?;
        Some(Wall::from_ms(at.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_S: i64 = 3_600;

    fn wall(moment: &str) -> Wall {
        let moment: Timestamp = moment.parse().unwrap();
        Wall::from_ms(moment.as_millisecond())
    }

    /// Beginnings as clocks show them, and lengths in minutes.
    fn told(zone: &str, every_s: i64, from: &str, hours: i64) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let steps = Steps::new(every_s * 1_000, zone.clone());
        let from = steps.begin(wall(from));
        let to = Wall::from_ms(from.as_ms() + hours * HOUR_S * 1_000);
        let all = steps.intervals(Period { from, to });
        let told = all.iter().map(|one| {
            let at = Timestamp::from_millisecond(one.from.as_ms()).unwrap();
            let minutes = one.to.ms_since(one.from) / 60_000;
            format!("{} {minutes}", zone.to_datetime(at).strftime("%d %H:%M"))
        });
        told.collect()
    }

    #[test]
    fn hours_and_days_are_those_of_the_zone() {
        let kathmandu = told("Asia/Kathmandu", HOUR_S, "2026-03-02T10:20:00Z", 2);
        assert_eq!(kathmandu, ["02 16:00 60", "02 17:00 60"]);
        let kolkata = told("Asia/Kolkata", HOUR_S, "2026-03-02T10:29:59Z", 2);
        assert_eq!(kolkata, ["02 15:00 60", "02 16:00 60"]);
        let half = told("Asia/Kathmandu", HOUR_S / 2, "2026-03-02T10:20:00Z", 1);
        assert_eq!(half, ["02 16:00 30", "02 16:30 30"]);
        let days = told("Asia/Shanghai", 24 * HOUR_S, "2026-03-02T10:20:00Z", 48);
        assert_eq!(days, ["02 00:00 1440", "03 00:00 1440"]);
    }

    #[test]
    fn days_in_which_clocks_are_changed_are_longer_or_shorter_and_end_at_midnight() {
        let day = 24 * HOUR_S;
        let spring = told("Europe/Berlin", day, "2026-03-28T12:00:00Z", 71);
        assert_eq!(spring, ["28 00:00 1440", "29 00:00 1380", "30 00:00 1440"]);
        let autumn = told("Europe/Berlin", day, "2026-10-24T12:00:00Z", 73);
        assert_eq!(autumn, ["24 00:00 1440", "25 00:00 1500", "26 00:00 1440"]);
        let no_midnight = told("Africa/Cairo", day, "2026-04-23T12:00:00Z", 47);
        assert_eq!(no_midnight, ["23 00:00 1440", "24 01:00 1380"]);
    }

    #[test]
    fn half_hours_stay_half_hours_when_clocks_are_changed() {
        let spring = told("Europe/Berlin", HOUR_S / 2, "2026-03-29T00:30:00Z", 1);
        assert_eq!(spring, ["29 01:30 30", "29 03:00 30"]);
        let autumn = told("Europe/Berlin", HOUR_S / 2, "2026-10-25T00:30:00Z", 1);
        assert_eq!(autumn, ["25 02:30 30", "25 02:00 30"]);
        // There clocks are changed by half an hour.
        let hours = told("Australia/Lord_Howe", HOUR_S, "2026-04-04T14:00:00Z", 3);
        assert_eq!(hours, ["05 01:00 90", "05 02:00 60", "05 03:00 30"]);
        let in_it = told("Europe/Berlin", 24 * HOUR_S, "2026-03-29T12:00:00Z", 23);
        assert_eq!(in_it, ["29 00:00 1380"]);
    }

    #[test]
    fn intervals_of_a_named_beginning_count_from_it() {
        let steps = Steps::new(HOUR_S * 1_000, TimeZone::get("Asia/Shanghai").unwrap());
        let period = Period {
            from: wall("2026-03-02T10:20:00Z"),
            to: wall("2026-03-02T12:00:00Z"),
        };
        let lengths = steps.intervals(period).into_iter();
        let lengths = lengths.map(|one| one.to.ms_since(one.from) / 60_000);
        assert_eq!(lengths.collect::<Vec<_>>(), [60, 40]);
    }
}
