//! Hits as they would be if every menu were read in an order drawn by lot.
//!
//! What stands first is chosen more, whatever it is: hits counted in menus whose order is the engine's
//! own flatter it. Each labelled call is weighed by how likely its order was by an even lot, divided by
//! how likely it was as menus are made here (inverse propensity weighting): `w = (1 / n!) / propensity`
//! with `n` options read; a share of hits is `Σ w·hit / Σ w`. So calls whose order was drawn count most,
//! and `(Σ w)² / Σ w²` says how many calls the share is as good as.

use serde::Serialize;

use crate::call::report::account::Foreseen;
use crate::call::report::account::Wanted;

/// Sums of weights.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evenness {
    weight: f64,
    squares: f64,
    hit_1: f64,
    hit_3: f64,
}

impl Evenness {
    /// Counts a caller who said what they wanted. Calls whose order nobody knows are left out.
    pub fn take(&mut self, foreseen: &Foreseen, wanted: &Wanted) {
        if foreseen.propensity <= 0.0 || foreseen.read == 0 {
            return;
        }
        let orders: f64 = (1..=foreseen.read.min(READ_MAX)).map(f64::from).product();
        let weight = 1.0 / (orders * foreseen.propensity);
        let hit = |first| if wanted.is_among(first) { weight } else { 0.0 };
        self.weight += weight;
        self.squares += weight * weight;
        self.hit_1 += hit(1);
        self.hit_3 += hit(3);
    }

    /// The share that was held to be likeliest, and to be among the first three.
    #[must_use]
    pub fn hits(&self) -> Option<[f64; 2]> {
        let is_drawn = self.calls() >= CALLS_MIN;
        is_drawn.then(|| [self.hit_1 / self.weight, self.hit_3 / self.weight])
    }

    /// The shares are as good as those of so many calls.
    #[must_use]
    pub fn calls(&self) -> f64 {
        if self.squares > 0.0 {
            self.weight * self.weight / self.squares
        } else {
            0.0
        }
    }
}

/// More options than a telephone has keys are not read.
const READ_MAX: u32 = 9;
/// Of fewer calls no share is told.
const CALLS_MIN: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Three options; who stands first is chosen by half of those who want another.
    fn menus(shuffled_percent: u32) -> Evenness {
        let share = f64::from(shuffled_percent) / 100.0;
        let mut evenness = Evenness::default();
        for call in 0..6_000_u32 {
            // The likeliest stands first, second or third: in a third of the drawn orders each.
            let drawn = call % 100 < shuffled_percent;
            let place = if drawn { call / 100 % 3 } else { 0 };
            let wants_it = call / 7 % 2 == 0;
            let takes_first = call / 13 % 2 == 0;
            let hit = if takes_first { place == 0 } else { wants_it };
            let planned = place == 0;
            let by_plan = if planned { 1.0 - share } else { 0.0 };
            let foreseen = Foreseen {
                ranked: Vec::new(),
                read: 3,
                propensity: by_plan + share / 3.0,
                none_of_them: false,
            };
            let wanted = Wanted {
                order: None,
                question: "q".to_owned(),
                place: Some(if hit { 1 } else { 2 }),
                p: None,
                listened_ms: None,
            };
            evenness.take(&foreseen, &wanted);
        }
        evenness
    }

    #[test]
    fn the_pull_of_the_first_place_is_weighed_out() {
        let even = menus(5).hits().unwrap()[0];
        // A third of those who take the first, and half of the others.
        assert!((even - (0.5 / 3.0 + 0.25)).abs() < 0.06, "{even}");
        assert!(menus(5).calls() < 700.0);
        let [flattered, three] = menus(0).hits().unwrap();
        assert!((flattered - 0.75).abs() < 0.01, "{flattered}");
        assert!((three - 1.0).abs() < 1e-9);
    }

    #[test]
    fn of_few_calls_no_share_is_told() {
        assert_eq!(Evenness::default().hits(), None);
    }
}
