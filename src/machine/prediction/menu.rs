//! Which of the ranked questions are read out, and in which order.

use std::time::Duration;

use crate::machine::prediction::ranking::Ranking;
use crate::vocabulary::chance::Chance;

/// How long things take to hear.
#[derive(Clone, Copy, Debug)]
pub struct Timing<'a> {
    /// Each choice of the ranking, in its order: short form and key.
    pub choices: &'a [Duration],
    /// From the end of the last choice to the right place by the fixed menu or a person.
    pub fallback: Duration,
    /// At most so many are read: keys and patience end.
    pub most: usize,
}

/// What is read out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Places in the ranking, in the order of reading.
    pub read: Vec<usize>,
    /// Mean time until the caller hears what they want, in seconds.
    pub expected_s: f64,
}

/// Reads likely and short choices first, and reads on while it pays.
///
/// The order is by probability per second (Smith's rule: it minimises the mean time to the right
/// choice). Of all beginnings of that order the one with the least mean time is read, where the
/// callers whose question is not read hear all of it and then the fallback.
#[must_use]
pub fn plan(ranking: &Ranking, timing: Timing<'_>) -> Plan {
    let mut order: Vec<(usize, f64, f64)> = ranking
        .choices
        .iter()
        .zip(timing.choices)
        .enumerate()
        .map(|(at, (choice, length))| (at, choice.p, length.as_secs_f64().max(SECONDS_MIN)))
        .collect();
    order.sort_by(|(_, p, s), (_, q, t)| (q / t).total_cmp(&(p / s)));

    let fallback_s = timing.fallback.as_secs_f64();
    let mut best = Plan {
        read: Vec::new(),
        expected_s: fallback_s,
    };
    let (mut heard_s, mut served_s, mut unserved) = (0.0, 0.0, 1.0);
    let mut read = Vec::new();
    for (at, p, length_s) in order.into_iter().take(timing.most) {
        heard_s += length_s;
        served_s += p * heard_s;
        unserved -= p;
        read.push(at);
        let expected_s = served_s + f64::max(unserved, 0.0) * (heard_s + fallback_s);
        if expected_s < best.expected_s {
            best = Plan {
                read: read.clone(),
                expected_s,
            };
        }
    }
    best
}

impl Plan {
    /// In a share of calls, in percent, the same choices are read in an order drawn by lot: only so does
    /// the log tell how often those are wanted that stand behind. Says how likely this order was.
    pub fn shuffle(&mut self, percent: u32, chance: &mut Chance) -> f64 {
        let share = f64::from(percent.min(100)) / 100.0;
        if self.read.len() < 2 || percent == 0 {
            return 1.0;
        }
        let planned = self.read.clone();
        if chance.happens(share) {
            for last in (1..self.read.len()).rev() {
                let end = u64::try_from(last + 1).unwrap_or(u64::MAX);
                let other = usize::try_from(chance.below(end)).unwrap_or(0);
                self.read.swap(last, other);
            }
        }
        let count = u32::try_from(self.read.len()).unwrap_or(u32::MAX);
        let orders: f64 = (1..=count).map(f64::from).product();
        let by_plan = if self.read == planned {
            1.0 - share
        } else {
            0.0
        };
        by_plan + share / orders
    }
}

/// What a fixed menu takes to the right place: the mean over the generated travel calls of an intro
/// of 3 s, a product menu and a list of questions by frequency at 4.5 s an option.
pub const FIXED_MENU: Duration = Duration::from_secs(37);
/// No choice is heard in less.
const SECONDS_MIN: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::prediction::ranking::Choice;

    fn ranking(ps: &[f64]) -> Ranking {
        let choice = |p: &f64| Choice {
            order: None,
            question: "q".to_owned(),
            p: *p,
        };
        Ranking {
            choices: ps.iter().map(choice).collect(),
            other: 1.0 - ps.iter().sum::<f64>(),
        }
    }

    fn planned(ps: &[f64], seconds: &[u64], most: usize) -> Plan {
        let choices: Vec<_> = seconds.iter().map(|s| Duration::from_secs(*s)).collect();
        let timing = Timing {
            choices: &choices,
            fallback: Duration::from_secs(20),
            most,
        };
        plan(&ranking(ps), timing)
    }

    #[test]
    fn a_short_choice_goes_before_a_likelier_long_one() {
        assert_eq!(planned(&[0.4, 0.3], &[8, 3], 5).read, [1, 0]);
        assert_eq!(planned(&[0.4, 0.3], &[4, 4], 5).read, [0, 1]);
    }

    #[test]
    fn reading_stops_when_it_no_longer_pays() {
        let plan = planned(&[0.5, 0.2, 0.01, 0.01], &[4, 4, 4, 4], 9);
        assert_eq!(plan.read, [0, 1]);
        assert!((plan.expected_s - (0.5 * 4.0 + 0.2 * 8.0 + 0.3 * 28.0)).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_read_if_nothing_is_likely() {
        assert_eq!(planned(&[0.05, 0.05], &[4, 4], 5).read, [0usize; 0]);
        assert_eq!(
            plan(
                &Ranking::unknown(),
                Timing {
                    choices: &[],
                    fallback: Duration::ZERO,
                    most: 5
                }
            )
            .read,
            [0usize; 0]
        );
    }

    #[test]
    fn a_small_share_is_read_in_an_order_drawn_by_lot_whose_likelihood_is_told() {
        let mut chance = Chance::from_seed(7);
        let best = planned(&[0.3, 0.25, 0.2], &[4, 4, 4], 3);
        let mut counts = std::collections::BTreeMap::<Vec<usize>, (f64, f64)>::new();
        for _ in 0..20_000 {
            let mut plan = best.clone();
            let likelihood = plan.shuffle(12, &mut chance);
            let seen = counts.entry(plan.read).or_insert((likelihood, 0.0));
            assert!((seen.0 - likelihood).abs() < 1e-12);
            seen.1 += 1.0 / 20_000.0;
        }
        assert_eq!(counts.len(), 6);
        for (said, came) in counts.values() {
            assert!((said - came).abs() < 0.01, "said {said}, came {came}");
        }
        let mut plan = best.clone();
        assert!((plan.shuffle(0, &mut chance) - 1.0).abs() < 1e-12);
        assert_eq!(plan, best);
    }

    #[test]
    fn no_more_are_read_than_there_are_keys() {
        let plan = planned(&[0.2; 5], &[2; 5], 3);
        assert_eq!(plan.read, [0, 1, 2]);
    }
}
