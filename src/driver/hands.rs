//! What carries out effects beyond SIP: of a centre, and of a bank of phones.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixDatagram;
use tokio::sync::mpsc;

use crate::call::effect::Answer;
use crate::call::effect::CommandError;
use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::driver::asking::Asking;
use crate::driver::fitting::Fitting;
use crate::driver::journal::writer::Journal;
use crate::driver::media::hub::MediaHub;
use crate::driver::prompts::arrival::Arrival;
use crate::driver::run::Hands;
use crate::driver::stock::Stock;
use crate::driver::turn_meter::TurnMeter;
use crate::machine::media::contract::MediaCommand;
use crate::vocabulary::id::AskId;

/// Tells whoever gave a command how it went.
pub type Reply = Box<dyn Fn(u64, Result<(), CommandError>) + Send>;

/// Media threads, with the bell they ring.
#[derive(Debug)]
pub struct MediaHands {
    hub: MediaHub,
    bell: UnixDatagram,
    /// Prompts that have not all come yet.
    arrival: Option<Arrival>,
}

impl MediaHands {
    /// Hands around running media threads. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system says of the bell.
    pub fn new(hub: MediaHub) -> io::Result<Self> {
        let bell = hub.bell()?;
        bell.set_nonblocking(true)?;
        Ok(Self {
            bell: UnixDatagram::from_std(bell)?,
            hub,
            arrival: None,
        })
    }

    /// The media threads.
    pub const fn hub(&mut self) -> &mut MediaHub {
        &mut self.hub
    }

    /// Prompts that are still being decoded.
    pub fn await_prompts(&mut self, arrival: Arrival) {
        self.arrival = Some(arrival);
    }

    fn perform(&mut self, command: MediaCommand) {
        if let Some(arrival) = &mut self.arrival {
            let needed = match &command {
                MediaCommand::Play { pieces, .. } => pieces.as_slice(),
                MediaCommand::Open { .. }
                | MediaCommand::Aim { .. }
                | MediaCommand::Stop { .. }
                | MediaCommand::Bridge { .. }
                | MediaCommand::Unbridge { .. }
                | MediaCommand::Press { .. }
                | MediaCommand::Listen { .. }
                | MediaCommand::Tape { .. }
                | MediaCommand::EndTape { .. }
                | MediaCommand::Close { .. } => &[],
            };
            for (prompt, sound) in arrival.take(needed) {
                self.hub.insert_prompt(prompt, sound);
            }
            if arrival.is_over() {
                self.arrival = None;
            }
        }
        self.hub.command(command);
    }

    async fn ready(&self) {
        let mut rings = [0; 8];
        while self.bell.readable().await.is_ok() {
            if self.bell.try_recv(&mut rings).is_ok() {
                // One turn answers all rings.
                while self.bell.try_recv(&mut rings).is_ok() {}
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}

/// The hands of a bank of phones: media only.
#[derive(Debug)]
pub struct PhoneHands(pub MediaHands);

impl Hands for PhoneHands {
    fn perform(&mut self, effect: Effect) {
        if let Effect::Media(command) = effect {
            self.0.perform(command);
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.0.hub.poll_event().map(Event::Media)
    }

    async fn ready(&self) {
        self.0.ready().await;
    }

    fn turned(&mut self, _length: Duration, _unsent: u64) {}
}

/// The hands of a centre: media, sources of answers, the journal, replies to faces, fits.
pub struct CentreHands {
    media: MediaHands,
    asking: Asking,
    stock: Stock,
    /// To wake the loop for prompts that are left over from a turn.
    waker: mpsc::Sender<Event>,
    journal: Journal,
    reply: Reply,
    fitting: Fitting,
    /// Replies that wait until the log is durable, by place in the log and command.
    promised: BTreeMap<(u64, u64), Result<(), CommandError>>,
    /// Questions whether the log is durable, by place in the log.
    assured: BTreeSet<(u64, AskId)>,
    meter: Arc<TurnMeter>,
}

impl std::fmt::Debug for CentreHands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CentreHands").finish_non_exhaustive()
    }
}

impl CentreHands {
    /// Hands that hold all of these.
    #[must_use]
    pub fn new(
        (media, asking): (MediaHands, Asking),
        (stock, waker): (Stock, mpsc::Sender<Event>),
        (journal, reply, fitting): (Journal, Reply, Fitting),
        meter: Arc<TurnMeter>,
    ) -> Self {
        Self {
            media,
            asking,
            stock,
            waker,
            journal,
            reply,
            fitting,
            promised: BTreeMap::new(),
            assured: BTreeSet::new(),
            meter,
        }
    }

    /// Writes what is left of the journal.
    pub fn close(&mut self) {
        self.journal.close();
        self.keep_promises();
    }

    /// The media threads.
    pub const fn hub(&mut self) -> &mut MediaHub {
        self.media.hub()
    }

    /// The next question of these that can be answered.
    fn assure(&mut self) -> Option<Event> {
        let durable = self.journal.state().durable_through();
        let (after_seq, id) = *self.assured.first()?;
        if after_seq > durable {
            return None;
        }
        self.assured.pop_first();
        let answer = Answer::Assured;
        Some(Event::Answer { id, answer })
    }

    fn keep_promises(&mut self) {
        let durable = self.journal.state().durable_through();
        while let Some(first) = self.promised.first_entry() {
            let (after_seq, id) = *first.key();
            if after_seq > durable {
                return;
            }
            (self.reply)(id, first.remove());
        }
    }
}

impl Hands for CentreHands {
    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Media(command) => self.media.perform(command),
            Effect::Ask {
                id,
                question,
                timeout,
            } => self.asking.ask(id, question, timeout),
            Effect::Fact(fact) => self.journal.append(fact),
            Effect::Reply {
                id,
                result,
                after_seq,
            } => {
                self.promised.insert((after_seq, id), result);
            }
            Effect::Retire(release) => {
                self.stock.retire(Arc::clone(&release.prompts));
                // Large maps take their time to fall apart.
                tokio::task::spawn_blocking(move || drop(release));
            }
            Effect::Fit { bank } => self.fitting.begin(bank),
            Effect::Assure { id, after_seq } => {
                self.assured.insert((after_seq, id));
            }
            // An answer that nobody awaits any more is counted when it comes.
            Effect::Forget(_) | Effect::Transmit { .. } => {}
        }
    }

    fn poll_event(&mut self) -> Option<Event> {
        let media = self.media.hub.poll_event().map(Event::Media);
        media
            .or_else(|| self.asking.poll(&mut self.media.hub))
            .or_else(|| self.stock.poll(&mut self.media.hub))
            .or_else(|| self.assure())
    }

    async fn ready(&self) {
        self.media.ready().await;
    }

    fn turned(&mut self, length: Duration, unsent: u64) {
        self.meter.turned(length, unsent);
        self.keep_promises();
        if self.stock.turned() {
            // A full inbox means that the loop turns anyway.
            let _ = self.waker.try_send(Event::Wake);
        }
    }
}
