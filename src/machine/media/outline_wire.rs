//! What passes between outlines instead of packets.

use std::net::SocketAddr;

use crate::vocabulary::id::PlayId;
use crate::vocabulary::time::Now;

/// Sound between two outlines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WireSound {
    /// A stretch of sound begins.
    Begin {
        /// Its frequency, if it is a tone.
        tone: Option<u16>,
        /// Its first packet has the marker bit.
        is_marked: bool,
    },
    /// The stretch goes on with another tone, or with none.
    Tone(Option<u16>),
    /// The stretch ends.
    End,
    /// A key is pressed.
    Key(char),
}

/// Sound on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WireSignal {
    /// Sender.
    pub from: SocketAddr,
    /// Receiver.
    pub to: SocketAddr,
    /// What.
    pub sound: WireSound,
}

/// What a leg sends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    Play(PlayId),
    /// What a bridge brings since then.
    Forward(Now),
}

/// A stretch of sound that goes out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Sending {
    pub(crate) source: Source,
    pub(crate) tone: Option<u16>,
    pub(crate) to: SocketAddr,
}

/// What the addresses concerned hear when a leg sends something else.
pub(crate) fn transition(
    from: Option<Sending>,
    to: Option<Sending>,
) -> [Option<(SocketAddr, WireSound)>; 2] {
    let stays = |from: &Sending| to.is_some_and(|to| to.to == from.to);
    let left = from.filter(|from| !stays(from));
    let end = left.map(|left| (left.to, WireSound::End));
    let begin = to.map(|to| {
        let goes_on = from.is_some_and(|from| from.source == to.source);
        let sound = if goes_on && left.is_none() {
            WireSound::Tone(to.tone)
        } else {
            WireSound::Begin {
                tone: to.tone,
                is_marked: !goes_on,
            }
        };
        (to.to, sound)
    });
    [end, begin]
}
