//! A whole session description, read and written (RFC 8866).

use std::net::IpAddr;

use crate::wire::sdp::codec::Codec;
use crate::wire::sdp::codec::payload_type_of;
use crate::wire::sdp::direction::Direction;
use crate::wire::sdp::media::Attribute;
use crate::wire::sdp::media::Connection;
use crate::wire::sdp::media::Media;

/// Most m-lines of a description; one with more is refused with 413.
pub const MEDIA_MAX: usize = 32;

/// What offers and answers need of a description. Lines that audio over SIP has no use for
/// (i, u, e, p, b, r, z, k, and the times) are read over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Description {
    /// Who wrote it, and which version it is.
    pub origin: Origin,
    /// Session name, `-` if none.
    pub name: String,
    /// Address of streams that name none.
    pub connection: Option<Connection>,
    /// Direction of streams that name none.
    pub direction: Option<Direction>,
    /// All other attributes before the first m-line.
    pub attributes: Vec<Attribute>,
    /// Streams in order; an answer has one for each of the offer, in the same order.
    pub media: Vec<Media>,
}

/// The o-line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    /// `-` if none.
    pub user: String,
    /// With user and address, names the session.
    pub session_id: String,
    /// Grows by one with each changed description (RFC 3264 section 8).
    pub version: u64,
    /// Where it was written.
    pub address: Connection,
}

/// Why a description cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SdpError {
    /// Broken lines.
    #[error("malformed session description: {0}")]
    Malformed(String),
    /// More than [`MEDIA_MAX`] m-lines.
    #[error("{0} streams in a session description, at most {MEDIA_MAX} are read")]
    TooManyMedia(usize),
}

impl SdpError {
    /// The SIP status that a request with this body is answered with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::TooManyMedia(_) => 413,
        }
    }
}

impl Description {
    /// A description of ours: one address for origin and streams.
    #[must_use]
    pub fn new(session_id: u64, version: u64, address: IpAddr, media: Vec<Media>) -> Self {
        Self {
            origin: Origin {
                user: "-".to_owned(),
                session_id: session_id.to_string(),
                version,
                address: Connection::Address(address),
            },
            name: "-".to_owned(),
            connection: Some(Connection::Address(address)),
            direction: None,
            attributes: Vec::new(),
            media,
        }
    }

    /// Where a stream is received: its own address, else the description's.
    #[must_use]
    pub fn connection_of<'a>(&'a self, media: &'a Media) -> Option<&'a Connection> {
        media.connection.as_ref().or(self.connection.as_ref())
    }

    /// Direction of a stream as its writer means it: its own, else the description's, else
    /// both ways; a writer at 0.0.0.0 does not receive (RFC 3264 section 8.4).
    #[must_use]
    pub fn direction_of(&self, media: &Media) -> Direction {
        let written = media.direction.or(self.direction).unwrap_or_default();
        let old_hold = self.connection_of(media);
        if old_hold.is_some_and(Connection::is_unspecified) {
            return written.and(Direction::SendOnly);
        }
        written
    }
}

/// Reads a description. Bytes that are no UTF-8 become U+FFFD; lines may end with LF alone.
///
/// # Errors
///
/// [`SdpError`], which knows its SIP status.
pub fn decode(bytes: &[u8]) -> Result<Description, SdpError> {
    let media_count = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"m="))
        .count();
    if media_count > MEDIA_MAX {
        return Err(SdpError::TooManyMedia(media_count));
    }
    let text = String::from_utf8_lossy(bytes);
    let session = sdp_types::Session::parse(text.as_bytes())
        .map_err(|error| SdpError::Malformed(error.to_string()))?;
    let mut attributes = Vec::new();
    let mut direction = None;
    for attribute in session.attributes {
        match Direction::decode(&attribute.attribute) {
            Some(found) => direction = Some(found),
            None => attributes.push(read_attribute(attribute)),
        }
    }
    Ok(Description {
        origin: read_origin(session.origin),
        name: session.session_name,
        connection: session.connection.as_ref().map(read_connection),
        direction,
        attributes,
        media: session.medias.into_iter().map(read_media).collect(),
    })
}

/// Writes a description. CR, LF and NUL in its texts are left out.
#[must_use]
pub fn encode(description: &Description) -> String {
    let origin = &description.origin;
    let mut session = sdp_types::Session::new(
        sdp_types::Origin {
            username: Some(origin.user.clone()),
            sess_id: origin.session_id.clone(),
            sess_version: origin.version,
            nettype: sdp_types::NetType::In,
            addrtype: family(&origin.address),
            unicast_address: host(&origin.address),
        },
        &description.name,
    );
    session.connection = description.connection.as_ref().map(write_connection);
    session.attributes = description.attributes.iter().map(write_attribute).collect();
    session
        .attributes
        .extend(write_direction(description.direction));
    session.medias = description.media.iter().map(write_media).collect();
    let mut bytes = Vec::with_capacity(512);
    // Writing to memory cannot fail; were it to, the text would be cut, not wrong.
    let _ = session.write(&mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

fn read_origin(origin: sdp_types::Origin) -> Origin {
    let connection = sdp_types::Connection {
        nettype: origin.nettype,
        addrtype: origin.addrtype,
        connection_address: origin.unicast_address,
    };
    Origin {
        user: origin.username.unwrap_or_else(|| "-".to_owned()),
        session_id: origin.sess_id,
        version: origin.sess_version,
        address: read_connection(&connection),
    }
}

fn read_connection(connection: &sdp_types::Connection) -> Connection {
    match connection.try_address() {
        Ok(address) => Connection::Address(address.ip),
        Err(_) => Connection::Name(connection.connection_address.clone()),
    }
}

fn read_attribute(attribute: sdp_types::Attribute) -> Attribute {
    Attribute {
        name: attribute.attribute,
        value: attribute.value,
    }
}

fn read_media(media: sdp_types::Media) -> Media {
    let mut read = Media {
        kind: media.media,
        port: media.port,
        protocol: media.proto,
        formats: media.fmt.split_whitespace().map(str::to_owned).collect(),
        connection: media.connections.first().map(read_connection),
        codecs: Vec::new(),
        ptime_ms: None,
        direction: None,
        attributes: Vec::new(),
    };
    let mut fmtps = Vec::new();
    for attribute in media.attributes {
        let value = attribute.value.as_deref().unwrap_or_default();
        if let Some(direction) = Direction::decode(&attribute.attribute) {
            read.direction = Some(direction);
        } else if let ("rtpmap", Some(codec)) =
            (attribute.attribute.as_str(), Codec::decode_rtpmap(value))
        {
            read.codecs.push(codec);
        } else if let ("ptime", Ok(ptime_ms)) = (attribute.attribute.as_str(), value.parse()) {
            read.ptime_ms = Some(ptime_ms);
        } else if attribute.attribute == "fmtp" {
            fmtps.push(attribute);
        } else {
            read.attributes.push(read_attribute(attribute));
        }
    }
    // An fmtp may stand before the rtpmap that it belongs to.
    for fmtp in fmtps {
        if !place_fmtp(&mut read.codecs, fmtp.value.as_deref().unwrap_or_default()) {
            read.attributes.push(read_attribute(fmtp));
        }
    }
    read
}

/// Gives an fmtp to the codec it names; false if there is none.
fn place_fmtp(codecs: &mut Vec<Codec>, value: &str) -> bool {
    let Some((payload_type, text)) = value.trim().split_once(' ') else {
        return false;
    };
    let Some(payload_type) = payload_type_of(payload_type) else {
        return false;
    };
    let text = text.trim().to_owned();
    let mut named = codecs.iter_mut();
    if let Some(codec) = named.find(|codec| codec.payload_type == payload_type) {
        codec.fmtp = Some(text);
        return true;
    }
    let known = Codec::of_static(payload_type);
    codecs.extend(known.clone().map(|codec| codec.with_fmtp(&text)));
    known.is_some()
}

fn write_media(media: &Media) -> sdp_types::Media {
    let mut attributes = Vec::new();
    for codec in &media.codecs {
        attributes.push(with_value("rtpmap", &codec.to_string()));
        let fmtp = codec.fmtp.iter();
        let fmtp = fmtp.map(|fmtp| format!("{} {fmtp}", codec.payload_type));
        attributes.extend(fmtp.map(|fmtp| with_value("fmtp", &fmtp)));
    }
    let ptime = media.ptime_ms.iter();
    attributes.extend(ptime.map(|ptime_ms| with_value("ptime", &ptime_ms.to_string())));
    attributes.extend(media.attributes.iter().map(write_attribute));
    attributes.extend(write_direction(media.direction));
    sdp_types::Media {
        media: media.kind.clone(),
        port: media.port,
        num_ports: None,
        proto: media.protocol.clone(),
        fmt: media.formats.join(" "),
        media_title: None,
        connections: media.connection.iter().map(write_connection).collect(),
        bandwidths: Vec::new(),
        key: None,
        attributes,
    }
}

fn write_connection(connection: &Connection) -> sdp_types::Connection {
    sdp_types::Connection {
        nettype: sdp_types::NetType::In,
        addrtype: family(connection),
        connection_address: host(connection),
    }
}

fn write_attribute(attribute: &Attribute) -> sdp_types::Attribute {
    sdp_types::Attribute {
        attribute: attribute.name.clone(),
        value: attribute.value.clone(),
    }
}

fn write_direction(direction: Option<Direction>) -> Option<sdp_types::Attribute> {
    direction.map(|direction| sdp_types::Attribute {
        attribute: direction.as_str().to_owned(),
        value: None,
    })
}

fn with_value(name: &str, value: &str) -> sdp_types::Attribute {
    write_attribute(&Attribute::new(name, value))
}

fn family(connection: &Connection) -> sdp_types::AddrType {
    match connection {
        Connection::Address(IpAddr::V6(_)) => sdp_types::AddrType::Ip6,
        Connection::Address(IpAddr::V4(_)) | Connection::Name(_) => sdp_types::AddrType::Ip4,
    }
}

fn host(connection: &Connection) -> String {
    match connection {
        Connection::Address(address) => address.to_string(),
        Connection::Name(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\n\
        o=bob 2890844526 7 IN IP4 192.0.2.1\r\n\
        s=-\r\n\
        c=IN IP4 192.0.2.1\r\n\
        t=0 0\r\n\
        a=sendonly\r\n\
        a=group:BUNDLE a\r\n\
        m=audio 49170 RTP/AVP 0 9 101 77\r\n\
        c=IN IP6 2001:db8::1\r\n\
        a=fmtp:101 0-15\r\n\
        a=rtpmap:101 telephone-event/8000\r\n\
        a=ptime:20\r\n\
        a=rtcp:49171\r\n\
        m=video 0 RTP/AVP 31\r\n\
        a=inactive\r\n";

    #[test]
    fn an_offer_is_read_and_written() {
        let offer = decode(OFFER.as_bytes()).unwrap();
        assert_eq!(offer.origin.version, 7);
        let audio = &offer.media[0];
        assert!(audio.is_rtp_audio());
        assert_eq!(
            offer.connection_of(audio).unwrap().address(),
            "2001:db8::1".parse().ok()
        );
        assert_eq!(offer.direction_of(audio), Direction::SendOnly);
        assert_eq!(offer.direction_of(&offer.media[1]), Direction::Inactive);
        let names: Vec<_> = audio.offered().into_iter().map(|c| c.encoding).collect();
        assert_eq!(names, ["PCMU", "G722", "telephone-event"]);
        assert_eq!(audio.offered()[2].fmtp.as_deref(), Some("0-15"));
        assert_eq!(audio.ptime_ms, Some(20));
        assert_eq!(
            audio.attribute("rtcp"),
            Some(&Attribute::new("rtcp", "49171"))
        );
        assert_eq!(decode(encode(&offer).as_bytes()), Ok(offer));
    }

    #[test]
    fn a_writer_at_the_unspecified_address_holds_the_old_way() {
        for (address, attribute, direction) in [
            ("IP4 0.0.0.0", "sendrecv", Direction::SendOnly),
            ("IP6 ::", "recvonly", Direction::Inactive),
            ("IP4 192.0.2.1", "sendrecv", Direction::SendRecv),
        ] {
            let text = OFFER
                .replace("IP6 2001:db8::1", address)
                .replace("a=sendonly", &format!("a={attribute}"));
            let offer = decode(text.as_bytes()).unwrap();
            assert_eq!(offer.direction_of(&offer.media[0]), direction, "{address}");
        }
    }

    #[test]
    fn too_many_streams_and_broken_lines_have_their_status() {
        let many = format!("{OFFER}{}", "m=audio 1 RTP/AVP 0\r\n".repeat(MEDIA_MAX));
        assert_eq!(decode(many.as_bytes()).unwrap_err().status(), 413);
        for bad in ["", "hello", "v=1\r\n", "v=0\r\nm=audio x RTP/AVP 0\r\n"] {
            assert_eq!(decode(bad.as_bytes()).unwrap_err().status(), 400, "{bad}");
        }
    }

    #[test]
    fn texts_cannot_end_their_line() {
        let address = IpAddr::from([192, 0, 2, 1]);
        let mut ours = Description::new(1, 1, address, vec![Media::audio(4_000, Vec::new())]);
        ours.name = "x\r\na=evil".to_owned();
        ours.media[0].attributes = vec![Attribute::new("x", "y\r\nm=audio 1 RTP/AVP 0")];
        let read = decode(encode(&ours).as_bytes()).unwrap();
        assert_eq!(read.media.len(), 1);
        assert!(read.attributes.is_empty());
    }
}
