//! A SIP message, and how it is written.

use crate::wire::sip::grammar::breaks_line;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::method::Method;
use crate::wire::sip::uri::Uri;

/// A request or a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// The first line.
    pub start: Start,
    /// Headers in order. Content-Length is not among them: the decoder obeys it and the
    /// encoder writes it from the body.
    pub headers: Headers,
    /// The body, maybe empty.
    pub body: Vec<u8>,
}

/// The first line of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Start {
    /// `METHOD uri SIP/2.0`.
    Request {
        /// What is asked for.
        method: Method,
        /// Of whom.
        uri: Uri,
    },
    /// `SIP/2.0 status reason`.
    Response {
        /// 100 to 699.
        status: u16,
        /// For people; may be empty.
        reason: String,
    },
}

impl Message {
    /// A request without headers and body.
    #[must_use]
    pub const fn request(method: Method, uri: Uri) -> Self {
        Self {
            start: Start::Request { method, uri },
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// A response to a request with these headers: Via, From, To, Call-ID and `CSeq` are copied
    /// byte for byte (RFC 3261 section 8.2.6.2), To without adding a tag. The reason phrase is
    /// the usual one for the status.
    #[must_use]
    pub fn response(status: u16, request: &Headers) -> Self {
        const COPIED: [HeaderName; 5] = [
            HeaderName::Via,
            HeaderName::From,
            HeaderName::To,
            HeaderName::CallId,
            HeaderName::CSeq,
        ];
        let copied = request.iter().filter(|(name, _)| COPIED.contains(name));
        Self {
            start: Start::Response {
                status,
                reason: reason_phrase(status).to_owned(),
            },
            headers: copied
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            body: Vec::new(),
        }
    }

    /// The method of a request.
    #[must_use]
    pub const fn method(&self) -> Option<&Method> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// The Request-URI of a request.
    #[must_use]
    pub const fn uri(&self) -> Option<&Uri> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Response { .. } => None,
        }
    }

    /// The status of a response.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match &self.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => Some(*status),
        }
    }

    /// The same with a header more, last.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The same with a body and its Content-Type.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        let content_type = HeaderValue::stripped(content_type);
        self.headers.set(HeaderName::ContentType, content_type);
        self.body = body;
        self
    }
}

/// Writes a message with Content-Length last. Nothing in it can end a line early: values and
/// URIs cannot hold CR, LF or NUL by their types, and the reason phrase loses them here.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    let headers_len: usize = message
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.as_bytes().len() + 4)
        .sum();
    let mut bytes = Vec::with_capacity(headers_len + message.body.len() + 256);
    match &message.start {
        Start::Request { method, uri } => {
            for part in [method.as_str(), " ", uri.as_str(), " SIP/2.0\r\n"] {
                bytes.extend_from_slice(part.as_bytes());
            }
        }
        Start::Response { status, reason } => {
            bytes.extend_from_slice(format!("SIP/2.0 {status:03} ").as_bytes());
            bytes.extend(reason.bytes().filter(|byte| !breaks_line(*byte)));
            bytes.extend_from_slice(b"\r\n");
        }
    }
    for (name, value) in message.headers.iter() {
        if *name != HeaderName::ContentLength {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", message.body.len()).as_bytes());
    bytes.extend_from_slice(&message.body);
    bytes
}

/// The usual words for a status (RFC 3261 section 21 and later RFCs).
#[must_use]
pub const fn reason_phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        182 => "Queued",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        204 => "No Notification",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Moved Temporarily",
        305 => "Use Proxy",
        380 => "Alternative Service",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        421 => "Extension Required",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        491 => "Request Pending",
        493 => "Undecipherable",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        _ => match status / 100 {
            1 => "Progress",
            2 => "Success",
            3 => "Redirection",
            4 => "Client Error",
            5 => "Server Error",
            _ => "Failure",
        },
    }
}
