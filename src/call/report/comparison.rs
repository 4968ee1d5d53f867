//! Two releases by the same measures: how far apart they are, how sure that is, and in words.
//!
//! Margins are 95 %: of two shares after Agresti and Caffo (2000), who add a hit and a miss to each; of two
//! means by their variances; of pairs by the variance of their differences.

use serde::Serialize;

use crate::call::report::calibration::whole;
use crate::call::report::sum::Sum;
use crate::call::report::tally::Tally;

/// A measure of two releases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// What is measured.
    pub name: &'static str,
    /// What it is in.
    pub unit: Unit,
    /// Of the release that stood before, and of the other.
    pub values: [f64; 2],
    /// So many calls were measured of each.
    pub calls: [u64; 2],
    /// The second less the first.
    pub difference: f64,
    /// The difference is within so much of it, 19 times in 20.
    pub margin: f64,
    /// What follows.
    pub finding: Finding,
}

/// What a measure is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Of 1; more is better.
    Share,
    /// Nats; less is better.
    Nats,
    /// Seconds; less is better.
    Seconds,
}

/// What a measure says of the second release.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Surely better.
    Better,
    /// Surely worse.
    Worse,
    /// A difference that would matter would have been seen.
    Same,
    /// Nobody can say yet. About so many calls of each would do.
    TooFew(u64),
}

impl Unit {
    /// A difference that is smaller matters to nobody.
    const fn matters(self) -> f64 {
        match self {
            Self::Share => 0.02,
            Self::Nats => 0.05,
            Self::Seconds => 1.0,
        }
    }

    /// How much better a difference is.
    fn gain(self, difference: f64) -> f64 {
        match self {
            Self::Share => difference,
            Self::Nats | Self::Seconds => -difference,
        }
    }
}

impl Measure {
    /// Shares of calls, of which so many of each were hits.
    #[must_use]
    pub fn of_shares(name: &'static str, hits: [u64; 2], calls: [u64; 2]) -> Self {
        let value = |at: usize| whole(hits[at]) / whole(calls[at].max(1));
        let variance = |at: usize| {
            let calls = whole(calls[at]) + 2.0;
            let share = (whole(hits[at]) + 1.0) / calls;
            share * (1.0 - share) / calls
        };
        let values = [value(0), value(1)];
        Self::of(
            (name, Unit::Share),
            values,
            calls,
            variance(0) + variance(1),
        )
    }

    /// Means over different calls.
    #[must_use]
    pub fn of_means(name: &'static str, unit: Unit, sums: [Sum; 2]) -> Self {
        let variance = sums[0].variance() + sums[1].variance();
        let calls = sums.map(|sum| sum.calls);
        Self::of((name, unit), sums.map(|sum| sum.mean()), calls, variance)
    }

    /// Means over the same calls, by the sum of their differences.
    #[must_use]
    pub fn of_pairs(name: &'static str, unit: Unit, before: Sum, differences: Sum) -> Self {
        let (mean, by) = (before.mean(), differences.mean());
        let calls = [before.calls, differences.calls];
        Self::of(
            (name, unit),
            [mean, mean + by],
            calls,
            differences.variance(),
        )
    }

    fn of(
        (name, unit): (&'static str, Unit),
        values: [f64; 2],
        calls: [u64; 2],
        variance: f64,
    ) -> Self {
        let difference = values[1] - values[0];
        let margin = 1.96 * variance.sqrt();
        let least = calls[0].min(calls[1]);
        let wanted = (margin / unit.matters()).powi(2) * whole(least.max(1));
        let finding = if least < CALLS_MIN {
            Finding::TooFew(hundreds(wanted).max(CALLS_MIN))
        } else if difference.abs() > margin {
            let better = unit.gain(difference) > 0.0;
            if better {
                Finding::Better
            } else {
                Finding::Worse
            }
        } else if margin <= unit.matters() {
            Finding::Same
        } else {
            Finding::TooFew(hundreds(wanted))
        };
        Self {
            name,
            unit,
            values,
            calls,
            difference,
            margin,
            finding,
        }
    }
}

/// All measures of two releases.
#[must_use]
pub fn compare(before: &Tally, after: &Tally) -> Vec<Measure> {
    let both = [before, after];
    let shares = |name, hits: fn(&Tally) -> u64, of: fn(&Tally) -> u64| {
        Measure::of_shares(name, both.map(hits), both.map(of))
    };
    let listened = both.map(|tally| {
        let mut sum = Sum::default();
        tally
            .listened_ms
            .iter()
            .for_each(|ms| sum.take(whole(*ms) / 1_000.0));
        sum
    });
    vec![
        shares("likeliest (hit at 1)", |t| t.hit_1, |t| t.labelled),
        shares("first three (hit at 3)", |t| t.hit_3, |t| t.labelled),
        shares("first five (hit at 5)", |t| t.hit_5, |t| t.labelled),
        Measure::of_means("log-loss", Unit::Nats, both.map(|tally| tally.losses)),
        Measure::of_means("listened", Unit::Seconds, listened),
        shares("answered without a person", |t| t.contained, |t| t.taken),
        shares(
            "and not called again within 24 h",
            |t| t.returns_24h.checked.saturating_sub(t.returns_24h.returned),
            |t| t.returns_24h.checked,
        ),
        shares(
            "and not called again within 72 h",
            |t| t.returns_72h.checked.saturating_sub(t.returns_72h.returned),
            |t| t.returns_72h.checked,
        ),
    ]
}

/// What all measures say together.
#[must_use]
pub fn verdict(measures: &[Measure]) -> String {
    let named = |is: fn(Finding) -> bool| {
        let found = measures.iter().filter(|measure| is(measure.finding));
        found.map(|measure| measure.name).collect::<Vec<_>>()
    };
    let better = named(|finding| finding == Finding::Better);
    let worse = named(|finding| finding == Finding::Worse);
    let open = named(|finding| matches!(finding, Finding::TooFew(_)));
    let mut said = match (better.is_empty(), worse.is_empty()) {
        (true, true) if open.is_empty() => "no difference that would matter".to_owned(),
        (true, true) => "not enough calls to tell them apart".to_owned(),
        (false, true) => format!(
            "better: {}; worse in nothing that was seen",
            better.join(", ")
        ),
        (true, false) => format!("worse: {}", worse.join(", ")),
        (false, false) => format!("better: {}; worse: {}", better.join(", "), worse.join(", ")),
    };
    if !open.is_empty() && open.len() < measures.len() {
        said.push_str("; too few calls yet for: ");
        said.push_str(&open.join(", "));
    }
    said
}

/// The next full hundred.
fn hundreds(calls: f64) -> u64 {
    let hundreds = (calls / 100.0).ceil().clamp(1.0, 1e9);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, from 1 to a thousand million"
    )]
    let hundreds = hundreds as u64;
    hundreds * 100
}

/// Of fewer calls of either nothing is said.
const CALLS_MIN: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    /// So many calls of a release, of which a share in a hundred is a hit at 3; nothing else is known of them.
    fn shares(calls: [u64; 2], percent: [u64; 2]) -> Measure {
        let hits = [0, 1].map(|at: usize| calls[at] * percent[at] / 100);
        Measure::of_shares("first three (hit at 3)", hits, calls)
    }

    #[test]
    fn a_share_is_better_once_its_margin_is_passed() {
        let measure = shares([2_000, 2_000], [70, 75]);
        assert_eq!(measure.finding, Finding::Better);
        assert!((measure.difference - 0.05).abs() < 1e-12);
        // 1.96 · √(.7 · .3 / 2000 + .75 · .25 / 2000)
        assert!((measure.margin - 0.0276).abs() < 2e-4, "{measure:?}");
        assert_eq!(shares([2_000, 2_000], [75, 70]).finding, Finding::Worse);
        assert_eq!(shares([20_000, 20_000], [70, 70]).finding, Finding::Same);
    }

    #[test]
    fn too_few_calls_say_how_many_would_do() {
        let Finding::TooFew(wanted) = shares([200, 200], [70, 75]).finding else {
            panic!("200 calls cannot tell five points");
        };
        // 1.96² · (.21 + .1875) / .02² = 3818, and a little for the hit and the miss.
        assert!((3_700..=4_100).contains(&wanted), "{wanted}");
        let nobody = shares([0, 10], [0, 50]);
        assert!(matches!(nobody.finding, Finding::TooFew(_)));
        assert!(nobody.margin.is_finite() && nobody.values[0] == 0.0);
    }

    #[test]
    fn pairs_tell_apart_what_single_calls_do_not() {
        let (mut before, mut after, mut by) = (Sum::default(), Sum::default(), Sum::default());
        for call in 0..400_u32 {
            let loss = f64::from(call % 20) / 5.0;
            let better = loss - 0.1 + f64::from(call % 3) / 50.0;
            before.take(loss);
            after.take(better);
            by.take(better - loss);
        }
        let apart = Measure::of_means("log-loss", Unit::Nats, [before, after]);
        assert!(matches!(apart.finding, Finding::TooFew(_)), "{apart:?}");
        let paired = Measure::of_pairs("log-loss", Unit::Nats, before, by);
        assert_eq!(paired.finding, Finding::Better, "{paired:?}");
        assert!((paired.difference + 0.08).abs() < 0.001);
    }

    #[test]
    fn a_verdict_says_what_is_better_worse_and_open() {
        let named = |name, measure: Measure| Measure { name, ..measure };
        let better = named("a", shares([2_000, 2_000], [70, 75]));
        let worse = named("b", shares([2_000, 2_000], [75, 70]));
        let open = named("c", shares([100, 100], [70, 72]));
        let same = named("d", shares([20_000, 20_000], [70, 70]));
        let said =
            |all: &[&Measure]| verdict(&all.iter().map(|one| (*one).clone()).collect::<Vec<_>>());
        assert_eq!(said(&[&same]), "no difference that would matter");
        assert_eq!(said(&[&open]), "not enough calls to tell them apart");
        assert_eq!(
            said(&[&better, &open]),
            "better: a; worse in nothing that was seen; too few calls yet for: c"
        );
        assert_eq!(said(&[&better, &worse]), "better: a; worse: b");
        assert_eq!(said(&[&worse]), "worse: b");
    }
}
