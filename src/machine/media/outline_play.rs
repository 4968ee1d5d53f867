//! A play as the outline knows it: lengths and tones.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::media::library::FRAME;
use crate::machine::media::library::frames_in;
use crate::vocabulary::id::PlayId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::time::Now;

/// What plays, in stretches of one tone or of none.
#[derive(Debug)]
pub(crate) struct OutlinePlay {
    pub(crate) play: PlayId,
    pub(crate) stop_on: StopOn,
    repeat: bool,
    /// Frames and frequency; neighbours differ in frequency.
    stretches: Vec<(u32, Option<u16>)>,
    frames: u32,
    /// When the first frame left.
    started: Option<Now>,
}

impl OutlinePlay {
    pub(crate) fn new(
        play: PlayId,
        stop_on: StopOn,
        repeat: bool,
        stretches: Vec<(u32, Option<u16>)>,
    ) -> Self {
        Self {
            play,
            stop_on,
            repeat,
            frames: stretches.iter().map(|(frames, _)| *frames).sum(),
            stretches,
            started: None,
        }
    }

    /// There is nothing to play.
    pub(crate) const fn is_empty(&self) -> bool {
        self.frames == 0
    }

    /// The first frame leaves, unless it has left.
    pub(crate) fn start(&mut self, now: Now) {
        self.started.get_or_insert(now);
    }

    /// How much has left by now, and when its last frame left.
    pub(crate) fn heard(&self, now: Now) -> (Duration, Now) {
        let Some(started) = self.started else {
            return (Duration::ZERO, now);
        };
        let frames = self.frame_at(started, now).saturating_add(1);
        let frames = if self.repeat {
            frames
        } else {
            frames.min(self.frames)
        };
        (FRAME * frames, started + FRAME * frames.saturating_sub(1))
    }

    /// Its last frame has left.
    pub(crate) fn is_finished(&self, now: Now) -> bool {
        self.last_frame().is_some_and(|last| last <= now)
    }

    /// The tone that sounds now.
    pub(crate) fn tone(&self, now: Now) -> Option<u16> {
        self.stretch(now).and_then(|(tone, _)| tone)
    }

    /// When it ends or its tone changes.
    pub(crate) fn deadline(&self, now: Now) -> Option<Now> {
        let change = self.stretch(now).map(|(_, end)| end);
        let change = change.filter(|_| self.stretches.len() > 1);
        [self.last_frame(), change].into_iter().flatten().min()
    }

    fn last_frame(&self) -> Option<Now> {
        let started = self.started.filter(|_| !self.repeat)?;
        Some(started + FRAME * self.frames.saturating_sub(1))
    }

    /// The tone of the stretch that plays now, and when the next begins.
    fn stretch(&self, now: Now) -> Option<(Option<u16>, Now)> {
        let started = self.started?;
        let frame = self.frame_at(started, now);
        let in_round = frame.checked_rem(self.frames)?;
        let mut end = 0;
        for (frames, tone) in &self.stretches {
            end += frames;
            if in_round < end {
                return Some((*tone, started + FRAME * (frame - in_round + end)));
            }
        }
        None
    }

    fn frame_at(&self, started: Now, now: Now) -> u32 {
        let frames = now.since(started).as_nanos() / FRAME.as_nanos();
        u32::try_from(frames).unwrap_or(u32::MAX)
    }
}

/// The stretches of pieces; nothing if one prompt is missing.
pub(crate) fn stretches(
    pieces: &[Piece],
    durations: &BTreeMap<PromptId, Duration>,
) -> Option<Vec<(u32, Option<u16>)>> {
    let mut stretches: Vec<(u32, Option<u16>)> = Vec::new();
    for piece in pieces {
        let (length, tone) = match piece {
            Piece::Prompt(id) => (*durations.get(id)?, None),
            Piece::Silence(length) => (*length, None),
            Piece::Tone { hz, length } => (*length, Some(*hz)),
        };
        match stretches.last_mut() {
            Some((frames, last)) if *last == tone => *frames += frames_in(length),
            _ => stretches.push((frames_in(length), tone)),
        }
    }
    Some(stretches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_change_where_pieces_do() {
        let length = Duration::from_millis(100);
        let tone = |hz| Piece::Tone { hz, length };
        let pieces = [tone(440), tone(440), Piece::Silence(length), tone(880)];
        let stretches = stretches(&pieces, &BTreeMap::new()).unwrap();
        assert_eq!(stretches, [(10, Some(440)), (5, None), (5, Some(880))]);
        let mut play = OutlinePlay::new(PlayId::from_bits(1), StopOn::Nothing, true, stretches);
        play.start(Now::at_ms(1000));
        for (ms, tone, next_ms) in [
            (1000, Some(440), 1200),
            (1199, Some(440), 1200),
            (1200, None, 1300),
            (1300, Some(880), 1400),
            (1400, Some(440), 1600),
        ] {
            assert_eq!(play.tone(Now::at_ms(ms)), tone, "{ms}");
            assert_eq!(play.deadline(Now::at_ms(ms)), Some(Now::at_ms(next_ms)));
        }
    }

    #[test]
    fn a_play_ends_when_its_last_frame_leaves() {
        let stretches = vec![(3, None)];
        let mut play = OutlinePlay::new(PlayId::from_bits(1), StopOn::Nothing, false, stretches);
        assert_eq!(play.deadline(Now::START), None);
        play.start(Now::at_ms(10));
        assert_eq!(play.deadline(Now::at_ms(10)), Some(Now::at_ms(50)));
        assert!(!play.is_finished(Now::at_ms(49)));
        assert!(play.is_finished(Now::at_ms(50)));
        let heard = (Duration::from_millis(60), Now::at_ms(50));
        assert_eq!(play.heard(Now::at_ms(500)), heard);
    }
}
