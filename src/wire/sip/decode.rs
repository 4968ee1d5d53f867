//! Reading a SIP message from one datagram, with limits and an answer for each fault.

use crate::wire::sip::grammar::number;
use crate::wire::sip::grammar::trim;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::header::trimmed;
use crate::wire::sip::headers::HeaderError;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::Start;
use crate::wire::sip::method::Method;
use crate::wire::sip::uri::Uri;
use crate::wire::sip::uri::UriError;

/// Longest message that is read; a longer request is answered 513.
pub const MESSAGE_BYTES_MAX: usize = 65_536;
/// Most headers of a message; a request with more is answered 513.
pub const HEADERS_MAX: usize = 200;
/// Longest Request-URI; a longer one is answered 414.
pub const URI_BYTES_MAX: usize = 8_192;

/// Why a message was not read, and what to answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{fault}")]
pub struct DecodeError {
    /// The answer that is due; `None` for a response, an ACK, or what is no SIP: drop it.
    pub status: Option<u16>,
    /// What is wrong.
    pub fault: DecodeFault,
    /// Via, From, To, Call-ID and `CSeq` as far as they are there, for the answer; `None` if
    /// there is no Via to send an answer along.
    pub salvage: Option<Box<Headers>>,
}

/// What is wrong with a message.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecodeFault {
    /// Nothing but line ends: a keep-alive (RFC 5626 section 4.4.1), not a message.
    #[error("no message, only line ends")]
    Empty,
    /// More than [`MESSAGE_BYTES_MAX`].
    #[error("{0} bytes, at most {MESSAGE_BYTES_MAX} are read")]
    TooLong(usize),
    /// More than [`HEADERS_MAX`].
    #[error("more than {HEADERS_MAX} headers")]
    TooManyHeaders,
    /// A Request-URI of more than [`URI_BYTES_MAX`].
    #[error("a request-URI of {0} bytes, at most {URI_BYTES_MAX} are read")]
    UriTooLong(usize),
    /// The first line is neither a request line nor a status line.
    #[error("malformed start line")]
    BadStart,
    /// A version other than 2.0.
    #[error("SIP version is not 2.0")]
    BadVersion,
    /// A malformed Request-URI.
    #[error("malformed request-URI: {0}")]
    BadUri(#[from] UriError),
    /// A line without a colon, a name that is no token, or CR, LF or NUL within a value.
    #[error("malformed header line {0}")]
    BadLine(usize),
    /// The headers do not end with an empty line.
    #[error("the headers do not end")]
    NoEnd,
    /// A header that every message needs, or that we rely on, is wrong.
    #[error("{0}")]
    Header(#[from] HeaderError),
    /// `CSeq` names another method than the request line.
    #[error("CSeq names {0}, another method than the request line")]
    MethodMismatch(Method),
    /// Content-Length is more than what came.
    #[error("the body has {got} bytes, content-length says {stated}")]
    ShortBody {
        /// What came.
        got: usize,
        /// What was stated.
        stated: usize,
    },
}

impl DecodeFault {
    /// The status that a request with this fault is answered with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong(_) | Self::TooManyHeaders => 513,
            Self::UriTooLong(_) => 414,
            Self::BadVersion => 505,
            Self::Empty
            | Self::BadStart
            | Self::BadUri(_)
            | Self::BadLine(_)
            | Self::NoEnd
            | Self::Header(_)
            | Self::MethodMismatch(_)
            | Self::ShortBody { .. } => 400,
        }
    }
}

/// Reads one message. Line ends before it are skipped; bytes past Content-Length are cut off;
/// without Content-Length the body reaches to the end (RFC 3261 section 18.3).
///
/// What every message needs is checked here (Via, From, To, Call-ID, `CSeq`, Max-Forwards,
/// Contact), so that readings of these succeed later; other headers are read on demand.
///
/// # Errors
///
/// [`DecodeError`], with the status to answer and what is needed to do so.
pub fn decode(bytes: &[u8]) -> Result<Message, DecodeError> {
    let skipped = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    let bytes = bytes.get(skipped..).unwrap_or_default();
    read(bytes).map_err(|fault| failed(bytes, fault))
}

fn read(bytes: &[u8]) -> Result<Message, DecodeFault> {
    if bytes.is_empty() {
        return Err(DecodeFault::Empty);
    }
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(DecodeFault::TooLong(bytes.len()));
    }
    let (first, rest) = line(bytes).ok_or(DecodeFault::BadStart)?;
    let start = read_start(first)?;
    let (headers, rest) = read_headers(rest)?;
    let (headers, stated) = take_content_length(headers)?;
    check(&start, &headers)?;
    let stated = stated.unwrap_or(rest.len());
    let body = rest.get(..stated).ok_or(DecodeFault::ShortBody {
        got: rest.len(),
        stated,
    })?;
    Ok(Message {
        start,
        headers,
        body: body.to_vec(),
    })
}

/// The line that `bytes` begin with, without its CRLF, and what follows. `None` if it does not
/// end, or with a lone LF.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at(end);
    Some((line.strip_suffix(b"\r")?, rest.get(1..)?))
}

fn read_start(line: &[u8]) -> Result<Start, DecodeFault> {
    let text = String::from_utf8_lossy(line);
    if text.contains(['\r', '\0']) {
        return Err(DecodeFault::BadStart);
    }
    let (first, rest) = text.split_once(' ').ok_or(DecodeFault::BadStart)?;
    if is_version(first) {
        return read_status(first, rest);
    }
    let method = Method::decode(first).ok_or(DecodeFault::BadStart)?;
    let (uri, version) = rest.rsplit_once(' ').ok_or(DecodeFault::BadStart)?;
    if !is_version(version) {
        return Err(DecodeFault::BadStart);
    }
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(DecodeFault::BadVersion);
    }
    if uri.len() > URI_BYTES_MAX {
        return Err(DecodeFault::UriTooLong(uri.len()));
    }
    let uri = Uri::decode(uri)?;
    if uri.headers().is_some() {
        return Err(DecodeFault::BadStart);
    }
    Ok(Start::Request { method, uri })
}

fn read_status(version: &str, rest: &str) -> Result<Start, DecodeFault> {
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(DecodeFault::BadVersion);
    }
    // The space after the status is owed even before an empty phrase, but often forgotten.
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = number(code, 699).filter(|status| code.len() == 3 && *status >= 100);
    let status = status.and_then(|status| u16::try_from(status).ok());
    Ok(Start::Response {
        status: status.ok_or(DecodeFault::BadStart)?,
        reason: reason.to_owned(),
    })
}

fn is_version(text: &str) -> bool {
    let name = text.get(..4).unwrap_or_default();
    name.eq_ignore_ascii_case("SIP/")
}

/// Reads header lines up to the empty one, unfolding them; also gives what follows.
fn read_headers(mut rest: &[u8]) -> Result<(Headers, &[u8]), DecodeFault> {
    let mut headers = Vec::<(HeaderName, Vec<u8>)>::with_capacity(16);
    for at in 2.. {
        let (here, after) = line(rest).ok_or(DecodeFault::NoEnd)?;
        rest = after;
        if here.is_empty() {
            break;
        }
        if matches!(here, [b' ' | b'\t', ..]) {
            let (_, value) = headers.last_mut().ok_or(DecodeFault::BadLine(at))?;
            value.push(b' ');
            value.extend_from_slice(trimmed(here));
            continue;
        }
        if headers.len() == HEADERS_MAX {
            return Err(DecodeFault::TooManyHeaders);
        }
        let (name, value) = name_and_value(here).ok_or(DecodeFault::BadLine(at))?;
        headers.push((name, value.to_vec()));
    }
    let mut clean = Headers::new();
    for (at, (name, value)) in headers.into_iter().enumerate() {
        let value = HeaderValue::off_the_wire(value).ok_or(DecodeFault::BadLine(at + 2))?;
        clean.push(name, value);
    }
    Ok((clean, rest))
}

fn name_and_value(line: &[u8]) -> Option<(HeaderName, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    let name = HeaderName::decode(trim(std::str::from_utf8(name).ok()?))?;
    Some((name, trimmed(value.get(1..)?)))
}

/// Takes Content-Length out of the headers. Repeats must agree.
fn take_content_length(mut headers: Headers) -> Result<(Headers, Option<usize>), DecodeFault> {
    let name = HeaderName::ContentLength;
    let mut stated = None;
    for value in headers.all(&name) {
        let here = number(&value.text(), u64::from(u32::MAX));
        let here = here.and_then(|here| usize::try_from(here).ok());
        let here = here.ok_or(HeaderError::Malformed(name.clone()))?;
        if stated.is_some_and(|stated| stated != here) {
            return Err(HeaderError::Repeated(name.clone()).into());
        }
        stated = Some(here);
    }
    if stated.is_some() {
        headers.remove(&name);
    }
    Ok((headers, stated))
}

/// Checks the headers that every message needs.
fn check(start: &Start, headers: &Headers) -> Result<(), DecodeFault> {
    headers.vias()?;
    headers.call_id()?;
    headers.from_address()?;
    headers.to_address()?;
    let cseq = headers.cseq()?;
    headers.contacts()?;
    headers.max_forwards()?;
    match start {
        Start::Request { method, .. } if *method != cseq.method => {
            Err(DecodeFault::MethodMismatch(cseq.method))
        }
        Start::Request { .. } | Start::Response { .. } => Ok(()),
    }
}

/// The error for a fault: only a request other than ACK is answered.
fn failed(bytes: &[u8], fault: DecodeFault) -> DecodeError {
    let bytes = bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes);
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let answered = !is_version(&first) && !first.starts_with("ACK ");
    let salvage = if answered { salvage(bytes) } else { None };
    DecodeError {
        status: salvage.is_some().then(|| fault.status()),
        fault,
        salvage: salvage.map(Box::new),
    }
}

/// What an answer copies, as far as it can be made out. `None` without a Via.
fn salvage(bytes: &[u8]) -> Option<Headers> {
    let mut found = Headers::new();
    let mut open = None::<(HeaderName, Vec<u8>)>;
    let mut close = |open: Option<(HeaderName, Vec<u8>)>| {
        if let Some((name, value)) = open {
            let once = name == HeaderName::Via || !found.has(&name);
            if let Some(value) = HeaderValue::off_the_wire(value).filter(|_| once) {
                found.push(name, value);
            }
        }
    };
    for here in bytes.split(|byte| *byte == b'\n').skip(1).take(HEADERS_MAX) {
        let here = here.strip_suffix(b"\r").unwrap_or(here);
        if here.is_empty() {
            break;
        }
        if matches!(here, [b' ' | b'\t', ..]) {
            if let Some((_, value)) = &mut open {
                value.push(b' ');
                value.extend_from_slice(trimmed(here));
            }
            continue;
        }
        close(open.take());
        open = name_and_value(here)
            .filter(|(name, _)| is_salvaged(name))
            .map(|(name, value)| (name, value.to_vec()));
    }
    close(open);
    found.has(&HeaderName::Via).then_some(found)
}

const fn is_salvaged(name: &HeaderName) -> bool {
    matches!(
        name,
        HeaderName::Via | HeaderName::From | HeaderName::To | HeaderName::CallId | HeaderName::CSeq
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::sip::message::encode;

    const INVITE: &str = "INVITE sip:100@ringwise.example SIP/2.0\r\n\
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\n\
        Max-Forwards: 70\r\n\
        f: \"Bob\" <sip:bob@example.com>;tag=1\r\n\
        t: <sip:100@ringwise.example>\r\n\
        i: abc@192.0.2.1\r\n\
        CSeq: 1 INVITE\r\n\
        m: <sip:bob@192.0.2.1>\r\n\
        X-Odd:  caf\u{e9}\r\n\
        c: application/sdp\r\n\
        l: 4\r\n\r\nv=0\n";

    #[test]
    fn an_invite_is_read_and_written() {
        let message = decode(INVITE.as_bytes()).unwrap();
        assert_eq!(message.method(), Some(&Method::Invite));
        assert_eq!(message.headers.call_id().unwrap(), "abc@192.0.2.1");
        assert_eq!(
            message.headers.top_via().unwrap().branch().unwrap(),
            "z9hG4bK1"
        );
        assert_eq!(message.headers.from_address().unwrap().tag().unwrap(), "1");
        assert_eq!(message.body, b"v=0\n");
        assert_eq!(decode(&encode(&message)).unwrap(), message);
    }

    #[test]
    fn a_body_shorter_than_stated_is_answered_400() {
        let error = decode(&INVITE.as_bytes()[..INVITE.len() - 1]).unwrap_err();
        assert_eq!(error.status, Some(400));
        assert_eq!(error.fault, DecodeFault::ShortBody { got: 3, stated: 4 });
        let answer = Message::response(400, &error.salvage.unwrap());
        assert_eq!(answer.headers.len(), 5);
        decode(&encode(&answer)).unwrap();
    }

    #[test]
    fn surplus_is_cut_off_and_leading_line_ends_are_skipped() {
        let message = decode(format!("\r\n\r\n{INVITE}INVITE").as_bytes()).unwrap();
        assert_eq!(message.body, b"v=0\n");
    }

    #[test]
    fn another_version_is_answered_505_and_an_ack_is_not() {
        let newer = INVITE.replace(" SIP/2.0\r\nVia", " SIP/7.0\r\nVia");
        assert_eq!(decode(newer.as_bytes()).unwrap_err().status, Some(505));
        let ack = INVITE
            .replace("INVITE", "ACK")
            .replace("Call-ID", "X")
            .replace("i:", "x:");
        assert_eq!(decode(ack.as_bytes()).unwrap_err().status, None);
    }

    #[test]
    fn each_limit_has_its_answer() {
        let status = |text: String| decode(text.as_bytes()).unwrap_err().status;
        let many = "X: 1\r\n".repeat(HEADERS_MAX);
        assert_eq!(status(INVITE.replace("l: 4\r\n", &many)), Some(513));
        let long = "1".repeat(URI_BYTES_MAX);
        assert_eq!(
            status(INVITE.replacen("100@", &format!("{long}@"), 1)),
            Some(414)
        );
        assert_eq!(
            status(format!("{INVITE}{}", "1".repeat(MESSAGE_BYTES_MAX))),
            Some(513)
        );
    }
}
