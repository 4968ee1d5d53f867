//! Samples to companded bytes and back (ITU-T G.711).

/// Silence in mu-law: the smallest positive level.
pub const PCMU_SILENCE: u8 = 0xff;

/// Silence in A-law: the smallest positive level.
pub const PCMA_SILENCE: u8 = 0xd5;

const PCMU_TO_PCMA: [u8; 256] = transcoding(true);
const PCMA_TO_PCMU: [u8; 256] = transcoding(false);

/// A 16-bit sample in mu-law. Its top 14 bits count, negative ones complemented, as ITU's own
/// tool (G.191) does: the decision values of tables 2a and 2b.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a complemented magnitude is positive; a code has 8 bits"
)]
pub const fn encode_pcmu(sample: i16) -> u8 {
    let magnitude = if sample < 0 { !sample } else { sample } as u16 >> 2;
    let biased = if magnitude > 8191 - 33 {
        8191
    } else {
        magnitude + 33
    };
    let segment = biased.ilog2() - 5;
    let step = (biased >> (segment + 1)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (segment as u8) << 4 | step as u8)
}

/// The level of a mu-law byte.
#[must_use]
pub const fn decode_pcmu(code: u8) -> i16 {
    let code = !code;
    let segment = (code >> 4) & 7;
    let step = (code & 0x0f) as i16;
    let level = (((step << 1) + 33) << segment) - 33;
    if code & 0x80 == 0 {
        level << 2
    } else {
        -(level << 2)
    }
}

/// A 16-bit sample in A-law. Its top 13 bits count, negative ones complemented: the decision
/// values of tables 1a and 1b.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a complemented magnitude is positive; a code has 8 bits"
)]
pub const fn encode_pcma(sample: i16) -> u8 {
    let magnitude = if sample < 0 { !sample } else { sample } as u16 >> 4;
    let (segment, step) = if magnitude < 16 {
        (0, magnitude)
    } else {
        let segment = magnitude.ilog2() - 3;
        (segment, (magnitude >> (segment - 1)) & 0x0f)
    };
    let sign = if sample < 0 { 0 } else { 0x80 };
    (sign | (segment as u8) << 4 | step as u8) ^ 0x55
}

/// The level of an A-law byte.
#[must_use]
pub const fn decode_pcma(code: u8) -> i16 {
    let code = code ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = (code & 0x0f) as i16;
    let middle = (step << 4) + 8;
    let level = if segment == 0 {
        middle
    } else {
        (middle + 0x100) << (segment - 1)
    };
    if code & 0x80 == 0 { -level } else { level }
}

/// The A-law byte nearest to a mu-law byte.
#[must_use]
pub fn pcmu_to_pcma(code: u8) -> u8 {
    PCMU_TO_PCMA[usize::from(code)]
}

/// The mu-law byte nearest to an A-law byte.
#[must_use]
pub fn pcma_to_pcmu(code: u8) -> u8 {
    PCMA_TO_PCMU[usize::from(code)]
}

const fn transcoding(from_pcmu: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "codes are below 256")]
        let byte = code as u8;
        table[code] = if from_pcmu {
            encode_pcma(decode_pcmu(byte))
        } else {
            encode_pcmu(decode_pcma(byte))
        };
        code += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use sha2::Digest;
    use sha2::Sha256;

    use super::*;

    fn checksum(bytes: impl Iterator<Item = u8>) -> String {
        hex::encode(Sha256::digest(bytes.collect::<Vec<_>>()))
    }

    /// The checksums were taken after comparing every code with ITU's G.191 test data.
    #[test]
    fn all_samples_encode_as_the_itu_does() {
        let all = || i16::MIN..=i16::MAX;
        assert_eq!(
            checksum(all().map(encode_pcmu)),
            "90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c"
        );
        assert_eq!(
            checksum(all().map(encode_pcma)),
            "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b"
        );
    }

    #[test]
    fn all_codes_decode_as_the_itu_does() {
        let levels =
            |decode: fn(u8) -> i16| (0..=255_u8).flat_map(move |code| decode(code).to_le_bytes());
        assert_eq!(
            checksum(levels(decode_pcmu)),
            "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827"
        );
        assert_eq!(
            checksum(levels(decode_pcma)),
            "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174"
        );
    }

    #[test]
    fn silence_is_the_smallest_level() {
        assert_eq!(encode_pcmu(0), PCMU_SILENCE);
        assert_eq!(encode_pcma(0), PCMA_SILENCE);
        assert_eq!(pcmu_to_pcma(PCMU_SILENCE), PCMA_SILENCE);
    }

    #[test]
    fn levels_survive_encoding() {
        for code in 0..=255_u8 {
            let again = encode_pcmu(decode_pcmu(code));
            assert!(
                again == code || code == 0x7f,
                "{code:#x}: two zeros in mu-law"
            );
            assert_eq!(encode_pcma(decode_pcma(code)), code);
        }
    }
}
