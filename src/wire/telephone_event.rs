//! Keys pressed on a telephone, as RTP payload (RFC 4733).

/// Bytes of a payload.
pub const EVENT_BYTES: usize = 4;

const KEYS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// One report of a key being held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TelephoneEvent {
    /// 0 to 9, `*` is 10, `#` is 11, `A` to `D` are 12 to 15.
    pub key: u8,
    /// The key was released.
    pub end: bool,
    /// dBm0 without its sign, 0 to 63.
    pub volume_dbm0: u8,
    /// RTP timestamp ticks since the key went down.
    pub duration_ticks: u16,
}

/// Why a payload is not a key press.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// Fewer than four bytes.
    #[error("{0} bytes, a telephone event needs 4")]
    Short(usize),
    /// An event that is not a key.
    #[error("event {0} is not a key")]
    Unknown(u8),
}

/// Reads one key report from an RTP payload (RFC 4733 section 2.3).
///
/// `duration_ticks` runs at the RTP clock from the press, 125 µs a tick at 8 kHz; presses past
/// 65 535 ticks arrive in segments (section 2.5.1.3).
///
/// # Errors
///
/// [`EventError::Short`] under four bytes, [`EventError::Unknown`] past key 15.
pub fn decode(payload: &[u8]) -> Result<TelephoneEvent, EventError> {
    let [key, flags, high, low, ..] = *payload else {
        return Err(EventError::Short(payload.len()));
    };
    if key > 15 {
        return Err(EventError::Unknown(key));
    }
    Ok(TelephoneEvent {
        key,
        end: flags & 0x80 != 0,
        volume_dbm0: flags & 0x3f,
        duration_ticks: u16::from_be_bytes([high, low]),
    })
}

/// Writes one key report.
#[must_use]
pub fn encode(event: &TelephoneEvent) -> [u8; EVENT_BYTES] {
    let end = if event.end { 0x80 } else { 0 };
    let [high, low] = event.duration_ticks.to_be_bytes();
    [event.key, end | (event.volume_dbm0 & 0x3f), high, low]
}

/// The character on a key (RFC 4733 table 3).
#[must_use]
pub fn character(key: u8) -> Option<char> {
    KEYS.get(usize::from(key)).copied()
}

/// The key with this character; letters in either case.
#[must_use]
pub fn key(character: char) -> Option<u8> {
    let upper = character.to_ascii_uppercase();
    let at = KEYS.iter().position(|key| *key == upper)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn payloads_read_as_the_figure_of_the_rfc() {
        assert_eq!(
            decode(&[11, 0x8a, 0x03, 0x20]),
            Ok(TelephoneEvent {
                key: 11,
                end: true,
                volume_dbm0: 10,
                duration_ticks: 800
            })
        );
        assert_eq!(decode(&[1, 2, 3]), Err(EventError::Short(3)));
        assert_eq!(decode(&[16, 0, 0, 0]), Err(EventError::Unknown(16)));
    }

    #[test]
    fn each_key_has_its_character() {
        for number in 0..16 {
            assert_eq!(key(character(number).unwrap()), Some(number));
        }
        assert_eq!(character(16), None);
        assert_eq!(key('d'), Some(15));
        assert_eq!(key('x'), None);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail(payload in prop::collection::vec(any::<u8>(), 0..12)) {
            let _ = decode(&payload);
        }

        #[test]
        fn what_is_written_is_read(key in 0_u8..16, end: bool, volume_dbm0 in 0_u8..64, duration_ticks: u16) {
            let event = TelephoneEvent { key, end, volume_dbm0, duration_ticks };
            prop_assert_eq!(decode(&encode(&event)), Ok(event));
        }
    }
}
