//! What sessions are told to do.

use std::time::Duration;

use crate::machine::media::contract::Far;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::library::Library;
use crate::machine::media::playback::Program;
use crate::vocabulary::id::LegId;

/// What the owner wants of sessions that are here: a command with its sounds found.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// [`MediaCommand::Aim`].
    Aim(LegId, Far),
    /// [`MediaCommand::Play`].
    Play(LegId, Program),
    /// [`MediaCommand::Stop`].
    Stop(LegId),
    /// [`MediaCommand::Bridge`].
    Bridge(LegId, LegId),
    /// [`MediaCommand::Unbridge`].
    Unbridge(LegId),
    /// [`MediaCommand::Press`].
    Press(LegId, char),
    /// [`MediaCommand::Listen`].
    Listen(LegId),
    /// [`MediaCommand::Tape`].
    Tape(LegId, Duration),
    /// [`MediaCommand::EndTape`].
    EndTape(LegId),
    /// [`MediaCommand::Close`].
    Close(LegId),
}

impl Order {
    /// The order behind a command; none behind [`MediaCommand::Open`], which makes a session.
    #[must_use]
    pub fn new(command: MediaCommand, library: &Library) -> Option<Self> {
        Some(match command {
            MediaCommand::Open { .. } => return None,
            MediaCommand::Aim { leg, far } => Self::Aim(leg, far),
            MediaCommand::Play {
                leg,
                play,
                pieces,
                stop_on,
                repeat,
            } => {
                let cues = library.cues(&pieces);
                let program = Program {
                    play,
                    cues,
                    stop_on,
                    repeat,
                };
                Self::Play(leg, program)
            }
            MediaCommand::Stop { leg } => Self::Stop(leg),
            MediaCommand::Bridge { one, other } => Self::Bridge(one, other),
            MediaCommand::Unbridge { leg } => Self::Unbridge(leg),
            MediaCommand::Press { leg, key } => Self::Press(leg, key),
            MediaCommand::Listen { leg } => Self::Listen(leg),
            MediaCommand::Tape { leg, longest } => Self::Tape(leg, longest),
            MediaCommand::EndTape { leg } => Self::EndTape(leg),
            MediaCommand::Close { leg } => Self::Close(leg),
        })
    }

    /// The legs to be bridged, if it is that.
    #[must_use]
    pub const fn bridge(&self) -> Option<(LegId, LegId)> {
        if let Self::Bridge(one, other) = self {
            Some((*one, *other))
        } else {
            None
        }
    }

    /// The leg it is for; of a bridge the first.
    #[must_use]
    pub const fn leg(&self) -> LegId {
        match self {
            Self::Aim(leg, _)
            | Self::Play(leg, _)
            | Self::Stop(leg)
            | Self::Bridge(leg, _)
            | Self::Unbridge(leg)
            | Self::Press(leg, _)
            | Self::Listen(leg)
            | Self::Tape(leg, _)
            | Self::EndTape(leg)
            | Self::Close(leg) => *leg,
        }
    }
}
