//! The legs of an outline: what each plays and hears, and what is told of it.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::PlayEnd;
use crate::machine::media::contract::StopOn;
use crate::machine::media::outline_leg::Listening;
use crate::machine::media::outline_leg::OutlineLeg;
use crate::machine::media::outline_play::OutlinePlay;
use crate::machine::media::outline_tape::OutlineTape;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

/// Legs by id, and the events that wait to be polled.
#[derive(Debug, Default)]
pub(crate) struct OutlineRoster {
    by_id: BTreeMap<LegId, OutlineLeg>,
    events: VecDeque<MediaEvent>,
}

impl OutlineRoster {
    pub(crate) fn ids(&self) -> impl Iterator<Item = LegId> + '_ {
        self.by_id.keys().copied()
    }

    pub(crate) fn contains(&self, leg: &LegId) -> bool {
        self.by_id.contains_key(leg)
    }

    pub(crate) fn get(&self, leg: &LegId) -> Option<&OutlineLeg> {
        self.by_id.get(leg)
    }

    pub(crate) fn get_mut(&mut self, leg: &LegId) -> Option<&mut OutlineLeg> {
        self.by_id.get_mut(leg)
    }

    pub(crate) fn insert(&mut self, leg: LegId, outline: OutlineLeg) {
        self.by_id.insert(leg, outline);
    }

    pub(crate) fn remove(&mut self, leg: &LegId) -> Option<OutlineLeg> {
        self.by_id.remove(leg)
    }

    pub(crate) fn tell(&mut self, event: MediaEvent) {
        self.events.push_back(event);
    }

    pub(crate) fn poll(&mut self) -> Option<MediaEvent> {
        self.events.pop_front()
    }

    pub(crate) fn latched(&mut self, leg: LegId, is_new: bool, now: Now) {
        let address = self.by_id.get(&leg).and_then(|outline| outline.latched);
        if let (true, Some(address)) = (is_new, address) {
            self.events.push_back(MediaEvent::Latched {
                leg,
                address,
                at: now,
            });
        }
    }

    pub(crate) fn play(&mut self, leg: LegId, mut playing: OutlinePlay, end: PlayEnd, now: Now) {
        self.end(leg, PlayEnd::Replaced, now);
        let Some(outline) = self.by_id.get_mut(&leg) else {
            return;
        };
        let is_empty = playing.is_empty();
        if outline.far.is_some() && !is_empty {
            playing.start(now);
        }
        outline.playing = Some(playing);
        if is_empty {
            self.end(leg, end, now);
        }
    }

    pub(crate) fn end(&mut self, leg: LegId, end: PlayEnd, now: Now) {
        let playing = self
            .by_id
            .get_mut(&leg)
            .and_then(|outline| outline.playing.take());
        if let Some(playing) = playing {
            let (heard, at) = playing.heard(now);
            self.events.push_back(MediaEvent::PlayEnded {
                leg,
                play: playing.play,
                heard,
                end,
                at,
            });
        }
    }

    pub(crate) fn end_on(&mut self, leg: LegId, cause: StopOn, end: PlayEnd, now: Now) {
        let playing = self
            .by_id
            .get(&leg)
            .and_then(|outline| outline.playing.as_ref());
        if playing.is_some_and(|playing| playing.stop_on == cause) {
            self.end(leg, end, now);
        }
    }

    pub(crate) fn tape(&mut self, leg: LegId, longest: Duration) {
        if let Some(outline) = self.by_id.get_mut(&leg) {
            outline.tape = Some(OutlineTape::new(longest));
        }
    }

    /// Puts what comes in on the leg's tape, if there is one.
    pub(crate) fn keep(&mut self, leg: LegId, now: Now) {
        let outline = self.by_id.get_mut(&leg);
        if outline.is_some_and(|outline| outline.keep(now)) {
            self.events.push_back(MediaEvent::Spoke { leg, at: now });
        }
    }

    pub(crate) fn end_tape(&mut self, leg: LegId, now: Now) {
        let tape = self.by_id.get_mut(&leg).and_then(|leg| leg.tape.take());
        if let Some(tape) = tape {
            let (sound, spoken) = tape.finish(now);
            let sound = Arc::new(sound);
            let taped = MediaEvent::Taped { leg, sound, spoken };
            self.events.push_back(taped);
        }
    }

    pub(crate) fn listen(&mut self, leg: LegId, now: Now) {
        let Some(outline) = self.by_id.get_mut(&leg) else {
            return;
        };
        if outline.listening == Listening::Off {
            outline.listening = Listening::Fresh;
            self.hear(leg, false, now);
        }
    }

    /// Tells a listener what comes in.
    pub(crate) fn hear(&mut self, leg: LegId, is_marked: bool, at: Now) {
        if let Some(outline) = self.by_id.get_mut(&leg) {
            let heard = |sound| MediaEvent::Heard { leg, sound, at };
            self.events.extend(outline.listen_to(is_marked).map(heard));
        }
    }

    /// Voice has left at a leg: tells when it has left in both directions.
    pub(crate) fn forwarded(&mut self, leg: LegId, now: Now) {
        let bridge = self
            .by_id
            .get_mut(&leg)
            .and_then(|outline| outline.bridge.as_mut());
        let Some(bridge) = bridge.filter(|bridge| !bridge.has_sent) else {
            return;
        };
        bridge.has_sent = true;
        let (peer, is_first) = (bridge.peer, bridge.is_first);
        let back = self.by_id.get(&peer).and_then(|outline| outline.bridge);
        if back.is_some_and(|bridge| bridge.has_sent) {
            let (one, other) = if is_first { (leg, peer) } else { (peer, leg) };
            let at = now;
            self.events.push_back(MediaEvent::TwoWay { one, other, at });
        }
    }

    pub(crate) fn with(&mut self, leg: LegId, change: impl FnOnce(&mut OutlineLeg)) {
        if let Some(outline) = self.by_id.get_mut(&leg) {
            change(outline);
        }
    }
}
