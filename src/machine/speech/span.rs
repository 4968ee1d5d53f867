//! Which units of time are spoken of a length.

use std::time::Duration;

/// A unit of time that is spoken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// 24 hours.
    Day,
    /// 60 minutes.
    Hour,
    /// 60 seconds.
    Minute,
}

/// The two largest units that are not zero, with their counts.
///
/// Rounded to the minute below a day, to the hour above; a length above zero is at least a minute.
/// Zero is no minutes.
#[must_use]
pub fn largest_units(length: Duration) -> Vec<(u64, Unit)> {
    let seconds = length.as_secs();
    let minutes = match seconds / 60 + u64::from(seconds % 60 >= 30) {
        0 => u64::from(!length.is_zero()),
        minutes => minutes,
    };
    let units = if minutes < 24 * 60 {
        [(minutes / 60, Unit::Hour), (minutes % 60, Unit::Minute)]
    } else {
        let hours = minutes / 60 + u64::from(minutes % 60 >= 30);
        [(hours / 24, Unit::Day), (hours % 24, Unit::Hour)]
    };
    let spoken: Vec<_> = units.into_iter().filter(|(count, _)| *count > 0).collect();
    if spoken.is_empty() {
        return vec![(0, Unit::Minute)];
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_units_are_spoken() {
        use Unit::{Day, Hour, Minute};
        let table: [(u64, &[(u64, Unit)]); 12] = [
            (0, &[(0, Minute)]),
            (1, &[(1, Minute)]),
            (89, &[(1, Minute)]),
            (90, &[(2, Minute)]),
            (3_599, &[(1, Hour)]),
            (3_600, &[(1, Hour)]),
            (3_900, &[(1, Hour), (5, Minute)]),
            (86_399, &[(1, Day)]),
            (86_400, &[(1, Day)]),
            (97_200, &[(1, Day), (3, Hour)]),
            (99_000, &[(1, Day), (4, Hour)]),
            (172_799, &[(2, Day)]),
        ];
        for (seconds, units) in table {
            let spoken = largest_units(Duration::from_secs(seconds));
            assert_eq!(spoken, units, "{seconds} s");
        }
        let longest = largest_units(Duration::MAX);
        assert_eq!(longest[0].1, Day);
    }
}
