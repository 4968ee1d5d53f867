//! What happened: every fact of the engine, as it is written to the journal.
//!
//! Facts hold the inputs too (keys with times, look-up answers, predictions), so that a call can
//! be walked again.

use std::borrow::Cow;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::call::health::Ailment;
use crate::call::message::MessageFact;
use crate::call::promise::CallbackFact;
use crate::call::recollection::QueueExperience;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::call::record::Party;
use crate::call::record::Record;
use crate::call::turnover::Released;
use crate::machine::acd::asked::Asked;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::fact::SeatState;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::surface::Briefing;
use crate::machine::ivr::surface::LeaveReason;
use crate::machine::ivr::surface::LookupKey;
use crate::machine::media::contract::Quality;
use crate::machine::prediction::news::OrderNews;
use crate::machine::prediction::order::Customer;
use crate::machine::prediction::outcome::Outcome;
use crate::machine::trunk::gate::Refusal;
use crate::machine::waiting::accuracy::Foretold;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::ReleaseNo;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Wall;

/// The version written into every fact's JSON. Every released version stays readable.
pub const FACT_VERSION: u8 = 1;

/// A fact with its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// [`FACT_VERSION`] at the time of writing.
    pub v: u8,
    /// Place in the log, from 1, without gaps.
    pub seq: u64,
    /// The engine clock.
    #[serde(rename = "now_us")]
    pub now: Now,
    /// The calendar.
    #[serde(rename = "at")]
    pub wall: Wall,
    /// The call it belongs to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The engine started; calls that were open before are lost.
    Started {
        /// The product's version.
        version: String,
        /// Seats, queues and skills by name, in the order of their ids.
        names: Names,
    },
    /// New calls get other releases from here on.
    Released(Box<Released>),
    /// No call keeps to this release any more, and none will.
    ReleaseRetired {
        /// Which.
        release: ReleaseNo,
    },
    /// A call was accepted: it is ours until [`Fact::Closed`].
    Arrived(Arrived),
    /// The caller leg was answered.
    Connected {
        /// INVITE to 200, in microseconds.
        after_us: u64,
    },
    /// The first packet to the caller left.
    FirstSound {
        /// INVITE to packet, in microseconds.
        after_us: u64,
    },
    /// A key of the caller's; masked as `•` where it is secret.
    Key {
        /// The key.
        key: char,
    },
    /// A prompt stopped for a key.
    PromptStopped {
        /// Key's first report to the prompt's last packet, in microseconds.
        after_us: u64,
    },
    /// A step of the dialplan.
    Walk(WalkFact),
    /// What a look-up of the dialplan answered: with it and the keys a call can be walked again.
    LookupAnswered {
        /// What was asked.
        key: LookupKey,
        /// From question to answer, in milliseconds.
        after_ms: u64,
        /// What was found.
        result: Result<Customer, LookupFailure>,
    },
    /// What a service of the dialplan answered.
    ServiceAnswered {
        /// Its name in the configuration.
        service: String,
        /// From question to answer, in milliseconds.
        after_ms: u64,
        /// In JSON, or why not.
        result: Result<String, LookupFailure>,
    },
    /// A decision of the distributor.
    Acd(AcdFact),
    /// Whom the contact asks for in a step of its wait, where that is not everybody from the first on.
    StepAsks {
        /// Which step, counted from 0.
        step: u8,
        /// Whom.
        asked: Asked,
    },
    /// A contact was handed to the distributor with this briefing.
    Handed {
        /// Name of the queue.
        queue: String,
        /// What the seat sees.
        briefing: Box<Briefing>,
    },
    /// A queue took the contact not: it is outside of its opening hours.
    QueueClosed {
        /// Name of the queue.
        queue: String,
    },
    /// A queue took the contact not: its wait would be longer than the dialplan allows.
    WaitTooLong {
        /// Name of the queue.
        queue: String,
        /// The wait to expect, in milliseconds.
        expected_ms: u64,
    },
    /// What wait to expect when the contact entered its queue.
    WaitForetold(Foretold),
    /// The contact left its queue without having hung up.
    LeftQueue {
        /// Why.
        reason: LeaveReason,
    },
    /// The caller goes on in the dialplan and keeps its place in the queue.
    PlaceKept,
    /// The caller waits again, at the place it kept.
    BackInQueue,
    /// A number outside is called for the caller.
    Dialling {
        /// Which.
        number: String,
    },
    /// What becomes of a promise to call back.
    Callback(CallbackFact),
    /// What becomes of a message that a caller leaves.
    Message(MessageFact),
    /// That call may not leave.
    CallOutRefused {
        /// The number.
        number: String,
        /// Why.
        refusal: Refusal,
    },
    /// It was not reached.
    NumberFailed {
        /// SIP status; 0: no answer in time.
        status: u16,
    },
    /// The caller and whoever answered there hear each other from here on.
    NumberAnswered,
    /// Who was called hung up; the caller goes on in the dialplan.
    NumberLeft {
        /// In a word, as in [`Fact::HungUp`].
        cause: String,
    },
    /// A seat's phone refused or failed an offer.
    SeatFailed {
        /// The seat.
        seat: SeatId,
        /// SIP status; 0 if there was no port for it.
        status: u16,
    },
    /// A seat that answered hears whom it will talk to, before the bridge.
    SeatTold {
        /// The seat.
        seat: SeatId,
    },
    /// The caller and a seat hear each other from here on.
    Bridged {
        /// The seat.
        seat: SeatId,
    },
    /// Sound has passed in both directions.
    TwoWay {
        /// The seat's 200 to the first packet of the second direction, in microseconds.
        after_us: u64,
    },
    /// The seat hung up; the caller goes on in the dialplan.
    SeatLeft {
        /// The seat.
        seat: SeatId,
        /// In a word, as in [`Fact::HungUp`].
        cause: String,
    },
    /// Someone put the other on hold.
    Held {
        /// Who holds.
        by: Party,
    },
    /// Nobody holds any more.
    Resumed {
        /// Who resumed.
        by: Party,
    },
    /// A changed offer was refused; the call goes on.
    ReofferRefused {
        /// Whose.
        by: Party,
        /// SIP status.
        status: u16,
    },
    /// The call was refused before it was answered.
    Refused {
        /// SIP status that was sent.
        status: u16,
    },
    /// The call's end began.
    HungUp {
        /// Who ended it.
        by: Party,
        /// In a word: `bye`, `cancel`, `session_expired`, `no_ack`, `flow_lost`, `drain`, ….
        cause: String,
    },
    /// A leg has let go of its port.
    LegClosed {
        /// Whose leg.
        party: Party,
        /// What passed through it.
        quality: Quality,
    },
    /// The call is over: its one record.
    Closed(Box<Record>),
    /// A request was turned away before it became a call.
    TurnedAway {
        /// SIP status; 0 if nothing was answered.
        status: u16,
        /// In a word.
        reason: String,
        /// The far address.
        remote: SocketAddr,
    },
    /// A seat's phone registered, or moved to another flow.
    SeatRegistered {
        /// The seat.
        seat: SeatId,
        /// The far address.
        remote: SocketAddr,
    },
    /// A seat's phone has no binding left.
    SeatUnregistered {
        /// The seat.
        seat: SeatId,
    },
    /// What a call taught the model: learning these in order gives the same model.
    Learned {
        /// The bank whose questions they are.
        bank: String,
        /// The lesson.
        outcome: Outcome,
    },
    /// Another system told of customers and orders.
    OrdersTold {
        /// What it told.
        news: Vec<OrderNews>,
    },
    /// What was fitted to many calls at once counts from here on.
    Fitted {
        /// The bank whose questions they are.
        bank: String,
        /// The hash of what was fitted; the database keeps it by this name.
        checkpoint: String,
        /// Place of the last fact whose call it was fitted to.
        through: u64,
        /// So many calls it was fitted to.
        calls: u64,
    },
    /// What was learned of a queue so far; a restart goes on from it.
    QueueLearned(Box<QueueExperience>),
    /// A seat's phone is not fit for calls: the seat is away.
    SeatUnfit {
        /// The seat.
        seat: SeatId,
        /// What is wrong.
        ailment: Ailment,
    },
    /// What set a seat back has passed: it takes calls again, as its person wants.
    SeatFit {
        /// The seat.
        seat: SeatId,
    },
    /// Someone changed a seat's wish.
    SeatWished {
        /// The seat.
        seat: SeatId,
        /// Ready, away, or done with after-call work ([`SeatState::WrapUp`]).
        state: SeatState,
        /// `star_code`, or `api, NAME` of the token, and `: REASON` if one is given.
        by: String,
    },
    /// Someone had a seat's after-call work last so long from then on.
    WorkExtended {
        /// The seat.
        seat: SeatId,
        /// How long, in milliseconds.
        ms: u64,
        /// As in [`Self::SeatWished`].
        by: String,
    },
    /// A supervisor changed how a call waits, or ended it; what came of it follows.
    Intervened {
        /// `withdraw`, `route`, `priority` or `hangup`.
        what: String,
        /// `api, NAME` of the token.
        by: String,
    },
    /// An answer of the world that nobody awaited.
    AnswerUnawaited {
        /// Kind of question.
        kind: String,
    },
    /// Something that a person should look at.
    Alarm {
        /// What is wrong and what to do.
        text: String,
    },
}

impl Fact {
    /// What ids stand for from here on, if that is said.
    #[must_use]
    pub fn names(&self) -> Option<&Names> {
        if let Self::Started { names, .. } = self {
            return Some(names);
        }
        if let Self::Released(released) = self {
            return released.names.as_ref();
        }
        None
    }
}

impl Fact {
    /// What it says of customers and their orders, for look-ups to come.
    #[must_use]
    pub fn news(&self) -> Cow<'_, [OrderNews]> {
        if let Self::OrdersTold { news } = self {
            return Cow::Borrowed(news);
        }
        if let Self::Walk(WalkFact::Noticed {
            customer,
            order,
            notice,
        }) = self
        {
            return Cow::Owned(vec![OrderNews::noticed(customer, order, notice)]);
        }
        Cow::Borrowed(&[])
    }
}
