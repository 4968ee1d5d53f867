//! Speaks words that nobody has recorded, by a program that is named in the configuration.
//!
//! ```text
//! loop    request(ask) ─┐                       handle_done ─ poll: prompt, sound for the library
//! thread                └ disk, else program ─ done ┘
//! ```

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use crate::driver::speech_process::CommandLine;
use crate::driver::speech_process::SpeechError;
use crate::driver::speech_store::SpeechStore;
use crate::machine::media::library::Encoded;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::language::Language;

/// Programs that run at once.
pub const AT_ONCE: usize = 2;
/// How long a program may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Texts that wait for each of them; beyond it they are not spoken.
const QUEUE_MAX: usize = 32;
/// Asks that wait for one text; beyond it they get nothing.
const ASKS_MAX: usize = 1_000;
/// Texts that stay in the library; beyond it the one longest unused gives its id away.
pub const SPOKEN_MAX: usize = 2_000;
/// Samples of silence in place of a recorded prompt that can be had neither way: 200 ms.
const SILENCE: [i16; 1_600] = [0; 1_600];

/// How words are spoken.
#[derive(Clone, Debug)]
pub struct SpeechSettings {
    /// `[prompts] command`, a template; empty: nothing is spoken.
    pub command: String,
    /// Where what was spoken is kept.
    pub dir: PathBuf,
    /// The first id that no recorded prompt has.
    pub free: PromptId,
    /// How long a program may take.
    pub timeout: Duration,
}

/// What a thread has done, for [`SpeechCommand::handle_done`].
#[derive(Debug)]
pub struct SpeechDone {
    words: Words,
    sound: Result<Arc<Encoded>, SpeechError>,
}

/// What has come of a request.
#[derive(Debug)]
pub struct SpeechOutcome {
    /// Who asked.
    pub asks: Vec<AskId>,
    /// The prompt and its length; none: it cannot be spoken.
    pub prompt: Option<(PromptId, Duration)>,
    /// Goes into the library under that id before anybody is answered; none: it is there.
    pub sound: Option<Arc<Encoded>>,
}

/// The speech command, as the loop sees it.
#[derive(Debug)]
pub struct SpeechCommand {
    workers: Vec<SyncSender<Words>>,
    free: u32,
    uses: u64,
    spoken: BTreeMap<Words, Spoken>,
    /// Texts by their last use.
    by_use: BTreeMap<u64, Words>,
    waiting: BTreeMap<Words, Waiting>,
    outcomes: VecDeque<SpeechOutcome>,
    complained: bool,
}

type Words = (Language, String);

#[derive(Debug)]
struct Spoken {
    prompt: PromptId,
    duration: Duration,
    used: u64,
}

#[derive(Debug, Default)]
struct Waiting {
    asks: Vec<AskId>,
    /// Recorded prompts whose sound is lost: this takes its place.
    instead_of: Vec<PromptId>,
}

impl SpeechCommand {
    /// Starts the threads. `done` is called on them; it hands what it gets to the loop, which calls
    /// [`SpeechCommand::handle_done`].
    ///
    /// # Errors
    ///
    /// [`SpeechError::Quotes`] if the template is broken.
    pub fn start(
        settings: &SpeechSettings,
        done: impl Fn(SpeechDone) + Send + Sync + 'static,
    ) -> Result<Self, SpeechError> {
        let mut workers = Vec::new();
        if let Some(line) = CommandLine::parse(&settings.command)? {
            let speaker = Arc::new(Speaker {
                store: SpeechStore::open(&settings.dir),
                command: settings.command.clone(),
                line,
                timeout: settings.timeout,
            });
            let done = Arc::new(done);
            for _ in 0..AT_ONCE {
                let (sender, receiver) = mpsc::sync_channel(QUEUE_MAX);
                let (speaker, done) = (speaker.clone(), done.clone());
                thread::spawn(move || {
                    for words in receiver {
                        let sound = speaker.speak(&words);
                        done(SpeechDone { words, sound });
                    }
                });
                workers.push(sender);
            }
        }
        Ok(Self {
            workers,
            free: settings.free.0,
            uses: 0,
            spoken: BTreeMap::new(),
            by_use: BTreeMap::new(),
            waiting: BTreeMap::new(),
            outcomes: VecDeque::new(),
            complained: false,
        })
    }

    /// Wants these words spoken; the outcome comes by [`SpeechCommand::poll`], at the earliest now.
    pub fn request(&mut self, ask: AskId, language: Language, text: &str) {
        let words = (language, text.to_owned());
        if let Some(prompt) = self.use_again(&words) {
            self.outcomes.push_back(SpeechOutcome {
                asks: vec![ask],
                prompt: Some(prompt),
                sound: None,
            });
        } else if let Some(waiting) = self.wait_for(words)
            && waiting.asks.len() < ASKS_MAX
        {
            waiting.asks.push(ask);
        } else {
            self.refuse(vec![ask]);
        }
    }

    /// Wants these words spoken in place of a recorded prompt whose sound cannot be had. If they
    /// cannot be spoken either, a short silence takes its place, so that what stands around it is
    /// heard.
    pub fn replace(&mut self, prompt: PromptId, language: Language, text: &str) {
        match self.wait_for((language, text.to_owned())) {
            Some(waiting) => waiting.instead_of.push(prompt),
            None => self.deliver_instead(prompt, Arc::new(Encoded::from_samples(&SILENCE))),
        }
    }

    /// Takes what a thread has done.
    pub fn handle_done(&mut self, done: SpeechDone) {
        let Some(waiting) = self.waiting.remove(&done.words) else {
            return;
        };
        match done.sound {
            Ok(sound) => {
                for prompt in waiting.instead_of {
                    self.deliver_instead(prompt, sound.clone());
                }
                if !waiting.asks.is_empty() {
                    let prompt = self.keep(done.words, sound.duration());
                    self.outcomes.push_back(SpeechOutcome {
                        asks: waiting.asks,
                        prompt: Some(prompt),
                        sound: Some(sound),
                    });
                }
            }
            Err(error) => {
                self.complain(&error, &done.words);
                for prompt in waiting.instead_of {
                    self.deliver_instead(prompt, Arc::new(Encoded::from_samples(&SILENCE)));
                }
                self.refuse(waiting.asks);
            }
        }
    }

    /// What has come of requests, in order.
    pub fn poll(&mut self) -> Option<SpeechOutcome> {
        self.outcomes.pop_front()
    }

    fn use_again(&mut self, words: &Words) -> Option<(PromptId, Duration)> {
        let spoken = self.spoken.get_mut(words)?;
        self.by_use.remove(&spoken.used);
        self.uses += 1;
        spoken.used = self.uses;
        self.by_use.insert(self.uses, words.clone());
        Some((spoken.prompt, spoken.duration))
    }

    /// Who waits for these words; none if there is no command or too much to do.
    fn wait_for(&mut self, words: Words) -> Option<&mut Waiting> {
        let known = self.waiting.contains_key(&words);
        let free = |worker: &SyncSender<Words>| worker.try_send(words.clone()).is_ok();
        if !known && !self.workers.iter().any(free) {
            return None;
        }
        self.workers.rotate_left(usize::from(!known));
        Some(self.waiting.entry(words).or_default())
    }

    fn keep(&mut self, words: Words, duration: Duration) -> (PromptId, Duration) {
        let oldest = (self.spoken.len() >= SPOKEN_MAX)
            .then(|| self.by_use.pop_first())
            .flatten()
            .and_then(|(_, oldest)| self.spoken.remove(&oldest));
        let prompt = oldest.map_or(PromptId(self.free), |oldest| oldest.prompt);
        self.free = self.free.max(prompt.0.saturating_add(1));
        self.uses += 1;
        self.by_use.insert(self.uses, words.clone());
        let spoken = Spoken {
            prompt,
            duration,
            used: self.uses,
        };
        self.spoken.insert(words, spoken);
        (prompt, duration)
    }

    fn deliver_instead(&mut self, prompt: PromptId, sound: Arc<Encoded>) {
        self.outcomes.push_back(SpeechOutcome {
            asks: Vec::new(),
            prompt: Some((prompt, sound.duration())),
            sound: Some(sound),
        });
    }

    fn refuse(&mut self, asks: Vec<AskId>) {
        if !asks.is_empty() {
            self.outcomes.push_back(SpeechOutcome {
                asks,
                prompt: None,
                sound: None,
            });
        }
    }

    /// A program that is not there is worth one line, not one a call.
    fn complain(&mut self, error: &SpeechError, (language, text): &Words) {
        if !matches!(error, SpeechError::NotInstalled(_)) {
            tracing::warn!(%language, text, %error, "words are not spoken");
        } else if !self.complained {
            self.complained = true;
            tracing::error!(%error, "words that nobody has recorded are not spoken");
        }
    }
}

/// What the threads share.
#[derive(Debug)]
struct Speaker {
    store: SpeechStore,
    command: String,
    line: CommandLine,
    timeout: Duration,
}

impl Speaker {
    fn speak(&self, (language, text): &Words) -> Result<Arc<Encoded>, SpeechError> {
        if let Some(samples) = self.store.read(&self.command, *language, text) {
            return Ok(Arc::new(Encoded::from_samples(&samples)));
        }
        let samples = self.line.speak(*language, text, self.timeout)?;
        let kept = self.store.write(&self.command, (*language, text), &samples);
        if let Err(error) = kept {
            tracing::warn!(%error, "speech is not kept");
        }
        Ok(Arc::new(Encoded::from_samples(&samples)))
    }
}
