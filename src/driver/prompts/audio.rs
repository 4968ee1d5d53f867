//! Sound files to samples at 8 kHz, within limits.

use std::fs::File;
use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::FormatReader;
use symphonia::core::formats::TrackType;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSource;
use symphonia::core::io::MediaSourceStream;

use crate::driver::prompts::resampler::RATE_HZ;
use crate::driver::prompts::resampler::Resampler;

/// The largest file that is opened.
pub const FILE_BYTES_MAX: u64 = 100_000_000;
/// The longest sound that is kept.
pub const SECONDS_MAX: u32 = 3_600;
/// The sampling rates that are read.
const RATES_HZ: std::ops::RangeInclusive<u32> = RATE_HZ..=48_000;
/// Stereo is mixed to one channel; more is not for telephones.
const CHANNELS_MAX: usize = 2;

/// Why a sound cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file system says no.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// The file is larger than [`FILE_BYTES_MAX`].
    #[error("has {0} bytes, at most {FILE_BYTES_MAX} are read; shorten it")]
    TooLarge(u64),
    /// The sound is longer than [`SECONDS_MAX`].
    #[error("lasts more than {SECONDS_MAX} s; shorten it")]
    TooLong,
    /// Another sampling rate.
    #[error("has {0} Hz, expected 8000 to 48000; resample it, best to 16000 Hz mono FLAC")]
    Rate(u32),
    /// Too many channels, or none.
    #[error("has {0} channels, expected one or two; make it mono")]
    Channels(usize),
    /// Neither FLAC, Vorbis nor WAV.
    #[error("is not FLAC, Ogg Vorbis or PCM WAV ({0}); convert it to 16000 Hz mono FLAC")]
    Format(String),
    /// The sound breaks off or contradicts itself.
    #[error("is damaged ({0}); render or copy it again")]
    Damaged(String),
    /// No sound at all.
    #[error("holds no sound; render or copy it again")]
    Empty,
}

/// Reads a FLAC, Ogg Vorbis or WAV file as samples at 8 kHz.
///
/// # Errors
///
/// [`AudioError`]: the file is missing, beyond a limit, of another format, damaged or empty.
pub fn read(path: &Path) -> Result<Vec<i16>, AudioError> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(AudioError::TooLarge(bytes));
    }
    let hint = path.extension().and_then(|kind| kind.to_str());
    decode(Box::new(file), hint, FILE)
}

/// Reads the WAV that a command has written to a pipe: lengths in its header mean nothing.
///
/// # Errors
///
/// [`AudioError`]: beyond a limit, of another format, damaged or empty.
pub fn read_output(wav: Vec<u8>) -> Result<Vec<i16>, AudioError> {
    decode(Box::new(Cursor::new(wav)), Some("wav"), PIPE)
}

/// How much of a sound is believed and kept.
#[derive(Clone, Copy)]
struct Trust {
    declared: Declared,
    seconds_max: u32,
}

/// Whether the length that a header declares is that of the sound.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Declared {
    Holds,
    MeansNothing,
}

const FILE: Trust = Trust {
    declared: Declared::Holds,
    seconds_max: SECONDS_MAX,
};

const PIPE: Trust = Trust {
    declared: Declared::MeansNothing,
    seconds_max: SECONDS_MAX,
};

fn decode(
    source: Box<dyn MediaSource>,
    kind: Option<&str>,
    trust: Trust,
) -> Result<Vec<i16>, AudioError> {
    // A file is a stranger's; a fault in the decoder must not end the thread that reads it.
    catch_unwind(AssertUnwindSafe(|| {
        let mut hint = Hint::new();
        if let Some(kind) = kind {
            hint.with_extension(kind);
        }
        let stream = MediaSourceStream::new(source, Default::default());
        let reader = symphonia::default::get_probe()
            .probe(&hint, stream, Default::default(), Default::default())
            .map_err(|error| AudioError::Format(error.to_string()))?;
        Sound::open(reader)?.samples(trust)
    }))
    .unwrap_or_else(|_| Err(AudioError::Damaged("the decoder gave up".to_owned())))
}

/// The first track of a file.
struct Sound<'s> {
    reader: Box<dyn FormatReader + 's>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate_hz: u32,
    frames_declared: Option<u64>,
}

impl<'s> Sound<'s> {
    fn open(reader: Box<dyn FormatReader + 's>) -> Result<Self, AudioError> {
        let track = reader.default_track(TrackType::Audio);
        let track = track.ok_or_else(|| AudioError::Format("no sound in it".to_owned()))?;
        let parameters = track.codec_params.as_ref().and_then(|any| any.audio());
        let parameters = parameters.ok_or_else(|| AudioError::Format("no codec".to_owned()))?;
        let rate_hz = parameters.sample_rate.unwrap_or(0);
        if !RATES_HZ.contains(&rate_hz) {
            return Err(AudioError::Rate(rate_hz));
        }
        let channels = parameters.channels.as_ref().map_or(0, |all| all.count());
        if !(1..=CHANNELS_MAX).contains(&channels) {
            return Err(AudioError::Channels(channels));
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|error| AudioError::Format(error.to_string()))?;
        let (track, frames_declared) = (track.id, track.num_frames);
        Ok(Self {
            reader,
            decoder,
            track,
            rate_hz,
            frames_declared,
        })
    }

    fn samples(mut self, trust: Trust) -> Result<Vec<i16>, AudioError> {
        let mut resampler = Resampler::new(self.rate_hz);
        let (mut mono, mut frames) = (Vec::new(), 0);
        while let Some(count) = self.next(&mut mono)? {
            frames += count;
            if frames > u64::from(trust.seconds_max) * u64::from(self.rate_hz) {
                return Err(AudioError::TooLong);
            }
            resampler.push(&mono);
        }
        match self.frames_declared {
            Some(expected) if trust.declared == Declared::Holds && frames < expected => {
                let what = format!("{frames} of {expected} samples");
                Err(AudioError::Damaged(what))
            }
            _ if frames == 0 => Err(AudioError::Empty),
            _ => Ok(resampler.finish()),
        }
    }

    /// Decodes the next packet into one channel; none at the end.
    fn next(&mut self, mono: &mut Vec<f32>) -> Result<Option<u64>, AudioError> {
        mono.clear();
        let packet = match self.reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(None),
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Ok(None);
            }
            Err(error) => return Err(AudioError::Damaged(error.to_string())),
        };
        if packet.track_id != self.track {
            return Ok(Some(0));
        }
        let decoded = self.decoder.decode(&packet);
        let decoded = decoded.map_err(|error| AudioError::Damaged(error.to_string()))?;
        let (rate_hz, channels) = (decoded.spec().rate(), decoded.num_planes());
        if rate_hz != self.rate_hz || !(1..=CHANNELS_MAX).contains(&channels) {
            return Err(AudioError::Damaged("its format changes".to_owned()));
        }
        decoded.copy_to_vec_interleaved(mono);
        if channels == 2 {
            let pairs = mono.chunks_exact(2);
            *mono = pairs.map(|pair| pair.iter().sum::<f32>() / 2.0).collect();
        }
        Ok(Some(mono.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;

    fn data(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/audio")
            .join(name)
    }

    /// A WAV of `seconds` at half level, with what its header says of itself.
    fn wav(rate_hz: u32, channels: u16, data_bytes: u32, frames: usize) -> Vec<u8> {
        let block = channels * 2;
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(data_bytes.saturating_add(36).to_le_bytes());
        bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate_hz.to_le_bytes());
        bytes.extend(rate_hz.wrapping_mul(u32::from(block)).to_le_bytes());
        bytes.extend(block.to_le_bytes());
        bytes.extend(b"\x10\0data");
        bytes.extend(data_bytes.to_le_bytes());
        for _ in 0..frames * usize::from(channels) {
            bytes.extend(16_384_i16.to_le_bytes());
        }
        bytes
    }

    fn tone_level(samples: &[i16]) -> f64 {
        let power: f64 = samples.iter().map(|level| f64::from(*level).powi(2)).sum();
        (power * 2.0 / samples.len() as f64).sqrt() / 32_768.0
    }

    #[test]
    fn flac_and_vorbis_are_read_at_8_khz() {
        for name in ["tone.flac", "tone.ogg"] {
            let samples = read(&data(name)).unwrap();
            assert_eq!(samples.len(), 4_000, "{name}");
            let level = tone_level(&samples[800..3_200]);
            assert!((level - 0.5).abs() < 0.02, "{name} has {level}");
        }
    }

    #[test]
    fn two_channels_are_mixed() {
        let samples = read_output(wav(8_000, 2, 640, 160)).unwrap();
        assert_eq!(samples, [16_384; 160]);
    }

    #[test]
    fn a_length_that_a_pipe_could_not_know_is_not_believed() {
        let samples = read_output(wav(22_050, 1, 0x7fff_f000, 2_205)).unwrap();
        assert_eq!(samples.len(), 800);
    }

    #[test]
    fn sounds_beyond_a_limit_are_refused_before_they_are_decoded() {
        let refused = |bytes| read_output(bytes).unwrap_err();
        assert!(matches!(refused(wav(1, 1, 320, 160)), AudioError::Rate(1)));
        let fast = refused(wav(768_000, 1, 320, 160));
        assert!(matches!(fast, AudioError::Rate(768_000)));
        let wide = refused(wav(8_000, 3, 960, 160));
        assert!(matches!(wide, AudioError::Channels(3)), "{wide}");
        let endless = Box::new(Cursor::new(wav(8_000, 1, u32::MAX, 16_001)));
        let two_seconds = Trust {
            seconds_max: 2,
            ..PIPE
        };
        let endless = decode(endless, Some("wav"), two_seconds);
        assert!(matches!(endless, Err(AudioError::TooLong)));
        assert!(matches!(refused(wav(8_000, 1, 0, 0)), AudioError::Empty));
        assert!(matches!(
            refused(b"PK\x03\x04".repeat(9)),
            AudioError::Format(_)
        ));
        assert!(matches!(refused(Vec::new()), AudioError::Format(_)));
    }

    #[test]
    fn a_file_that_is_cut_short_or_missing_is_told_apart() {
        let whole = std::fs::read(data("tone.flac")).unwrap();
        let cut = whole[..whole.len() / 2].to_vec();
        let result = decode(Box::new(Cursor::new(cut)), Some("flac"), FILE);
        assert!(matches!(result, Err(AudioError::Damaged(_))), "{result:?}");
        let missing = read(&data("nobody.flac"));
        assert!(matches!(missing, Err(AudioError::Unreadable(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn damaged_files_are_errors_or_sounds(
            at in 0..5_000_usize, bytes in proptest::collection::vec(any::<u8>(), 1..16), flac in any::<bool>(),
        ) {
            let (name, kind) = if flac { ("tone.flac", "flac") } else { ("tone.ogg", "ogg") };
            let mut file = std::fs::read(data(name)).unwrap();
            let start = at % file.len();
            for (old, new) in file[start..].iter_mut().zip(bytes) {
                *old = new;
            }
            let _ = decode(Box::new(Cursor::new(file)), Some(kind), FILE);
        }
    }
}
