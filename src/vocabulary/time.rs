//! One clock, two readings: `Now` for deadlines in memory, `Wall` for what outlives the process.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Monotonic time since the engine started. In JSON whole microseconds.
///
/// It may lie before the start: what an earlier process promised has waited since then.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Now(Duration);

/// So far before the start a moment may lie.
const PAST: Duration = Duration::from_hours(30 * 24);

impl Default for Now {
    fn default() -> Self {
        Self::START
    }
}

impl Serialize for Now {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let since_start = self.since_start();
        to.serialize_u64(u64::try_from(since_start.as_micros()).unwrap_or(u64::MAX))
    }
}

impl<'de> Deserialize<'de> for Now {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u64::deserialize(from).map(|us| Self::at(Duration::from_micros(us)))
    }
}

impl Now {
    /// The start of the engine.
    pub const START: Self = Self(PAST);

    /// The reading `since_start` after the engine's start.
    #[must_use]
    pub const fn at(since_start: Duration) -> Self {
        Self(PAST.saturating_add(since_start))
    }

    /// The reading `ms` milliseconds after the engine's start.
    #[must_use]
    pub const fn at_ms(ms: u64) -> Self {
        Self::at(Duration::from_millis(ms))
    }

    /// How long after the engine's start; zero before it.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        self.0.saturating_sub(PAST)
    }

    /// So long before this; at most 30 days before the start of the engine.
    #[must_use]
    pub const fn before(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(length))
    }

    /// Time passed since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Now {
    type Output = Self;

    fn add(self, after: Duration) -> Self {
        Self(self.0.saturating_add(after))
    }
}

/// UTC milliseconds since 1970-01-01. Data, not a timer. In JSON an ISO 8601 time.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Wall(i64);

impl Serialize for Wall {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Wall {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let moment = jiff::Timestamp::deserialize(from)?;
        Ok(Self(moment.as_millisecond()))
    }
}

impl Wall {
    /// The moment `ms` UTC milliseconds after 1970-01-01.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// UTC milliseconds since 1970-01-01.
    #[must_use]
    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// Milliseconds from `earlier` to here; negative if `earlier` is later.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This moment as civil time in `zone`; the epoch if out of range.
    #[must_use]
    pub fn civil(self, zone: &jiff::tz::TimeZone) -> jiff::Zoned {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        moment.to_zoned(zone.clone())
    }
}

impl fmt::Display for Wall {
    /// ISO 8601 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        write!(f, "{moment:.3}")
    }
}

/// Both readings, taken once per turn of the loop and handed to everyone.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The monotonic reading.
    pub now: Now,
    /// The calendar reading.
    pub wall: Wall,
}

impl Turn {
    /// Turns a stored moment into a deadline; a moment that has passed is due now.
    #[must_use]
    pub fn deadline(self, stored: Wall) -> Now {
        let ahead_ms = u64::try_from(stored.ms_since(self.wall)).unwrap_or(0);
        self.now + Duration::from_millis(ahead_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_moment_in_the_past_is_due_now() {
        let turn = Turn {
            now: Now::at_ms(500),
            wall: Wall::from_ms(10_000),
        };
        assert_eq!(turn.deadline(Wall::from_ms(9_000)), Now::at_ms(500));
        assert_eq!(turn.deadline(Wall::from_ms(10_250)), Now::at_ms(750));
    }

    #[test]
    fn a_moment_before_the_start_keeps_its_distance_and_its_order() {
        let long_ago = Now::at_ms(500).before(Duration::from_mins(20));
        let lately = Now::at_ms(500).before(Duration::from_mins(3));
        assert!(long_ago < lately && lately < Now::START);
        assert_eq!(
            Now::at_ms(1_500).since(long_ago),
            Duration::from_secs(1_201)
        );
        assert_eq!(long_ago.since_start(), Duration::ZERO);
        assert_eq!(serde_json::to_string(&Now::at_ms(7)).unwrap(), "7000");
        assert_eq!(serde_json::from_str::<Now>("7000").unwrap(), Now::at_ms(7));
        assert_eq!(Now::default(), Now::START);
    }

    #[test]
    fn wall_prints_as_iso_8601() {
        let wall = Wall::from_ms(1_000);
        assert_eq!(wall.to_string(), "1970-01-01T00:00:01.000Z");
        let json = serde_json::to_string(&wall).unwrap();
        assert_eq!(serde_json::from_str::<Wall>(&json).unwrap(), wall);
    }
}
