//! Codecs of an RTP stream: payload types, rtpmap and fmtp (RFC 8866 section 6.6, RFC 3551).

use std::fmt;

/// What a payload type means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Codec {
    /// 0 to 127.
    pub payload_type: u8,
    /// `PCMU`, `telephone-event`, …; compared without case.
    pub encoding: String,
    /// RTP clock. 8,000 for G.722 too, though it samples at 16,000 (RFC 3551 section 4.5.2).
    pub clock_hz: u32,
    /// Channels of audio; 1 if not said.
    pub channels: u8,
    /// Text of the fmtp attribute, if any.
    pub fmtp: Option<String>,
}

/// Payload types that need no rtpmap (RFC 3551 table 4), audio only.
const STATIC: [(u8, &str, u32, u8); 10] = [
    (0, "PCMU", 8_000, 1),
    (3, "GSM", 8_000, 1),
    (4, "G723", 8_000, 1),
    (8, "PCMA", 8_000, 1),
    (9, "G722", 8_000, 1),
    (10, "L16", 44_100, 2),
    (11, "L16", 44_100, 1),
    (13, "CN", 8_000, 1),
    (15, "G728", 8_000, 1),
    (18, "G729", 8_000, 1),
];

/// First payload type whose meaning is given by an rtpmap alone.
const DYNAMIC_MIN: u8 = 96;

impl Codec {
    /// A codec of one channel without fmtp.
    #[must_use]
    pub fn new(payload_type: u8, encoding: &str, clock_hz: u32) -> Self {
        Self {
            payload_type,
            encoding: encoding.to_owned(),
            clock_hz,
            channels: 1,
            fmtp: None,
        }
    }

    /// The same with an fmtp text.
    #[must_use]
    pub fn with_fmtp(mut self, fmtp: &str) -> Self {
        self.fmtp = Some(fmtp.to_owned());
        self
    }

    /// What a payload type means without an rtpmap; `None` if nothing.
    #[must_use]
    pub fn of_static(payload_type: u8) -> Option<Self> {
        let found = STATIC.iter().find(|(known, ..)| *known == payload_type)?;
        let (_, encoding, clock_hz, channels) = *found;
        Some(Self {
            channels,
            ..Self::new(payload_type, encoding, clock_hz)
        })
    }

    /// Reads the value of an rtpmap attribute, such as `101 telephone-event/8000`.
    #[must_use]
    pub fn decode_rtpmap(value: &str) -> Option<Self> {
        let (payload_type, rest) = value.trim().split_once([' ', '\t'])?;
        let mut parts = rest.trim().split('/');
        let encoding = parts.next().filter(|name| !name.is_empty())?;
        let clock_hz = parts.next()?.parse().ok().filter(|hz| *hz > 0)?;
        let channels = parts.next().map_or(Ok(1), str::parse).ok()?;
        Some(Self {
            channels,
            ..Self::new(payload_type_of(payload_type)?, encoding, clock_hz)
        })
    }

    /// True if the encoding has this name and the clock and channels agree: what makes two
    /// codecs the same whatever their payload types.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.encoding.eq_ignore_ascii_case(&other.encoding)
            && self.clock_hz == other.clock_hz
            && self.channels == other.channels
    }

    /// True for keys sent as events (RFC 4733).
    #[must_use]
    pub fn is_telephone_event(&self) -> bool {
        self.encoding.eq_ignore_ascii_case("telephone-event")
    }

    /// True if readers need an rtpmap to know it.
    #[must_use]
    pub const fn is_dynamic(&self) -> bool {
        self.payload_type >= DYNAMIC_MIN
    }

    /// The value of a parameter in an fmtp of the form `a=1;b=2`.
    #[must_use]
    pub fn fmtp_param(&self, name: &str) -> Option<&str> {
        let params = self.fmtp.as_deref()?.split(';');
        let mut pairs = params.filter_map(|param| param.trim().split_once('='));
        let found = pairs.find(|(other, _)| other.trim().eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }
}

impl fmt::Display for Codec {
    /// The value of an rtpmap attribute.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}/{}",
            self.payload_type, self.encoding, self.clock_hz
        )?;
        if self.channels > 1 {
            write!(f, "/{}", self.channels)?;
        }
        Ok(())
    }
}

/// Reads a payload type, 0 to 127.
#[must_use]
pub(super) fn payload_type_of(text: &str) -> Option<u8> {
    text.parse().ok().filter(|payload_type| *payload_type < 128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rtpmap_is_read_and_written() {
        for text in [
            "0 PCMU/8000",
            "111 opus/48000/2",
            "101 telephone-event/8000",
        ] {
            assert_eq!(Codec::decode_rtpmap(text).unwrap().to_string(), text);
        }
        assert_eq!(Codec::decode_rtpmap("8 PCMA/8000/1").unwrap().channels, 1);
        for bad in [
            "",
            "0",
            "0 PCMU",
            "128 X/8000",
            "0 PCMU/0",
            "0 /8000",
            "0 X/8000/x",
            "-1 X/1",
        ] {
            assert_eq!(Codec::decode_rtpmap(bad), None, "{bad}");
        }
    }

    #[test]
    fn codecs_are_compared_without_payload_type_and_case() {
        let pcmu = Codec::of_static(0).unwrap();
        assert!(pcmu.is_same_as(&Codec::new(100, "pcmu", 8_000)));
        assert!(!pcmu.is_same_as(&Codec::new(0, "PCMU", 16_000)));
        assert_eq!(Codec::of_static(96), None);
    }

    #[test]
    fn fmtp_parameters_are_found() {
        let opus = Codec::new(111, "opus", 48_000).with_fmtp("minptime=10; UseInbandFec=1");
        assert_eq!(opus.fmtp_param("useinbandfec"), Some("1"));
        assert_eq!(opus.fmtp_param("stereo"), None);
    }
}
