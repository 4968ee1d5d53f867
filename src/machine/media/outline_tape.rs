//! What a far end says, as the outline keeps it: lengths. A tone stands for speech.

use std::time::Duration;

use crate::vocabulary::time::Now;
use crate::wire::g711;

/// Speech is told again no sooner than this.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// Samples a millisecond.
const RATE: u128 = 8;

/// What one far end has said.
#[derive(Debug)]
pub(crate) struct OutlineTape {
    since: Now,
    longest: Duration,
    /// Since when it speaks.
    speaks: Option<Now>,
    spoken: Duration,
    spoke_last: Option<Now>,
    told: Option<Now>,
}

impl OutlineTape {
    pub(crate) const fn new(longest: Duration, now: Now) -> Self {
        Self {
            since: now,
            longest,
            speaks: None,
            spoken: Duration::ZERO,
            spoke_last: None,
            told: None,
        }
    }

    /// Takes note of whether the far end speaks from now on; true if speech is to be told.
    pub(crate) fn hear(&mut self, speaks: bool, now: Now) -> bool {
        let now = now.min(self.since + self.longest);
        if let Some(since) = self.speaks.take() {
            self.spoken += now.since(since);
            self.spoke_last = Some(now);
        }
        if !speaks {
            return false;
        }
        self.speaks = Some(now);
        let is_news = self.told.is_none_or(|told| now.since(told) >= TOLD_EVERY);
        if is_news {
            self.told = Some(now);
        }
        is_news
    }

    /// When speech that goes on is told again.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let told = self.told.filter(|_| self.speaks.is_some())?;
        let at = told + TOLD_EVERY;
        (at <= self.since + self.longest).then_some(at)
    }

    /// Silence of the length, and how much of it was speech.
    pub(crate) fn finish(mut self, now: Now) -> (Vec<u8>, Duration) {
        self.hear(false, now);
        let length = self.spoke_last.map(|last| last.since(self.since));
        let samples = length.unwrap_or_default().as_millis() * RATE;
        let samples = usize::try_from(samples).unwrap_or(0);
        (vec![g711::PCMU_SILENCE; samples], self.spoken)
    }
}
