//! What was received, and how well (RFC 3550 appendices A.1, A.3, A.8).

use std::time::Duration;

use crate::machine::media::stream;
use crate::vocabulary::time::Now;
use crate::wire::rtcp::Block;
use crate::wire::rtp::Header;

/// A step forward that still counts as loss.
pub(crate) const DROPOUT_MAX: u16 = 3000;

/// A step back that still counts as late.
const MISORDER_MAX: u16 = 100;

/// One far end's packets, over all its sources in turn.
#[derive(Debug, Default)]
pub(crate) struct Reception {
    source: Option<Source>,
    received: u64,
    /// Lost of earlier sources.
    lost_before: u64,
    jitter_16: u32,
    last_sender_report: Option<(u32, Now)>,
}

#[derive(Debug)]
struct Source {
    ssrc: u32,
    base: u32,
    /// Wraps and sequence number.
    highest: u32,
    received: u32,
    expected_prior: u32,
    received_prior: u32,
    transit_ticks: Option<u32>,
}

impl Reception {
    /// Counts a valid packet. Keys stand still in time, so only voice tells of jitter.
    pub(crate) fn hear(&mut self, header: &Header, is_voice: bool, now: Now) {
        self.received += 1;
        let known = self
            .source
            .as_ref()
            .is_some_and(|source| source.ssrc == header.ssrc);
        if !known && !is_voice {
            return;
        }
        if !known
            || self
                .source
                .as_mut()
                .is_some_and(|source| !source.follow(header))
        {
            self.lost_before = self.lost();
            self.source = Some(Source::new(header));
        }
        if let (true, Some(source)) = (is_voice, &mut self.source) {
            source.transit(header, now, &mut self.jitter_16);
        }
    }

    /// Notes the far end's clock, to be returned in our next report.
    pub(crate) fn hear_report(&mut self, ntp: u64, now: Now) {
        let middle = u32::try_from((ntp >> 16) & u64::from(u32::MAX)).unwrap_or(0);
        self.last_sender_report = Some((middle, now));
    }

    pub(crate) const fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn lost(&self) -> u64 {
        let lost = self.source.as_ref().map_or(0, Source::lost);
        self.lost_before + u64::try_from(lost).unwrap_or(0)
    }

    pub(crate) const fn jitter_us(&self) -> u32 {
        (self.jitter_16 >> 4).saturating_mul(125)
    }

    /// The block of our next report.
    pub(crate) fn block(&mut self, now: Now) -> Option<Block> {
        let source = self.source.as_mut()?;
        let (last_report, delay) = self.last_sender_report.map_or((0, 0), |(middle, at)| {
            let delay = (stream::ntp(Now::at(now.since(at))) >> 16) & u64::from(u32::MAX);
            (middle, u32::try_from(delay).unwrap_or(0))
        });
        Some(Block {
            ssrc: source.ssrc,
            fraction_lost: source.fraction_lost(),
            lost: i32::try_from(source.lost()).unwrap_or(i32::MAX),
            highest: source.highest,
            jitter_ticks: self.jitter_16 >> 4,
            last_report,
            delay,
        })
    }
}

impl Source {
    fn new(header: &Header) -> Self {
        let seq = u32::from(header.seq.0);
        Self {
            ssrc: header.ssrc,
            base: seq,
            highest: seq,
            received: 1,
            expected_prior: 0,
            received_prior: 0,
            transit_ticks: None,
        }
    }

    /// Counts a packet; false if its number is so far off that the source began anew.
    fn follow(&mut self, header: &Header) -> bool {
        let [_, _, high, low] = self.highest.to_be_bytes();
        let ahead = header.seq.0.wrapping_sub(u16::from_be_bytes([high, low]));
        if ahead < DROPOUT_MAX {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        } else if ahead < u16::MAX - MISORDER_MAX {
            return false;
        }
        self.received = self.received.wrapping_add(1);
        true
    }

    fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.base).wrapping_add(1)
    }

    /// Negative where duplicates outnumber losses.
    fn lost(&self) -> i64 {
        i64::from(self.expected()) - i64::from(self.received)
    }

    fn fraction_lost(&mut self) -> u8 {
        let expected = self.expected().wrapping_sub(self.expected_prior);
        let received = self.received.wrapping_sub(self.received_prior);
        (self.expected_prior, self.received_prior) = (self.expected(), self.received);
        let lost = u64::from(expected.saturating_sub(received));
        let fraction = (lost << 8).checked_div(u64::from(expected)).unwrap_or(0);
        u8::try_from(fraction).unwrap_or(u8::MAX)
    }

    fn transit(&mut self, header: &Header, now: Now, jitter_16: &mut u32) {
        let transit = stream::ticks(now).wrapping_sub(header.timestamp);
        if let Some(before) = self.transit_ticks {
            let ahead = transit.wrapping_sub(before);
            let step = ahead.min(ahead.wrapping_neg());
            let decay = (*jitter_16 + 8) >> 4;
            *jitter_16 = jitter_16.saturating_add(step.min(MEANT_TICKS_MAX)) - decay;
        }
        self.transit_ticks = Some(transit);
    }
}

/// A jump of more than a minute is a new clock, not jitter.
const MEANT_TICKS_MAX: u32 = {
    let minute = Duration::from_secs(60);
    #[expect(clippy::cast_possible_truncation, reason = "a constant of 480 000")]
    {
        (minute.as_micros() / 125) as u32
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::rtp::Seq;

    fn packet(seq: u16, ms: u64) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            seq: Seq(seq),
            timestamp: u32::try_from(ms * 8).unwrap(),
            ssrc: 1,
        }
    }

    #[test]
    fn losses_count_across_the_wrap_and_late_packets_heal_them() {
        let mut reception = Reception::default();
        for seq in [65_534, 65_535, 1, 3, 2] {
            reception.hear(&packet(seq, 0), true, Now::START);
        }
        assert_eq!((reception.received(), reception.lost()), (5, 1));
        let block = reception.block(Now::START).unwrap();
        assert_eq!(
            (block.highest, block.lost, block.fraction_lost),
            (65_539, 1, 42)
        );
        assert_eq!(reception.block(Now::START).unwrap().fraction_lost, 0);
    }

    #[test]
    fn a_source_that_begins_anew_loses_nothing() {
        let mut reception = Reception::default();
        for seq in [10, 12, 30_000, 30_001] {
            reception.hear(&packet(seq, 0), true, Now::START);
        }
        assert_eq!(reception.lost(), 1);
    }

    #[test]
    fn jitter_follows_the_formula_of_the_rfc() {
        let mut reception = Reception::default();
        for (seq, late_ms) in [(0, 0), (1, 2), (2, 0), (3, 4)] {
            let sent_ms = u64::from(seq) * 20;
            reception.hear(&packet(seq, sent_ms), true, Now::at_ms(sent_ms + late_ms));
        }
        assert_eq!(reception.jitter_16 >> 4, 3);
        assert_eq!(reception.jitter_us(), 375);
    }

    #[test]
    fn a_report_returns_the_far_clock_and_its_age() {
        let mut reception = Reception::default();
        reception.hear(&packet(0, 0), true, Now::START);
        reception.hear_report(0x1122_3344_5566_7788, Now::at_ms(1000));
        let block = reception.block(Now::at_ms(1500)).unwrap();
        assert_eq!((block.last_report, block.delay), (0x3344_5566, 0x8000));
    }
}
