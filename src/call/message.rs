//! A message that a caller left: its name, what is known of it, what becomes of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::vocabulary::id::CallId;
use crate::vocabulary::language::Language;

/// Names a message: its call, and which of the call's it is, from 1. Written `CALL-1`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct MessageName {
    /// The call.
    pub call: CallId,
    /// Which of its messages.
    pub no: u32,
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.call, self.no)
    }
}

impl Serialize for MessageName {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        let wrong = |()| serde::de::Error::custom("not the name of a message");
        text.parse().map_err(wrong)
    }
}

impl FromStr for MessageName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (call, no) = text.split_once('-').ok_or(())?;
        let is_call = call.len() == 16 && call.bytes().all(|digit| digit.is_ascii_hexdigit());
        let is_no = no.bytes().all(|digit| digit.is_ascii_digit());
        if !is_call || !is_no {
            return Err(());
        }
        Ok(Self {
            call: CallId::from_bits(u64::from_str_radix(call, 16).map_err(|_| ())?),
            no: no.parse().map_err(|_| ())?,
        })
    }
}

/// What is known of a message.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct MessageLeft {
    /// Its name.
    pub name: MessageName,
    /// The queue whose people it is for.
    pub queue: String,
    /// The number it came from, in E.164, if it is one.
    pub number: Option<String>,
    /// The language of the call.
    pub language: Language,
    /// The question that the caller chose, if any.
    pub question: Option<String>,
    /// Its length in milliseconds.
    pub length_ms: u64,
    /// How much of that is speech.
    pub spoken_ms: u64,
}

/// What becomes of a message.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageFact {
    /// The caller left it; its sound is durable.
    Left(MessageLeft),
    /// What the caller said could not be kept.
    Lost {
        /// Why, in words.
        why: String,
    },
    /// Somebody has heard it, or deleted it.
    Done {
        /// Which.
        name: MessageName,
        /// What was done.
        deed: MessageDeed,
        /// `api, NAME` of the token.
        by: String,
    },
}

/// What is done with a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageDeed {
    /// Somebody has heard it.
    Heard,
    /// Its sound is deleted.
    Deleted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_nothing_else_is() {
        let name = MessageName {
            call: CallId::from_bits(0x7f_0000_0000_0001),
            no: 2,
        };
        assert_eq!(name.to_string().parse(), Ok(name));
        for wrong in [
            "",
            "1",
            "-1",
            "7f000000000001-2",
            "007f000000000001-",
            "007f000000000001--1",
            "+07f000000000001-1",
            "../../00000000/etc-1",
        ] {
            assert_eq!(wrong.parse::<MessageName>(), Err(()), "{wrong}");
        }
    }
}
