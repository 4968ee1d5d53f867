//! The RTP header (RFC 3550 section 5.1).

/// Bytes of a header without sources and extension.
pub const HEADER_BYTES: usize = 12;

/// A sequence number; it wraps at 65 536.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Seq(pub u16);

impl Seq {
    /// The number of the next packet.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// The number `packets` later.
    #[must_use]
    pub const fn plus(self, packets: u16) -> Self {
        Self(self.0.wrapping_add(packets))
    }

    /// How many packets later than `earlier`, counted forward round the wrap.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u16 {
        self.0.wrapping_sub(earlier.0)
    }

    /// Whether this number comes later, by less than half the circle.
    #[must_use]
    pub const fn after(self, other: Self) -> bool {
        let ahead = self.since(other);
        ahead != 0 && ahead < 0x8000
    }
}

/// The fixed part of a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header {
    /// The first packet of a stretch of sound (RFC 3551 section 4.1).
    pub marker: bool,
    /// What the payload is, 0 to 127.
    pub payload_type: u8,
    /// Counts packets.
    pub seq: Seq,
    /// Sampling instant of the first sample; 125 µs a tick for G.711.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
}

/// A packet, its payload still in the datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// The fixed part of the header.
    pub header: Header,
    /// The payload without padding.
    pub payload: &'a [u8],
}

/// Why a datagram is not an RTP packet.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RtpError {
    /// Fewer bytes than the header announces.
    #[error("{0} bytes end inside the RTP header")]
    Short(usize),
    /// Not RTP version 2.
    #[error("RTP version {0} is not 2")]
    Version(u8),
    /// More padding than payload, or none where some is announced.
    #[error("{0} bytes of padding do not fit the payload")]
    Padding(u8),
}

/// Reads a packet; sources and extension are skipped.
///
/// # Errors
///
/// [`RtpError::Short`], [`RtpError::Version`], [`RtpError::Padding`] as RFC 3550 appendix A.1.
pub fn decode(datagram: &[u8]) -> Result<Packet<'_>, RtpError> {
    let short = RtpError::Short(datagram.len());
    let Some((fixed, rest)) = datagram.split_first_chunk::<HEADER_BYTES>() else {
        return Err(short);
    };
    let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
    if first >> 6 != 2 {
        return Err(RtpError::Version(first >> 6));
    }
    let sources_bytes = usize::from(first & 0x0f) * 4;
    let mut payload = rest.get(sources_bytes..).ok_or_else(|| short.clone())?;
    if first & 0x10 != 0 {
        let ([_, _, high, low], after) = payload
            .split_first_chunk::<4>()
            .ok_or_else(|| short.clone())?;
        let words = usize::from(u16::from_be_bytes([*high, *low]));
        payload = after.get(words * 4..).ok_or(short)?;
    }
    if first & 0x20 != 0 {
        payload = unpad(payload)?;
    }
    Ok(Packet {
        header: Header {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            seq: Seq(u16::from_be_bytes([s0, s1])),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
        },
        payload,
    })
}

fn unpad(padded: &[u8]) -> Result<&[u8], RtpError> {
    let padding = padded.last().copied().unwrap_or(0);
    let kept = padded.len().checked_sub(usize::from(padding));
    match kept.and_then(|kept| padded.get(..kept)) {
        Some(payload) if padding > 0 => Ok(payload),
        _ => Err(RtpError::Padding(padding)),
    }
}

/// Writes a header without sources, extension or padding. The payload follows it.
#[must_use]
pub fn encode(header: &Header) -> [u8; HEADER_BYTES] {
    let marker = if header.marker { 0x80 } else { 0 };
    let [s0, s1] = header.seq.0.to_be_bytes();
    let [t0, t1, t2, t3] = header.timestamp.to_be_bytes();
    let [c0, c1, c2, c3] = header.ssrc.to_be_bytes();
    let second = marker | (header.payload_type & 0x7f);
    [0x80, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_stands_on_the_wire_as_figure_1_of_the_rfc() {
        let header = Header {
            marker: true,
            payload_type: 8,
            seq: Seq(0x1234),
            timestamp: 0x0102_0304,
            ssrc: 0xa0b0_c0d0,
        };
        let wire = encode(&header);
        assert_eq!(
            wire,
            [0x80, 0x88, 0x12, 0x34, 1, 2, 3, 4, 0xa0, 0xb0, 0xc0, 0xd0]
        );
        assert_eq!(
            decode(&wire),
            Ok(Packet {
                header,
                payload: &[]
            })
        );
    }

    #[test]
    fn sources_extension_and_padding_are_no_payload() {
        let mut wire = vec![0xb1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        wire.extend([9; 4]);
        wire.extend([0xbe, 0xde, 0, 1, 7, 7, 7, 7]);
        wire.extend([0x55, 0x66, 0, 2]);
        assert_eq!(decode(&wire).unwrap().payload, [0x55, 0x66]);
    }

    #[test]
    fn lies_about_length_are_refused() {
        for (wire, error) in [
            (vec![0x80; 11], RtpError::Short(11)),
            (vec![0x40; 12], RtpError::Version(1)),
            (vec![0x8f; 71], RtpError::Short(71)),
            (vec![0x90; 15], RtpError::Short(15)),
            (vec![0x90; 16], RtpError::Short(16)),
            (vec![0xa0; 12], RtpError::Padding(0)),
            ([vec![0xa0; 12], vec![0]].concat(), RtpError::Padding(0)),
            ([vec![0xa0; 12], vec![2]].concat(), RtpError::Padding(2)),
        ] {
            assert_eq!(decode(&wire), Err(error), "{wire:02x?}");
        }
    }

    #[test]
    fn order_holds_across_the_wrap() {
        assert!(Seq(0).after(Seq(65_535)));
        assert!(!Seq(65_535).after(Seq(0)));
        assert!(!Seq(5).after(Seq(5)));
        assert_eq!(Seq(2).since(Seq(65_534)), 4);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail(datagram in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&datagram);
        }

        #[test]
        fn what_is_written_is_read(marker: bool, payload_type in 0_u8..128, seq: u16, timestamp: u32, ssrc: u32) {
            let header = Header { marker, payload_type, seq: Seq(seq), timestamp, ssrc };
            prop_assert_eq!(decode(&encode(&header)).unwrap().header, header);
        }
    }
}
