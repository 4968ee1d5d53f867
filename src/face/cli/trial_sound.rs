//! The sound of a trial: what the caller would have heard, from the frames that a phone gets.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::driver::config::settings::Prompts;
use crate::driver::prompts::audio;
use crate::driver::prompts::index::Index;
use crate::driver::speech_command;
use crate::driver::speech_process::CommandLine;
use crate::machine::ivr::pace;
use crate::machine::ivr::surface::WalkOutput;
use crate::machine::media::contract::Codec;
use crate::machine::media::library::Encoded;
use crate::machine::speech::composition;
use crate::machine::speech::fragment::Fragment;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::language::Language;
use crate::vocabulary::time::Now;
use crate::wire::g711;

/// Samples in a second.
const RATE: u32 = 8_000;

/// The sound of a trial so far.
pub struct SoundTrack<'s> {
    book: &'s Phrasebook,
    paths: BTreeMap<PromptId, PathBuf>,
    command: Option<CommandLine>,
    samples: Vec<i16>,
    /// Up to here the samples go.
    until: Now,
    saying: Option<Saying>,
}

struct Saying {
    since: Now,
    length: Duration,
    samples: Vec<i16>,
}

impl<'s> SoundTrack<'s> {
    /// A track from these prompts; what is not recorded is said by the speech command, if that is
    /// installed.
    #[must_use]
    pub fn new(book: &'s Phrasebook, prompts: &Prompts) -> Self {
        let rows = Index::read(&prompts.dir).rows;
        let command = CommandLine::parse(&prompts.command).ok().flatten();
        Self {
            book,
            paths: rows.into_iter().map(|row| (row.prompt, row.path)).collect(),
            command: command.filter(CommandLine::is_installed),
            samples: Vec::new(),
            until: Now::START,
            saying: None,
        }
    }

    /// Takes what the walk did.
    pub fn take(&mut self, at: Now, output: &WalkOutput) {
        match output {
            WalkOutput::Say {
                speech, language, ..
            } => {
                self.stop(at);
                self.saying = Some(Saying {
                    since: at,
                    length: pace::length(self.book, *language, speech),
                    samples: self.spoken(*language, speech),
                });
            }
            WalkOutput::Hush
            | WalkOutput::Hangup
            | WalkOutput::Waiting(_)
            | WalkOutput::Dial { .. }
            | WalkOutput::Enqueue { .. } => self.stop(at),
            WalkOutput::LookUp { .. }
            | WalkOutput::Forget { .. }
            | WalkOutput::Consult { .. }
            | WalkOutput::ForgetConsult { .. }
            | WalkOutput::CallBack { .. }
            | WalkOutput::TakeMessage { .. }
            | WalkOutput::EndMessage
            | WalkOutput::Unpromise
            | WalkOutput::Note(_) => {}
        }
    }

    /// What is being said ends here, unless it has ended before by itself.
    pub fn stop(&mut self, at: Now) {
        let Some(saying) = self.saying.take() else {
            self.rest(at);
            return;
        };
        self.rest(saying.since);
        let heard = at.since(saying.since);
        if heard < saying.length {
            let heard = count(heard).min(saying.samples.len());
            self.samples.extend_from_slice(&saying.samples[..heard]);
            self.until = at;
            return;
        }
        // Words of the speech command may be longer than was thought: they are said to their end.
        self.samples.extend_from_slice(&saying.samples);
        self.until = saying.since + saying.length;
        self.rest(at);
    }

    fn rest(&mut self, at: Now) {
        let silence = count(at.since(self.until));
        self.samples.extend(std::iter::repeat_n(0, silence));
        self.until = self.until.max(at);
    }

    /// Writes the track; answers how long it is.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write(&self, path: &Path) -> Result<Duration, hound::Error> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec)?;
        for sample in &self.samples {
            writer.write_sample(*sample)?;
        }
        writer.finalize()?;
        let samples = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        Ok(Duration::from_secs(1) * samples / RATE)
    }

    fn spoken(&self, language: Language, speech: &[Spoken]) -> Vec<i16> {
        let mut samples = Vec::new();
        for fragment in composition::compose(self.book, language, speech) {
            match fragment {
                Fragment::Prompt(prompt, length) => {
                    let sound = self
                        .paths
                        .get(&prompt)
                        .and_then(|path| audio::read(path).ok());
                    match sound {
                        Some(sound) => samples.extend(as_heard(&sound)),
                        None => samples.extend(std::iter::repeat_n(0, count(length))),
                    }
                }
                Fragment::Silence(length) => {
                    samples.extend(std::iter::repeat_n(0, count(length)));
                }
                Fragment::Unrecorded(words) => {
                    let command = self.command.as_ref();
                    let sound = command.and_then(|command| {
                        command
                            .speak(language, &words, speech_command::TIMEOUT)
                            .ok()
                    });
                    samples.extend(sound.iter().flat_map(|sound| as_heard(sound)));
                }
            }
        }
        samples
    }
}

/// Samples as a phone plays them: through A-law, in whole frames.
fn as_heard(samples: &[i16]) -> Vec<i16> {
    let encoded = Encoded::from_samples(samples);
    let frames = (0..encoded.frames()).filter_map(|at| encoded.frame(Codec::Pcma, at));
    frames
        .flatten()
        .map(|code| g711::decode_pcma(*code))
        .collect()
}

fn count(length: Duration) -> usize {
    let samples = length.as_micros() * u128::from(RATE) / 1_000_000;
    usize::try_from(samples).unwrap_or(usize::MAX)
}
