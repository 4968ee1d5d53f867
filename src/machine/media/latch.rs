//! Where a leg's packets go and come from.
//!
//! ```text
//! open ──first valid packet from the signalling or described host──▶ latched
//! latched ──same host, same source, next numbers, old port silent 1 s──▶ latched elsewhere
//! latched ──the description changes its address──▶ open
//! latched elsewhere than described ──a packet from exactly the described address──▶ there,
//!     if the description has changed, or names the signalling host: a packet of the old port,
//!     or of somebody else on that host, may have been quicker
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::media::contract::Far;
use crate::machine::media::reception::DROPOUT_MAX;
use crate::vocabulary::time::Now;
use crate::wire::rtp::Header;

/// The old port must have been silent this long before another takes its place.
const SILENCE: Duration = Duration::from_secs(1);

/// What a packet's source address means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It is the far end.
    Known,
    /// It is the far end from now on.
    Latched,
    /// It is a stranger.
    Stranger,
}

/// The far end's address, once a packet has shown it.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    held: Option<Held>,
    described: Option<SocketAddr>,
    /// The described address has changed since the first.
    redescribed: bool,
}

#[derive(Debug)]
struct Held {
    address: SocketAddr,
    last: Header,
    at: Now,
    provisional: bool,
}

impl Latch {
    /// Takes in a description. An unspecified address is a hold (RFC 3264 section 8.4): it
    /// changes nothing.
    pub(crate) fn describe(&mut self, far: &Far) {
        if !is_reachable(far.address) {
            return;
        }
        let before = self.described.replace(far.address);
        if before.is_some_and(|before| before != far.address) {
            self.held = None;
            self.redescribed = true;
        }
    }

    /// Where packets go, if they can go anywhere.
    pub(crate) fn target(&self, far: &Far) -> Option<SocketAddr> {
        let described = Some(far.address).filter(|address| is_reachable(*address));
        self.held.as_ref().map(|held| held.address).or(described)
    }

    /// The latched address.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.held.as_ref().map(|held| held.address)
    }

    /// Judges a valid packet of the negotiated payload types.
    pub(crate) fn judge(
        &mut self,
        far: &Far,
        from: SocketAddr,
        header: &Header,
        now: Now,
    ) -> Verdict {
        let Some(held) = &mut self.held else {
            let hosts = [far.signalling, far.address.ip()];
            let is_far = hosts
                .iter()
                .any(|host| host.to_canonical() == from.ip().to_canonical());
            return if is_far {
                self.hold(far, from, header, now)
            } else {
                Verdict::Stranger
            };
        };
        if held.address == from {
            let is_voice = header.payload_type == far.codec.payload_type();
            if is_voice || header.ssrc == held.last.ssrc {
                held.last = *header;
            }
            held.at = now;
            return Verdict::Known;
        }
        let returns = held.provisional && from == far.address;
        if returns || held.has_moved_to(from, header, now) {
            return self.hold(far, from, header, now);
        }
        Verdict::Stranger
    }

    fn hold(&mut self, far: &Far, from: SocketAddr, header: &Header, now: Now) -> Verdict {
        self.held = Some(Held {
            address: from,
            last: *header,
            at: now,
            provisional: from != far.address
                && (self.redescribed || far.address.ip() == far.signalling),
        });
        Verdict::Latched
    }
}

impl Held {
    fn has_moved_to(&self, from: SocketAddr, header: &Header, now: Now) -> bool {
        let step = header.seq.since(self.last.seq);
        from.ip() == self.address.ip()
            && header.ssrc == self.last.ssrc
            && (1..DROPOUT_MAX).contains(&step)
            && now.since(self.at) >= SILENCE
    }
}

fn is_reachable(address: SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    !ip.is_unspecified() && !ip.is_multicast() && address.port() != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::media::contract::Codec;
    use crate::wire::rtp::Seq;

    fn far(described: &str) -> Far {
        Far {
            address: described.parse().unwrap(),
            signalling: "198.51.100.1".parse().unwrap(),
            codec: Codec::Pcmu,
            telephone_event: Some(101),
            send: true,
            receive: true,
        }
    }

    fn voice(ssrc: u32, seq: u16) -> Header {
        Header {
            marker: false,
            payload_type: 0,
            seq: Seq(seq),
            timestamp: 0,
            ssrc,
        }
    }

    /// Each line: time in ms, source, SSRC, sequence number, verdict.
    fn check(latch: &mut Latch, far: &Far, table: &str) {
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.split_whitespace().collect();
            let header = voice(words[2].parse().unwrap(), words[3].parse().unwrap());
            let now = Now::at_ms(words[0].parse().unwrap());
            let verdict = latch.judge(far, words[1].parse().unwrap(), &header, now);
            assert_eq!(format!("{verdict:?}"), words[4], "at: {line}");
        }
    }

    #[test]
    fn a_made_up_private_address_is_overruled_by_the_first_packet() {
        let (mut latch, far) = (Latch::default(), far("10.1.2.3:4000"));
        assert_eq!(latch.target(&far), Some(far.address));
        check(
            &mut latch,
            &far,
            "
             0  192.0.2.9:4000     1  5  Stranger
             1  198.51.100.1:7777  2  6  Latched
             2  10.1.2.3:4000      3  7  Stranger
            ",
        );
        assert_eq!(latch.target(&far), "198.51.100.1:7777".parse().ok());
    }

    #[test]
    fn only_the_same_source_moves_and_only_after_a_second_of_silence() {
        let (mut latch, far) = (Latch::default(), far("198.51.100.2:4000"));
        check(
            &mut latch,
            &far,
            "
                0  198.51.100.2:4000  1  65535  Latched
               20  198.51.100.2:4000  9  7      Known
               40  198.51.100.2:4000  1  65534  Known
              500  198.51.100.2:5000  1  1      Stranger
             1100  198.51.100.2:5000  2  1      Stranger
             1100  198.51.100.3:5000  1  1      Stranger
             1100  198.51.100.2:5000  1  40000  Stranger
             1100  198.51.100.2:5000  1  1      Latched
             1120  198.51.100.2:4000  1  2      Stranger
            ",
        );
    }

    #[test]
    fn the_described_port_wins_over_a_quicker_one_of_the_same_host() {
        let (mut latch, far) = (Latch::default(), far("198.51.100.1:4000"));
        check(
            &mut latch,
            &far,
            "
             0  198.51.100.1:9999  6  1  Latched
            10  198.51.100.1:9998  6  2  Stranger
            20  198.51.100.1:4000  1  5  Latched
            30  198.51.100.1:9999  6  2  Stranger
            ",
        );
    }

    #[test]
    fn a_new_description_moves_the_leg_though_old_packets_linger() {
        let (mut latch, before) = (Latch::default(), far("198.51.100.1:4000"));
        latch.describe(&before);
        check(&mut latch, &before, "0 198.51.100.1:4000 1 1 Latched");
        let mut hold = before;
        hold.address = "0.0.0.0:4000".parse().unwrap();
        latch.describe(&hold);
        assert_eq!(latch.address(), Some(before.address));
        latch.describe(&before);
        assert_eq!(latch.address(), Some(before.address));
        let far = far("198.51.100.1:6000");
        latch.describe(&far);
        assert_eq!(latch.target(&far), Some(far.address));
        check(
            &mut latch,
            &far,
            "
             10  198.51.100.1:4000  1  2  Latched
             20  198.51.100.1:5000  1  3  Stranger
             30  198.51.100.1:6000  2  9  Latched
             40  198.51.100.1:4000  1  3  Stranger
            ",
        );
    }
}
