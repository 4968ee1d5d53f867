//! What a seat hears before it is bridged, under way.

use crate::call::speaking::Speaking;
use crate::vocabulary::id::PlayId;

/// What a seat hears before it is bridged.
#[derive(Debug)]
pub(super) enum Whisper {
    /// Its sounds are being made.
    Made(Speaking),
    /// It is played.
    Played(PlayId),
    /// All is said; whoever answered has to press 1.
    Asked,
}
