//! One leg's packets: what it plays, presses, hears and is forwarded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::Codec;
use crate::machine::media::contract::Far;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::PlayEnd;
use crate::machine::media::contract::Quality;
use crate::machine::media::contract::Sound;
use crate::machine::media::contract::StopOn;
use crate::machine::media::ear::Ear;
use crate::machine::media::forwarding::Forwarding;
use crate::machine::media::key_hearing::KeyHearing;
use crate::machine::media::key_press::KeyPress;
use crate::machine::media::latch::Latch;
use crate::machine::media::latch::Verdict;
use crate::machine::media::library::FRAME;
use crate::machine::media::outbox::Post;
use crate::machine::media::playback::Playback;
use crate::machine::media::playback::Program;
use crate::machine::media::reception::Reception;
use crate::machine::media::reporter::Reporter;
use crate::machine::media::stream::Stream;
use crate::machine::media::tape::Tape;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::g711;
use crate::wire::rtp;
use crate::wire::rtp::Header;
use crate::wire::telephone_event;

const FRAME_TICKS: u32 = 160;

/// A packet that a leg heard and a bridge carries on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    pub(super) kind: Kind,
    pub(super) header: Header,
    pub(super) payload: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Voice(Codec),
    Key,
}

/// One leg's state. It is told packets and ticks of 20 ms, and posts packets and events.
#[derive(Debug)]
pub struct Session {
    pub(super) leg: LegId,
    pub(super) far: Option<Far>,
    pub(super) stream: Stream,
    latch: Latch,
    reception: Reception,
    packets_dropped: u64,
    keys_heard: KeyHearing,
    keys_pressed: KeyPress,
    pub(super) playback: Option<Playback>,
    /// When the last frame left.
    frame_at: Now,
    /// The far end did not get the last frame: it was on hold.
    is_withheld: bool,
    /// Where the next frame stands while ticks follow each other.
    pub(super) timeline: Option<u32>,
    pub(super) forwarding: Option<Forwarding>,
    ear: Option<Box<Ear>>,
    ear_is_fresh: bool,
    tape: Option<Box<Tape>>,
    reporter: Reporter,
}

impl Session {
    /// A session with numbers that strangers cannot guess.
    #[must_use]
    pub fn new(leg: LegId, chance: &mut Chance) -> Self {
        Self {
            leg,
            far: None,
            stream: Stream::new(chance),
            latch: Latch::default(),
            reception: Reception::default(),
            packets_dropped: 0,
            keys_heard: KeyHearing::default(),
            keys_pressed: KeyPress::default(),
            playback: None,
            frame_at: Now::START,
            is_withheld: false,
            timeline: None,
            forwarding: None,
            ear: None,
            ear_is_fresh: false,
            tape: None,
            reporter: Reporter::new(chance),
        }
    }

    /// Whose packets these are.
    #[must_use]
    pub const fn leg(&self) -> LegId {
        self.leg
    }

    /// The SSRC it sends with.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.stream.ssrc()
    }

    pub(crate) fn aim(&mut self, far: Far, now: Now) {
        self.latch.describe(&far);
        self.far = Some(far);
        self.reporter.begin(now);
    }

    pub(crate) fn play(&mut self, program: Program, post: &mut Post<'_>) {
        self.end(PlayEnd::Replaced, post);
        let playback = Playback::new(program);
        let (is_missing, is_finished) = (playback.is_missing(), playback.is_finished());
        self.playback = Some(playback);
        self.forwarding = None;
        if is_missing {
            self.end(PlayEnd::Missing, post);
        } else if is_finished {
            self.end(PlayEnd::Finished, post);
        }
    }

    /// Ends what is playing.
    pub(crate) fn end(&mut self, end: PlayEnd, post: &mut Post<'_>) {
        if let Some(playback) = self.playback.take() {
            post.event(MediaEvent::PlayEnded {
                leg: self.leg,
                play: playback.play(),
                heard: playback.heard(),
                end,
                at: if playback.is_fresh() {
                    post.now
                } else {
                    self.frame_at
                },
            });
        }
    }

    /// Ends what is playing if this is what stops it.
    pub(crate) fn end_on(&mut self, cause: StopOn, post: &mut Post<'_>) {
        let end = match cause {
            StopOn::Nothing => return,
            StopOn::Digit => PlayEnd::Digit,
            StopOn::Bridge => PlayEnd::Bridge,
        };
        if self
            .playback
            .as_ref()
            .is_some_and(|playback| playback.stop_on() == cause)
        {
            self.end(end, post);
        }
    }

    pub(crate) fn press(&mut self, key: char) {
        self.keys_pressed.press(key);
    }

    pub(crate) fn listen(&mut self) {
        if self.ear.is_none() {
            self.ear = Some(Box::new(Ear::new()));
            self.ear_is_fresh = true;
        }
    }

    pub(crate) fn tape(&mut self, longest: Duration) {
        self.tape = Some(Box::new(Tape::new(longest)));
    }

    /// Tells what the far end said, if that is kept.
    pub(crate) fn end_tape(&mut self, post: &mut Post<'_>) {
        if let Some(tape) = self.tape.take() {
            let (sound, spoken) = tape.finish();
            let (leg, sound) = (self.leg, Arc::new(sound));
            post.event(MediaEvent::Taped { leg, sound, spoken });
        }
    }

    /// Whether ticks have something to send.
    pub(crate) fn is_busy(&self) -> bool {
        self.far.is_some() && (self.playback.is_some() || self.keys_pressed.is_busy())
    }

    /// When the next frame may leave: not sooner than a frame after the last.
    pub(crate) fn next_frame_at(&self, now: Now) -> Now {
        let after_last = self.timeline.map(|_| self.frame_at + FRAME);
        after_last.unwrap_or(now).max(now)
    }

    /// Sends what the next 20 ms hold; false if there is nothing, and ticks may stop.
    pub(crate) fn tick(&mut self, post: &mut Post<'_>) -> bool {
        let Some(far) = self.far.filter(|_| self.is_busy()) else {
            self.timeline = None;
            return false;
        };
        let timestamp = self
            .timeline
            .unwrap_or_else(|| self.stream.beginning(post.now));
        self.timeline = Some(timestamp.wrapping_add(FRAME_TICKS));
        self.frame_at = post.now;
        if !self.report_key(&far, timestamp, post) {
            self.play_frame(&far, timestamp, post);
        } else if let Some(playback) = &mut self.playback {
            playback.next_frame(far.codec);
        }
        if self.playback.as_ref().is_some_and(Playback::is_finished) {
            self.end(PlayEnd::Finished, post);
        }
        true
    }

    fn report_key(&mut self, far: &Far, timestamp: u32, post: &mut Post<'_>) -> bool {
        let report = self.keys_pressed.next_report(timestamp);
        let (Some(report), Some(payload_type)) = (report, far.telephone_event) else {
            return false;
        };
        let header = Header {
            marker: report.marker,
            payload_type,
            ..self
                .stream
                .number(self.stream.seq().next(), report.timestamp)
        };
        let payload = telephone_event::encode(&report.event);
        self.send(&header, payload.into_iter(), post)
    }

    fn play_frame(&mut self, far: &Far, timestamp: u32, post: &mut Post<'_>) {
        let Some(playback) = &mut self.playback else {
            return;
        };
        let marker = playback.is_fresh() || self.is_withheld;
        let frame = playback.next_frame(far.codec);
        self.is_withheld = !far.send;
        if far.send {
            let header = Header {
                marker,
                payload_type: far.codec.payload_type(),
                ..self.stream.number(self.stream.seq().next(), timestamp)
            };
            self.send(&header, frame.into_iter(), post);
        }
    }

    /// Sends a packet, if there is somewhere to send it.
    pub(super) fn send(
        &mut self,
        header: &Header,
        payload: impl ExactSizeIterator<Item = u8>,
        post: &mut Post<'_>,
    ) -> bool {
        let target = self.far.as_ref().and_then(|far| self.latch.target(far));
        let Some(to) = target else {
            return false;
        };
        if self.stream.packets() == 0 {
            let leg = self.leg;
            post.event(MediaEvent::FirstSent { leg, at: post.now });
        }
        self.stream.count(payload.len());
        post.rtp(to, header, payload);
        true
    }

    /// Takes in a datagram of the voice port. What a bridge may carry on is returned.
    pub(crate) fn handle_packet<'a>(
        &mut self,
        datagram: &'a [u8],
        from: SocketAddr,
        post: &mut Post<'_>,
    ) -> Option<Heard<'a>> {
        let Some((far, heard)) = self.admit(datagram, from, post) else {
            self.packets_dropped += 1;
            return None;
        };
        match heard.kind {
            Kind::Voice(_) if !far.receive => return None,
            Kind::Voice(codec) => {
                self.listen_to(&heard, codec, post);
                self.keep(&heard, codec, post);
            }
            Kind::Key => {
                let event = telephone_event::decode(heard.payload).ok()?;
                if let Some(key) = self.keys_heard.hear(&heard.header, &event, post.now) {
                    self.pressed(key, post);
                }
            }
        }
        Some(heard)
    }

    /// Lets in what is valid, negotiated, and from the far end.
    fn admit<'a>(
        &mut self,
        datagram: &'a [u8],
        from: SocketAddr,
        post: &mut Post<'_>,
    ) -> Option<(Far, Heard<'a>)> {
        let far = self.far?;
        let packet = rtp::decode(datagram).ok()?;
        let (header, payload) = (packet.header, packet.payload);
        let is_voice = header.payload_type == far.codec.payload_type();
        let is_key = far.telephone_event == Some(header.payload_type);
        if payload.is_empty() || !(is_voice || is_key) {
            return None;
        }
        match self.latch.judge(&far, from, &header, post.now) {
            Verdict::Stranger => return None,
            Verdict::Latched => post.event(MediaEvent::Latched {
                leg: self.leg,
                address: from,
                at: post.now,
            }),
            Verdict::Known => {}
        }
        self.reception.hear(&header, is_voice, post.now);
        let kind = if is_voice {
            Kind::Voice(far.codec)
        } else {
            Kind::Key
        };
        let heard = Heard {
            kind,
            header,
            payload,
        };
        Some((far, heard))
    }

    fn pressed(&mut self, key: u8, post: &mut Post<'_>) {
        if let Some(key) = telephone_event::character(key) {
            let leg = self.leg;
            post.event(MediaEvent::Digit {
                leg,
                key,
                at: post.now,
            });
            self.end_on(StopOn::Digit, post);
        }
    }

    /// Puts what was heard on the tape, if there is one.
    fn keep(&mut self, heard: &Heard<'_>, codec: Codec, post: &mut Post<'_>) {
        let (leg, at) = (self.leg, post.now);
        if let Some(tape) = &mut self.tape
            && tape.hear(&heard.header, codec, heard.payload, at)
        {
            post.event(MediaEvent::Spoke { leg, at });
        }
    }

    fn listen_to(&mut self, heard: &Heard<'_>, codec: Codec, post: &mut Post<'_>) {
        let Some(ear) = &mut self.ear else {
            return;
        };
        let (leg, at) = (self.leg, post.now);
        let mut tell = |sound| post.event(MediaEvent::Heard { leg, sound, at });
        if std::mem::take(&mut self.ear_is_fresh) {
            tell(Sound::FirstPacket);
        }
        if heard.header.marker {
            tell(Sound::Marker);
        }
        let level = match codec {
            Codec::Pcmu => g711::decode_pcmu,
            Codec::Pcma => g711::decode_pcma,
        };
        if let Some(hz) = ear.hear(heard.payload.iter().map(|code| level(*code))) {
            tell(Sound::Tone(hz));
        }
    }

    /// Sends a report if one is due.
    pub(crate) fn check(&mut self, post: &mut Post<'_>) {
        let target = self.far.as_ref().and_then(|far| self.latch.target(far));
        if let Some(to) = target {
            let streams = (&self.stream, &mut self.reception);
            self.reporter.report(to, streams, post);
        }
    }

    /// Takes in a datagram of the report port.
    pub(crate) fn handle_report(&mut self, datagram: &[u8], from: SocketAddr, now: Now) {
        if self
            .latch
            .address()
            .is_some_and(|far| far.ip() == from.ip())
        {
            let ssrc = self.stream.ssrc();
            self.reporter.hear(datagram, ssrc, &mut self.reception, now);
        } else {
            self.packets_dropped += 1;
        }
    }

    /// Ends what is playing and says what passed through.
    pub(crate) fn close(&mut self, post: &mut Post<'_>) {
        self.end(PlayEnd::Stopped, post);
        self.end_tape(post);
        if let Some(to) = self.far.as_ref().and_then(|far| self.latch.target(far)) {
            let streams = (&self.stream, &mut self.reception);
            self.reporter.leave(to, streams, post);
        }
        post.event(MediaEvent::Closed {
            leg: self.leg,
            quality: self.quality(),
            end: CloseEnd::Asked,
        });
    }

    /// Says what passed through until it failed. Nothing more is sent: its state may be broken.
    pub(crate) fn abandon(&self, post: &mut Post<'_>) {
        post.event(MediaEvent::Closed {
            leg: self.leg,
            quality: self.quality(),
            end: CloseEnd::Failed,
        });
    }

    fn quality(&self) -> Quality {
        let (far_packets_lost, far_jitter_us) = self.reporter.far();
        Quality {
            packets_sent: self.stream.packets(),
            packets_received: self.reception.received(),
            packets_lost: self.reception.lost(),
            packets_dropped: self.packets_dropped,
            jitter_us: self.reception.jitter_us(),
            far_packets_lost,
            far_jitter_us,
            round_trip_us: self.reporter.round_trip_us(),
        }
    }
}

#[cfg(test)]
mod tests {
    impl super::Session {
        /// Makes it panic when it sends its next packet.
        pub(crate) fn wear_out(&mut self) {
            self.stream.wear_out();
        }
    }
}
