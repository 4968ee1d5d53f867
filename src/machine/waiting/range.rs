//! A wait as it is said: whole minutes, from and to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

const MINUTE_S: f64 = 60.0;
/// Past so many minutes only every fifth is said.
const FINE_MINUTES_MAX: u32 = 15;
/// The most minutes that are said; a longer wait is "more than".
const MINUTES_MAX: u32 = 60;

/// A wait in whole minutes, as it is said.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct WaitRange {
    /// At least so many minutes.
    pub from_min: u32,
    /// At most so many; none: nobody knows how many more.
    pub to_min: Option<u32>,
}

impl WaitRange {
    /// The whole minutes around these seconds.
    #[must_use]
    pub fn around(low_s: f64, high_s: f64) -> Self {
        let high = minutes((high_s / MINUTE_S).ceil()).max(1);
        let low = minutes((low_s / MINUTE_S).floor()).min(high);
        if high <= FINE_MINUTES_MAX {
            return Self {
                from_min: low,
                to_min: Some(high),
            };
        }
        let (low, high) = (low / 5 * 5, high.div_ceil(5) * 5);
        Self {
            from_min: low.min(MINUTES_MAX),
            to_min: (high <= MINUTES_MAX).then_some(high),
        }
    }

    /// What to say after `earlier` was said: nothing longer, unless that was quite wrong.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        let Some(said) = earlier.to_min.filter(|said| self.from_min <= *said) else {
            return self;
        };
        let to = self.to_min.map_or(said, |to| to.min(said));
        Self {
            from_min: self.from_min.min(to),
            to_min: Some(to),
        }
    }

    /// Whether a wait was as it was said.
    #[must_use]
    pub fn contains(self, wait: Duration) -> bool {
        !self.is_below(wait) && !self.is_above(wait)
    }

    /// Whether the wait was shorter than was said.
    #[must_use]
    pub fn is_below(self, wait: Duration) -> bool {
        wait < span(self.from_min)
    }

    /// Whether the wait was longer than was said.
    #[must_use]
    pub fn is_above(self, wait: Duration) -> bool {
        self.to_min.is_some_and(|to| wait > span(to))
    }
}

/// So many minutes.
#[must_use]
pub fn span(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

/// A whole number from 0 to some hours.
fn minutes(whole: f64) -> u32 {
    let mut count = 0;
    // No cast: a wait that nobody can know is as long as the longest.
    while count < 10 * MINUTES_MAX && f64::from(count) < whole {
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(low_s: f64, high_s: f64) -> (u32, Option<u32>) {
        let range = WaitRange::around(low_s, high_s);
        (range.from_min, range.to_min)
    }

    #[test]
    fn minutes_are_whole_and_long_waits_coarse() {
        assert_eq!(said(0.0, 20.0), (0, Some(1)));
        assert_eq!(said(170.0, 290.0), (2, Some(5)));
        assert_eq!(said(60.0, 60.0), (1, Some(1)));
        assert_eq!(said(700.0, 1_300.0), (10, Some(25)));
        assert_eq!(said(2_000.0, 3_700.0), (30, None));
        assert_eq!(said(f64::INFINITY, f64::INFINITY), (60, None));
        assert_eq!(said(f64::NAN, f64::NAN), (0, Some(1)));
    }

    #[test]
    fn what_is_said_grows_only_if_it_was_quite_wrong() {
        let range = |from_min, to_min| WaitRange { from_min, to_min };
        let said = range(3, Some(5));
        assert_eq!(range(4, Some(8)).after(said), range(4, Some(5)));
        assert_eq!(range(1, Some(2)).after(said), range(1, Some(2)));
        assert_eq!(range(6, Some(9)).after(said), range(6, Some(9)));
        assert_eq!(range(5, None).after(said), range(5, Some(5)));
        assert_eq!(range(5, Some(9)).after(range(60, None)), range(5, Some(9)));
    }

    #[test]
    fn a_wait_is_within_if_no_end_was_missed() {
        let range = WaitRange::around(130.0, 290.0);
        assert!(range.contains(Duration::from_secs(120)));
        assert!(range.is_below(Duration::from_secs(119)));
        assert!(range.is_above(Duration::from_secs(301)));
        let open = WaitRange {
            from_min: 60,
            to_min: None,
        };
        assert!(open.contains(Duration::from_secs(90_000)));
    }
}
