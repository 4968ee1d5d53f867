//! The queue-length estimator with abandonment.
//!
//! Who has `ahead` contacts before them is served after `ahead + 1` departures. While all seats are
//! busy the seats take contacts at a rate `drain`, and each of those still ahead gives up at a rate
//! `patience`, so the k-th departure before the last takes 1/(drain + k patience): the estimator QLm
//! of Whitt, "Predicting queueing delays" (Management Science 45, 1999), and of Ibrahim and Whitt
//! for the Erlang-A queue.

/// Terms that are added one by one; what lies behind them is an integral.
const EXACT: u32 = 64;

/// Expected seconds until a seat is free for who has `ahead` before them.
///
/// `drain` is contacts a second that seats take together, `patience` is how often a second one
/// waiting contact gives up. Infinite if nobody ever moves.
#[must_use]
pub fn expected_wait(ahead: u32, drain: f64, patience: f64) -> f64 {
    let patience = patience.max(0.0);
    let term = |at: u32| 1.0 / f64::from(at).mul_add(patience, drain);
    let near: f64 = (0..=ahead.min(EXACT)).map(term).sum();
    if ahead <= EXACT {
        return near;
    }
    near + beyond(EXACT, ahead, drain, patience)
}

/// The terms after `from`, up to and with `to`, by Euler and Maclaurin.
fn beyond(from: u32, to: u32, drain: f64, patience: f64) -> f64 {
    let rate = |at: u32| f64::from(at).mul_add(patience, drain);
    let (first, last) = (rate(from), rate(to));
    let count = f64::from(to - from);
    let growth = count * patience / first;
    // ln(1 + x)/x goes to 1 where nobody gives up.
    let integral = if growth < 1e-9 {
        count / first
    } else {
        growth.ln_1p() / patience
    };
    let ends = (1.0 / last - 1.0 / first) / 2.0;
    let slopes = patience * (1.0 / (first * first) - 1.0 / (last * last)) / 12.0;
    integral + ends + slopes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_by_one(ahead: u32, drain: f64, patience: f64) -> f64 {
        let rates = (0..=ahead).map(|at| f64::from(at) * patience + drain);
        rates.map(|rate| 1.0 / rate).sum()
    }

    #[test]
    fn long_queues_are_summed_as_exactly_as_short_ones() {
        for ahead in [0, 1, 63, 64, 65, 66, 200, 5_000, 100_000] {
            for patience in [0.0, 1e-12, 1e-6, 0.002, 0.5, 20.0] {
                let (exact, fast) = (
                    one_by_one(ahead, 0.3, patience),
                    expected_wait(ahead, 0.3, patience),
                );
                assert!((fast / exact - 1.0).abs() < 1e-7, "{ahead} {patience}");
            }
        }
    }

    #[test]
    fn without_abandonment_it_is_places_over_rate() {
        assert!((expected_wait(9, 0.5, 0.0) - 20.0).abs() < 1e-12);
        assert_eq!(expected_wait(3, 0.0, 0.0), f64::INFINITY);
    }
}
