//! Prompts, encoded once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::Piece;
use crate::vocabulary::id::PromptId;
use crate::wire::g711;

/// Samples in a frame of 20 ms at 8 kHz; for G.711 its bytes too.
pub const FRAME_SAMPLES: usize = 160;

/// How long a frame lasts.
pub const FRAME: Duration = Duration::from_millis(20);

/// Frames that hold `length`, the last one filled up.
#[must_use]
pub fn frames_in(length: Duration) -> u32 {
    u32::try_from(length.as_nanos().div_ceil(FRAME.as_nanos())).unwrap_or(u32::MAX)
}

/// A prompt in both codecs, in whole frames.
#[derive(Debug, Eq, PartialEq)]
pub struct Encoded {
    pcmu: Box<[[u8; FRAME_SAMPLES]]>,
    pcma: Box<[[u8; FRAME_SAMPLES]]>,
}

impl Encoded {
    /// Encodes 16-bit samples at 8 kHz; the last frame is filled up with silence.
    #[must_use]
    pub fn from_samples(samples: &[i16]) -> Self {
        Self {
            pcmu: frames(samples, g711::PCMU_SILENCE, g711::encode_pcmu),
            pcma: frames(samples, g711::PCMA_SILENCE, g711::encode_pcma),
        }
    }

    /// Takes back what [`Encoded::frame`] has given: all frames in mu-law, and the same in A-law.
    /// None if they are not whole frames, as many in one as in the other.
    #[must_use]
    pub fn from_frames(pcmu: &[u8], pcma: &[u8]) -> Option<Self> {
        let (pcmu, []) = pcmu.as_chunks::<FRAME_SAMPLES>() else {
            return None;
        };
        let (pcma, []) = pcma.as_chunks::<FRAME_SAMPLES>() else {
            return None;
        };
        (pcmu.len() == pcma.len()).then(|| Self {
            pcmu: pcmu.into(),
            pcma: pcma.into(),
        })
    }

    /// How many frames it has.
    #[must_use]
    pub fn frames(&self) -> u32 {
        u32::try_from(self.pcmu.len()).unwrap_or(u32::MAX)
    }

    /// How long it lasts.
    #[must_use]
    pub fn duration(&self) -> Duration {
        FRAME * self.frames()
    }

    /// One frame, by its place.
    #[must_use]
    pub fn frame(&self, codec: Codec, at: u32) -> Option<&[u8; FRAME_SAMPLES]> {
        let frames = match codec {
            Codec::Pcmu => &self.pcmu,
            Codec::Pcma => &self.pcma,
        };
        frames.get(usize::try_from(at).ok()?)
    }
}

fn frames(samples: &[i16], silence: u8, encode: fn(i16) -> u8) -> Box<[[u8; FRAME_SAMPLES]]> {
    let encoded = |chunk: &[i16]| {
        let mut frame = [silence; FRAME_SAMPLES];
        for (byte, sample) in frame.iter_mut().zip(chunk) {
            *byte = encode(*sample);
        }
        frame
    };
    samples.chunks(FRAME_SAMPLES).map(encoded).collect()
}

/// A piece with its sound at hand.
#[derive(Clone, Debug, PartialEq)]
pub enum Cue {
    /// A prompt.
    Prompt(Arc<Encoded>),
    /// Silence.
    Silence {
        /// Length.
        frames: u32,
    },
    /// A sine at -12 dBm0.
    Tone {
        /// Frequency.
        hz: u16,
        /// Length.
        frames: u32,
    },
}

impl Cue {
    /// How many frames it lasts.
    #[must_use]
    pub fn frames(&self) -> u32 {
        match self {
            Self::Prompt(prompt) => prompt.frames(),
            Self::Silence { frames } | Self::Tone { frames, .. } => *frames,
        }
    }
}

/// The prompts that can be played.
#[derive(Debug, Default)]
pub struct Library {
    prompts: BTreeMap<PromptId, Arc<Encoded>>,
}

impl Library {
    /// Adds a prompt or puts another in its place; plays that run keep what they have.
    pub fn insert(&mut self, id: PromptId, prompt: Arc<Encoded>) {
        self.prompts.insert(id, prompt);
    }

    /// Forgets a prompt; plays that run keep it.
    pub fn remove(&mut self, id: PromptId) {
        self.prompts.remove(&id);
    }

    /// How long each prompt lasts.
    pub fn durations(&self) -> impl Iterator<Item = (PromptId, Duration)> + '_ {
        let duration = |(id, prompt): (&PromptId, &Arc<Encoded>)| (*id, prompt.duration());
        self.prompts.iter().map(duration)
    }

    /// How long a prompt lasts.
    #[must_use]
    pub fn duration(&self, id: PromptId) -> Option<Duration> {
        self.prompts.get(&id).map(|prompt| prompt.duration())
    }

    /// Finds the sound of every piece; nothing if one prompt is missing.
    #[must_use]
    pub fn cues(&self, pieces: &[Piece]) -> Option<Box<[Cue]>> {
        let cue = |piece: &Piece| match *piece {
            Piece::Prompt(id) => self.prompts.get(&id).cloned().map(Cue::Prompt),
            Piece::Silence(length) => Some(Cue::Silence {
                frames: frames_in(length),
            }),
            Piece::Tone { hz, length } => Some(Cue::Tone {
                hz,
                frames: frames_in(length),
            }),
        };
        pieces.iter().map(cue).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frame_is_filled_up_with_silence() {
        let prompt = Encoded::from_samples(&[1000; 161]);
        assert_eq!(prompt.duration(), Duration::from_millis(40));
        let last = prompt.frame(Codec::Pcma, 1).unwrap();
        assert_eq!(last[0], g711::encode_pcma(1000));
        assert_eq!(last[1..], [g711::PCMA_SILENCE; 159]);
        assert_eq!(prompt.frame(Codec::Pcmu, 2), None);
    }

    #[test]
    fn one_missing_prompt_spoils_the_play() {
        let mut library = Library::default();
        library.insert(PromptId(1), Arc::new(Encoded::from_samples(&[0; 160])));
        let silence = Piece::Silence(Duration::from_millis(21));
        let cues = library
            .cues(&[Piece::Prompt(PromptId(1)), silence])
            .unwrap();
        assert_eq!(cues.iter().map(Cue::frames).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(library.cues(&[silence, Piece::Prompt(PromptId(2))]), None);
    }
}
