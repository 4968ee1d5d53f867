//! One run of the speech command: words in, WAV out, within limits.

use std::io::Read;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::driver::prompts::audio;
use crate::driver::prompts::audio::AudioError;
use crate::vocabulary::language::Language;

/// The longest text that is spoken.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// The most output that is read: some 7 minutes.
const OUTPUT_BYTES_MAX: u64 = 20_000_000;
/// The most of its complaints that is kept.
const COMPLAINT_BYTES_MAX: u64 = 500;
/// The signal of `kill`.
const KILLED: i32 = 9;
/// How long a command may linger once it has written its output.
const LINGER_MAX: Duration = Duration::from_secs(1);

/// Why words could not be spoken.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The template's quotes are not closed.
    #[error("prompts.command has a quote that is not closed: {0}")]
    Quotes(String),
    /// The program is not there.
    #[error("{0} is not installed; install it or set prompts.command")]
    NotInstalled(String),
    /// There is no command at all.
    #[error("no prompts.command is set; set one, or record the words")]
    NoCommand,
    /// The program could not be started.
    #[error("{0} cannot be started: {1}")]
    Unstartable(String, std::io::Error),
    /// The text is empty or longer than [`TEXT_CHARS_MAX`].
    #[error("{0} characters cannot be spoken at once, at most {TEXT_CHARS_MAX}")]
    Text(usize),
    /// The program took too long.
    #[error("{0} took more than {1:?}")]
    Slow(String, Duration),
    /// The program wrote more than is read.
    #[error("{0} wrote more than {OUTPUT_BYTES_MAX} bytes")]
    Flood(String),
    /// The program failed: its status and complaint.
    #[error("{0} failed, {1}: {2}")]
    Failed(String, std::process::ExitStatus, String),
    /// What the program wrote is no sound.
    #[error("what {0} wrote {1}")]
    Output(String, AudioError),
}

/// A command as words; `{language}` and `{text}` stand in its arguments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// Reads a template such as `espeak-ng -v {language} --stdin --stdout`. Words are split at
    /// spaces outside quotes; no shell ever sees them. Without `{text}` the text goes to the
    /// standard input. None if the template is empty.
    ///
    /// # Errors
    ///
    /// [`SpeechError::Quotes`] if a quote is not closed.
    pub fn parse(template: &str) -> Result<Option<Self>, SpeechError> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for c in template.chars() {
            match (c, quote) {
                (_, Some(open)) if c == open => quote = None,
                (_, Some(_)) => word.get_or_insert_default().push(c),
                ('"' | '\'', None) => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                (_, None) if c.is_whitespace() => words.extend(word.take()),
                (_, None) => word.get_or_insert_default().push(c),
            }
        }
        if quote.is_some() {
            return Err(SpeechError::Quotes(template.to_owned()));
        }
        words.extend(word);
        let mut words = words.into_iter();
        Ok(words.next().map(|program| Self {
            program,
            arguments: words.collect(),
        }))
    }

    /// The program's name or path.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Whether the program can be found.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        if self.program.contains('/') {
            return Path::new(&self.program).is_file();
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|dir| dir.join(&self.program).is_file())
    }

    /// Speaks `text`: samples at 8 kHz.
    ///
    /// # Errors
    ///
    /// [`SpeechError`]: the program is missing, fails, is slow or writes something else.
    pub fn speak(
        &self,
        language: Language,
        text: &str,
        timeout: Duration,
    ) -> Result<Vec<i16>, SpeechError> {
        let text = clean(text)?;
        let child = self.start(language, &text)?;
        let wav = self.output(child, timeout)?;
        audio::read_output(wav).map_err(|error| SpeechError::Output(self.program.clone(), error))
    }

    fn start(&self, language: Language, text: &str) -> Result<Child, SpeechError> {
        // A text that begins like an option must not become one.
        let dashed = text.starts_with('-').then(|| format!(" {text}"));
        let argument = dashed.as_deref().unwrap_or(text);
        let filled = |word: &String| {
            let word = word.replace("{language}", language.tag());
            word.replace("{text}", argument)
        };
        let by_argument = self.arguments.iter().any(|word| word.contains("{text}"));
        let stdin = if by_argument {
            Stdio::null()
        } else {
            Stdio::piped()
        };
        let mut child = Command::new(&self.program)
            .args(self.arguments.iter().map(filled))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                if error.kind() == std::io::ErrorKind::NotFound {
                    return SpeechError::NotInstalled(self.program.clone());
                }
                SpeechError::Unstartable(self.program.clone(), error)
            })?;
        if let Some(mut stdin) = child.stdin.take() {
            // The text fits a pipe's buffer; a program that does not read it will tell by its output.
            let _unread = stdin.write_all(text.as_bytes());
        }
        Ok(child)
    }

    fn output(&self, mut child: Child, timeout: Duration) -> Result<Vec<u8>, SpeechError> {
        let sound = child
            .stdout
            .take()
            .map(|pipe| collected(pipe, OUTPUT_BYTES_MAX));
        let complaint = child
            .stderr
            .take()
            .map(|pipe| collected(pipe, COMPLAINT_BYTES_MAX));
        let wav = sound.and_then(|sound| sound.recv_timeout(timeout).ok());
        let linger = if wav.is_some() {
            LINGER_MAX
        } else {
            Duration::ZERO
        };
        let complaint = complaint.and_then(|complaint| complaint.recv_timeout(linger).ok());
        // It has closed its output and is about to end, or it must. If the first, the signal may
        // still overtake its end: then its output tells whether it did well.
        let _ended = child.kill();
        let status = child.wait();
        let program = || self.program.clone();
        let wav = wav.ok_or_else(|| SpeechError::Slow(program(), timeout))?;
        if wav.len() as u64 > OUTPUT_BYTES_MAX {
            return Err(SpeechError::Flood(program()));
        }
        match status {
            Ok(status) if !status.success() && status.signal() != Some(KILLED) => {
                let complaint = complaint.unwrap_or_default();
                let complaint = String::from_utf8_lossy(&complaint);
                let complaint = complaint.lines().next().unwrap_or_default();
                Err(SpeechError::Failed(program(), status, complaint.to_owned()))
            }
            _ => Ok(wav),
        }
    }
}

/// Reads a pipe to its end on a thread, keeping one byte more than `most`.
fn collected(pipe: impl Read + Send + 'static, most: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut limited = pipe.take(most + 1);
        let read = limited.read_to_end(&mut kept);
        if read.is_ok() && kept.len() as u64 <= most {
            let _nobody_waits = sender.send(kept);
            return;
        }
        let _nobody_waits = sender.send(kept);
        // A full pipe would hold the program up until it is killed.
        let _drained = std::io::copy(&mut limited.into_inner(), &mut std::io::sink());
    });
    receiver
}

/// One line without control characters.
fn clean(text: &str) -> Result<String, SpeechError> {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = text.trim();
    let chars = text.chars().count();
    if chars == 0 || chars > TEXT_CHARS_MAX {
        return Err(SpeechError::Text(chars));
    }
    Ok(text.to_owned())
}
