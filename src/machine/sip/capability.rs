//! What we can do, and what a request may ask of us (RFC 3261 section 8.2).

use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;

/// Methods that we serve.
pub const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, UPDATE";
/// Extensions that we know.
pub const SUPPORTED: &str = "timer";
/// Bodies that we understand.
pub const SDP: &str = "application/sdp";

/// Why a request cannot be served, before anyone looks at what it is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unfit {
    /// 420: these option tags are required.
    Extension(Vec<String>),
    /// 415: a body that is no session description.
    MediaType,
    /// 415: a body that is packed.
    Encoding,
    /// 406: an answer in SDP is not acceptable.
    Answer,
}

impl Unfit {
    /// The status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Extension(_) => 420,
            Self::MediaType | Self::Encoding => 415,
            Self::Answer => 406,
        }
    }

    /// The word to count by.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Extension(_) => "extension",
            Self::MediaType => "media_type",
            Self::Encoding => "encoding",
            Self::Answer => "not_acceptable",
        }
    }

    /// Says in a response what would have been fit.
    pub fn explain(&self, headers: &mut Headers) {
        let (name, value) = match self {
            Self::Extension(tags) => (HeaderName::Unsupported, tags.join(", ")),
            Self::MediaType | Self::Answer => (HeaderName::Accept, SDP.to_owned()),
            Self::Encoding => (HeaderName::AcceptEncoding, "identity".to_owned()),
        };
        headers.push(name, HeaderValue::stripped(value));
    }
}

/// Checks the extensions that a request requires (section 8.2.2.3).
///
/// # Errors
///
/// [`Unfit::Extension`] with those that we do not know.
pub fn check_extensions(headers: &Headers) -> Result<(), Unfit> {
    let mut unknown = headers.list(&HeaderName::Require);
    unknown.retain(|tag| !tag.eq_ignore_ascii_case(SUPPORTED));
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(Unfit::Extension(unknown))
    }
}

/// Checks that the body, if any, is a plain session description (section 8.2.3).
///
/// # Errors
///
/// [`Unfit::MediaType`] or [`Unfit::Encoding`].
pub fn check_body(headers: &Headers, body: &[u8]) -> Result<(), Unfit> {
    if body.is_empty() {
        return Ok(());
    }
    let plain = |coding: &String| coding.eq_ignore_ascii_case("identity");
    if !headers.list(&HeaderName::ContentEncoding).iter().all(plain) {
        return Err(Unfit::Encoding);
    }
    let kind = headers.text(&HeaderName::ContentType);
    let kind = kind.as_deref().unwrap_or(SDP);
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(SDP) {
        Ok(())
    } else {
        Err(Unfit::MediaType)
    }
}

/// Checks that the client takes an answer in SDP (section 20.1).
///
/// # Errors
///
/// [`Unfit::Answer`].
pub fn check_accept(headers: &Headers) -> Result<(), Unfit> {
    let accepted = headers.list(&HeaderName::Accept);
    if !headers.has(&HeaderName::Accept) {
        return Ok(());
    }
    let fits = |range: &String| {
        let range = range.split(';').next().unwrap_or_default().trim();
        [SDP, "application/*", "*/*"]
            .iter()
            .any(|known| range.eq_ignore_ascii_case(known))
    };
    if accepted.iter().any(fits) {
        Ok(())
    } else {
        Err(Unfit::Answer)
    }
}

/// Adds `Allow` and `Supported`.
#[must_use]
pub fn advertised(message: Message) -> Message {
    message
        .with(HeaderName::Allow, HeaderValue::stripped(ALLOW))
        .with(HeaderName::Supported, HeaderValue::stripped(SUPPORTED))
}
