//! Means and ratios over days, with 95 % confidence intervals; percentiles of waits.

/// A figure with half the width of its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The interval is from `value - half` to `value + half`; none of one day.
    pub half: Option<f64>,
}

/// The ratio of two sums over days, by the delta method with Student's t; none if the lower sum is 0.
/// With 1 below, it is the mean of a day.
#[must_use]
pub fn ratio(values: &[(f64, f64)]) -> Option<Estimate> {
    let residues = Residues::of(values)?;
    let half = half_width(&residues.each);
    let value = residues.ratio;
    Some(Estimate { value, half })
}

/// The second ratio less the first, on the same days.
#[must_use]
pub fn difference(one: &[(f64, f64)], other: &[(f64, f64)]) -> Option<Estimate> {
    let (one, other) = (Residues::of(one)?, Residues::of(other)?);
    let pairs = other.each.iter().zip(&one.each);
    let each: Vec<f64> = pairs.map(|(other, one)| other - one).collect();
    Some(Estimate {
        value: other.ratio - one.ratio,
        half: half_width(&each),
    })
}

/// What each day adds to the error of a ratio.
struct Residues {
    ratio: f64,
    each: Vec<f64>,
}

impl Residues {
    fn of(values: &[(f64, f64)]) -> Option<Self> {
        let over: f64 = values.iter().map(|(over, _)| over).sum();
        let under: f64 = values.iter().map(|(_, under)| under).sum();
        if under <= 0.0 {
            return None;
        }
        let (ratio, mean) = (over / under, under / float(values.len()));
        let residue = |(over, under): &(f64, f64)| (over - ratio * under) / mean;
        Some(Self {
            ratio,
            each: values.iter().map(residue).collect(),
        })
    }
}

/// Half the width of the 95 % interval of the mean of these, which need not have mean 0; none of
/// fewer than two.
#[must_use]
pub fn half_width(values: &[f64]) -> Option<f64> {
    let freedom = values.len().checked_sub(1).filter(|freedom| *freedom > 0)?;
    let mean = values.iter().sum::<f64>() / float(values.len());
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / float(freedom) / float(values.len())).sqrt();
    Some(student(freedom) * error)
}

/// The 97.5 % point of Student's t: for few degrees of freedom from a table, else Abramowitz and
/// Stegun 26.7.5.
fn student(freedom: usize) -> f64 {
    const FEW: [f64; 4] = [12.706_205, 4.302_653, 3.182_446, 2.776_445];
    if let Some(known) = freedom.checked_sub(1).and_then(|at| FEW.get(at)) {
        return *known;
    }
    let (z, v) = (1.959_964_f64, float(freedom));
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    let fourth = (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1_482.0 * z.powi(5)
        - 1_920.0 * z.powi(3)
        - 945.0 * z)
        / 92_160.0;
    z + first / v + second / v.powi(2) + third / v.powi(3) + fourth / v.powi(4)
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// Waits counted in bins: each is 0.2 % longer than the one before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waits {
    bins: Vec<u32>,
    count: u64,
}

/// The first bin ends here, in minutes: a tenth of a millisecond.
const FIRST: f64 = 1e-4 / 60.0;
const STEP: f64 = 1.002;

impl Waits {
    /// Counts a wait.
    pub fn take(&mut self, minutes: f64) {
        let at = if minutes <= FIRST {
            0.0
        } else {
            ((minutes / FIRST).ln() / STEP.ln()).ceil().min(20_000.0)
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to 20,000"
        )]
        let at = at as usize;
        if self.bins.len() <= at {
            self.bins.resize(at + 1, 0);
        }
        if let Some(bin) = self.bins.get_mut(at) {
            *bin = bin.saturating_add(1);
            self.count += 1;
        }
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        let length = self.bins.len().max(other.bins.len());
        self.bins.resize(length, 0);
        for (own, other) in self.bins.iter_mut().zip(&other.bins) {
            *own = own.saturating_add(*other);
        }
        self.count += other.count;
    }

    /// The least wait, in minutes, than which this share waited no longer; none of none.
    #[must_use]
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let count = u32::try_from(self.count).map_or(f64::from(u32::MAX), f64::from);
        let aim = share * count;
        let mut below = 0.0;
        for (at, bin) in self.bins.iter().enumerate() {
            below += f64::from(*bin);
            if below >= aim && below > 0.0 {
                let middle = FIRST * STEP.powf(float(at) - 0.5);
                return Some(if at == 0 { 0.0 } else { middle });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_points_are_those_of_the_table() {
        for (freedom, point) in [
            (1, 12.706),
            (4, 2.776),
            (5, 2.571),
            (9, 2.262),
            (29, 2.045),
            (999, 1.962),
        ] {
            assert!((student(freedom) - point).abs() < 0.002, "{freedom}");
        }
    }

    #[test]
    fn a_ratio_of_equal_lower_sums_is_a_mean() {
        let values = [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (6.0, 1.0)];
        let Estimate { value, half } = ratio(&values).unwrap();
        assert!((value - 3.0).abs() < 1e-12);
        // s² = 14/3, t = 3.182.
        let expected = 3.182_446 * (14.0 / 3.0 / 4.0_f64).sqrt();
        assert!((half.unwrap() - expected).abs() < 1e-5);
        assert_eq!(ratio(&[(1.0, 0.0)]), None);
        assert_eq!(ratio(&[(1.0, 2.0)]).unwrap().half, None);
    }

    #[test]
    fn what_days_share_does_not_widen_a_difference() {
        let one: Vec<(f64, f64)> = [4.0, 9.0, 2.0].iter().map(|day| (*day, 1.0)).collect();
        let other: Vec<(f64, f64)> = one
            .iter()
            .map(|(over, under)| (over + 1.0, *under))
            .collect();
        let Estimate { value, half } = difference(&one, &other).unwrap();
        assert!((value - 1.0).abs() < 1e-12);
        assert!(half.unwrap() < 1e-12);
    }

    #[test]
    fn percentiles_are_right_to_a_tenth_of_a_percent() {
        let mut waits = Waits::default();
        (1..=1_000).for_each(|at| waits.take(f64::from(at) / 100.0));
        let p95 = waits.percentile(0.95).unwrap();
        assert!((p95 / 9.5 - 1.0).abs() < 0.0011, "{p95}");
        let mut idle = Waits::default();
        (0..97).for_each(|_| idle.take(0.0));
        (0..3).for_each(|_| idle.take(1.0));
        assert_eq!(idle.percentile(0.95), Some(0.0));
        assert_eq!(Waits::default().percentile(0.95), None);
    }
}
