//! Words that the speech command has spoken before, on disk.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use hound::SampleFormat;
use hound::WavSpec;
use hound::WavWriter;
use sha2::Digest;
use sha2::Sha256;

use crate::driver::prompts::audio;
use crate::driver::prompts::resampler::RATE_HZ;
use crate::vocabulary::language::Language;

/// The most files that stay over a start; the oldest go first.
pub const FILES_MAX: usize = 10_000;

/// A folder of WAV files, named by what they say and who says it.
#[derive(Clone, Debug)]
pub struct SpeechStore {
    dir: PathBuf,
}

impl SpeechStore {
    /// The store in this folder. Files beyond [`FILES_MAX`] are deleted, oldest first.
    #[must_use]
    pub fn open(dir: &Path) -> Self {
        let mut files: Vec<_> = fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "wav"))
            .map(|entry| {
                let written = entry.metadata().and_then(|file| file.modified());
                (written.unwrap_or(SystemTime::UNIX_EPOCH), entry.path())
            })
            .collect();
        files.sort();
        for (_, path) in files.iter().take(files.len().saturating_sub(FILES_MAX)) {
            if let Err(error) = fs::remove_file(path) {
                tracing::warn!(file = %path.display(), %error, "old speech is not deleted");
            }
        }
        Self {
            dir: dir.to_owned(),
        }
    }

    /// What this command has said before; none if it has not, or if the file is damaged.
    #[must_use]
    pub fn read(&self, command: &str, language: Language, text: &str) -> Option<Vec<i16>> {
        audio::read(&self.path(command, language, text)).ok()
    }

    /// Keeps what this command has said, 16-bit samples at 8 kHz.
    ///
    /// # Errors
    ///
    /// The disk says no; the words are then spoken anew next time.
    pub fn write(
        &self,
        command: &str,
        (language, text): (Language, &str),
        samples: &[i16],
    ) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let path = self.path(command, language, text);
        let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
        let spec = WavSpec {
            channels: 1,
            sample_rate: RATE_HZ,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let written = || {
            let mut writer = WavWriter::create(&unfinished, spec)?;
            for sample in samples {
                writer.write_sample(*sample)?;
            }
            writer.finalize()
        };
        written().map_err(io::Error::other)?;
        fs::rename(&unfinished, &path)
    }

    fn path(&self, command: &str, language: Language, text: &str) -> PathBuf {
        let mut digest = Sha256::new();
        for part in [command, language.tag(), text] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        let name = hex::encode(digest.finalize());
        self.dir.join(name).with_extension("wav")
    }
}
