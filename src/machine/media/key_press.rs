//! Presses to key reports (RFC 4733 section 2.5.1).
//!
//! ```text
//! tick    0     1     2     3     4     5     6     7  8  9
//! report  M160  320   480   640   E800  E800  E800  -  -  -   then the next key
//! ```

use std::collections::VecDeque;

use crate::wire::telephone_event;
use crate::wire::telephone_event::TelephoneEvent;

/// Keys that wait to be pressed; more are not pressed.
const WAITING_MAX: usize = 32;

/// Ticks of 20 ms from one key to the next.
pub(crate) const PRESS_TICKS: u8 = 10;

const HELD_TICKS: u8 = 5;
const REPORT_TICKS: u8 = 7;
const VOLUME_DBM0: u8 = 10;

/// Keys on their way.
#[derive(Debug, Default)]
pub(crate) struct KeyPress {
    waiting: VecDeque<u8>,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    key: u8,
    tick: u8,
    timestamp: u32,
}

/// One report to send.
#[derive(Debug)]
pub(crate) struct Report {
    /// The press's first.
    pub(crate) marker: bool,
    /// The moment of the press.
    pub(crate) timestamp: u32,
    /// The payload.
    pub(crate) event: TelephoneEvent,
}

impl KeyPress {
    /// Presses a key after those that wait; an unknown character is no key.
    pub(crate) fn press(&mut self, character: char) {
        if let Some(key) = telephone_event::key(character)
            && self.waiting.len() < WAITING_MAX
        {
            self.waiting.push_back(key);
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.held.is_some() || !self.waiting.is_empty()
    }

    /// The report of this tick, whose place on the timeline is `timestamp`.
    pub(crate) fn next_report(&mut self, timestamp: u32) -> Option<Report> {
        if self.held.is_none() {
            self.held = self.waiting.pop_front().map(|key| Held {
                key,
                tick: 0,
                timestamp,
            });
        }
        let held = self.held.as_mut()?;
        let report = (held.tick < REPORT_TICKS).then(|| held.report());
        held.tick += 1;
        if held.tick == PRESS_TICKS {
            self.held = None;
        }
        report
    }
}

impl Held {
    fn report(&self) -> Report {
        let held_ticks = (self.tick + 1).min(HELD_TICKS);
        Report {
            marker: self.tick == 0,
            timestamp: self.timestamp,
            event: TelephoneEvent {
                key: self.key,
                end: held_ticks == HELD_TICKS,
                volume_dbm0: VOLUME_DBM0,
                duration_ticks: u16::from(held_ticks) * 160,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_is_four_reports_and_three_ends() {
        let mut keys = KeyPress::default();
        keys.press('#');
        keys.press('?');
        keys.press('1');
        let ticks = (0..17_u32).map(|tick| keys.next_report(1000 + tick * 160));
        let told: Vec<_> = ticks
            .map(|report| {
                report.map_or("-".to_owned(), |report| {
                    let mark = if report.marker {
                        "M"
                    } else if report.event.end {
                        "E"
                    } else {
                        ""
                    };
                    format!(
                        "{}{mark}{}@{}",
                        report.event.key, report.event.duration_ticks, report.timestamp
                    )
                })
            })
            .collect();
        assert_eq!(
            told.join(" "),
            "11M160@1000 11320@1000 11480@1000 11640@1000 11E800@1000 11E800@1000 11E800@1000 - - - \
             1M160@2600 1320@2600 1480@2600 1640@2600 1E800@2600 1E800@2600 1E800@2600"
        );
        assert!(keys.is_busy());
        for _ in 0..3 {
            assert!(keys.next_report(0).is_none());
        }
        assert!(!keys.is_busy());
    }
}
