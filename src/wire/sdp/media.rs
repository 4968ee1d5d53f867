//! One m-line and what belongs to it (RFC 8866 section 5.14).

use std::net::IpAddr;

use crate::wire::sdp::codec::Codec;
use crate::wire::sdp::codec::payload_type_of;
use crate::wire::sdp::direction::Direction;

/// An attribute that has no field of its own here: `a=name` or `a=name:value`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// Before the colon.
    pub name: String,
    /// After the colon, if there is one.
    pub value: Option<String>,
}

/// Where a stream is received: an address, or a name that we do not look up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Connection {
    /// IPv4 or IPv6.
    Address(IpAddr),
    /// A host name, or an address of a family that we do not know; as written.
    Name(String),
}

/// An m-line with its attributes. One of any kind is kept, so that an answer can refuse it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Media {
    /// `audio`, `video`, `image`, ….
    pub kind: String,
    /// Zero refuses or ends the stream.
    pub port: u16,
    /// `RTP/AVP`, `RTP/SAVP`, `UDP/TLS/RTP/SAVPF`, ….
    pub protocol: String,
    /// Payload types of RTP in order of preference, or what another protocol puts there.
    pub formats: Vec<String>,
    /// The stream's own address; else the description's holds.
    pub connection: Option<Connection>,
    /// Meanings given by rtpmap, with their fmtp.
    pub codecs: Vec<Codec>,
    /// Milliseconds of audio that the writer wants in a packet.
    pub ptime_ms: Option<u16>,
    /// Direction, if written; else the description's holds.
    pub direction: Option<Direction>,
    /// All other attributes in order.
    pub attributes: Vec<Attribute>,
}

impl Attribute {
    /// An attribute with a value.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        }
    }

    /// An attribute without a value.
    #[must_use]
    pub fn flag(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: None,
        }
    }
}

impl Connection {
    /// The address, unless it is a name.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Name(_) => None,
        }
    }

    /// True for 0.0.0.0 and ::, the old way to put a call on hold (RFC 3264 section 8.4).
    #[must_use]
    pub fn is_unspecified(&self) -> bool {
        self.address()
            .is_some_and(|address| address.is_unspecified())
    }
}

impl Media {
    /// An audio stream over `RTP/AVP` with these codecs in order of preference.
    #[must_use]
    pub fn audio(port: u16, codecs: Vec<Codec>) -> Self {
        Self {
            kind: "audio".to_owned(),
            port,
            protocol: "RTP/AVP".to_owned(),
            formats: codecs
                .iter()
                .map(|codec| codec.payload_type.to_string())
                .collect(),
            connection: None,
            codecs,
            ptime_ms: None,
            direction: None,
            attributes: Vec::new(),
        }
    }

    /// The m-line that refuses this one: port 0, the same kind, protocol and formats, nothing
    /// else (RFC 3264 section 6).
    #[must_use]
    pub fn refused(&self) -> Self {
        Self {
            port: 0,
            kind: self.kind.clone(),
            protocol: self.protocol.clone(),
            formats: self.formats.clone(),
            ..Self::audio(0, Vec::new())
        }
    }

    /// True for audio over RTP, whatever its security.
    #[must_use]
    pub fn is_rtp_audio(&self) -> bool {
        self.kind == "audio" && self.protocol.contains("RTP/")
    }

    /// The codecs in the order of the m-line: from rtpmap, else by static payload type.
    /// Payload types without a meaning are left out.
    #[must_use]
    pub fn offered(&self) -> Vec<Codec> {
        let types = self.formats.iter().filter_map(|text| payload_type_of(text));
        types.filter_map(|at| self.codec(at)).collect()
    }

    /// The first attribute of a name among those without a field of their own.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|other| other.name == name)
    }

    fn codec(&self, payload_type: u8) -> Option<Codec> {
        let mut mapped = self.codecs.iter();
        let mapped = mapped.find(|codec| codec.payload_type == payload_type);
        mapped.cloned().or_else(|| Codec::of_static(payload_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_formats_and_nothing_else() {
        let mut video = Media::audio(4_000, vec![Codec::new(96, "VP8", 90_000)]);
        video.kind = "video".to_owned();
        video.direction = Some(Direction::SendOnly);
        let refused = video.refused();
        assert_eq!((refused.port, refused.kind.as_str()), (0, "video"));
        assert_eq!(refused.formats, ["96"]);
        assert!(refused.codecs.is_empty() && refused.direction.is_none());
        assert!(!refused.is_rtp_audio());
    }
}
