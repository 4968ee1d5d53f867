//! A moment as people write it: by the clocks of a zone, or with an offset.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use jiff::tz::TimeZone;

use crate::vocabulary::time::Wall;

/// A moment as people write it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WrittenMoment {
    /// What clocks show: `2026-12-25T09:00`.
    Clocks(DateTime),
    /// With an offset, or `Z`: `2026-12-25T09:00+01:00`.
    Exact(Timestamp),
}

/// Why a moment cannot be read, or is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MomentError {
    /// It is not written as one.
    #[error("{0:?} is no moment: write 2026-12-25T09:00, or with an offset 2026-12-25T09:00+01:00")]
    Unreadable(String),
    /// Clocks never show it.
    #[error("clocks in {zone} never show {moment}: they are put forward then")]
    Skipped {
        /// What was written.
        moment: DateTime,
        /// Where.
        zone: String,
    },
    /// It is out of the calendar.
    #[error("{0} is out of the calendar")]
    TooFar(DateTime),
}

impl FromStr for WrittenMoment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let unreadable = || MomentError::Unreadable(text.to_owned());
        let (_, clock) = text.split_once(['T', ' ']).ok_or_else(unreadable)?;
        if clock.contains(['+', '-', 'Z', 'z']) {
            let exact = text.parse().map_err(|_| unreadable())?;
            return Ok(Self::Exact(exact));
        }
        let clocks = text.parse().map_err(|_| unreadable())?;
        Ok(Self::Clocks(clocks))
    }
}

impl WrittenMoment {
    /// The moment it names. Of an hour that clocks show twice the first one; an offset says which.
    ///
    /// # Errors
    ///
    /// [`MomentError`] if clocks in `zone` never show it.
    pub fn wall(self, zone: &TimeZone) -> Result<Wall, MomentError> {
        let exact = match self {
            Self::Exact(exact) => exact,
            Self::Clocks(moment) => {
                let ambiguous = zone.to_ambiguous_zoned(moment);
                if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
                    let zone = zone.iana_name().unwrap_or("this zone").to_owned();
                    return Err(MomentError::Skipped { moment, zone });
                }
                let zoned = ambiguous
                    .earlier()
                    .map_err(|_| MomentError::TooFar(moment))?;
                zoned.timestamp()
            }
        };
        Ok(Wall::from_ms(exact.as_millisecond()))
    }

    /// The moment it names; one that clocks never show is as much later as they are put forward.
    #[must_use]
    pub fn wall_or_later(self, zone: &TimeZone) -> Wall {
        match (self.wall(zone), self) {
            (Ok(wall), _) => wall,
            (Err(_), Self::Exact(exact)) => Wall::from_ms(exact.as_millisecond()),
            (Err(_), Self::Clocks(moment)) => {
                let zoned = zone.to_ambiguous_zoned(moment).later();
                zoned.map_or_else(
                    |_| Wall::default(),
                    |zoned| Wall::from_ms(zoned.timestamp().as_millisecond()),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> Result<String, String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let moment: WrittenMoment = text
            .parse()
            .map_err(|error: MomentError| error.to_string())?;
        let wall = moment.wall(&zone).map_err(|error| error.to_string())?;
        Ok(wall.to_string())
    }

    #[test]
    fn an_offset_tells_the_two_hours_of_a_clock_change_apart() {
        for (written, utc) in [
            ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
            ("2026-10-25T02:30+02:00", "2026-10-25T00:30:00.000Z"),
            ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00.000Z"),
            ("2026-10-25T01:30Z", "2026-10-25T01:30:00.000Z"),
            ("2026-06-01 09:00", "2026-06-01T07:00:00.000Z"),
        ] {
            assert_eq!(wall(written).as_deref(), Ok(utc), "{written}");
        }
        let skipped = wall("2026-03-29T02:30").unwrap_err();
        assert!(skipped.contains("never show 2026-03-29T02:30"), "{skipped}");
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let moment: WrittenMoment = "2026-03-29T02:30".parse().unwrap();
        let later = moment.wall_or_later(&berlin).civil(&berlin);
        assert_eq!(later.datetime().to_string(), "2026-03-29T03:30:00");
        for wrong in [
            "10:00",
            "2026-13-01T10:00",
            "tomorrow",
            "",
            "2026-10-25T02:30+99:00",
        ] {
            assert!(
                wall(wrong).is_err_and(|told| told.contains("2026-12-25T09:00")),
                "{wrong}"
            );
        }
    }
}
