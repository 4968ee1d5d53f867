//! A rate that is learned while it changes.
//!
//! Several memories, each forgetting at its own pace, count events against exposure. Each foretells
//! every gap before it sees it; whoever has foretold better lately weighs more. So a rate that stays
//! is known ever better, and one that jumps is followed within some hundred events.

use serde::{Deserialize, Serialize};

/// In how many seconds of exposed time each memory forgets half.
const HALF_LIVES_S: [f64; 5] = [300.0, 1_200.0, 4_800.0, 19_200.0, 76_800.0];
/// What is kept of old merit with each event.
const MERIT_KEPT: f64 = 0.9995;
/// How many events the belief before the first is worth.
const PRIOR_EVENTS: f64 = 1.0;

/// A rate of events per second of exposure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tempo {
    memories: [Memory; 5],
    /// The exposure in which one event is expected before any is seen.
    prior: f64,
    /// Exposure since the last event.
    gap: f64,
    seen: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Memory {
    events: f64,
    exposure: f64,
    merit: f64,
}

impl Memory {
    fn rate(&self, prior: f64) -> f64 {
        (self.events + PRIOR_EVENTS) / (self.exposure + prior * PRIOR_EVENTS)
    }

    /// The logarithm of how likely this gap was, by the rate known before it: of a Lomax
    /// distribution, for the rate is known as a gamma distribution.
    fn foretold(&self, prior: f64, gap: f64) -> f64 {
        let events = self.events + PRIOR_EVENTS;
        let before = (self.exposure - gap).max(0.0) + prior * PRIOR_EVENTS;
        events.ln() - before.ln() - (events + 1.0) * (gap / before).ln_1p()
    }
}

impl Tempo {
    /// A rate of which nothing is known but that one event in `prior` seconds of exposure would be
    /// no wonder.
    #[must_use]
    pub fn new(prior: f64) -> Self {
        Self {
            memories: [Memory::default(); 5],
            prior,
            gap: 0.0,
            seen: 0,
        }
    }

    /// `seconds` have passed in which `heads` could have had an event.
    pub fn pass(&mut self, seconds: f64, heads: f64) {
        let exposure = seconds * heads;
        if exposure <= 0.0 {
            return;
        }
        self.gap += exposure;
        for (memory, half_life) in self.memories.iter_mut().zip(HALF_LIVES_S) {
            let kept = (-seconds / half_life).exp2();
            memory.events *= kept;
            memory.exposure = memory.exposure.mul_add(kept, exposure);
        }
    }

    /// An event has happened.
    pub fn count(&mut self) {
        let (prior, gap) = (self.prior, std::mem::take(&mut self.gap));
        for memory in &mut self.memories {
            // Several at one moment tell nothing of paces.
            if gap > 0.0 {
                let merit = memory.foretold(prior, gap);
                memory.merit = memory.merit.mul_add(MERIT_KEPT, merit);
            }
            memory.events += 1.0;
        }
        self.seen += 1;
    }

    /// The last event was none.
    pub fn take_back(&mut self) {
        for memory in &mut self.memories {
            memory.events = (memory.events - 1.0).max(0.0);
        }
        self.seen = self.seen.saturating_sub(1);
    }

    /// Events seen so far.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// Events per second of exposure.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let merits = self.memories.iter().map(|memory| memory.merit);
        let best = merits.fold(f64::NEG_INFINITY, f64::max);
        let weigh = |memory: &Memory| (memory.merit - best).exp();
        let weights: f64 = self.memories.iter().map(weigh).sum();
        let rates = self.memories.iter();
        let rates = rates.map(|memory| weigh(memory) * memory.rate(self.prior));
        rates.sum::<f64>() / weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::chance::Chance;

    /// An exponential gap with this mean, in seconds.
    fn gap(chance: &mut Chance, mean: f64) -> f64 {
        -(1.0 - chance.fraction()).ln() * mean
    }

    fn live(tempo: &mut Tempo, chance: &mut Chance, mean: f64, events: u32) {
        for _ in 0..events {
            tempo.pass(gap(chance, mean), 1.0);
            tempo.count();
        }
    }

    #[test]
    fn a_rate_that_stays_is_known_to_a_few_percent() {
        let (mut tempo, mut chance) = (Tempo::new(180.0), Chance::from_seed(1));
        live(&mut tempo, &mut chance, 2.0, 6_000);
        assert!((tempo.rate() / 0.5 - 1.0).abs() < 0.03, "{}", tempo.rate());
    }

    #[test]
    fn a_rate_that_jumps_is_followed_within_two_hundred_events() {
        let (mut tempo, mut chance) = (Tempo::new(180.0), Chance::from_seed(2));
        live(&mut tempo, &mut chance, 2.0, 6_000);
        live(&mut tempo, &mut chance, 8.0, 200);
        assert!(
            (tempo.rate() / 0.125 - 1.0).abs() < 0.25,
            "{}",
            tempo.rate()
        );
    }

    #[test]
    fn nothing_passes_where_nobody_is_exposed() {
        let mut tempo = Tempo::new(180.0);
        tempo.pass(1_000.0, 0.0);
        assert!((tempo.rate() - 1.0 / 180.0).abs() < 1e-12);
        tempo.count();
        tempo.take_back();
        assert!((tempo.rate() - 1.0 / 180.0).abs() < 1e-12);
        assert_eq!(tempo.seen(), 0);
    }
}
