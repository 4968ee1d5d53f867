//! The headers of a message in order, with typed readings of those that matter.

use std::borrow::Cow;

use crate::wire::sip::cseq::CSeq;
use crate::wire::sip::grammar::elements;
use crate::wire::sip::grammar::number;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::name_addr::NameAddrError;
use crate::wire::sip::via::Via;
use crate::wire::sip::via::ViaError;

/// Names and values in the order of the message.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Headers(Vec<(HeaderName, HeaderValue)>);

/// Why a header cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderError {
    /// It is not there.
    #[error("{0} is missing")]
    Missing(HeaderName),
    /// It stands more than once and may not.
    #[error("{0} is repeated")]
    Repeated(HeaderName),
    /// It is malformed or out of range.
    #[error("{0} is malformed")]
    Malformed(HeaderName),
    /// A malformed Via.
    #[error("{0}")]
    Via(#[from] ViaError),
    /// A malformed address.
    #[error("{0}: {1}")]
    Address(HeaderName, NameAddrError),
}

/// What the Contact headers of a message say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Contacts {
    /// `*`: all bindings of a registrar (RFC 3261 section 10.2.2).
    Star,
    /// Addresses, maybe none.
    List(Vec<NameAddr>),
}

impl Headers {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many, repeated ones counted.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Puts one last. A typed view converts: `push(HeaderName::Via, &via)`.
    pub fn push(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.0.push((name, value.into()));
    }

    /// Puts one first, as a new Via is.
    pub fn push_front(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        self.0.insert(0, (name, value.into()));
    }

    /// Puts one in place of the first of its name and takes the others of that name away; last
    /// if there was none.
    pub fn set(&mut self, name: HeaderName, value: impl Into<HeaderValue>) {
        let at = self.0.iter().position(|(other, _)| *other == name);
        self.remove(&name);
        let at = at.unwrap_or(self.0.len()).min(self.0.len());
        self.0.insert(at, (name, value.into()));
    }

    /// Takes all of a name away.
    pub fn remove(&mut self, name: &HeaderName) {
        self.0.retain(|(other, _)| other != name);
    }

    /// The first value of a name.
    #[must_use]
    pub fn first(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.all(name).next()
    }

    /// True if a name is there.
    #[must_use]
    pub fn has(&self, name: &HeaderName) -> bool {
        self.first(name).is_some()
    }

    /// All values of a name, as they stand.
    pub fn all<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a HeaderValue> {
        let named = self.0.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| value)
    }

    /// The first value of a name as text.
    #[must_use]
    pub fn text(&self, name: &HeaderName) -> Option<Cow<'_, str>> {
        self.first(name).map(HeaderValue::text)
    }

    /// The elements of comma-separated headers of a name, across repeats, without empty ones.
    #[must_use]
    pub fn list(&self, name: &HeaderName) -> Vec<String> {
        let mut list = Vec::new();
        for value in self.all(name) {
            let text = value.text();
            let filled = elements(&text).filter(|element| !element.is_empty());
            list.extend(filled.map(str::to_owned));
        }
        list
    }

    /// True if a comma-separated header of a name has this token, in any case: option tags in
    /// Supported and Require, methods in Allow.
    #[must_use]
    pub fn lists(&self, name: &HeaderName, token: &str) -> bool {
        self.all(name)
            .any(|value| elements(&value.text()).any(|here| here.eq_ignore_ascii_case(token)))
    }

    /// The value of a header that may stand once.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Missing`] or [`HeaderError::Repeated`].
    pub fn single(&self, name: &HeaderName) -> Result<&HeaderValue, HeaderError> {
        let mut all = self.all(name);
        let value = all
            .next()
            .ok_or_else(|| HeaderError::Missing(name.clone()))?;
        match all.next() {
            None => Ok(value),
            Some(_) => Err(HeaderError::Repeated(name.clone())),
        }
    }

    /// A number of at most `max`, if the header is there.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is repeated, malformed or larger.
    pub fn number(&self, name: &HeaderName, max: u32) -> Result<Option<u32>, HeaderError> {
        if !self.has(name) {
            return Ok(None);
        }
        let value = number(&self.single(name)?.text(), u64::from(max));
        let value = value.and_then(|value| u32::try_from(value).ok());
        let bad = || HeaderError::Malformed(name.clone());
        value.ok_or_else(bad).map(Some)
    }

    /// One address of a header that may stand once: From, To, Refer-To.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is missing, repeated or malformed.
    pub fn address(&self, name: &HeaderName) -> Result<NameAddr, HeaderError> {
        NameAddr::decode(&self.single(name)?.text())
            .map_err(|error| HeaderError::Address(name.clone(), error))
    }

    /// The addresses of Route, Record-Route, Path, P-Asserted-Identity, in order.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Address`] if one of them is malformed.
    pub fn addresses(&self, name: &HeaderName) -> Result<Vec<NameAddr>, HeaderError> {
        let mut found = Vec::new();
        for value in self.all(name) {
            for element in elements(&value.text()) {
                let address = NameAddr::decode(element)
                    .map_err(|error| HeaderError::Address(name.clone(), error))?;
                found.push(address);
            }
        }
        Ok(found)
    }

    /// From (RFC 3261 section 20.20).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is missing, repeated or malformed.
    pub fn from_address(&self) -> Result<NameAddr, HeaderError> {
        self.address(&HeaderName::From)
    }

    /// To (RFC 3261 section 20.39).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is missing, repeated or malformed.
    pub fn to_address(&self) -> Result<NameAddr, HeaderError> {
        self.address(&HeaderName::To)
    }

    /// Call-ID: visible text without spaces (RFC 3261 section 20.8).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is missing, repeated or malformed.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        let bytes = self.single(&HeaderName::CallId)?.as_bytes();
        let visible = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
        let text = std::str::from_utf8(bytes).ok().filter(|_| visible);
        text.ok_or(HeaderError::Malformed(HeaderName::CallId))
    }

    /// `CSeq`.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is missing, repeated or malformed.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        CSeq::decode(&self.single(&HeaderName::CSeq)?.text())
            .ok_or(HeaderError::Malformed(HeaderName::CSeq))
    }

    /// All Vias, the latest hop first.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if there is none or one is malformed.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        let mut vias = Vec::new();
        for value in self.all(&HeaderName::Via) {
            for element in elements(&value.text()) {
                vias.push(Via::decode(element)?);
            }
        }
        if vias.is_empty() {
            return Err(HeaderError::Missing(HeaderName::Via));
        }
        Ok(vias)
    }

    /// The Via of the latest hop.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if there is none or it is malformed.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        let missing = || HeaderError::Missing(HeaderName::Via);
        let value = self.first(&HeaderName::Via).ok_or_else(missing)?;
        let text = value.text();
        let element = elements(&text).next().ok_or_else(missing)?;
        Ok(Via::decode(element)?)
    }

    /// Puts `via` in place of the topmost one, leaving those behind it on the same line; first
    /// of all if there was none.
    pub fn set_top_via(&mut self, via: &Via) {
        let top = self.0.iter_mut().find(|(name, _)| *name == HeaderName::Via);
        let Some((_, value)) = top else {
            self.push_front(HeaderName::Via, via);
            return;
        };
        let text = value.text();
        let mut line = via.to_string();
        for behind in elements(&text).skip(1) {
            line.push_str(", ");
            line.push_str(behind);
        }
        *value = HeaderValue::stripped(line);
    }

    /// Contact (RFC 3261 section 20.10).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if one is malformed, or `*` is not alone.
    pub fn contacts(&self) -> Result<Contacts, HeaderError> {
        let name = &HeaderName::Contact;
        if self.all(name).any(|value| value.as_bytes() == b"*") {
            self.single(name)?;
            return Ok(Contacts::Star);
        }
        Ok(Contacts::List(self.addresses(name)?))
    }

    /// Max-Forwards, 0 to 255 (RFC 3261 section 20.22).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is repeated, malformed or larger.
    pub fn max_forwards(&self) -> Result<Option<u32>, HeaderError> {
        self.number(&HeaderName::MaxForwards, 255)
    }

    /// Expires in seconds (RFC 3261 section 20.19).
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is repeated, malformed or past 32 bits.
    pub fn expires_s(&self) -> Result<Option<u32>, HeaderError> {
        self.number(&HeaderName::Expires, u32::MAX)
    }
}

impl FromIterator<(HeaderName, HeaderValue)> for Headers {
    fn from_iter<T: IntoIterator<Item = (HeaderName, HeaderValue)>>(headers: T) -> Self {
        Self(headers.into_iter().collect())
    }
}
