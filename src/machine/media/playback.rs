//! What is playing, and how far.

use std::f64::consts::TAU;
use std::time::Duration;

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::StopOn;
use crate::machine::media::library::Cue;
use crate::machine::media::library::FRAME;
use crate::machine::media::library::FRAME_SAMPLES;
use crate::vocabulary::id::PlayId;
use crate::wire::g711;

/// Peak of a sine at -12 dBm0: 15.17 dB below the 32 636 of a full sine at +3.17 dBm0.
const TONE_PEAK: f64 = 5690.0;

/// What to play.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its name in events.
    pub play: PlayId,
    /// The sounds in order; none if a prompt is missing.
    pub cues: Option<Box<[Cue]>>,
    /// What ends it early.
    pub stop_on: StopOn,
    /// Start again at the end.
    pub repeat: bool,
}

/// A program and the place in it.
#[derive(Debug)]
pub(crate) struct Playback {
    program: Program,
    cue: usize,
    frame: u32,
    played: u32,
}

impl Playback {
    pub(crate) fn new(program: Program) -> Self {
        let mut playback = Self {
            program,
            cue: 0,
            frame: 0,
            played: 0,
        };
        playback.settle();
        playback
    }

    pub(crate) fn play(&self) -> PlayId {
        self.program.play
    }

    pub(crate) fn stop_on(&self) -> StopOn {
        self.program.stop_on
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.program.cues.is_none()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.cue >= self.cues().len()
    }

    /// Nothing of it has been played.
    pub(crate) fn is_fresh(&self) -> bool {
        self.played == 0
    }

    pub(crate) fn heard(&self) -> Duration {
        FRAME * self.played
    }

    /// Writes the next frame and moves on; silence past the end.
    pub(crate) fn next_frame(&mut self, codec: Codec) -> [u8; FRAME_SAMPLES] {
        let frame = match self.cues().get(self.cue) {
            Some(Cue::Prompt(prompt)) => prompt.frame(codec, self.frame).copied(),
            Some(Cue::Tone { hz, .. }) => Some(tone(*hz, self.frame, codec)),
            Some(Cue::Silence { .. }) | None => None,
        };
        self.frame = self.frame.saturating_add(1);
        self.played = self.played.saturating_add(1);
        self.settle();
        frame.unwrap_or([silence(codec); FRAME_SAMPLES])
    }

    fn cues(&self) -> &[Cue] {
        self.program.cues.as_deref().unwrap_or_default()
    }

    /// Moves to the next frame that exists.
    fn settle(&mut self) {
        let mut rounds = 0;
        while self
            .cues()
            .get(self.cue)
            .is_some_and(|cue| self.frame >= cue.frames())
        {
            (self.cue, self.frame) = (self.cue + 1, 0);
            if self.program.repeat && self.cue == self.cues().len() && rounds == 0 {
                (self.cue, rounds) = (0, 1);
            }
        }
    }
}

fn silence(codec: Codec) -> u8 {
    match codec {
        Codec::Pcmu => g711::PCMU_SILENCE,
        Codec::Pcma => g711::PCMA_SILENCE,
    }
}

fn tone(hz: u16, frame: u32, codec: Codec) -> [u8; FRAME_SAMPLES] {
    let mut samples = [0; FRAME_SAMPLES];
    // 50 frames make one second, after which any whole frequency repeats.
    let start = (frame % 50) * 160;
    for (at, byte) in (start..).zip(&mut samples) {
        let turns = f64::from(u32::from(hz) * at % 8000) / 8000.0;
        #[expect(clippy::cast_possible_truncation, reason = "the peak is below 32 767")]
        let sample = (TONE_PEAK * (TAU * turns).sin()) as i16;
        *byte = match codec {
            Codec::Pcmu => g711::encode_pcmu(sample),
            Codec::Pcma => g711::encode_pcma(sample),
        };
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playback(lengths: &[u32], repeat: bool) -> Playback {
        let cues = lengths
            .iter()
            .map(|frames| Cue::Silence { frames: *frames });
        Playback::new(Program {
            play: PlayId::from_bits(1),
            cues: Some(cues.collect()),
            stop_on: StopOn::Nothing,
            repeat,
        })
    }

    #[test]
    fn a_program_ends_with_its_last_frame() {
        let mut playback = playback(&[1, 0, 2], false);
        for left in [2, 1, 0] {
            assert!(!playback.is_finished());
            playback.next_frame(Codec::Pcmu);
            assert_eq!(playback.is_finished(), left == 0);
        }
        assert_eq!(playback.heard(), Duration::from_millis(60));
    }

    #[test]
    fn music_goes_round_but_empty_music_ends() {
        let mut music = playback(&[0, 2, 0], true);
        for _ in 0..7 {
            assert!(!music.is_finished());
            music.next_frame(Codec::Pcma);
        }
        assert!(playback(&[0, 0], true).is_finished());
        assert!(playback(&[], true).is_finished());
    }

    #[test]
    fn a_tone_has_the_level_it_should_have() {
        let frame = tone(1000, 3, Codec::Pcma);
        let power: f64 = frame
            .map(g711::decode_pcma)
            .iter()
            .map(|level| f64::from(*level).powi(2))
            .sum();
        let full = 32_636.0 / 2_f64.sqrt();
        let dbm0 = 3.17 + 20.0 * ((power / 160.0).sqrt() / full).log10();
        assert!((dbm0 + 12.0).abs() < 0.1, "{dbm0}");
    }
}
