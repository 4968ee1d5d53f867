//! Retry-After (RFC 3261 section 20.33).

use crate::wire::sip::grammar::find_bare;
use crate::wire::sip::grammar::number;
use crate::wire::sip::grammar::trim;

/// Seconds to wait. Comment and parameters (`18000 (in a meeting);duration=3600`) are skipped;
/// `None` if malformed.
#[must_use]
pub fn decode_retry_after_s(text: &str) -> Option<u32> {
    let end = find_bare(text, b'(').or_else(|| find_bare(text, b';'));
    let (seconds, _) = text.split_at(end.unwrap_or(text.len()));
    u32::try_from(number(trim(seconds), u64::from(u32::MAX))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_parameters_are_skipped() {
        for (text, seconds) in [
            ("120", Some(120)),
            ("18000;duration=3600", Some(18_000)),
            ("120 (I'm in a meeting; call later)", Some(120)),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(decode_retry_after_s(text), seconds, "{text}");
        }
    }
}
