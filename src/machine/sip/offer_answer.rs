//! Offers and answers of one voice stream (RFC 3264): pure functions of descriptions.

use std::net::IpAddr;
use std::net::SocketAddr;

use crate::machine::media::contract::Codec;
use crate::machine::media::contract::Far;
use crate::machine::sip::surface::Status;
use crate::wire::sdp::codec;
use crate::wire::sdp::description;
use crate::wire::sdp::description::Description;
use crate::wire::sdp::direction::Direction;
use crate::wire::sdp::media::Connection;
use crate::wire::sdp::media::Media;

const NOT_ACCEPTABLE_HERE: Status = Status(488);
const CLOCK_HZ: u32 = 8000;
/// Payload type of telephone-event in our offers.
const KEYS_TYPE: u8 = 101;
/// The sixteen keys (RFC 4733 section 3.2).
const KEYS: &str = "0-15";
const PTIME_MS: u16 = 20;

/// Our side of a session.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    /// Where we listen.
    pub address: SocketAddr,
    /// Names the session in its o-line: the same as long as it lives.
    pub session_id: u64,
    /// What we want: `SendOnly` puts the far end on hold.
    pub wish: Direction,
    /// The codec that we would rather have.
    pub preferred: Codec,
    /// The description that we sent last in this session. A changed one gets the next version.
    pub previous: Option<&'a str>,
}

/// What an offer came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answered {
    /// Our answer.
    pub sdp: String,
    /// The far end, as media need it.
    pub far: Far,
}

impl Local<'_> {
    /// A first description: we send and listen, mu-law rather than A-law.
    #[must_use]
    pub const fn new(address: SocketAddr, session_id: u64) -> Self {
        Self {
            address,
            session_id,
            wish: Direction::SendRecv,
            preferred: Codec::Pcmu,
            previous: None,
        }
    }

    fn describe(&self, media: Vec<Media>) -> String {
        let previous = self.previous.and_then(|sdp| read(sdp).ok());
        let version = previous.as_ref().map_or(1, |sent| sent.origin.version);
        let mut ours = Description::new(self.session_id, version, self.address.ip(), media);
        if previous.is_some_and(|sent| description::encode(&sent) != description::encode(&ours)) {
            ours.origin.version = version.saturating_add(1);
        }
        description::encode(&ours)
    }

    fn stream(&self, codecs: Vec<codec::Codec>, direction: Direction) -> Media {
        let mut media = Media::audio(self.address.port(), codecs);
        media.ptime_ms = Some(PTIME_MS);
        media.direction = Some(direction);
        media
    }
}

/// Our offer: both codecs, the preferred first, and keys.
#[must_use]
pub fn offer(local: &Local<'_>) -> String {
    let codecs = match local.preferred {
        Codec::Pcmu => [Codec::Pcmu, Codec::Pcma],
        Codec::Pcma => [Codec::Pcma, Codec::Pcmu],
    };
    let mut codecs: Vec<_> = codecs.into_iter().map(written).collect();
    codecs.push(keys(KEYS_TYPE));
    local.describe(vec![local.stream(codecs, local.wish)])
}

/// Answers an offer with the first stream that we can serve; all others are refused by port 0.
///
/// Of the offered codecs the first that we know is taken, and only that one. A far end that
/// names no address of its own, but a host, is looked for at its signalling address.
///
/// # Errors
///
/// 488 if no stream can be served, 400 or 413 if the offer cannot be read.
pub fn answer(local: &Local<'_>, offer: &str, signalling: IpAddr) -> Result<Answered, Status> {
    let offer = read(offer)?;
    let served = |media: &Media| {
        let plain = media.is_rtp_audio() && media.protocol == "RTP/AVP" && media.port != 0;
        plain.then(|| choose(media)).flatten()
    };
    let mut streams = offer.media.iter().enumerate();
    let chosen = streams.find_map(|(at, media)| Some((at, media, served(media)?)));
    let (at, media, voice) = chosen.ok_or(NOT_ACCEPTABLE_HERE)?;
    let address = address_of(&offer, media, signalling)?;
    let theirs = offer.direction_of(media);
    let direction = theirs.reversed().and(local.wish);
    let telephone_event = keys_type(media);
    let mut codecs = vec![written(voice)];
    codecs.extend(telephone_event.map(keys));
    let answers = offer.media.iter().enumerate().map(|(here, media)| {
        if here == at {
            local.stream(codecs.clone(), direction)
        } else {
            media.refused()
        }
    });
    let far = Far {
        address,
        signalling,
        codec: voice,
        telephone_event,
        send: direction.sends(),
        receive: direction.receives(),
    };
    let sdp = local.describe(answers.collect());
    Ok(Answered { sdp, far })
}

/// Reads the answer to an offer of ours.
///
/// # Errors
///
/// 488 if it refuses our stream or takes none of our codecs, 400 or 413 if it cannot be read.
pub fn read_answer(offer: &str, answer: &str, signalling: IpAddr) -> Result<Far, Status> {
    let (ours, theirs) = (read(offer)?, read(answer)?);
    let offered = ours.media.first().ok_or(NOT_ACCEPTABLE_HERE)?;
    let media = theirs.media.first().filter(|media| media.port != 0);
    let media = media.filter(|media| media.is_rtp_audio());
    let media = media.ok_or(NOT_ACCEPTABLE_HERE)?;
    let direction = theirs.direction_of(media).reversed();
    let direction = direction.and(ours.direction_of(offered));
    Ok(Far {
        address: address_of(&theirs, media, signalling)?,
        signalling,
        codec: choose(media).ok_or(NOT_ACCEPTABLE_HERE)?,
        telephone_event: keys_type(media),
        send: direction.sends(),
        receive: direction.receives(),
    })
}

fn read(sdp: &str) -> Result<Description, Status> {
    description::decode(sdp.as_bytes()).map_err(|error| Status(error.status()))
}

/// An unspecified address is kept: nothing is sent to who is on hold that way.
fn address_of(
    description: &Description,
    media: &Media,
    signalling: IpAddr,
) -> Result<SocketAddr, Status> {
    let ip = match description.connection_of(media) {
        Some(Connection::Address(address)) => *address,
        Some(Connection::Name(_)) => signalling,
        None => return Err(NOT_ACCEPTABLE_HERE),
    };
    Ok(SocketAddr::new(ip, media.port))
}

/// The first codec of a stream that we know, under its static payload type.
fn choose(media: &Media) -> Option<Codec> {
    let known = |offered: &codec::Codec| {
        [Codec::Pcmu, Codec::Pcma].into_iter().find(|voice| {
            let ours = written(*voice);
            ours.is_same_as(offered) && ours.payload_type == offered.payload_type
        })
    };
    media.offered().iter().find_map(known)
}

fn keys_type(media: &Media) -> Option<u8> {
    let fits = |codec: &&codec::Codec| codec.is_telephone_event() && codec.clock_hz == CLOCK_HZ;
    let offered = media.offered();
    offered.iter().find(fits).map(|codec| codec.payload_type)
}

fn written(voice: Codec) -> codec::Codec {
    match voice {
        Codec::Pcmu => codec::Codec::new(0, "PCMU", CLOCK_HZ),
        Codec::Pcma => codec::Codec::new(8, "PCMA", CLOCK_HZ),
    }
}

fn keys(payload_type: u8) -> codec::Codec {
    codec::Codec::new(payload_type, "telephone-event", CLOCK_HZ).with_fmtp(KEYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALLING: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));

    fn local() -> Local<'static> {
        Local::new(([192, 0, 2, 1], 4000).into(), 77)
    }

    fn sdp(c: &str, lines: &str) -> String {
        let lines = lines.replace('|', "\r\n");
        format!("v=0\r\no=x 1 1 IN IP4 10.0.0.9\r\ns=-\r\n{c}t=0 0\r\n{lines}\r\n")
    }

    const HERE: &str = "c=IN IP4 10.0.0.9\r\n";

    /// m-lines and directions of a description.
    fn shape(sdp: &str) -> String {
        let kept = sdp.lines().filter(|line| {
            line.starts_with("m=") || Direction::decode(line.trim_start_matches("a=")).is_some()
        });
        kept.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn our_offer_reads_as_it_should() {
        let sdp = offer(&local());
        assert_eq!(
            sdp,
            "v=0\r\no=- 77 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
             m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
             a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        );
        let preferred = Codec::Pcma;
        let sdp = offer(&Local {
            preferred,
            ..local()
        });
        assert_eq!(shape(&sdp), "m=audio 4000 RTP/AVP 8 0 101|a=sendrecv");
    }

    #[test]
    fn offers_are_answered_stream_by_stream() {
        let rows = [
            (
                "m=audio 5000 RTP/AVP 0 8",
                "m=audio 4000 RTP/AVP 0|a=sendrecv",
            ),
            (
                "m=audio 5000 RTP/AVP 18 8 0",
                "m=audio 4000 RTP/AVP 8|a=sendrecv",
            ),
            (
                "m=audio 5000 RTP/AVP 9 0 96|a=rtpmap:96 telephone-event/8000|a=sendonly",
                "m=audio 4000 RTP/AVP 0 96|a=recvonly",
            ),
            (
                "m=audio 5000 RTP/AVP 0 96|a=rtpmap:96 telephone-event/48000|a=recvonly",
                "m=audio 4000 RTP/AVP 0|a=sendonly",
            ),
            (
                "a=inactive|m=audio 5000 RTP/AVP 0",
                "m=audio 4000 RTP/AVP 0|a=inactive",
            ),
            (
                "m=video 5002 RTP/AVP 31|m=audio 5000 RTP/AVP 0|m=audio 5004 RTP/AVP 8",
                "m=video 0 RTP/AVP 31|m=audio 4000 RTP/AVP 0|a=sendrecv|m=audio 0 RTP/AVP 8",
            ),
            (
                "m=audio 5000 RTP/SAVP 0|m=audio 5004 RTP/AVP 0",
                "m=audio 0 RTP/SAVP 0|m=audio 4000 RTP/AVP 0|a=sendrecv",
            ),
            (
                "m=audio 0 RTP/AVP 0|m=image 9 udptl t38|m=audio 5004 RTP/AVP 0",
                "m=audio 0 RTP/AVP 0|m=image 0 udptl t38|m=audio 4000 RTP/AVP 0|a=sendrecv",
            ),
        ];
        for (lines, expected) in rows {
            let answered = answer(&local(), &sdp(HERE, lines), SIGNALLING).unwrap();
            assert_eq!(shape(&answered.sdp), expected, "{lines}");
        }
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_its_status() {
        let rows = [
            (sdp(HERE, "m=audio 5000 RTP/AVP 18"), 488),
            (sdp(HERE, "m=audio 0 RTP/AVP 0"), 488),
            (sdp(HERE, "m=video 5000 RTP/AVP 31"), 488),
            (
                sdp(HERE, "m=audio 5000 RTP/AVP 96|a=rtpmap:96 PCMU/8000"),
                488,
            ),
            (
                sdp(HERE, "m=audio 5000 RTP/AVP 0|a=rtpmap:0 iLBC/8000"),
                488,
            ),
            (sdp("", "m=audio 5000 RTP/AVP 0"), 488),
            (sdp(HERE, ""), 488),
            ("nonsense".to_owned(), 400),
            (sdp(HERE, &["m=audio 5000 RTP/AVP 0"; 40].join("|")), 413),
        ];
        for (offer, status) in rows {
            let got = answer(&local(), &offer, SIGNALLING).map(|answered| answered.far);
            assert_eq!(got, Err(Status(status)), "{offer}");
        }
    }

    #[test]
    fn the_far_end_is_where_its_description_says() {
        let lines = "m=audio 5000 RTP/AVP 8 97|a=rtpmap:97 telephone-event/8000";
        let own = format!("{lines}|c=IN IP4 10.0.0.8");
        let ip6 = "c=IN IP6 2001:db8::9\r\n";
        let rows = [
            (HERE, lines, "10.0.0.9:5000", true),
            (HERE, own.as_str(), "10.0.0.8:5000", true),
            (ip6, lines, "[2001:db8::9]:5000", true),
            (
                "c=IN IP4 host.example\r\n",
                lines,
                "198.51.100.7:5000",
                true,
            ),
            ("c=IN IP4 0.0.0.0\r\n", lines, "0.0.0.0:5000", false),
        ];
        for (c, lines, address, send) in rows {
            let offer = sdp(c, lines);
            let expected = Far {
                address: address.parse().unwrap(),
                signalling: SIGNALLING,
                codec: Codec::Pcma,
                telephone_event: Some(97),
                send,
                receive: true,
            };
            let answered = answer(&local(), &offer, SIGNALLING).unwrap();
            assert_eq!(answered.far, expected, "{offer}");
            let ours = super::offer(&local());
            assert_eq!(read_answer(&ours, &offer, SIGNALLING), Ok(expected));
        }
    }

    #[test]
    fn directions_meet_in_the_middle() {
        let rows = [
            (Direction::SendRecv, "sendrecv", (true, true)),
            (Direction::SendRecv, "sendonly", (false, true)),
            (Direction::SendRecv, "recvonly", (true, false)),
            (Direction::SendOnly, "recvonly", (true, false)),
            (Direction::SendOnly, "inactive", (false, false)),
            (Direction::SendOnly, "sendrecv", (true, false)),
        ];
        for (wish, theirs, (send, receive)) in rows {
            let local = Local { wish, ..local() };
            let theirs = sdp(HERE, &format!("m=audio 5000 RTP/AVP 0|a={theirs}"));
            let far = read_answer(&offer(&local), &theirs, SIGNALLING).unwrap();
            assert_eq!(
                (far.send, far.receive),
                (send, receive),
                "{wish:?} {theirs}"
            );
            let far = answer(&local, &theirs, SIGNALLING).unwrap().far;
            assert_eq!(
                (far.send, far.receive),
                (send, receive),
                "{wish:?} {theirs}"
            );
        }
    }

    #[test]
    fn a_refused_stream_is_no_answer() {
        for (lines, status) in [
            ("m=audio 0 RTP/AVP 0", 488),
            ("m=audio 5000 RTP/AVP 18", 488),
            ("m=video 5000 RTP/AVP 0", 488),
            ("x", 400),
        ] {
            let got = read_answer(&offer(&local()), &sdp(HERE, lines), SIGNALLING);
            assert_eq!(got, Err(Status(status)), "{lines}");
        }
    }

    #[test]
    fn only_a_changed_description_gets_the_next_version() {
        let version = |sdp: &str| read(sdp).unwrap().origin.version;
        let first = offer(&local());
        let same = offer(&Local {
            previous: Some(&first),
            ..local()
        });
        assert_eq!(same, first);
        let held = offer(&Local {
            wish: Direction::SendOnly,
            previous: Some(&same),
            ..local()
        });
        assert_eq!((version(&first), version(&held)), (1, 2));
        let theirs = sdp(HERE, "m=audio 5000 RTP/AVP 0");
        let next = Local {
            previous: Some(&held),
            ..local()
        };
        let answered = answer(&next, &theirs, SIGNALLING).unwrap().sdp;
        assert_eq!(version(&answered), 3);
        let again = Local {
            previous: Some(&answered),
            ..local()
        };
        assert_eq!(answer(&again, &theirs, SIGNALLING).unwrap().sdp, answered);
    }
}
