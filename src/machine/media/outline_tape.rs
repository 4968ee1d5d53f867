//! What a far end says, as the outline keeps it: lengths. A tone stands for speech.

use std::time::Duration;

use crate::machine::media::contract::SPOKE_EVERY;
use crate::vocabulary::time::Now;
use crate::wire::g711;

/// Samples a millisecond.
const RATE: u128 = 8;

/// What comes in from a far end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coming {
    Nothing,
    Silence,
    Speech,
}

/// What one far end has said.
#[derive(Debug)]
pub(crate) struct OutlineTape {
    longest: Duration,
    /// When the first packet came.
    since: Option<Now>,
    /// Since when it speaks.
    speaks: Option<Now>,
    spoken: Duration,
    spoke_last: Option<Now>,
    told: Option<Now>,
}

impl OutlineTape {
    pub(crate) const fn new(longest: Duration) -> Self {
        Self {
            longest,
            since: None,
            speaks: None,
            spoken: Duration::ZERO,
            spoke_last: None,
            told: None,
        }
    }

    /// Takes note of what comes in from now on; true if speech is to be told.
    pub(crate) fn hear(&mut self, coming: Coming, now: Now) -> bool {
        if coming == Coming::Nothing && self.since.is_none() {
            return false;
        }
        let ends = *self.since.get_or_insert(now) + self.longest;
        let at = now.min(ends);
        if let Some(since) = self.speaks.take() {
            self.spoken += at.since(since);
            self.spoke_last = Some(at);
        }
        if coming != Coming::Speech || now >= ends {
            return false;
        }
        self.speaks = Some(now);
        let is_news = self.told.is_none_or(|told| now.since(told) >= SPOKE_EVERY);
        if is_news {
            self.told = Some(now);
        }
        is_news
    }

    /// When speech that goes on is told again.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let told = self.told.filter(|_| self.speaks.is_some())?;
        let ends = self.since? + self.longest;
        let at = told + SPOKE_EVERY;
        (at < ends).then_some(at)
    }

    /// Silence of the length, and how much of it was speech.
    pub(crate) fn finish(mut self, now: Now) -> (Vec<u8>, Duration) {
        self.hear(Coming::Nothing, now);
        let length = self.spoke_last.zip(self.since);
        let length = length.map(|(last, since)| last.since(since));
        let samples = length.unwrap_or_default().as_millis() * RATE;
        let samples = usize::try_from(samples).unwrap_or(0);
        (vec![g711::PCMU_SILENCE; samples], self.spoken)
    }
}
