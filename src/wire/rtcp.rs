//! Reports about RTP streams (RFC 3550 section 6).

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
const BLOCK_BYTES: usize = 24;

/// A compound packet whose lengths have been checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Compound<'a>(&'a [u8]);

/// One packet of a compound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part<'a> {
    /// A sender report (section 6.4.1).
    Sender {
        /// Who reports.
        ssrc: u32,
        /// What it sent.
        info: SenderInfo,
        /// What it heard.
        blocks: Blocks<'a>,
    },
    /// A receiver report (section 6.4.2).
    Receiver {
        /// Who reports.
        ssrc: u32,
        /// What it heard.
        blocks: Blocks<'a>,
    },
    /// A source description's first source (section 6.5).
    Description {
        /// Who is described.
        ssrc: u32,
        /// Its canonical name, if the chunk begins with one, as every chunk should.
        cname: Option<&'a [u8]>,
    },
    /// A source leaves (section 6.6).
    Goodbye {
        /// The first source that leaves, if any is named.
        ssrc: Option<u32>,
    },
    /// Another type of packet.
    Other(u8),
}

/// What a sender has sent so far (section 6.4.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SenderInfo {
    /// The sender's clock in units of 2^-32 s.
    pub ntp: u64,
    /// The same moment in RTP ticks.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

/// What a receiver heard of one source (section 6.4.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Block {
    /// The source reported on.
    pub ssrc: u32,
    /// Share of packets lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost since the beginning, 24 bits with sign; clamped when written.
    pub lost: i32,
    /// Wraps of the sequence number (16 bits), highest sequence number (16 bits).
    pub highest: u32,
    /// Interarrival jitter in RTP ticks.
    pub jitter_ticks: u32,
    /// Middle 32 bits of the last sender report's clock.
    pub last_report: u32,
    /// Time since that report, in units of 1/65 536 s.
    pub delay: u32,
}

/// Reception blocks, still in the datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Blocks<'a>(&'a [u8]);

/// Why a datagram is not a compound of reports.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RtcpError {
    /// A packet ends before its announced end.
    #[error("{0} bytes left are fewer than the RTCP packet announces")]
    Short(usize),
    /// Not RTP version 2.
    #[error("RTCP version {0} is not 2")]
    Version(u8),
    /// The first packet is not a report.
    #[error("an RTCP compound begins with a report, not type {0}")]
    First(u8),
    /// A packet is too short for what its header counts.
    #[error("RTCP type {0} is shorter than its count")]
    Count(u8),
}

impl<'a> Compound<'a> {
    /// The packets in order.
    pub fn parts(self) -> impl Iterator<Item = Part<'a>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (part, after) = split(rest).ok()?;
            rest = after;
            Some(part)
        })
    }
}

impl<'a> Blocks<'a> {
    /// The blocks in order, at most 31.
    pub fn iter(self) -> impl Iterator<Item = Block> + 'a {
        self.0.chunks_exact(BLOCK_BYTES).filter_map(block)
    }
}

/// Reads a compound packet, checked as in RFC 3550 appendix A.2.
///
/// # Errors
///
/// [`RtcpError`] names what is wrong with the first packet that is wrong.
pub fn decode(datagram: &[u8]) -> Result<Compound<'_>, RtcpError> {
    let kind = datagram.get(1).copied().unwrap_or(0);
    let mut rest = datagram;
    loop {
        rest = split(rest)?.1;
        if kind != SENDER_REPORT && kind != RECEIVER_REPORT {
            return Err(RtcpError::First(kind));
        }
        if rest.is_empty() {
            return Ok(Compound(datagram));
        }
    }
}

fn split(bytes: &[u8]) -> Result<(Part<'_>, &[u8]), RtcpError> {
    let Some(([first, kind, high, low], rest)) = bytes.split_first_chunk::<4>() else {
        return Err(RtcpError::Short(bytes.len()));
    };
    if first >> 6 != 2 {
        return Err(RtcpError::Version(first >> 6));
    }
    let body_bytes = usize::from(u16::from_be_bytes([*high, *low])) * 4;
    let (body, after) = rest
        .split_at_checked(body_bytes)
        .ok_or(RtcpError::Short(bytes.len()))?;
    let part = part(*kind, first & 0x1f, body).ok_or(RtcpError::Count(*kind))?;
    Ok((part, after))
}

fn part(kind: u8, count: u8, body: &[u8]) -> Option<Part<'_>> {
    let blocks_bytes = usize::from(count) * BLOCK_BYTES;
    match kind {
        SENDER_REPORT => {
            let (ssrc, rest) = word(body)?;
            let (info, rest) = sender_info(rest)?;
            let blocks = Blocks(rest.get(..blocks_bytes)?);
            Some(Part::Sender { ssrc, info, blocks })
        }
        RECEIVER_REPORT => {
            let (ssrc, rest) = word(body)?;
            let blocks = Blocks(rest.get(..blocks_bytes)?);
            Some(Part::Receiver { ssrc, blocks })
        }
        DESCRIPTION if count > 0 => {
            let (ssrc, items) = word(body)?;
            let cname = match *items {
                [CNAME, bytes, ref name @ ..] => Some(name.get(..usize::from(bytes))?),
                _ => None,
            };
            Some(Part::Description { ssrc, cname })
        }
        GOODBYE => {
            body.get(..usize::from(count) * 4)?;
            let ssrc = (count > 0).then(|| word(body)).flatten();
            Some(Part::Goodbye {
                ssrc: ssrc.map(|(ssrc, _)| ssrc),
            })
        }
        other => Some(Part::Other(other)),
    }
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

fn sender_info(bytes: &[u8]) -> Option<(SenderInfo, &[u8])> {
    let (ntp, rest) = bytes.split_first_chunk::<8>()?;
    let (timestamp, rest) = word(rest)?;
    let (packets, rest) = word(rest)?;
    let (octets, rest) = word(rest)?;
    let info = SenderInfo {
        ntp: u64::from_be_bytes(*ntp),
        timestamp,
        packets,
        octets,
    };
    Some((info, rest))
}

fn block(bytes: &[u8]) -> Option<Block> {
    let (ssrc, rest) = word(bytes)?;
    let (losses, rest) = rest.split_first_chunk::<4>()?;
    let [fraction_lost, high, middle, low] = *losses;
    let (highest, rest) = word(rest)?;
    let (jitter_ticks, rest) = word(rest)?;
    let (last_report, rest) = word(rest)?;
    let (delay, _) = word(rest)?;
    Some(Block {
        ssrc,
        fraction_lost,
        lost: i32::from_be_bytes([high, middle, low, 0]) >> 8,
        highest,
        jitter_ticks,
        last_report,
        delay,
    })
}

/// Appends a report: a sender report if there is `info`, else a receiver report.
///
/// At most 31 blocks are written.
pub fn encode_report(to: &mut Vec<u8>, ssrc: u32, info: Option<&SenderInfo>, blocks: &[Block]) {
    let blocks = blocks.get(..31).unwrap_or(blocks);
    let (kind, info_words) = if info.is_some() {
        (SENDER_REPORT, 5)
    } else {
        (RECEIVER_REPORT, 0)
    };
    let count = u8::try_from(blocks.len()).unwrap_or(31);
    head(to, count, kind, 1 + info_words + u16::from(count) * 6);
    to.extend(ssrc.to_be_bytes());
    if let Some(info) = info {
        to.extend(info.ntp.to_be_bytes());
        to.extend(info.timestamp.to_be_bytes());
        to.extend(info.packets.to_be_bytes());
        to.extend(info.octets.to_be_bytes());
    }
    for block in blocks {
        to.extend(block.ssrc.to_be_bytes());
        let [_, high, middle, low] = block.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        to.extend([block.fraction_lost, high, middle, low]);
        to.extend(block.highest.to_be_bytes());
        to.extend(block.jitter_ticks.to_be_bytes());
        to.extend(block.last_report.to_be_bytes());
        to.extend(block.delay.to_be_bytes());
    }
}

/// Appends a description of one source; its name is cut at 255 bytes.
pub fn encode_description(to: &mut Vec<u8>, ssrc: u32, cname: &[u8]) {
    let cname = cname.get(..255).unwrap_or(cname);
    let name_bytes = u8::try_from(cname.len()).unwrap_or(255);
    // RFC 3550 section 6.5: the list ends with one to four zeros, at a multiple of four bytes.
    let chunk_words = (4 + 2 + u16::from(name_bytes)) / 4 + 1;
    let zeros = chunk_words * 4 - 4 - 2 - u16::from(name_bytes);
    head(to, 1, DESCRIPTION, chunk_words);
    to.extend(ssrc.to_be_bytes());
    to.extend([CNAME, name_bytes]);
    to.extend(cname);
    to.extend(std::iter::repeat_n(0, usize::from(zeros)));
}

/// Appends the leave of one source.
pub fn encode_goodbye(to: &mut Vec<u8>, ssrc: u32) {
    head(to, 1, GOODBYE, 1);
    to.extend(ssrc.to_be_bytes());
}

fn head(to: &mut Vec<u8>, count: u8, kind: u8, body_words: u16) {
    to.extend([0x80 | count, kind]);
    to.extend(body_words.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compound(info: Option<SenderInfo>, blocks: &[Block], cname: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        encode_report(&mut wire, 7, info.as_ref(), blocks);
        encode_description(&mut wire, 7, cname);
        encode_goodbye(&mut wire, 7);
        wire
    }

    #[test]
    fn reports_stand_on_the_wire_as_in_the_rfc() {
        let mut wire = Vec::new();
        encode_report(&mut wire, 0x0102_0304, None, &[]);
        encode_description(&mut wire, 0x0102_0304, b"ab");
        let expected = "80c9000101020304 81ca0003010203040102616200000000".replace(' ', "");
        assert_eq!(hex::encode(wire), expected);
    }

    #[test]
    fn lies_are_refused() {
        for (wire, error) in [
            ("80c900", RtcpError::Short(3)),
            ("40c90001 00000000", RtcpError::Version(1)),
            ("80c90002 00000000", RtcpError::Short(8)),
            ("81c90001 00000000", RtcpError::Count(201)),
            ("80ca0000", RtcpError::First(202)),
            ("80c90001 00000000 82cb0001 00000000", RtcpError::Count(203)),
            (
                "80c90001 00000000 81ca0002 00000000 01050000",
                RtcpError::Count(202),
            ),
        ] {
            let bytes = hex::decode(wire.replace(' ', "")).unwrap();
            assert_eq!(decode(&bytes), Err(error), "{wire}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail(mut datagram in prop::collection::vec(any::<u8>(), 0..120), forge: bool) {
            if let (true, [first, kind, high, low, ..]) = (forge, datagram.as_mut_slice()) {
                (*first, *kind, *high, *low) = (0x80 | (*first & 0x1f), 200 | (*kind & 3), 0, *low & 15);
            }
            if let Ok(compound) = decode(&datagram) {
                for part in compound.parts() {
                    if let Part::Receiver { blocks, .. } | Part::Sender { blocks, .. } = part {
                        let _ = blocks.iter().count();
                    }
                }
            }
        }

        #[test]
        fn what_is_written_is_read(
            numbers: (u64, u32, u32, u32), sends: bool,
            lost in -0x80_0000..0x80_0000_i32, highest: u32,
            cname in prop::collection::vec(any::<u8>(), 0..255),
        ) {
            let (ntp, timestamp, packets, octets) = numbers;
            let info = sends.then_some(SenderInfo { ntp, timestamp, packets, octets });
            let block = Block { ssrc: 9, fraction_lost: 3, lost, highest, jitter_ticks: 5, last_report: 6, delay: 8 };
            let wire = compound(info, &[block, block], &cname);
            prop_assert_eq!(wire.len() % 4, 0);
            let parts: Vec<_> = decode(&wire).unwrap().parts().collect();
            let blocks = if let Part::Sender { ssrc: 7, info: read, blocks } = parts[0] {
                prop_assert_eq!(Some(read), info);
                blocks
            } else if let Part::Receiver { ssrc: 7, blocks } = parts[0] {
                prop_assert_eq!(None, info);
                blocks
            } else {
                panic!("no report first: {parts:?}")
            };
            prop_assert_eq!(blocks.iter().collect::<Vec<_>>(), vec![block, block]);
            prop_assert_eq!(parts[1], Part::Description { ssrc: 7, cname: Some(&cname) });
            prop_assert_eq!(parts[2], Part::Goodbye { ssrc: Some(7) });
        }
    }
}
