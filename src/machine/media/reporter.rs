//! Reports about a leg's streams, to the far end and from it (RFC 3550 section 6).

use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::media::outbox::Post;
use crate::machine::media::reception::Reception;
use crate::machine::media::stream::Stream;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::time::Now;
use crate::wire::rtcp;
use crate::wire::rtcp::Part;

/// Shortest time between reports; the longest is twice this, so that legs drift apart
/// (section 6.3.5 wants 0.5 to 1.5 of a mean of 5 s).
const EVERY_MIN: Duration = Duration::from_millis(3500);

/// Sends and hears reports.
#[derive(Debug)]
pub(crate) struct Reporter {
    cname: [u8; 16],
    every: Duration,
    due: Option<Now>,
    has_reported: bool,
    far_packets_lost: u64,
    far_jitter_us: u32,
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
            }
        }
    }
}

fn report_address(voice: SocketAddr) -> Option<SocketAddr> {
    let port = voice.port().checked_add(1)?;
    Some(SocketAddr::new(voice.ip(), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::media::outbox::Outbox;
    use crate::wire::rtcp::Block;

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
}
