//! A quantity over a day, summed over time.

/// Slices of a day that are drawn.
pub const SLICES: usize = 96;

/// A quantity that changes in steps, and its sums over time. Minutes after the beginning of the day.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// What it is now.
    level: f64,
    since: f64,
    /// What is counted: from then on, up to then.
    span: (f64, f64),
    /// Its sum over what is counted.
    pub counted: f64,
    /// Its sum from where counting begins to the end of all.
    pub to_the_end: f64,
    /// Its sum over each slice of the day, warm-up included.
    pub slices: Vec<f64>,
}

impl Level {
    /// Zero; counted from the end of the warm-up to the end of the day.
    #[must_use]
    pub fn new(warm_up: f64, length: f64) -> Self {
        Self {
            level: 0.0,
            since: 0.0,
            span: (warm_up, length),
            counted: 0.0,
            to_the_end: 0.0,
            slices: vec![0.0; SLICES],
        }
    }

    /// It changes by so much.
    pub fn add(&mut self, by: f64, now: f64) {
        self.pass(now);
        self.level += by;
    }

    /// Time passes.
    pub fn pass(&mut self, now: f64) {
        let (from, to) = self.span;
        if self.level != 0.0 {
            let within = now.min(to) - self.since.max(from);
            self.counted += self.level * within.max(0.0);
            self.to_the_end += self.level * (now - self.since.max(from)).max(0.0);
            self.slice(now.min(to));
        }
        self.since = now;
    }

    fn slice(&mut self, until: f64) {
        let width = self.span.1 / width_count();
        let mut at = self.since;
        while at < until {
            let place = slice_of(at, self.span.1);
            let end = width * (slices_f64(place) + 1.0);
            // A slice's end may be rounded to where it begins.
            let next = if end > at { end.min(until) } else { until };
            if let Some(sum) = self.slices.get_mut(place) {
                *sum += self.level * (next - at);
            }
            at = next;
        }
    }
}

/// In which slice of a day of this length a minute is.
#[must_use]
pub fn slice_of(minute: f64, length: f64) -> usize {
    let at = (minute / length * width_count()).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is from 0 to the number of slices"
    )]
    let at = at.clamp(0.0, width_count() - 1.0) as usize;
    at
}

fn width_count() -> f64 {
    slices_f64(SLICES)
}

fn slices_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_taken_within_what_is_counted() {
        let mut level = Level::new(10.0, 96.0);
        level.add(2.0, 4.5);
        level.add(1.0, 20.0);
        level.add(-3.0, 100.0);
        level.pass(200.0);
        assert!((level.counted - (20.0 + 3.0 * 76.0)).abs() < 1e-9);
        assert!((level.to_the_end - (20.0 + 3.0 * 80.0)).abs() < 1e-9);
        assert!((level.slices[4] - 1.0).abs() < 1e-9);
        assert!((level.slices[19] - 2.0).abs() < 1e-9);
        assert!((level.slices[95] - 3.0).abs() < 1e-9);
        assert!((level.slices.iter().sum::<f64>() - (31.0 + 228.0)).abs() < 1e-9);
    }
}
