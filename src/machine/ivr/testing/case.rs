//! A test as its file says it: a caller, what they press, and what is expected to come of it.

use std::collections::BTreeMap;

use crate::machine::ivr::failure::LookupFailure;
use crate::machine::ivr::press::Keys;
use crate::vocabulary::fault::Span;
use crate::vocabulary::language::Language;
use crate::vocabulary::moment::WrittenMoment;
use crate::vocabulary::phone_number::PhoneNumber;

/// A text with its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Written {
    /// What.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A test.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: Written,
    /// Who calls, when, and what is known of them.
    pub given: Given,
    /// What they press; afterwards they are silent.
    pub keys: Keys,
    /// What is to come of it.
    pub expect: Expect,
}

/// Who calls, when, and what is known of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// Their number; none: withheld.
    pub caller: Option<PhoneNumber>,
    /// What they dialled; none: the dialplan's first number.
    pub called: Option<String>,
    /// Their language, if it is known.
    pub language: Option<Language>,
    /// When the phone rings.
    pub at: WrittenMoment,
    /// Their name; may be empty.
    pub name: String,
    /// Their attributes: names and values as they are written in a file of orders.
    pub attributes: Vec<(String, String)>,
    /// Their orders.
    pub orders: Result<Vec<GivenOrder>, LookupFailure>,
    /// What services answer, in turn; the last answer stays. Others fail.
    pub services: BTreeMap<String, Vec<Result<String, LookupFailure>>>,
}

/// An order: its id, and attributes as they are written in a file of orders.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct GivenOrder {
    /// Its id.
    pub id: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
}

/// What is to come of a test. What is not said is not judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expect {
    /// Where it stands.
    pub span: Span,
    /// Steps that are come to in this order; others may lie between.
    pub path: Vec<Written>,
    /// Steps that are not come to.
    pub avoids: Vec<Written>,
    /// Words that are heard, in any order; `…` stands for anything between.
    pub said: Vec<Written>,
    /// Words that are not heard.
    pub not_said: Vec<Written>,
    /// Tags that the contact has.
    pub tags: Vec<Written>,
    /// The queue it ends in.
    pub queue: Option<Written>,
    /// How it ends.
    pub outcome: Option<(Outcome, Span)>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The dialplan hung up.
    HungUp,
    /// It waits for a seat.
    Queued,
    /// The caller hung up.
    Left,
    /// It was still going on after the longest time.
    Open,
}

impl Outcome {
    /// Outcomes as files name them.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("hangup", Self::HungUp),
        ("queued", Self::Queued),
        ("left", Self::Left),
    ];

    /// What happened, in words.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::HungUp => "the dialplan hung up",
            Self::Queued => "it waits for a seat",
            Self::Left => "the caller hung up",
            Self::Open => "it was still going on after an hour",
        }
    }
}
