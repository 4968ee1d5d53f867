//! Rewrites one stream into another: the numbers of the stream it becomes go on without a gap.

use crate::machine::media::reception::DROPOUT_MAX;
use crate::machine::media::stream::Stream;
use crate::vocabulary::time::Now;
use crate::wire::rtp::Header;
use crate::wire::rtp::Seq;

/// What turns the numbers of a stream that comes in into those of the stream that goes out.
#[derive(Debug)]
pub(crate) struct Forwarding {
    ssrc: u32,
    highest: Seq,
    /// Packets since the beginning, as far as it matters.
    age: u16,
    seq_shift: u16,
    timestamp_shift: u32,
    /// The press on its way: its source and moment there, its moment here.
    press: Option<(u32, u32, u32)>,
}

impl Forwarding {
    /// Begins with this packet, which goes out as the next of `stream`.
    pub(crate) fn begin(header: &Header, stream: &Stream, now: Now) -> Self {
        Self {
            ssrc: header.ssrc,
            highest: header.seq,
            age: 0,
            seq_shift: stream.seq().next().since(header.seq),
            timestamp_shift: stream.beginning(now).wrapping_sub(header.timestamp),
            press: None,
        }
    }

    /// Whether the packet belongs to the stream that this began with.
    pub(crate) fn continues(&self, header: &Header) -> bool {
        let step = header.seq.since(self.highest);
        header.ssrc == self.ssrc && !(DROPOUT_MAX..=u16::MAX - DROPOUT_MAX).contains(&step)
    }

    /// The numbers a voice packet goes out with; none if it is older than the beginning.
    pub(crate) fn voice(&mut self, header: &Header) -> Option<(Seq, u32)> {
        let behind = self.highest.since(header.seq);
        if header.seq.after(self.highest) {
            self.age = self.age.saturating_add(header.seq.since(self.highest));
            self.highest = header.seq;
        } else if behind > self.age {
            return None;
        }
        let timestamp = header.timestamp.wrapping_add(self.timestamp_shift);
        Some((header.seq.plus(self.seq_shift), timestamp))
    }

    /// The numbers a key report goes out with. A report of another source is put between.
    pub(crate) fn key(&mut self, header: &Header, stream: &Stream, now: Now) -> Option<(Seq, u32)> {
        if self.continues(header) {
            return self.voice(header);
        }
        let timestamp = match self.press {
            Some((ssrc, there, here)) if (ssrc, there) == (header.ssrc, header.timestamp) => here,
            _ => stream.beginning(now),
        };
        self.press = Some((header.ssrc, header.timestamp, timestamp));
        self.seq_shift = self.seq_shift.wrapping_add(1);
        Some((stream.seq().next(), timestamp))
    }

    /// Closes the gap of a packet that is not forwarded.
    pub(crate) fn skip(&mut self, header: &Header) {
        if header.ssrc == self.ssrc && header.seq == self.highest.next() {
            self.highest = header.seq;
            self.seq_shift = self.seq_shift.wrapping_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::chance::Chance;

    fn header(ssrc: u32, seq: u16, timestamp: u32) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            seq: Seq(seq),
            timestamp,
            ssrc,
        }
    }

    #[test]
    fn numbers_go_on_and_losses_stay_visible() {
        let mut stream = Stream::new(&mut Chance::from_seed(3));
        let first = stream.seq().next();
        let mut forwarding = Forwarding::begin(&header(9, 65_534, 1000), &stream, Now::START);
        let start = stream.beginning(Now::START);
        for (seq, timestamp, out) in [
            (65_534, 1000, Some((0, 0))),
            (65_533, 840, None),
            (0, 1320, Some((2, 320))),
            (65_535, 1160, Some((1, 160))),
        ] {
            let header = header(9, seq, timestamp);
            assert!(forwarding.continues(&header));
            let numbers = forwarding.voice(&header);
            let expected = out.map(|(seq, ticks)| (first.plus(seq), start.wrapping_add(ticks)));
            assert_eq!(numbers, expected);
            if let Some((seq, timestamp)) = numbers {
                stream.number(seq, timestamp);
                stream.count(160);
            }
        }
        assert!(!forwarding.continues(&header(8, 1, 0)));
        assert!(!forwarding.continues(&header(9, 20_000, 0)));
    }

    #[test]
    fn keys_of_another_source_are_put_between_and_keep_their_moment() {
        let mut stream = Stream::new(&mut Chance::from_seed(3));
        let mut forwarding = Forwarding::begin(&header(9, 10, 0), &stream, Now::START);
        let mut seqs = Vec::new();
        let mut moments = Vec::new();
        for (ssrc, seq, timestamp) in [(9, 10, 0), (5, 1, 700), (5, 2, 700), (9, 11, 160)] {
            let header = header(ssrc, seq, timestamp);
            let (seq, timestamp) = if ssrc == 9 {
                forwarding.voice(&header).unwrap()
            } else {
                forwarding.key(&header, &stream, Now::at_ms(5)).unwrap()
            };
            stream.number(seq, timestamp);
            stream.count(4);
            seqs.push(seq.0);
            moments.push(timestamp);
        }
        let first = seqs[0];
        assert_eq!(seqs, [0, 1, 2, 3].map(|step| first.wrapping_add(step)));
        assert_eq!(moments[1], moments[2]);
    }

    #[test]
    fn a_packet_left_out_leaves_no_gap() {
        let stream = Stream::new(&mut Chance::from_seed(3));
        let mut forwarding = Forwarding::begin(&header(9, 10, 0), &stream, Now::START);
        let (first, _) = forwarding.voice(&header(9, 10, 0)).unwrap();
        forwarding.skip(&header(9, 11, 0));
        let (next, _) = forwarding.voice(&header(9, 12, 160)).unwrap();
        assert_eq!(next, first.next());
    }
}
