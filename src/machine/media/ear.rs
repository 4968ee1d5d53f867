//! Hears single tones: one Goertzel filter a candidate (Goertzel, 1958), over blocks of 20 ms.

use std::f64::consts::TAU;

use crate::machine::media::library::FRAME_SAMPLES;

const CANDIDATES_HZ: [u16; 5] = [440, 523, 659, 880, 1000];

/// A sine at -24 dBm0 has this peak; anything softer is no tone.
const PEAK_MIN: f64 = 1430.0;

/// Share of a block's energy that a tone must hold.
const SHARE_MIN: f64 = 0.8;

/// Blocks in a row that make a tone, or unmake it.
const BLOCKS_SURE: u8 = 2;

/// What a phone of ours hears.
#[derive(Debug)]
pub(crate) struct Ear {
    block: [i16; FRAME_SAMPLES],
    filled: usize,
    /// What the last blocks held, and how many in a row.
    current: (Option<u16>, u8),
    told: Option<u16>,
}

impl Ear {
    pub(crate) const fn new() -> Self {
        Self {
            block: [0; FRAME_SAMPLES],
            filled: 0,
            current: (None, 0),
            told: None,
        }
    }

    /// Takes samples; the frequency of a tone that has just become sure.
    pub(crate) fn hear(&mut self, samples: impl Iterator<Item = i16>) -> Option<u16> {
        let mut news = None;
        for sample in samples {
            if let Some(room) = self.block.get_mut(self.filled) {
                *room = sample;
            }
            self.filled += 1;
            if self.filled >= FRAME_SAMPLES {
                self.filled = 0;
                news = self.judge().or(news);
            }
        }
        news
    }

    fn judge(&mut self) -> Option<u16> {
        let found = tone_in(&self.block);
        let (before, blocks) = self.current;
        let blocks = if before == found {
            blocks.saturating_add(1)
        } else {
            1
        };
        self.current = (found, blocks);
        if blocks < BLOCKS_SURE || self.told == found {
            return None;
        }
        self.told = found;
        found
    }
}

fn tone_in(block: &[i16; FRAME_SAMPLES]) -> Option<u16> {
    let energy: f64 = block.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let mut best = (0, 0.0);
    for hz in CANDIDATES_HZ {
        let power = power_at(hz, block);
        if power > best.1 {
            best = (hz, power);
        }
    }
    // A sine of peak a has power (a n / 2)² in its filter and energy a² n / 2 in the block.
    let (hz, power) = best;
    let n = 160.0;
    let is_loud = power > (PEAK_MIN * n / 2.0).powi(2);
    let is_pure = power > SHARE_MIN * energy * n / 2.0;
    (is_loud && is_pure).then_some(hz)
}

fn power_at(hz: u16, block: &[i16; FRAME_SAMPLES]) -> f64 {
    let turn = 2.0 * (TAU * f64::from(hz) / 8000.0).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in block {
        (one, two) = (f64::from(*sample) + turn * one - two, one);
    }
    one * one + two * two - turn * one * two
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: u16, peak: f64) -> impl Iterator<Item = i16> {
        (0..).map(move |at| {
            let angle = TAU * f64::from(hz) * f64::from(at) / 8000.0;
            #[expect(clippy::cast_possible_truncation, reason = "a peak below 32 767")]
            {
                (peak * angle.sin()) as i16
            }
        })
    }

    #[test]
    fn each_candidate_is_told_once_and_again_after_a_pause() {
        for hz in CANDIDATES_HZ {
            let mut ear = Ear::new();
            assert_eq!(ear.hear(sine(hz, 5690.0).take(160)), None);
            assert_eq!(ear.hear(sine(hz, 5690.0).take(1600)), Some(hz));
            assert_eq!(ear.hear(sine(hz, 5690.0).take(1600)), None);
            assert_eq!(ear.hear(std::iter::repeat_n(0, 320)), None);
            assert_eq!(ear.hear(sine(hz, 5690.0).take(320)), Some(hz));
        }
    }

    #[test]
    fn soft_or_mixed_or_foreign_sound_is_no_tone() {
        let mixed = sine(440, 5690.0)
            .zip(sine(1000, 5690.0))
            .map(|(one, two)| one + two);
        assert_eq!(Ear::new().hear(mixed.take(1600)), None);
        assert_eq!(Ear::new().hear(sine(880, 1000.0).take(1600)), None);
        assert_eq!(Ear::new().hear(sine(770, 5690.0).take(1600)), None);
    }
}
