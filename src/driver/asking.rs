//! Questions of the engine to the world: orders of customers, words to be spoken.

use std::collections::VecDeque;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::call::effect::Answer;
use crate::call::effect::Event;
use crate::call::effect::Question;
use crate::driver::config::value::OrderSource;
use crate::driver::media::hub::MediaHub;
use crate::driver::orders::source::Customs;
use crate::driver::orders::source::Orders;
use crate::driver::orders::source::OrdersError;
use crate::driver::speech_command::SpeechCommand;
use crate::driver::speech_command::SpeechDone;
use crate::driver::speech_command::SpeechOutcome;
use crate::driver::speech_command::SpeechSettings;
use crate::driver::speech_process::SpeechError;
use crate::vocabulary::id::AskId;

/// Asks the world, and hands on what it answers.
#[derive(Debug)]
pub struct Asking {
    orders: Orders,
    speech: SpeechCommand,
    spoken: std_mpsc::Receiver<SpeechDone>,
    events: VecDeque<Event>,
}

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskingError {
    /// The source of orders.
    #[error(transparent)]
    Orders(#[from] OrdersError),
    /// The speech command.
    #[error("prompts.command: {0}")]
    Speech(#[from] SpeechError),
}

impl Asking {
    /// Opens the source of orders and the speech command; answers wake the loop through `inbox`.
    ///
    /// # Errors
    ///
    /// [`AskingError`], in words for the person who configures them.
    pub fn open(
        orders: (&OrderSource, &Customs),
        speech: &SpeechSettings,
        inbox: &mpsc::Sender<Event>,
    ) -> Result<Self, AskingError> {
        let answers = inbox.clone();
        let answered = std::sync::Arc::new(move |id, result| {
            // A full inbox loses the answer: the asker has its deadline.
            let _ = answers.try_send(Event::Answer {
                id,
                answer: Answer::Orders(result),
            });
        });
        let (source, customs) = orders;
        let orders = Orders::open(source, customs, answered)?;
        let (done, spoken) = std_mpsc::channel();
        let wake = inbox.clone();
        let speech = SpeechCommand::start(speech, move |sound| {
            // Without a loop nobody waits for it.
            let _ = done.send(sound);
            let _ = wake.try_send(Event::Wake);
        })?;
        Ok(Self {
            orders,
            speech,
            spoken,
            events: VecDeque::new(),
        })
    }

    /// Asks; the answer is an event of a later turn. `timeout` is how long it is of use.
    pub fn ask(&mut self, id: AskId, question: Question, timeout: Duration) {
        match question {
            Question::Orders(key) => self.orders.request(id, key, timeout),
            Question::Speak { language, text } => self.speech.request(id, language, &text),
        }
    }

    /// The next answer; its sound is in the library before.
    pub fn poll(&mut self, hub: &mut MediaHub) -> Option<Event> {
        while let Ok(done) = self.spoken.try_recv() {
            self.speech.handle_done(done);
        }
        while let Some(outcome) = self.speech.poll() {
            self.take(outcome, hub);
        }
        self.events.pop_front()
    }

    /// The speech command, to stand in for recordings that cannot be had.
    pub const fn speech(&mut self) -> &mut SpeechCommand {
        &mut self.speech
    }

    fn take(&mut self, outcome: SpeechOutcome, hub: &mut MediaHub) {
        if let (Some((prompt, _)), Some(sound)) = (outcome.prompt, outcome.sound) {
            hub.insert_prompt(prompt, sound);
        }
        for id in outcome.asks {
            self.events.push_back(Event::Answer {
                id,
                answer: Answer::Speak(outcome.prompt),
            });
        }
    }
}
