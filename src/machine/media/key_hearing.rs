//! Key reports to presses: one press a key, however many of its reports arrive (RFC 4733).
//!
//! ```text
//! press   M ts=800 160 ▸ ts=800 320 ▸ … ▸ ts=800 E 800 ▸ E 800 ▸ E 800     one press
//! segment                 ts=800 E 65535 ▸ ts=66335 160 ▸ …                the same press
//! ```

use std::time::Duration;

use crate::vocabulary::time::Now;
use crate::wire::rtp::Header;
use crate::wire::telephone_event::TelephoneEvent;

/// After this silence the same timestamp is another press: recorded presses come again unchanged.
const FORGOTTEN: Duration = Duration::from_secs(1);

/// Presses in a second that are told; nobody is faster.
const PRESSES_PER_SECOND_MAX: u8 = 25;

/// The last press.
#[derive(Debug, Default)]
pub(crate) struct KeyHearing {
    last: Option<Press>,
    second: u64,
    presses: u8,
}

#[derive(Debug)]
struct Press {
    ssrc: u32,
    timestamp: u32,
    key: u8,
    duration_ticks: u16,
    heard: Now,
}

impl KeyHearing {
    /// The key, at the first report of its press.
    pub(crate) fn hear(&mut self, header: &Header, event: &TelephoneEvent, now: Now) -> Option<u8> {
        if let Some(last) = &mut self.last
            && last.includes(header, event, now)
        {
            last.heard = now;
            return None;
        }
        self.last = Some(Press {
            ssrc: header.ssrc,
            timestamp: header.timestamp,
            key: event.key,
            duration_ticks: event.duration_ticks,
            heard: now,
        });
        self.allow(now).then_some(event.key)
    }

    fn allow(&mut self, now: Now) -> bool {
        let second = now.since_start().as_secs();
        if self.second != second {
            (self.second, self.presses) = (second, 0);
        }
        self.presses = self.presses.saturating_add(1);
        self.presses <= PRESSES_PER_SECOND_MAX
    }
}

impl Press {
    /// Whether a report belongs to this press or to one before it.
    fn includes(&mut self, header: &Header, event: &TelephoneEvent, now: Now) -> bool {
        if header.ssrc != self.ssrc || now.since(self.heard) >= FORGOTTEN {
            return false;
        }
        let ahead = header.timestamp.wrapping_sub(self.timestamp);
        if ahead == 0 {
            self.duration_ticks = self.duration_ticks.max(event.duration_ticks);
            return true;
        }
        let is_segment = !header.marker
            && event.key == self.key
            && self.duration_ticks == u16::MAX
            && ahead == u32::from(u16::MAX);
        if is_segment {
            (self.timestamp, self.duration_ticks) = (header.timestamp, event.duration_ticks);
        }
        is_segment || ahead > 1 << 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtp::Seq;

    /// Each line: time in ms, SSRC, timestamp, key, duration, `M` or `E` or `-`, pressed or not.
    fn check(table: &str) {
        let mut keys = KeyHearing::default();
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.split_whitespace().collect();
            let header = Header {
                marker: words[5] == "M",
                payload_type: 101,
                seq: Seq(0),
                timestamp: words[2].parse().unwrap(),
                ssrc: words[1].parse().unwrap(),
            };
            let event = TelephoneEvent {
                key: words[3].parse().unwrap(),
                end: words[5] == "E",
                volume_dbm0: 10,
                duration_ticks: words[4].parse().unwrap(),
            };
            let heard = keys.hear(&header, &event, Now::at_ms(words[0].parse().unwrap()));
            assert_eq!(
                heard,
                (words[6] == "pressed").then_some(event.key),
                "{line}"
            );
        }
    }

    #[test]
    fn all_reports_of_a_press_are_one_press() {
        check(
            "
              0  1  800   5    160  M  pressed
             20  1  800   5    320  -  again
             40  1  800   5    480  E  again
             60  1  800   5    480  E  again
            300  1  3200  5    160  M  pressed
            310  1  800   5    480  E  again
            ",
        );
    }

    #[test]
    fn lost_beginnings_and_ends_lose_no_press() {
        check(
            "
              0  1  800   5    320  -  pressed
            200  1  2400  6    480  E  pressed
            220  2  2400  6    480  E  pressed
            ",
        );
    }

    #[test]
    fn a_long_press_in_segments_is_one_press() {
        check(
            "
                0  1  4294967000   5  65000  M  pressed
               50  1  4294967000   5  65535  E  again
              100  1  65239        5  400    -  again
              150  1  65239        5  800    E  again
              200  1  70000        5  160    -  pressed
            ",
        );
    }

    #[test]
    fn a_recorded_press_played_again_is_another_press() {
        check(
            "
                0  1  800  5  160  M  pressed
               40  1  800  5  480  E  again
             1039  1  800  5  480  E  again
             2500  1  800  5  160  M  pressed
            ",
        );
    }

    #[test]
    fn a_flood_of_presses_is_cut() {
        let mut keys = KeyHearing::default();
        let event = TelephoneEvent {
            key: 1,
            end: true,
            volume_dbm0: 0,
            duration_ticks: 1,
        };
        let heard = (0..10_000_u32).filter(|at| {
            let header = Header {
                marker: true,
                payload_type: 101,
                seq: Seq(0),
                timestamp: at * 160,
                ssrc: 1,
            };
            keys.hear(&header, &event, Now::at_ms(u64::from(*at) / 10))
                .is_some()
        });
        assert_eq!(heard.count(), usize::from(PRESSES_PER_SECOND_MAX));
    }
}
