//! What a walk is told and what it answers.
//!
//! A walk is one call's way through one dialplan. It starts at the INVITE, so that look-ups run
//! under the ringing and the greeting; it speaks once it is told `WalkInput::Connected`.

use serde::{Deserialize, Serialize};

use crate::machine::acd::need::NamedNeed;
use crate::machine::ivr::fact::WalkFact;
use crate::machine::ivr::failure::LookupFailure;
use crate::machine::media::contract::StopOn;
use crate::machine::prediction::order::Customer;
use crate::machine::speech::spoken::Spoken;
use crate::machine::wait_step::NamedStep;
use crate::machine::waiting::range::WaitRange;
use crate::vocabulary::language::Language;
use crate::vocabulary::phone_number::PhoneNumber;

/// What is known of a call before its first step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallerContext {
    /// The caller's number; none if withheld or unusable.
    pub number: Option<PhoneNumber>,
    /// What was dialled.
    pub called: String,
    /// The language to begin in; none: the dialplan's default.
    pub language: Option<Language>,
}

/// What a walk is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkInput {
    /// Sound can be heard from now on.
    Connected,
    /// What was last said has ended, by itself or by a key.
    Said,
    /// A key was pressed.
    Key(char),
    /// A look-up ended. Answers that come after its deadline are only counted.
    LookedUp {
        /// Which.
        lookup: u32,
        /// What was found; an empty list of orders is an answer.
        result: Result<Customer, LookupFailure>,
    },
    /// A service answered. Answers that nobody awaits are only counted.
    Consulted {
        /// Which question.
        consult: u32,
        /// Its answer in JSON, empty if there is nothing.
        result: Result<String, LookupFailure>,
    },
    /// The queue turned the contact away: full.
    QueueFull,
    /// The contact asked to leave the queue.
    QueueLeft,
    /// The seat, or who was dialled for the caller, hung up and the caller did not.
    Talked,
    /// The queue is outside of its opening hours: the contact was not taken.
    QueueClosed,
    /// The wait to expect is longer than the step allows: the contact was not taken.
    QueueLong,
    /// Nobody who is signed in could help the contact that waits.
    QueueNobody,
    /// The contact that waits is told its place, 1 is next, and what wait to expect if that is
    /// known.
    Placed {
        /// Its place.
        position: u32,
        /// The wait.
        wait: Option<WaitRange>,
    },
    /// A seat rings for a contact that kept its place while it went elsewhere.
    Offered,
    /// The number that was dialled for the caller was not reached.
    NotReached(DialEnd),
    /// The answer to [`WalkOutput::CallBack`].
    Promised(Result<(), Unpromised>),
    /// The caller, who leaves a message, speaks; told twice a second at most.
    Spoke,
    /// The answer to [`WalkOutput::TakeMessage`]: the message is kept; or why not.
    Message(Result<(), Unkept>),
}

/// What a walk answers.
#[derive(Clone, Debug, PartialEq)]
pub enum WalkOutput {
    /// Say this in this language; answered by [`WalkInput::Said`]. Replaces what is being said.
    Say {
        /// What.
        speech: Vec<Spoken>,
        /// In which language.
        language: Language,
        /// Whether a key stops it.
        stop_on: StopOn,
        /// True for a filler that ends as soon as the walk says something else.
        filler: bool,
    },
    /// Say no more.
    Hush,
    /// Ask the source of orders; answered by [`WalkInput::LookedUp`].
    LookUp {
        /// Names the look-up within this walk.
        lookup: u32,
        /// By what.
        key: LookupKey,
        /// The walk gives up by itself after this.
        timeout: std::time::Duration,
    },
    /// The walk awaits this look-up no more.
    Forget {
        /// Which.
        lookup: u32,
    },
    /// Ask a service of the centre; answered by [`WalkInput::Consulted`].
    Consult {
        /// Names the question within this walk.
        consult: u32,
        /// The service's name in the configuration.
        service: String,
        /// What it is told, in JSON.
        body: String,
        /// The walk gives up by itself after this.
        timeout: std::time::Duration,
    },
    /// The walk awaits this answer of a service no more.
    ForgetConsult {
        /// Which question.
        consult: u32,
    },
    /// Hand the call to the distributor. The walk rests until told otherwise.
    Enqueue {
        /// Name of the queue in the configuration.
        queue: String,
        /// What a seat needs beyond the queue's need, by name.
        need: NamedNeed,
        /// Larger goes first.
        priority: i32,
        /// How fast it rises, in thousandths of a level a minute; none: as the queue says.
        ageing: Option<u32>,
        /// Whom the call asks for one after the other; empty: as the queue says.
        steps: Vec<NamedStep>,
        /// Language for waiting announcements.
        language: Language,
        /// Who would wait longer than this is not taken, but told [`WalkInput::QueueLong`].
        expected_max: Option<std::time::Duration>,
        /// What the seat should see.
        briefing: Briefing,
    },
    /// Call this number and connect the caller with whoever answers.
    Dial {
        /// With its plus.
        number: String,
        /// How long it rings.
        ring: std::time::Duration,
    },
    /// Promise the caller to be called back at their place; answered by [`WalkInput::Promised`].
    CallBack {
        /// What they hear then, before they press 1.
        words: Vec<Spoken>,
        /// Where the call waits if it keeps no place.
        queue: Option<String>,
    },
    /// The promise took too long to be made.
    Unpromise,
    /// Take a message of the caller, until [`WalkOutput::EndMessage`]; answered by
    /// [`WalkInput::Message`].
    TakeMessage {
        /// The queue whose people it is for.
        queue: String,
        /// What comes later is not kept.
        longest: std::time::Duration,
    },
    /// The message is over.
    EndMessage,
    /// Something about the wait that [`WalkOutput::Enqueue`] began.
    Waiting(WaitingAct),
    /// End the call.
    Hangup,
    /// Worth a line in the log.
    Note(WalkFact),
}

/// Why nobody is promised anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unpromised {
    /// The call came without a number.
    NoNumber,
    /// It has no place in a queue.
    NoPlace,
    /// No trunk may call the number.
    NotAllowed,
    /// As many promises are open as there may be.
    Full,
    /// The log did not take it in time.
    NotWritten,
}

/// Why no message is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unkept {
    /// The caller said nothing.
    Empty,
    /// As many messages are taken as can be at once.
    Full,
    /// The disk or the log did not take it.
    NotWritten,
}

/// Why a number was not reached.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialEnd {
    /// It is busy.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// It could not be called, or may not.
    Failed,
}

/// What a call does that waits for a seat.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WaitingAct {
    /// It goes elsewhere in the dialplan and keeps its place.
    Stroll,
    /// It is back and waits on.
    Return,
    /// It waits no more.
    Leave(LeaveReason),
    /// It wants to hear its place: answered by [`WalkInput::Placed`].
    AskPlace,
}

/// Why a call leaves a queue without having been served, other than by hanging up.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// By a key.
    Asked,
    /// It has waited as long as the dialplan lets it.
    TimedOut,
    /// Nobody who is signed in could help.
    Nobody,
}

/// By what orders are looked up.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookupKey {
    /// All orders of customers with this number.
    Phone(PhoneNumber),
    /// The orders whose id ends in these digits.
    OrderTail(String),
}

/// What the seat should see of a contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Briefing {
    /// The customer's name, if known.
    pub customer: Option<String>,
    /// (order id, question id, probability), likeliest first, at most five.
    pub ranked: Vec<(Option<String>, String, f64)>,
    /// The question the caller chose, if any.
    pub chosen: Option<String>,
    /// What the caller was told.
    pub answered: Option<String>,
    /// The caller proved who they are.
    pub verified: bool,
    /// Steps walked, in order.
    pub path: Vec<String>,
    /// Words the dialplan marked the contact with, in order.
    #[serde(default)]
    pub tags: Vec<String>,
}
