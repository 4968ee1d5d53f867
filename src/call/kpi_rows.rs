//! Counts and times of a period and of the intervals in it, by the names of queues and seats: ids
//! are others after a restart with another configuration.

use std::collections::BTreeMap;

use crate::machine::report::sums::Sums;
use crate::vocabulary::time::Wall;

/// A stretch of the calendar: from the first, up to but not including the second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Period {
    /// Its first moment.
    pub from: Wall,
    /// The first moment after it.
    pub to: Wall,
}

impl Period {
    /// Whether it holds this moment.
    #[must_use]
    pub fn holds(self, moment: Wall) -> bool {
        self.from <= moment && moment < self.to
    }

    /// How much of a stretch lies in it, in ms.
    #[must_use]
    pub fn share_ms(self, from: Wall, to: Wall) -> u64 {
        let inside = to.min(self.to).ms_since(from.max(self.from));
        u64::try_from(inside).unwrap_or(0)
    }
}

/// Sums of one stretch.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The whole centre.
    pub all: Sums,
    /// By queue.
    pub queues: BTreeMap<String, Sums>,
    /// By seat.
    pub seats: BTreeMap<String, Sums>,
}

impl Rows {
    /// The sums of a queue.
    pub fn queue(&mut self, name: &str) -> &mut Sums {
        self.queues.entry(name.to_owned()).or_default()
    }

    /// The sums of a seat.
    pub fn seat(&mut self, id: &str) -> &mut Sums {
        self.seats.entry(id.to_owned()).or_default()
    }
}

/// Sums of a period, and of each interval in it.
#[derive(Clone, Debug)]
pub struct Sliced {
    period: Period,
    /// Of the whole period.
    pub total: Rows,
    /// Of its intervals in their order.
    pub intervals: Vec<(Period, Rows)>,
}

impl Sliced {
    /// Nothing is counted yet. `intervals` are parts of the period, one after the other.
    #[must_use]
    pub fn new(period: Period, intervals: Vec<Period>) -> Self {
        let empty = |period| (period, Rows::default());
        Self {
            period,
            total: Rows::default(),
            intervals: intervals.into_iter().map(empty).collect(),
        }
    }

    fn place(&self, moment: Wall) -> usize {
        let begun = self
            .intervals
            .partition_point(|(one, _)| one.from <= moment);
        begun.saturating_sub(1)
    }

    /// Where something counts that happened then: nowhere outside of the period.
    pub fn at(&mut self, moment: Wall) -> impl Iterator<Item = &mut Rows> {
        let (holds, place) = (self.period.holds(moment), self.place(moment));
        let interval = self.intervals.get_mut(place).map(|(_, rows)| rows);
        let all = std::iter::once(&mut self.total).chain(interval);
        all.filter(move |_| holds)
    }

    /// Where time counts that passed, and how much of it in ms.
    pub fn over(&mut self, from: Wall, to: Wall) -> impl Iterator<Item = (u64, &mut Rows)> {
        let whole = self.period.share_ms(from, to);
        let (first, last) = (self.place(from), self.place(to));
        let count = last.saturating_sub(first).saturating_add(1);
        let touched = self.intervals.iter_mut().skip(first).take(count);
        let touched = touched.map(move |(period, rows)| (period.share_ms(from, to), rows));
        let all = std::iter::once((whole, &mut self.total)).chain(touched);
        all.filter(|(ms, _)| *ms > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(ms: i64) -> Wall {
        Wall::from_ms(ms)
    }

    fn hour() -> Sliced {
        let period = Period {
            from: wall(1_000),
            to: wall(4_500),
        };
        let second = |no: i64| Period {
            from: wall(no * 1_000),
            to: wall((no + 1) * 1_000).min(period.to),
        };
        Sliced::new(period, (1..=4).map(second).collect())
    }

    #[test]
    fn what_happens_counts_in_its_interval_and_in_the_whole() {
        let mut sums = hour();
        assert_eq!(sums.intervals.len(), 4);
        for ms in [999, 1_000, 1_999, 2_000, 4_499, 4_500] {
            sums.at(wall(ms)).for_each(|rows| rows.all.queued += 1);
        }
        let counts = sums.intervals.iter().map(|(_, rows)| rows.all.queued);
        assert_eq!(counts.collect::<Vec<u64>>(), [2, 1, 0, 1]);
        assert_eq!(sums.total.all.queued, 4);
    }

    #[test]
    fn time_is_split_among_intervals() {
        let mut sums = hour();
        for (ms, rows) in sums.over(wall(500), wall(3_250)) {
            rows.all.talk_ms += ms;
        }
        let times = sums.intervals.iter().map(|(_, rows)| rows.all.talk_ms);
        assert_eq!(times.collect::<Vec<u64>>(), [1_000, 1_000, 250, 0]);
        assert_eq!(sums.total.all.talk_ms, 2_250);
    }
}
