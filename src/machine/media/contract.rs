//! The contract that every keeper of media fulfils: packet sessions and outlines alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PlayId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::time::Now;

/// What the owner of the legs wants from the media.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaCommand {
    /// Take a port for a leg; answered by [`MediaEvent::Opened`] or [`MediaEvent::Full`].
    Open {
        /// The leg.
        leg: LegId,
    },
    /// Say where packets go and what they carry; repeated on a changed offer.
    Aim {
        /// The leg.
        leg: LegId,
        /// The negotiated far end.
        far: Far,
    },
    /// Play pieces in order. It replaces what was playing ([`PlayEnd::Replaced`]).
    Play {
        /// The leg.
        leg: LegId,
        /// Names this play in [`MediaEvent::PlayEnded`].
        play: PlayId,
        /// What to play.
        pieces: Vec<Piece>,
        /// What ends it early, decided by the keeper itself.
        stop_on: StopOn,
        /// Start again at the end: music.
        repeat: bool,
    },
    /// End what is playing.
    Stop {
        /// The leg.
        leg: LegId,
    },
    /// Forward what each hears to the other. Plays that stop on a bridge go on until it brings
    /// voice, at most [`BRIDGE_SILENCE_MAX`].
    Bridge {
        /// One leg.
        one: LegId,
        /// The other.
        other: LegId,
    },
    /// Forward no more.
    Unbridge {
        /// Either leg of the bridge.
        leg: LegId,
    },
    /// Press a key (RFC 4733): for phones of ours.
    Press {
        /// The leg.
        leg: LegId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        key: char,
    },
    /// Report what is heard ([`MediaEvent::Heard`]): for phones of ours.
    Listen {
        /// The leg.
        leg: LegId,
    },
    /// Keep what the far end says from now on, for a message; what was kept before is dropped. Speech
    /// is told by [`MediaEvent::Spoke`].
    Tape {
        /// The leg.
        leg: LegId,
        /// What comes later is not kept.
        longest: Duration,
    },
    /// Keep nothing more; answered by [`MediaEvent::Taped`], as is [`MediaCommand::Close`] of a leg
    /// that keeps something.
    EndTape {
        /// The leg.
        leg: LegId,
    },
    /// Give the port back; answered by [`MediaEvent::Closed`].
    Close {
        /// The leg.
        leg: LegId,
    },
}

/// How often [`MediaEvent::Spoke`] is told at most.
pub const SPOKE_EVERY: Duration = Duration::from_millis(500);

/// The negotiated far end of a leg.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Far {
    /// Where the description says packets go; a latched address overrules it.
    pub address: SocketAddr,
    /// The far end's signalling address: the first valid packet from it latches.
    pub signalling: std::net::IpAddr,
    /// How voice is coded, and its payload type.
    pub codec: Codec,
    /// Payload type of telephone-event, if negotiated.
    pub telephone_event: Option<u8>,
    /// We may send voice.
    pub send: bool,
    /// We listen to voice.
    pub receive: bool,
}

/// How voice is coded (RFC 3551 section 6).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Codec {
    /// G.711 mu-law, payload type 0.
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// Its static payload type (RFC 3551 table 4).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }
}

/// A piece of sound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Piece {
    /// A prompt of the library.
    Prompt(PromptId),
    /// Silence, in whole frames of 20 ms.
    Silence(Duration),
    /// A sine at -12 dBm0: before a message, and for phones of ours.
    Tone {
        /// Frequency.
        hz: u16,
        /// Length, in whole frames of 20 ms.
        length: Duration,
    },
}

/// How long who is bridged to a silent far end goes on hearing what plays: long enough for a phone
/// that sends its first packet only when its handset has been lifted, and short enough that nobody
/// talks into music.
pub const BRIDGE_SILENCE_MAX: Duration = Duration::from_secs(2);

/// What ends a play before its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StopOn {
    /// Nothing.
    Nothing,
    /// A key of the far end.
    Digit,
    /// The first voice that a bridge brings to the leg, or [`BRIDGE_SILENCE_MAX`] of a bridge that
    /// brings none.
    Bridge,
}

/// What happened in the media.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// A leg has its port.
    Opened {
        /// The leg.
        leg: LegId,
        /// Our UDP port.
        port: u16,
        /// The keeper's first SSRC for the leg.
        ssrc: u32,
    },
    /// No port is free: the leg has none.
    Full {
        /// The leg.
        leg: LegId,
    },
    /// The first packet of a leg has left.
    FirstSent {
        /// The leg.
        leg: LegId,
        /// When.
        at: Now,
    },
    /// The far end's first valid packet came, from here.
    Latched {
        /// The leg.
        leg: LegId,
        /// Where packets go from now on.
        address: SocketAddr,
        /// When.
        at: Now,
    },
    /// A play has ended.
    PlayEnded {
        /// The leg.
        leg: LegId,
        /// Which play.
        play: PlayId,
        /// How much of it was sent.
        heard: Duration,
        /// Why.
        end: PlayEnd,
        /// When its last packet left.
        at: Now,
    },
    /// A key was pressed: one event per press, at its first report.
    Digit {
        /// The leg.
        leg: LegId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        key: char,
        /// When its first report came.
        at: Now,
    },
    /// Sound has been forwarded in both directions of a bridge.
    TwoWay {
        /// One leg.
        one: LegId,
        /// The other.
        other: LegId,
        /// When the second direction began.
        at: Now,
    },
    /// A listening leg heard something new.
    Heard {
        /// The leg.
        leg: LegId,
        /// What.
        sound: Sound,
        /// When.
        at: Now,
    },
    /// The far end of a leg that keeps a message speaks; told twice a second at most.
    Spoke {
        /// The leg.
        leg: LegId,
        /// When.
        at: Now,
    },
    /// What a far end said since [`MediaCommand::Tape`].
    Taped {
        /// The leg.
        leg: LegId,
        /// In mu-law at 8 kHz, up to half a second after the last speech.
        sound: Arc<Vec<u8>>,
        /// How much of it is speech.
        spoken: Duration,
    },
    /// A leg has given its port back.
    Closed {
        /// The leg.
        leg: LegId,
        /// What passed through it.
        quality: Quality,
        /// Why.
        end: CloseEnd,
    },
    /// A thread of the media failed outside any leg; each of its legs is told as closed.
    ThreadFailed {
        /// Which thread.
        thread: usize,
        /// Whether it began anew: else its share of new legs falls to the others.
        goes_on: bool,
    },
}

impl MediaEvent {
    /// The leg that it is about; of a bridge the first.
    #[must_use]
    pub const fn leg(&self) -> Option<LegId> {
        match self {
            Self::Opened { leg, .. }
            | Self::Full { leg }
            | Self::FirstSent { leg, .. }
            | Self::Latched { leg, .. }
            | Self::PlayEnded { leg, .. }
            | Self::Digit { leg, .. }
            | Self::TwoWay { one: leg, .. }
            | Self::Heard { leg, .. }
            | Self::Spoke { leg, .. }
            | Self::Taped { leg, .. }
            | Self::Closed { leg, .. } => Some(*leg),
            Self::ThreadFailed { .. } => None,
        }
    }

    /// What the person who runs the centre should read about it, beyond any call.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let Self::ThreadFailed { thread, goes_on } = self else {
            return None;
        };
        let then = if *goes_on {
            "and began anew"
        } else {
            "and is gone: restart the centre when its calls allow"
        };
        Some(format!(
            "media thread {thread} failed, its calls have ended, {then}"
        ))
    }
}

/// Why a leg was closed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CloseEnd {
    /// It was told to.
    Asked,
    /// The keeper failed while it handled this leg, or all of them; nothing more comes of it.
    Failed,
}

/// Why a play ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PlayEnd {
    /// All of it was sent.
    Finished,
    /// A key stopped it.
    Digit,
    /// A bridge stopped it, or the end of one that brought no voice.
    Bridge,
    /// It was told to stop, or the leg was closed.
    Stopped,
    /// Another play took its place.
    Replaced,
    /// A prompt of it is not in the library.
    Missing,
}

/// What a listening leg hears.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sound {
    /// The first packet of all.
    FirstPacket,
    /// A packet with the marker bit: a new stretch of sound begins.
    Marker,
    /// A tone, first noticed.
    Tone(u16),
}

/// What passed through a leg.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    /// RTP packets sent.
    pub packets_sent: u64,
    /// Valid RTP packets received.
    pub packets_received: u64,
    /// Packets missing in the received sequence (RFC 3550 appendix A.3).
    pub packets_lost: u64,
    /// Packets that were not valid, or not from the far end.
    pub packets_dropped: u64,
    /// Interarrival jitter in microseconds (RFC 3550 section 6.4.1).
    pub jitter_us: u32,
    /// Packets of ours that the far end misses, by its last report.
    pub far_packets_lost: u64,
    /// Interarrival jitter at the far end in microseconds, by its last report.
    pub far_jitter_us: u32,
    /// Round trip in microseconds, by the far end's last report that answers one of ours (RFC 3550
    /// section 6.4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u32>,
}
