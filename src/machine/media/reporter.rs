//! Reports about a leg's streams, to the far end and from it (RFC 3550 section 6).

use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::media::outbox::Post;
use crate::machine::media::reception::Reception;
use crate::machine::media::stream;
use crate::machine::media::stream::Stream;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;
use crate::wire::rtcp;
use crate::wire::rtcp::Block;
use crate::wire::rtcp::Part;

/// Shortest time between reports; the longest is twice this, so that legs drift apart
/// (section 6.3.5 wants 0.5 to 1.5 of a mean of 5 s).
const EVERY_MIN: Duration = Duration::from_millis(3500);

/// Round trips from a minute on are no measurement; in units of 2^-16 s.
const ROUND_TRIP_MAX: u32 = 60 << 16;

/// Sends and hears reports.
#[derive(Debug)]
pub(crate) struct Reporter {
    cname: [u8; 16],
    every: Duration,
    due: Option<Now>,
    has_reported: bool,
    far_packets_lost: u64,
    far_jitter_us: u32,
    round_trip_us: Option<u32>,
}

impl Reporter {
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let mut cname = [0; 16];
        for (byte, letter) in cname.iter_mut().zip(chance.token().into_bytes()) {
            *byte = letter;
        }
        Self {
            cname,
            every: EVERY_MIN + Duration::from_millis(chance.below(3000)),
            due: None,
            has_reported: false,
            far_packets_lost: 0,
            far_jitter_us: 0,
            round_trip_us: None,
        }
    }

    /// Packets will flow from now on. The first report comes a little sooner than the others
    /// do; a call shorter than that needs none.
    pub(crate) fn begin(&mut self, now: Now) {
        self.due.get_or_insert(now + self.every.mul_f64(0.75));
    }

    /// Packets lost and jitter in microseconds at the far end, by its last report.
    pub(crate) const fn far(&self) -> (u64, u32) {
        (self.far_packets_lost, self.far_jitter_us)
    }

    /// From a report of ours to the far end and back, by the last one that it answered.
    pub(crate) const fn round_trip_us(&self) -> Option<u32> {
        self.round_trip_us
    }

    /// Sends a report if one is due. `voice` is where voice goes: reports go one port higher.
    pub(crate) fn report(
        &mut self,
        voice: SocketAddr,
        streams: (&Stream, &mut Reception),
        post: &mut Post<'_>,
    ) {
        let now = post.now;
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = Some(now + self.every);
        self.has_reported = true;
        if let Some(to) = report_address(voice) {
            post.rtcp(to, |bytes| self.write(bytes, streams, now));
        }
    }

    /// Says goodbye, if the far end knows us from a report.
    pub(crate) fn leave(
        &mut self,
        voice: SocketAddr,
        streams: (&Stream, &mut Reception),
        post: &mut Post<'_>,
    ) {
        let now = post.now;
        let ssrc = streams.0.ssrc();
        if let Some(to) = report_address(voice).filter(|_| self.has_reported) {
            post.rtcp(to, |bytes| {
                self.write(bytes, streams, now);
                rtcp::encode_goodbye(bytes, ssrc);
            });
        }
    }

    fn write(&self, bytes: &mut Vec<u8>, streams: (&Stream, &mut Reception), now: Now) {
        let (stream, reception) = streams;
        let info = (stream.packets() > 0).then(|| stream.info(now));
        let block = reception.block(now);
        rtcp::encode_report(bytes, stream.ssrc(), info.as_ref(), block.as_slice());
        rtcp::encode_description(bytes, stream.ssrc(), &self.cname);
    }

    /// Takes in a compound of the far end.
    pub(crate) fn hear(&mut self, datagram: &[u8], ssrc: u32, reception: &mut Reception, now: Now) {
        let Ok(compound) = rtcp::decode(datagram) else {
            return;
        };
        for part in compound.parts() {
            let blocks = match part {
                Part::Sender { info, blocks, .. } => {
                    reception.hear_report(info.ntp, now);
                    blocks
                }
                Part::Receiver { blocks, .. } => blocks,
                Part::Description { .. } | Part::Goodbye { .. } | Part::Other(_) => continue,
            };
            for block in blocks.iter().filter(|block| block.ssrc == ssrc) {
                self.far_packets_lost = u64::try_from(block.lost).unwrap_or(0);
                self.far_jitter_us = block.jitter_ticks.saturating_mul(125);
                self.round_trip_us = round_trip_us(&block, now).or(self.round_trip_us);
            }
        }
    }
}

/// A, less LSR, less DLSR (RFC 3550 section 6.4.1); none if the far end has not yet had a report
/// of ours, or if its clock runs so much faster that the answer left before it came.
fn round_trip_us(block: &Block, now: Now) -> Option<u32> {
    if block.last_report == 0 {
        return None;
    }
    let arrived = u32::try_from(stream::ntp(now) >> 16 & u64::from(u32::MAX)).unwrap_or(0);
    let away = arrived.wrapping_sub(block.last_report);
    let units = away
        .checked_sub(block.delay)
        .filter(|units| *units < ROUND_TRIP_MAX)?;
    u32::try_from((u64::from(units) * 1_000_000) >> 16).ok()
}

fn report_address(voice: SocketAddr) -> Option<SocketAddr> {
    let port = voice.port().checked_add(1)?;
    Some(SocketAddr::new(voice.ip(), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::media::outbox::Outbox;

    #[test]
    fn a_report_is_due_every_few_seconds_and_goodbye_follows_a_report() {
        let mut chance = Chance::from_seed(1);
        let (stream, mut reception) = (Stream::new(&mut chance), Reception::default());
        let mut reporter = Reporter::new(&mut chance);
        let voice: SocketAddr = "192.0.2.1:4000".parse().unwrap();
        let mut outbox = Outbox::default();
        reporter.leave(
            voice,
            (&stream, &mut reception),
            &mut outbox.post(0, Now::START),
        );
        reporter.begin(Now::START);
        for second in 0..30 {
            let now = Now::at_ms(second * 1000);
            reporter.report(voice, (&stream, &mut reception), &mut outbox.post(0, now));
        }
        let reports = outbox.datagrams().count();
        assert!((5..=9).contains(&reports), "{reports}");
        reporter.leave(
            voice,
            (&stream, &mut reception),
            &mut outbox.post(0, Now::START),
        );
        let (datagram, bytes) = outbox.datagrams().last().unwrap();
        assert_eq!(datagram.to.port(), 4001);
        let last = rtcp::decode(bytes).unwrap().parts().last();
        let ssrc = Some(stream.ssrc());
        assert_eq!(last, Some(Part::Goodbye { ssrc }));
    }

    #[test]
    fn the_far_end_tells_what_it_missed() {
        let mut chance = Chance::from_seed(1);
        let mut reporter = Reporter::new(&mut chance);
        let mut reception = Reception::default();
        let block = |ssrc, lost| Block {
            ssrc,
            lost,
            jitter_ticks: 8,
            ..Block::default()
        };
        let mut wire = Vec::new();
        rtcp::encode_report(&mut wire, 9, None, &[block(5, 3), block(6, 4)]);
        reporter.hear(&wire, 5, &mut reception, Now::START);
        assert_eq!(reporter.far(), (3, 1000));
        reporter.hear(&wire[..20], 6, &mut reception, Now::START);
        assert_eq!(reporter.far(), (3, 1000));
    }

    #[test]
    fn a_round_trip_is_what_the_far_end_did_not_hold_back() {
        let mut chance = Chance::from_seed(1);
        let mut reporter = Reporter::new(&mut chance);
        let mut reception = Reception::default();
        let sent = Now::at_ms(70_000_000);
        let last_report = u32::try_from(stream::ntp(sent) >> 16 & 0xffff_ffff).unwrap();
        let mut hear = |last_report, delay, ms| {
            let mut wire = Vec::new();
            let block = Block {
                ssrc: 5,
                last_report,
                delay,
                ..Block::default()
            };
            rtcp::encode_report(&mut wire, 9, None, &[block]);
            let now = sent + Duration::from_millis(ms);
            reporter.hear(&wire, 5, &mut reception, now);
            reporter.round_trip_us()
        };
        assert_eq!(hear(0, 0, 100), None);
        let round_trip_us = hear(last_report, 1 << 15, 550).unwrap();
        assert!(round_trip_us.abs_diff(50_000) < 40, "{round_trip_us}");
        // A far end that claims to have waited longer than the report was away.
        assert_eq!(hear(last_report, 1 << 16, 550), Some(round_trip_us));
    }
}
