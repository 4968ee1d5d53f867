//! Finding messages in a stream: TCP, TLS (RFC 3261 section 18.3, RFC 5626 section 3.5.1).

use crate::wire::sip::decode::MESSAGE_BYTES_MAX;
use crate::wire::sip::grammar::number;

/// A double line end asks whether the far end lives; the answer is a single one
/// ([`PONG`]; RFC 5626 section 3.5.1).
pub const PING: &[u8] = b"\r\n\r\n";
/// The answer to [`PING`].
pub const PONG: &[u8] = b"\r\n";

/// Collects the bytes of one connection and cuts them into frames. Holds at most
/// [`MESSAGE_BYTES_MAX`] bytes between calls of [`Self::poll`] and what was pushed last.
#[derive(Clone, Debug, Default)]
pub struct Framer {
    bytes: Vec<u8>,
    /// Bytes already searched for the end of the headers.
    searched: usize,
    /// Length of the whole message once its headers are there.
    whole: Option<usize>,
    broken: bool,
}

/// What stood in a stream.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Frame {
    /// A double line end: answer with [`PONG`].
    Ping,
    /// A single line end: the answer to a ping of ours.
    Pong,
    /// A whole message for [`crate::wire::sip::decode::decode`].
    Message(Vec<u8>),
}

/// Why a stream cannot be cut further. The connection is of no more use: close it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FramingError {
    /// A message of more than [`MESSAGE_BYTES_MAX`].
    #[error("a message on a stream has more than {MESSAGE_BYTES_MAX} bytes")]
    TooLong,
    /// No Content-Length, which a stream needs (RFC 3261 section 18.3).
    #[error("a message on a stream has no content-length")]
    NoLength,
    /// A Content-Length that is no number, or two that differ.
    #[error("a message on a stream has a malformed content-length")]
    BadLength,
}

impl Framer {
    /// Nothing read yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            searched: 0,
            whole: None,
            broken: false,
        }
    }

    /// Adds what was read from the connection. Poll until `Ok(None)` before the next.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.broken {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// True if part of a message waits for its rest.
    #[must_use]
    pub const fn is_within_a_message(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The next frame; `Ok(None)` if more bytes are needed.
    ///
    /// A lone CR LF is held back until the next byte tells whether it begins a ping; call
    /// [`Self::flush`] when the read is over and nothing follows.
    ///
    /// # Errors
    ///
    /// [`FramingError`]: close the connection. Later bytes are not taken.
    pub fn poll(&mut self) -> Result<Option<Frame>, FramingError> {
        if self.bytes.starts_with(PING) {
            self.take(PING.len());
            return Ok(Some(Frame::Ping));
        }
        if self.bytes.starts_with(PONG) && !PING.starts_with(&self.bytes) {
            self.take(PONG.len());
            return Ok(Some(Frame::Pong));
        }
        if PING.starts_with(&self.bytes) {
            return Ok(None);
        }
        let found = self.message_len();
        if found.is_err() {
            self.broken = true;
            self.bytes = Vec::new();
        }
        match found? {
            Some(len) if len <= self.bytes.len() => Ok(Some(Frame::Message(self.take(len)))),
            _ => Ok(None),
        }
    }

    /// The single line end that [`Self::poll`] holds back, if that is all there is.
    pub fn flush(&mut self) -> Option<Frame> {
        if self.bytes != PONG {
            return None;
        }
        self.take(PONG.len());
        Some(Frame::Pong)
    }

    /// Length of the message that the bytes begin with; `None` until its headers are there.
    fn message_len(&mut self) -> Result<Option<usize>, FramingError> {
        if self.whole.is_none() {
            let from = self.searched.saturating_sub(PING.len() - 1);
            let tail = self.bytes.get(from..).unwrap_or_default();
            let end = tail.windows(PING.len()).position(|four| four == PING);
            self.searched = self.bytes.len();
            let Some(end) = end else {
                let fits = self.bytes.len() <= MESSAGE_BYTES_MAX;
                return if fits {
                    Ok(None)
                } else {
                    Err(FramingError::TooLong)
                };
            };
            let head = from + end + PING.len();
            let body = content_length(self.bytes.get(..head).unwrap_or_default())?;
            self.whole = Some(head.saturating_add(body));
        }
        if self.whole.is_some_and(|whole| whole > MESSAGE_BYTES_MAX) {
            return Err(FramingError::TooLong);
        }
        Ok(self.whole)
    }

    fn take(&mut self, len: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(len.min(self.bytes.len()));
        self.searched = 0;
        self.whole = None;
        std::mem::replace(&mut self.bytes, rest)
    }
}

/// The Content-Length in the head of a message.
fn content_length(head: &[u8]) -> Result<usize, FramingError> {
    let mut stated = None;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii_end();
        if !name.eq_ignore_ascii_case(b"Content-Length") && !name.eq_ignore_ascii_case(b"l") {
            continue;
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let value = std::str::from_utf8(value).ok();
        let value = value.and_then(|value| number(value, u64::from(u32::MAX)));
        let value = value.and_then(|value| usize::try_from(value).ok());
        let value = value.ok_or(FramingError::BadLength)?;
        if stated.is_some_and(|stated| stated != value) {
            return Err(FramingError::BadLength);
        }
        stated = Some(value);
    }
    stated.ok_or(FramingError::NoLength)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &[u8] = b"OPTIONS sip:h SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";

    fn frames(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.poll().unwrap()).collect()
    }

    #[test]
    fn a_message_is_cut_wherever_the_reads_fall() {
        let stream = [PING, SHORT, PONG, SHORT, SHORT].concat();
        let message = Frame::Message(SHORT.to_vec());
        let expected = [
            Frame::Ping,
            message.clone(),
            Frame::Pong,
            message.clone(),
            message,
        ];
        for size in 1..stream.len() {
            let mut framer = Framer::new();
            let mut got = Vec::new();
            for read in stream.chunks(size) {
                framer.push(read);
                got.extend(frames(&mut framer));
            }
            assert_eq!(got, expected, "reads of {size}");
            assert!(!framer.is_within_a_message());
        }
    }

    #[test]
    fn a_lone_line_end_is_a_pong_once_nothing_follows() {
        let mut framer = Framer::new();
        framer.push(PONG);
        assert_eq!(framer.poll(), Ok(None));
        assert_eq!(framer.flush(), Some(Frame::Pong));
        assert_eq!(framer.flush(), None);
    }

    #[test]
    fn a_stream_that_cannot_be_cut_is_refused() {
        let endless = vec![b'a'; MESSAGE_BYTES_MAX + 1];
        for (stream, error) in [
            (
                &b"OPTIONS sip:h SIP/2.0\r\nTo: x\r\n\r\n"[..],
                FramingError::NoLength,
            ),
            (
                b"O\r\nContent-Length: -999\r\n\r\n",
                FramingError::BadLength,
            ),
            (
                b"O\r\nl: 1\r\nContent-length : 2\r\n\r\n",
                FramingError::BadLength,
            ),
            (
                b"O\r\nl: 18446744073709551616\r\n\r\n",
                FramingError::BadLength,
            ),
            (b"O\r\nl: 65536\r\n\r\n", FramingError::TooLong),
            (&endless, FramingError::TooLong),
        ] {
            let mut framer = Framer::new();
            framer.push(stream);
            assert_eq!(framer.poll(), Err(error));
            framer.push(SHORT);
            assert_eq!(framer.poll(), Ok(None));
        }
    }
}
