//! One leg as the outline knows it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::media::contract::Far;
use crate::machine::media::contract::Quality;
use crate::machine::media::contract::Sound;
use crate::machine::media::contract::StopOn;
use crate::machine::media::library::frames_in;
use crate::machine::media::outline_play::OutlinePlay;
use crate::machine::media::outline_tape::Coming;
use crate::machine::media::outline_tape::OutlineTape;
use crate::machine::media::outline_wire::Sending;
use crate::machine::media::outline_wire::Source;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::telephone_event;

/// Keys that wait to be pressed; more are not pressed.
const KEYS_WAITING_MAX: usize = 32;

/// From one key to the next.
const PRESS: Duration = Duration::from_millis(200);

/// Packets of a press.
const PRESS_PACKETS: u64 = 7;

/// A stretch of sound that comes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arriving {
    pub(crate) from: SocketAddr,
    pub(crate) tone: Option<u16>,
    pub(crate) since: Now,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct OutlineBridge {
    pub(crate) peer: LegId,
    pub(crate) is_first: bool,
    pub(crate) has_sent: bool,
    /// What plays until the bridge has sound plays no longer than this.
    pub(crate) music_until: Now,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Listening {
    Off,
    Fresh,
    On(Option<u16>),
}

#[derive(Debug)]
pub(crate) struct OutlineLeg {
    pub(crate) port: u16,
    pub(crate) far: Option<Far>,
    pub(crate) latched: Option<SocketAddr>,
    described: Option<SocketAddr>,
    pub(crate) arriving: Option<Arriving>,
    pub(crate) playing: Option<OutlinePlay>,
    pub(crate) sending: Option<(Sending, Now)>,
    pub(crate) bridge: Option<OutlineBridge>,
    pub(crate) listening: Listening,
    pub(crate) has_sent: bool,
    pub(crate) deadline: Option<Now>,
    keys: VecDeque<char>,
    key_at: Now,
    pub(crate) quality: Quality,
    pub(crate) tape: Option<OutlineTape>,
}

impl OutlineLeg {
    pub(crate) fn new(port: u16) -> Self {
        Self {
            port,
            far: None,
            latched: None,
            described: None,
            arriving: None,
            playing: None,
            sending: None,
            bridge: None,
            listening: Listening::Off,
            has_sent: false,
            deadline: None,
            keys: VecDeque::new(),
            key_at: Now::START,
            quality: Quality::default(),
            tape: None,
        }
    }

    pub(crate) fn aim(&mut self, far: Far, now: Now) {
        self.far = Some(far);
        if is_reachable(far.address) {
            let before = self.described.replace(far.address);
            if before.is_some_and(|before| before != far.address) {
                self.latched = None;
            }
        }
        if let Some(playing) = &mut self.playing {
            playing.start(now);
        }
    }

    /// Where packets go.
    pub(crate) fn target(&self) -> Option<SocketAddr> {
        let described = self.far.map(|far| far.address);
        self.latched
            .or(described.filter(|address| is_reachable(*address)))
    }

    /// Whether sound from this address is the far end's; the flag says that it just latched.
    pub(crate) fn admit(&mut self, from: SocketAddr) -> Option<bool> {
        let far = self.far?;
        match self.latched {
            Some(latched) => (latched == from).then_some(false),
            None if from.ip() == far.signalling || from.ip() == far.address.ip() => {
                self.latched = Some(from);
                Some(true)
            }
            None => None,
        }
    }

    /// What comes in and may be heard or forwarded.
    pub(crate) fn audible(&self) -> Option<Arriving> {
        self.far.filter(|far| far.receive)?;
        let arriving = self.arriving?;
        let is_known = self.latched == Some(arriving.from);
        is_known.then_some(arriving)
    }

    /// What a listener has to be told of what comes in.
    pub(crate) fn listen_to(&mut self, is_marked: bool) -> impl Iterator<Item = Sound> + use<> {
        let arriving = self.audible().filter(|_| self.listening != Listening::Off);
        let is_first = arriving.is_some() && self.listening == Listening::Fresh;
        let told = match self.listening {
            Listening::Off | Listening::Fresh => None,
            Listening::On(tone) => tone,
        };
        if let Some(arriving) = arriving {
            self.listening = Listening::On(arriving.tone);
        }
        let first = is_first.then_some(Sound::FirstPacket);
        let marker = (arriving.is_some() && is_marked).then_some(Sound::Marker);
        let tone = arriving.and_then(|arriving| arriving.tone);
        let tone = tone.filter(|tone| Some(*tone) != told).map(Sound::Tone);
        [first, marker, tone].into_iter().flatten()
    }

    /// What goes out now, given what a bridge brings.
    pub(crate) fn outgoing(&self, brought: Option<Arriving>, now: Now) -> Option<Sending> {
        self.far.filter(|far| far.send)?;
        let to = self.target()?;
        if let Some(playing) = &self.playing {
            return Some(Sending {
                source: Source::Play(playing.play),
                tone: playing.tone(now),
                to,
            });
        }
        brought.map(|arriving| Sending {
            source: Source::Forward(arriving.since),
            tone: arriving.tone,
            to,
        })
    }

    /// When what plays until the bridge has sound ends though the bridge brings none.
    fn music_until(&self) -> Option<Now> {
        let playing = self.playing.as_ref().filter(|_| self.far.is_some())?;
        let bridge = self.bridge?;
        (playing.stop_on == StopOn::Bridge).then_some(bridge.music_until)
    }

    /// Whether what plays until the bridge has sound is over, given what it brings.
    pub(crate) fn is_bridge_heard(&self, brought: Option<Arriving>, now: Now) -> bool {
        let brings = brought.is_some() && self.far.is_some_and(|far| far.send);
        self.music_until()
            .is_some_and(|until| brings || until <= now)
    }

    /// Counts what was sent when sending changes.
    pub(crate) fn send(&mut self, sending: Option<Sending>, now: Now) {
        if let Some((_, since)) = self.sending {
            self.quality.packets_sent += packets(since, now);
        }
        self.sending = sending.map(|sending| (sending, now));
    }

    /// Counts what was received when it changes.
    pub(crate) fn arrive(&mut self, arriving: Option<Arriving>, now: Now) {
        if let Some(before) = self.audible() {
            self.quality.packets_received += packets(before.since, now);
        }
        self.arriving = arriving;
    }

    pub(crate) fn press(&mut self, key: char) {
        if telephone_event::key(key).is_some() && self.keys.len() < KEYS_WAITING_MAX {
            self.keys.push_back(key.to_ascii_uppercase());
        }
    }

    /// The key that is pressed now.
    pub(crate) fn next_key(&mut self, now: Now) -> Option<char> {
        self.far?;
        if now < self.key_at {
            return None;
        }
        let key = self.keys.pop_front()?;
        self.key_at = now + PRESS;
        Some(key)
    }

    pub(crate) fn count_press_sent(&mut self) {
        self.quality.packets_sent += PRESS_PACKETS;
    }

    pub(crate) fn count_press_received(&mut self) {
        self.quality.packets_received += PRESS_PACKETS;
    }

    /// Puts what comes in on the tape, if there is one; true if speech is to be told.
    pub(crate) fn keep(&mut self, now: Now) -> bool {
        let coming = match self.audible().map(|arriving| arriving.tone) {
            None => Coming::Nothing,
            Some(None) => Coming::Silence,
            Some(Some(_)) => Coming::Speech,
        };
        let tape = self.tape.as_mut();
        tape.is_some_and(|tape| tape.hear(coming, now))
    }

    /// When something happens here by itself.
    pub(crate) fn next_deadline(&self, now: Now) -> Option<Now> {
        let play = self
            .playing
            .as_ref()
            .and_then(|playing| playing.deadline(now));
        let waits = self.far.is_some() && !self.keys.is_empty();
        let key = waits.then_some(self.key_at);
        let tape = self.tape.as_ref().and_then(OutlineTape::deadline);
        [play, key, tape, self.music_until()]
            .into_iter()
            .flatten()
            .min()
    }
}

fn packets(since: Now, now: Now) -> u64 {
    u64::from(frames_in(now.since(since)))
}

fn is_reachable(address: SocketAddr) -> bool {
    !address.ip().is_unspecified() && address.port() != 0
}
