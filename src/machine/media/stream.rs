//! The numbering of what a leg sends.

use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;
use crate::wire::rtcp::SenderInfo;
use crate::wire::rtp::Header;
use crate::wire::rtp::Seq;

const FRAME_TICKS: u32 = 160;

/// `now` in ticks of 125 µs; it wraps.
pub(crate) fn ticks(now: Now) -> u32 {
    let ticks = now.since_start().as_micros() / 125;
    u32::try_from(ticks & u128::from(u32::MAX)).unwrap_or(0)
}

/// One outgoing RTP stream: an SSRC whose numbers never step back.
#[derive(Debug)]
pub(crate) struct Stream {
    ssrc: u32,
    seq: Seq,
    timestamp: u32,
    /// Timestamp of [`Now::START`].
    base: u32,
    packets: u64,
    octets: u64,
}

impl Stream {
    /// A stream with numbers that strangers cannot guess (RFC 3550 section 5.1).
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let mut word = || u32::try_from(chance.bits() >> 32).unwrap_or(0);
        let (ssrc, base, seq) = (word(), word(), word().to_be_bytes());
        Self {
            ssrc,
            seq: Seq(u16::from_be_bytes([seq[0], seq[1]])),
            timestamp: base,
            base,
            packets: 0,
            octets: 0,
        }
    }

    pub(crate) const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(crate) const fn seq(&self) -> Seq {
        self.seq
    }

    pub(crate) const fn packets(&self) -> u64 {
        self.packets
    }

    /// The timestamp of a stretch of sound that begins now.
    pub(crate) fn beginning(&self, now: Now) -> u32 {
        let clock = self.clock(now);
        let next = self.timestamp.wrapping_add(FRAME_TICKS);
        let clock_is_ahead = clock.wrapping_sub(next) < 1 << 31;
        if self.packets == 0 || clock_is_ahead {
            clock
        } else {
            next
        }
    }

    /// The header of a packet with these numbers, which may be those of a packet that is late.
    pub(crate) fn number(&mut self, seq: Seq, timestamp: u32) -> Header {
        if self.packets == 0 || seq.after(self.seq) {
            self.seq = seq;
            self.timestamp = timestamp;
        }
        Header {
            marker: false,
            payload_type: 0,
            seq,
            timestamp,
            ssrc: self.ssrc,
        }
    }

    /// Counts a packet that left.
    pub(crate) fn count(&mut self, payload_bytes: usize) {
        self.packets += 1;
        self.octets += u64::try_from(payload_bytes).unwrap_or(0);
    }

    /// What a sender report tells. The engine's start is the clock's zero, which RFC 3550
    /// section 6.4.1 allows to a sender without calendar time.
    pub(crate) fn info(&self, now: Now) -> SenderInfo {
        SenderInfo {
            ntp: ntp(now),
            timestamp: self.clock(now),
            packets: low_word(self.packets),
            octets: low_word(self.octets),
        }
    }

    fn clock(&self, now: Now) -> u32 {
        self.base.wrapping_add(ticks(now))
    }
}

/// `now` in units of 2^-32 s.
pub(crate) fn ntp(now: Now) -> u64 {
    let since = now.since_start();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    since.as_secs() << 32 | fraction
}

fn low_word(count: u64) -> u32 {
    u32::try_from(count & u64::from(u32::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Stream {
        /// Makes it panic when the next packet is counted.
        pub(crate) fn wear_out(&mut self) {
            self.packets = u64::MAX;
        }
    }

    #[test]
    fn silence_takes_time_on_the_timeline() {
        let mut stream = Stream::new(&mut Chance::from_seed(1));
        let first = stream.beginning(Now::at_ms(100));
        stream.number(stream.seq().next(), first);
        stream.count(160);
        assert_eq!(stream.beginning(Now::at_ms(110)), first.wrapping_add(160));
        assert_eq!(stream.beginning(Now::at_ms(350)), first.wrapping_add(2000));
    }

    #[test]
    fn the_report_clock_counts_seconds_in_its_upper_half() {
        assert_eq!(ntp(Now::at_ms(2500)), 0x0000_0002_8000_0000);
    }
}
