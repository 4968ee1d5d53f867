//! One thread that writes messages to disk, so that nobody else waits for it.

use std::io;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;

use tokio::sync::mpsc;

use crate::call::effect::Answer;
use crate::call::effect::Event;
use crate::call::fact::Fact;
use crate::call::message::MessageDeed;
use crate::call::message::MessageFact;
use crate::call::message::MessageName;
use crate::driver::journal::writer::Reader;
use crate::driver::message::store::MessageStore;
use crate::vocabulary::id::AskId;

/// Messages that wait for a slow disk; one more is refused.
const WAITING_MAX: usize = 256;

/// A message on its way to the disk.
type Work = (AskId, MessageName, Arc<Vec<u8>>);

/// The way to the thread, which ends with it.
#[derive(Debug)]
pub struct MessageKeeper {
    work: std_mpsc::SyncSender<Work>,
    answers: mpsc::Sender<Event>,
}

impl MessageKeeper {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system gives none.
    pub fn start(store: MessageStore, answers: mpsc::Sender<Event>) -> io::Result<Self> {
        let (work, incoming) = std_mpsc::sync_channel::<Work>(WAITING_MAX);
        let told = answers.clone();
        std::thread::Builder::new()
            .name("messages".to_owned())
            .spawn(move || {
                if let Err(error) = store.sweep() {
                    tracing::warn!(%error, "unfinished messages are not deleted");
                }
                for (id, name, sound) in incoming {
                    let kept = store.keep(name, &sound).map_err(|error| {
                        tracing::error!(%name, %error, "a message cannot be kept: look at data_dir");
                        error.to_string()
                    });
                    // Without a loop nobody waits for it.
                    let _ = told.blocking_send(answer(id, kept));
                }
            })?;
        Ok(Self { work, answers })
    }

    /// Keeps a message; the answer is an event of a later turn.
    pub fn keep(&self, id: AskId, name: MessageName, sound: Arc<Vec<u8>>) {
        if self.work.try_send((id, name, sound)).is_err() {
            let why = "too many messages wait for the disk".to_owned();
            // A full inbox loses the answer: the asker has its deadline.
            let _ = self.answers.try_send(answer(id, Err(why)));
        }
    }
}

/// Deletes the sound of messages once the log says that they are deleted.
#[must_use]
pub fn clearing(messages: MessageStore) -> Reader {
    Box::new(move |recorded| {
        if let Fact::Message(MessageFact::Done { name, deed, .. }) = &recorded.fact
            && *deed == MessageDeed::Deleted
            && let Err(error) = messages.delete(*name)
        {
            tracing::error!(%name, %error, "a deleted message is still on the disk: delete its file");
        }
    })
}

const fn answer(id: AskId, kept: Result<(), String>) -> Event {
    Event::Answer {
        id,
        answer: Answer::Kept(kept),
    }
}
