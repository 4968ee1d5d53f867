//! What a walk is told and what it answers.
//!
//! A walk is one call's way through one dialplan. It starts at the INVITE, so that look-ups run
//! under the ringing and the greeting; it speaks once it is told `WalkInput::Connected`.

use serde::{Deserialize, Serialize};

use crate::machine::acd::need::NamedNeed;
use crate::machine::calendar::Standing;
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

/// Why a look-up gave nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LookupFailure {
    /// No answer before the deadline.
    #[error("no answer in time")]
    Timeout,
    /// The source failed.
    #[error("the source failed")]
    Failed,
    /// Too many look-ups are in flight.
    #[error("too many look-ups in flight")]
    Busy,
    /// The source has failed so often that it is left alone for a while.
    #[error("the source rests after failures")]
    Resting,
    /// What the source has is too old to be told.
    #[error("the source's data are too old")]
    Stale,
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

impl WalkFact {
    /// What a step without words did, in words; none for other facts.
    #[must_use]
    pub fn deed(&self) -> Option<String> {
        Some(match self {
            Self::Set { name, value } => match value {
                Some(value) => format!("{name} is {value}"),
                None => format!("{name} is absent"),
            },
            Self::Branched { condition, .. } => format!("branches at `{condition}`"),
            Self::Clocked { hours, standing } => {
                let standing = match standing {
                    Standing::Open => "open",
                    Standing::Closed => "closed",
                    Standing::Holiday => "a holiday",
                };
                format!("hours {hours}: {standing}")
            }
            Self::Tagged { tag } => format!("marked as {tag}"),
            Self::Scored { survey, score, .. } => format!("{survey} scored {score}"),
            Self::Consulted { service, result } => match result {
                Ok(count) => format!("{service} answers: {count}"),
                Err(failure) => format!("{service}: {failure}"),
            },
            Self::Unfollowed { service, why } => format!("{service}: {why}"),
            Self::Noticed { order, notice, .. } => format!("tells {notice} of {order}"),
            Self::Entered { .. }
            | Self::Said { .. }
            | Self::Took { .. }
            | Self::LookedUp { .. }
            | Self::LateAnswer { .. }
            | Self::Predicted { .. }
            | Self::Chose { .. }
            | Self::ChoseNone
            | Self::Answered { .. }
            | Self::Verified { .. }
            | Self::PlaceTold { .. }
            | Self::Unspeakable { .. } => return None,
        })
    }
}

/// The propensity of what was never left to chance.
const fn certain() -> f64 {
    1.0
}

/// What happened in a walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WalkFact {
    /// A step was entered.
    Entered {
        /// Its name.
        step: String,
    },
    /// Words were spoken.
    Said {
        /// As text.
        text: String,
    },
    /// A key or digits were taken.
    Took {
        /// What, masked if secret.
        keys: String,
    },
    /// A look-up ended.
    LookedUp {
        /// Which.
        lookup: u32,
        /// Orders found, or why none.
        result: Result<u32, LookupFailure>,
    },
    /// A look-up's answer came when nobody awaited it.
    LateAnswer {
        /// Which.
        lookup: u32,
    },
    /// A service answered, or did not.
    Consulted {
        /// Its name in the configuration.
        service: String,
        /// How many values or deeds it gave, or why none.
        result: Result<u32, LookupFailure>,
    },
    /// What a service answered cannot be followed.
    Unfollowed {
        /// Its name in the configuration.
        service: String,
        /// Why.
        why: String,
    },
    /// Questions were ranked.
    Predicted {
        /// (order id, question id, probability), likeliest first.
        ranked: Vec<(Option<String>, String, f64)>,
        /// How many of them are read out.
        read: u32,
        /// Which, in the order of reading: places in `ranked`, from 0. Empty in older logs, where the
        /// first were read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        order: Vec<u32>,
        /// How likely this order was, 0 to 1: less than 1 if a share of orders is drawn by lot.
        #[serde(default = "certain")]
        propensity: f64,
    },
    /// The customer was told something before they asked.
    Noticed {
        /// The customer's id.
        customer: String,
        /// The order's.
        order: String,
        /// The notice's, in the bank.
        notice: String,
    },
    /// A question was chosen: the label the model learns from.
    Chose {
        /// Order id, if it is about one.
        order: Option<String>,
        /// Question id.
        question: String,
        /// Its place in the menu, from 1.
        place: u32,
    },
    /// The caller chose none of what was read.
    ChoseNone,
    /// An answer was spoken to its end, or until a key.
    Answered {
        /// Question id.
        question: String,
        /// The words.
        text: String,
        /// Heard to the end.
        heard_out: bool,
    },
    /// A verification was tried.
    Verified {
        /// Whether it succeeded.
        ok: bool,
        /// Which try, from 1.
        attempt: u32,
    },
    /// A variable was set.
    Set {
        /// Its name: `vars.tries`.
        name: String,
        /// Its value as it is written, masked if private; none: it is absent now.
        value: Option<String>,
    },
    /// A branch was taken.
    Branched {
        /// Which condition held, from 1; 0: none.
        case: u16,
        /// The condition as it is written; `else` for none.
        condition: String,
    },
    /// The clock was looked at.
    Clocked {
        /// The name of the opening hours.
        hours: String,
        /// How things stood.
        standing: Standing,
    },
    /// The contact was marked.
    Tagged {
        /// With this word.
        tag: String,
    },
    /// The caller gave a score.
    Scored {
        /// What was scored.
        survey: String,
        /// The score.
        score: u8,
        /// The worst and the best that could be given.
        scale: (u8, u8),
    },
    /// A waiting caller was told its place or what wait to expect.
    PlaceTold {
        /// Its place, 1 is next; none: it was not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
        /// The wait; none: it was not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait: Option<WaitRange>,
    },
    /// A phrase has no recording and no speech command: it was skipped.
    Unspeakable {
        /// The words.
        text: String,
    },
}

impl WalkFact {
    /// The step that was entered, if one was.
    #[must_use]
    pub fn entered(&self) -> Option<&str> {
        if let Self::Entered { step } = self {
            return Some(step);
        }
        None
    }

    /// The words that were said, if some were.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        if let Self::Said { text } = self {
            return Some(text);
        }
        None
    }
}
