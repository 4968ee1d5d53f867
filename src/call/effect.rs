//! What the engine is told by the world and what it wants of it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::fact::Recorded;
use crate::call::health::Ailment;
use crate::call::message::MessageDeed;
use crate::call::message::MessageName;
use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::release::Release;
use crate::call::release_table::RELEASES_MAX;
use crate::call::turnover::Turnover;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::step::Class;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::prediction::learning::fitted::Fitted;
use crate::machine::prediction::news::OrderNews;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::outcome::Outcome;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::AskId;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::language::Language;

/// What the world tells the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// One SIP message: a datagram, or a framed message of a stream.
    Message {
        /// Where it came from.
        flow: Flow,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A stream is gone.
    FlowClosed(Flow),
    /// The media keeper reports.
    Media(MediaEvent),
    /// The world answers a question.
    Answer {
        /// Which.
        id: AskId,
        /// What it says.
        answer: Answer,
    },
    /// Other releases are to be had, their prompts in the library; answered by [`Effect::Reply`].
    TurnOver {
        /// Names it in its reply.
        id: u64,
        /// What is wanted.
        turnover: Box<Turnover>,
    },
    /// A face wants something; answered by [`Effect::Reply`].
    Command {
        /// Names the command in its reply.
        id: u64,
        /// What is wanted.
        command: Command,
    },
    /// What [`Effect::Fit`] came to.
    Fitted {
        /// The bank.
        bank: String,
        /// What was fitted; or why nothing was, in words.
        result: Result<Fit, String>,
    },
    /// Something that the driver keeps is ready; the engine itself has nothing to do.
    Wake,
    /// A scripted phone is told something; a centre has none.
    Phone {
        /// Which.
        phone: PhoneId,
        /// What to do.
        command: PhoneCommand,
    },
}

/// What was fitted to calls of the log, kept in the database under its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The hash.
    pub checkpoint: String,
    /// Place of the last fact whose call it was fitted to.
    pub through: u64,
    /// What was fitted.
    pub fitted: Arc<Fitted>,
}

/// What the engine wants of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send these bytes: one SIP message.
    Transmit {
        /// Where to.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Tell the media keeper.
    Media(MediaCommand),
    /// Answer a question, at most once, in a later turn.
    Ask {
        /// Names the question.
        id: AskId,
        /// What is asked.
        question: Question,
        /// How long an answer is of use. The asker keeps the deadline itself.
        timeout: Duration,
    },
    /// Answer by [`Answer::Assured`] once the log is durable up to `after_seq`.
    Assure {
        /// Names the question.
        id: AskId,
        /// The last fact it is about.
        after_seq: u64,
    },
    /// Nobody awaits this answer any more.
    Forget(AskId),
    /// Write this to the journal.
    Fact(Box<Recorded>),
    /// No call needs this release any more, nor its prompts on its account.
    Retire(Arc<Release>),
    /// Fit to the calls of the log, off the loop; answered by [`Event::Fitted`].
    Fit {
        /// The bank whose questions they are.
        bank: String,
    },
    /// Answer a command once the log is durable up to `after_seq`.
    Reply {
        /// Which command.
        id: u64,
        /// How it went.
        result: Result<(), CommandError>,
        /// The last fact the reply promises; 0: none.
        after_seq: u64,
    },
}

/// What the engine asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// A customer's orders.
    Orders(LookupKey),
    /// Whatever a service of the centre says.
    Service {
        /// Its name in the configuration.
        service: String,
        /// What it is told, in JSON.
        body: String,
    },
    /// Keep what a caller said, so that it survives a crash.
    KeepMessage {
        /// Names it.
        name: MessageName,
        /// In mu-law at 8 kHz.
        sound: Arc<Vec<u8>>,
    },
    /// Make a prompt of words that no recording covers.
    Speak {
        /// In which language.
        language: Language,
        /// The words.
        text: String,
    },
}

/// What the world answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`Question::Orders`].
    Orders(Result<Customer, LookupFailure>),
    /// To [`Question::Service`]: JSON, empty if there is nothing.
    Service(Result<String, LookupFailure>),
    /// To [`Effect::Assure`].
    Assured,
    /// To [`Question::KeepMessage`]: it is durable; or why not, in words.
    Kept(Result<(), String>),
    /// To [`Question::Speak`]: the prompt and its length; none: it cannot be spoken.
    Speak(Option<(PromptId, Duration)>),
}

/// What a face may want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Change a seat's wish: ready, away, or [`SeatState::WrapUp`] for done with after-call work.
    SeatState {
        /// The seat.
        seat: SeatId,
        /// Its wish.
        state: SeatState,
        /// Who says so: `api, NAME` of the token, and the reason if one is given.
        by: String,
    },
    /// Have a seat's after-call work last so long from now on.
    WrapUpLasts {
        /// The seat.
        seat: SeatId,
        /// How long.
        lasts: Duration,
        /// Who says so, as for a wish.
        by: String,
    },
    /// End a call.
    HangUp {
        /// The call.
        call: CallId,
        /// Who says so.
        by: String,
    },
    /// Take a waiting call out of its queue; its dialplan goes on.
    TakeOut {
        /// The call.
        call: CallId,
        /// Who says so.
        by: String,
    },
    /// Let a waiting call wait in another queue.
    Reroute {
        /// The call.
        call: CallId,
        /// The queue's name.
        queue: String,
        /// Who says so.
        by: String,
    },
    /// Give a waiting call another class.
    Reprioritise {
        /// The call.
        call: CallId,
        /// Its class.
        class: Class,
        /// Who says so.
        by: String,
    },
    /// Somebody has heard a message, or it is to be deleted.
    Message {
        /// Which.
        name: MessageName,
        /// What of it.
        deed: MessageDeed,
        /// Who says so.
        by: String,
    },
    /// Take no new calls; the others end by themselves.
    Drain,
    /// End every call now. Answered when all phones have let go.
    EndAll,
    /// Another system tells of customers and orders.
    TellOrders {
        /// What it tells.
        news: Vec<OrderNews>,
    },
    /// Another face than the telephone learned what somebody wanted.
    Learn {
        /// The bank whose questions they are.
        bank: String,
        /// The lesson.
        outcome: Outcome,
    },
    /// Raise an alarm.
    Alarm {
        /// What is wrong and what to do.
        text: String,
    },
}

/// Why a command was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// The seat is not in the configuration.
    #[error("no such seat")]
    UnknownSeat,
    /// The call is not live.
    #[error("no such call")]
    UnknownCall,
    /// The call does not wait in a queue.
    #[error("the call does not wait in a queue")]
    NotWaiting,
    /// The call waits there already.
    #[error("the call waits in {0:?} already")]
    WaitsThere(String),
    /// No queue is called so.
    #[error("no queue is called {0:?}")]
    UnknownQueue(String),
    /// A seat must be registered before it can be ready.
    #[error("the seat's phone is not registered")]
    NotRegistered,
    /// A seat's phone must answer in time before the seat can be ready.
    #[error("{0}: it gets no calls until it answers sooner")]
    Unfit(Ailment),
    /// Releases were taken meanwhile.
    #[error("other releases stand by now: try again")]
    Overtaken,
    /// Too many releases are live.
    #[error(
        "{RELEASES_MAX} releases are live, which is all: the oldest, {oldest:?}, still has {calls} \
         call(s); wait for them, or end them", oldest = .oldest.0
    )]
    ReleasesFull {
        /// The oldest of them with calls.
        oldest: ReleaseNo,
        /// How many calls it has.
        calls: usize,
    },
    /// Queues or skills that go are in use.
    #[error("{}; name a queue that takes them over: --move-to QUEUE", .0.join("; "))]
    InUse(Vec<String>),
    /// The queue that is to take contacts over is not there.
    #[error("contacts cannot move to {0:?}: the release has no such queue")]
    NoSuchQueue(String),
    /// There is no release on trial.
    #[error("no release is on trial")]
    NothingTried,
    /// There is no release to go back to.
    #[error("there is no release before this one: put the files back and reload")]
    NothingBefore,
    /// After-call work cannot be ended where there is none.
    #[error("the seat has no after-call work to end")]
    NotInWrapUp,
    /// The state cannot be wished for.
    #[error("a seat cannot be told to be {0:?}")]
    NotAWish(SeatState),
}
