//! Counts of times by upper bound, as metrics show them.

/// Counts by upper bound.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// How many were at most each of [`BOUNDS_US`], and above all of them.
    pub counts: [u64; BOUNDS_US.len() + 1],
    /// Sum of all values.
    pub sum_us: u64,
}

/// Upper bounds of the histograms, in microseconds.
pub const BOUNDS_US: [u64; 10] = [
    1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 50_000, 60_000, 100_000, 1_000_000,
];

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: [0; BOUNDS_US.len() + 1],
            sum_us: 0,
        }
    }
}

impl Histogram {
    /// One more value.
    pub fn add(&mut self, us: u64) {
        let at = BOUNDS_US
            .iter()
            .position(|bound| us <= *bound)
            .unwrap_or(BOUNDS_US.len());
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        self.sum_us = self.sum_us.saturating_add(us);
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}
