//! Keys as people list them, with waits, speech and with what a queue does: `1, w2, 0, full`.

use std::str::FromStr;
use std::time::Duration;

use crate::machine::ivr::rehearsal::NEXT;
use crate::machine::ivr::surface::DialEnd;
use crate::machine::ivr::surface::WalkInput;

/// The longest wait or speech.
const LENGTH_MAX: Duration = Duration::from_secs(3600);

/// What a caller does, or what becomes of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Press {
    /// Presses a key when the words before it have ended, or at once after a wait.
    Key(char),
    /// Does nothing for so long, whatever is being said.
    Wait(Duration),
    /// Speaks for so long: for messages.
    Speak(Duration),
    /// The queue turns them away.
    Full,
    /// They leave the queue.
    Left,
    /// The seat hangs up and they do not.
    Talked,
    /// The queue is outside of its opening hours.
    Closed,
    /// The wait to expect is too long.
    Long,
    /// Nobody is signed in who could help.
    Nobody,
    /// They are told that they are next.
    Next,
    /// A seat rings for them.
    Offered,
    /// The number that is dialled for them is busy.
    Busy,
    /// Nobody answers there.
    NoAnswer,
    /// It cannot be called.
    Failed,
    /// They hang up.
    HangUp,
}

/// A list of these.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Keys(pub Vec<Press>);

/// What cannot be read in a list of keys.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{0:?} is neither keys (0-9, *, #) nor a wait or speech (w or s and seconds) nor one of full, closed, long, nobody, next, offered, left, talked, busy, no_answer, failed, hangup"
)]
pub struct KeysError(pub String);

impl Press {
    /// What the walk is told of what the queue does; none of what the caller does.
    #[must_use]
    pub const fn of_queue(self) -> Option<WalkInput> {
        match self {
            Self::Key(_) | Self::Wait(_) | Self::Speak(_) | Self::HangUp => None,
            Self::Full => Some(WalkInput::QueueFull),
            Self::Left => Some(WalkInput::QueueLeft),
            Self::Talked => Some(WalkInput::Talked),
            Self::Busy => Some(WalkInput::NotReached(DialEnd::Busy)),
            Self::NoAnswer => Some(WalkInput::NotReached(DialEnd::NoAnswer)),
            Self::Failed => Some(WalkInput::NotReached(DialEnd::Failed)),
            Self::Closed => Some(WalkInput::QueueClosed),
            Self::Long => Some(WalkInput::QueueLong),
            Self::Nobody => Some(WalkInput::QueueNobody),
            Self::Next => Some(NEXT),
            Self::Offered => Some(WalkInput::Offered),
        }
    }
}

impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let mut presses = Vec::new();
        for part in text.split(',').map(str::trim) {
            if !part.is_empty() {
                presses.extend(presses_of(part).ok_or_else(|| KeysError(part.to_owned()))?);
            }
        }
        Ok(Self(presses))
    }
}

fn presses_of(part: &str) -> Option<Vec<Press>> {
    match part {
        "full" => return Some(vec![Press::Full]),
        "left" => return Some(vec![Press::Left]),
        "talked" => return Some(vec![Press::Talked]),
        "closed" => return Some(vec![Press::Closed]),
        "long" => return Some(vec![Press::Long]),
        "nobody" => return Some(vec![Press::Nobody]),
        "next" => return Some(vec![Press::Next]),
        "offered" => return Some(vec![Press::Offered]),
        "busy" => return Some(vec![Press::Busy]),
        "no_answer" => return Some(vec![Press::NoAnswer]),
        "failed" => return Some(vec![Press::Failed]),
        "hangup" => return Some(vec![Press::HangUp]),
        _ => {}
    }
    if let Some(seconds) = part.strip_prefix('w') {
        return Some(vec![Press::Wait(length(seconds)?)]);
    }
    if let Some(seconds) = part.strip_prefix('s') {
        return Some(vec![Press::Speak(length(seconds)?)]);
    }
    let keys = part.chars();
    keys.map(|key| is_key(key).then_some(Press::Key(key)))
        .collect()
}

fn length(seconds: &str) -> Option<Duration> {
    let length = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    (length <= LENGTH_MAX).then_some(length)
}

/// Whether a telephone has this key.
#[must_use]
pub const fn is_key(sign: char) -> bool {
    matches!(sign, '0'..='9' | '*' | '#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_pressed_one_by_one_and_waits_are_in_seconds() {
        let keys: Keys = "w0.5, 1,42#, s3, full,hangup".parse().unwrap();
        let expected = [
            Press::Wait(Duration::from_millis(500)),
            Press::Key('1'),
            Press::Key('4'),
            Press::Key('2'),
            Press::Key('#'),
            Press::Speak(Duration::from_secs(3)),
            Press::Full,
            Press::HangUp,
        ];
        assert_eq!(keys.0, expected);
    }

    #[test]
    fn what_is_no_key_is_named() {
        for wrong in ["x", "w", "w-1", "w1e9", "1a", "FULL"] {
            let error = format!("1,{wrong}").parse::<Keys>().unwrap_err();
            assert_eq!(error, KeysError(wrong.to_owned()));
        }
    }
}
