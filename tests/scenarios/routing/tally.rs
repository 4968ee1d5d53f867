//! What came of the calls.

/// Counts of one kind of calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    pub(super) offered: f64,
    pub(super) served: f64,
    pub(super) abandoned: f64,
    pub(super) blocked: f64,
    /// Served within the target.
    pub(super) good: f64,
    /// Abandoned within the target.
    pub(super) early: f64,
    /// Sum of the waits of the served.
    pub(super) served_wait: f64,
    /// Sum of the waits of all.
    pub(super) wait: f64,
    /// Sum of weight × wait².
    pub(super) cost: f64,
}

/// All of a day, or of several.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) kinds: Vec<Count>,
    /// Minutes at work, and minutes that seats were there, by group.
    pub(super) work: Vec<(f64, f64)>,
    pub(super) waits: Vec<f32>,
    pub(super) returned: f64,
    /// Served within the target by kind and period of two hours.
    pub(super) good_by_period: Vec<[f64; 3]>,
}

impl Tally {
    pub(super) fn new(kinds: usize, groups: usize) -> Self {
        Self {
            kinds: vec![Count::default(); kinds],
            work: vec![(0.0, 0.0); groups],
            good_by_period: vec![[0.0; 3]; kinds],
            ..Self::default()
        }
    }

    pub(super) fn sum(&self, of: impl Fn(&Count) -> f64) -> f64 {
        self.kinds.iter().map(of).sum()
    }

    /// Served within the target, of all but those who left within it.
    pub(super) fn level(&self) -> f64 {
        let counted = self.sum(|one| one.served + one.abandoned - one.early);
        self.sum(|one| one.good) / counted.max(1.0)
    }

    pub(super) fn level_of(&self, kind: usize) -> f64 {
        let one = &self.kinds[kind];
        one.good / (one.served + one.abandoned - one.early).max(1.0)
    }

    pub(super) fn least_level(&self) -> f64 {
        let levels = (0..self.kinds.len()).map(|kind| self.level_of(kind));
        levels.fold(1.0, f64::min)
    }

    pub(super) fn abandonment(&self, kind: usize) -> f64 {
        let one = &self.kinds[kind];
        one.abandoned / (one.served + one.abandoned).max(1.0)
    }

    pub(super) fn worst_abandonment(&self) -> f64 {
        let parts = (0..self.kinds.len()).map(|kind| self.abandonment(kind));
        parts.fold(0.0, f64::max)
    }

    /// Mean over all callers of weight × wait², in min².
    pub(super) fn cost(&self) -> f64 {
        self.sum(|one| one.cost) / self.sum(|one| one.served + one.abandoned).max(1.0)
    }

    pub(super) fn p95_s(&mut self) -> f64 {
        self.waits.sort_by(f32::total_cmp);
        let at = self.waits.len() * 95 / 100;
        self.waits
            .get(at)
            .map_or(0.0, |wait| f64::from(*wait) * 60.0)
    }

    pub(super) fn add(&mut self, day: Self) {
        for (sum, one) in self.kinds.iter_mut().zip(day.kinds) {
            sum.offered += one.offered;
            sum.served += one.served;
            sum.abandoned += one.abandoned;
            sum.blocked += one.blocked;
            sum.good += one.good;
            sum.early += one.early;
            sum.served_wait += one.served_wait;
            sum.wait += one.wait;
            sum.cost += one.cost;
        }
        for (sum, one) in self.work.iter_mut().zip(day.work) {
            *sum = (sum.0 + one.0, sum.1 + one.1);
        }
        for (sum, one) in self.good_by_period.iter_mut().zip(day.good_by_period) {
            for (sum, one) in sum.iter_mut().zip(one) {
                *sum += one;
            }
        }
        self.waits.extend(day.waits);
        self.returned += day.returned;
    }

    /// One line of a table: all of it together, because each alone is easily had at the cost of
    /// the others.
    pub(super) fn row(&mut self, name: &str, days: u64) -> String {
        let (level, least, p95) = (self.level(), self.least_level(), self.p95_s());
        let abandoned = self.sum(|one| one.abandoned) / days as f64;
        let worst = self.worst_abandonment();
        let cost = self.cost();
        format!(
            "{name:>20} SL {level:.4} least {least:.4} p95 {p95:6.1} s abandoned {abandoned:7.1} \
             worst {worst:.3} cost {cost:.4}"
        )
    }
}

pub(super) const HEAD: &str =
    "SL: of all; least: of the kind that has least; abandoned: a day; worst: part of a kind";
