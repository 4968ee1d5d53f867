//! Questions of the engine to the world: orders of customers, words to be spoken, messages to be kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::call::effect::Answer;
use crate::call::effect::Event;
use crate::call::effect::Question;
use crate::driver::media::hub::MediaHub;
use crate::driver::message::keeper::MessageKeeper;
use crate::driver::orders::source::Orders;
use crate::driver::service::desk::ServiceDesk;
use crate::driver::speech_command::SpeechCommand;
use crate::driver::speech_command::SpeechDone;
use crate::driver::speech_command::SpeechOutcome;
use crate::driver::speech_command::SpeechSettings;
use crate::driver::speech_process::SpeechError;
use crate::vocabulary::id::AskId;

/// Asks the world, and hands on what it answers.
#[derive(Debug)]
pub struct Asking {
    orders: Arc<Orders>,
    services: ServiceDesk,
    messages: MessageKeeper,
    answers: mpsc::Sender<Event>,
    speech: SpeechCommand,
    spoken: std_mpsc::Receiver<SpeechDone>,
    events: VecDeque<Event>,
}

/// Why nothing can be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskingError {
    /// The speech command.
    #[error("prompts.command: {0}")]
    Speech(#[from] SpeechError),
}

impl Asking {
    /// Opens the speech command; answers wake the loop through `inbox`.
    ///
    /// # Errors
    ///
    /// [`AskingError`], in words for the person who configures them.
    pub fn open(
        (orders, services, messages): (Arc<Orders>, ServiceDesk, MessageKeeper),
        speech: &SpeechSettings,
        inbox: &mpsc::Sender<Event>,
    ) -> Result<Self, AskingError> {
        let (done, spoken) = std_mpsc::channel();
        let wake = inbox.clone();
        let speech = SpeechCommand::start(speech, move |sound| {
            // Without a loop nobody waits for it.
            let _ = done.send(sound);
            let _ = wake.try_send(Event::Wake);
        })?;
        Ok(Self {
            orders,
            services,
            messages,
            answers: inbox.clone(),
            speech,
            spoken,
            events: VecDeque::new(),
        })
    }

    /// Asks; the answer is an event of a later turn. `timeout` is how long it is of use.
    pub fn ask(&mut self, id: AskId, question: Question, timeout: Duration) {
        match question {
            Question::Orders(key) => {
                let answers = self.answers.clone();
                let answered = move |result| {
                    let answer = Answer::Orders(result);
                    // A full inbox loses the answer: the asker has its deadline.
                    let _ = answers.try_send(Event::Answer { id, answer });
                };
                self.orders.request(key, timeout, Box::new(answered));
            }
            Question::Service { service, body } => {
                let answers = self.answers.clone();
                let answered = move |result| {
                    let answer = Answer::Service(result);
                    // A full inbox loses the answer: the asker has its deadline.
                    let _ = answers.try_send(Event::Answer { id, answer });
                };
                self.services
                    .request(&service, body, (timeout, Box::new(answered)));
            }
            Question::KeepMessage { name, sound } => self.messages.keep(id, name, sound),
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
