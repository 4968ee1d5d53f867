//! The second keeper of the media contract: it knows durations and nothing of packets.
//!
//! Outlines are joined by whoever owns them: a `WireSignal` that one polls is handled, some
//! time later, by the outline whose address it goes to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::machine::media::contract::BRIDGE_SILENCE_MAX;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::Far;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::PlayEnd;
use crate::machine::media::contract::StopOn;
use crate::machine::media::outline_leg::Arriving;
use crate::machine::media::outline_leg::OutlineBridge;
use crate::machine::media::outline_leg::OutlineLeg;
use crate::machine::media::outline_play;
use crate::machine::media::outline_play::OutlinePlay;
use crate::machine::media::outline_roster::OutlineRoster;
use crate::machine::media::outline_wire;
use crate::machine::media::outline_wire::Sending;
use crate::machine::media::outline_wire::Source;
use crate::machine::media::outline_wire::WireSignal;
use crate::machine::media::outline_wire::WireSound;
use crate::vocabulary::chance::Chance;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::PromptId;
use crate::vocabulary::time::Now;

/// Legs by their durations. Events and signals are to be polled after every call.
#[derive(Debug)]
pub struct Outline {
    address: IpAddr,
    chance: Chance,
    durations: BTreeMap<PromptId, Duration>,
    ports_free: VecDeque<u16>,
    ports: BTreeMap<u16, LegId>,
    legs: OutlineRoster,
    deadlines: BTreeSet<(Now, LegId)>,
    signals: VecDeque<WireSignal>,
}

impl Outline {
    /// An outline at this address with the even ports of a range. `chance` numbers the streams.
    #[must_use]
    pub fn new(address: IpAddr, ports: RangeInclusive<u16>, chance: Chance) -> Self {
        Self {
            address,
            chance,
            durations: BTreeMap::new(),
            ports_free: ports.filter(|port| port % 2 == 0).collect(),
            ports: BTreeMap::new(),
            legs: OutlineRoster::default(),
            deadlines: BTreeSet::new(),
            signals: VecDeque::new(),
        }
    }

    /// Says how long a prompt is.
    pub fn insert_prompt(&mut self, id: PromptId, duration: Duration) {
        self.durations.insert(id, duration);
    }

    /// The legs that hold a port.
    pub fn legs(&self) -> impl Iterator<Item = LegId> + '_ {
        self.legs.ids()
    }

    /// The next event.
    pub fn poll(&mut self) -> Option<MediaEvent> {
        self.legs.poll()
    }

    /// The next signal for another outline.
    pub fn poll_wire(&mut self) -> Option<WireSignal> {
        self.signals.pop_front()
    }

    /// When something happens by itself.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Lets happen what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some((at, leg)) = self.deadlines.first().copied() {
            if at > now {
                return;
            }
            self.deadlines.pop_first();
            if let Some(outline) = self.legs.get_mut(&leg) {
                outline.deadline = None;
            }
            self.settle(leg, at);
        }
    }

    /// Carries out a command.
    pub fn handle(&mut self, command: MediaCommand, now: Now) {
        let leg = match command {
            MediaCommand::Open { leg } => return self.open(leg),
            MediaCommand::Close { leg } => return self.close(leg, now),
            MediaCommand::Bridge { one, other } => return self.bridge(one, other, now),
            MediaCommand::Unbridge { leg } => return self.unbridge(leg, now),
            MediaCommand::Stop { leg } => {
                self.legs.end(leg, PlayEnd::Stopped, now);
                leg
            }
            MediaCommand::Aim { leg, far } => {
                self.aim(leg, far, now);
                leg
            }
            MediaCommand::Press { leg, key } => {
                self.legs.with(leg, |outline| outline.press(key));
                leg
            }
            MediaCommand::Listen { leg } => {
                self.legs.listen(leg, now);
                leg
            }
            MediaCommand::Tape { leg, longest } => {
                self.legs.tape(leg, longest);
                leg
            }
            MediaCommand::EndTape { leg } => {
                self.legs.end_tape(leg, now);
                leg
            }
            MediaCommand::Play {
                leg,
                play,
                pieces,
                stop_on,
                repeat,
            } => {
                let stretches = outline_play::stretches(&pieces, &self.durations);
                let end = if stretches.is_none() {
                    PlayEnd::Missing
                } else {
                    PlayEnd::Finished
                };
                let stretches = stretches.unwrap_or_default();
                let playing = OutlinePlay::new(play, stop_on, repeat, stretches);
                self.legs.play(leg, playing, end, now);
                leg
            }
        };
        self.settle_both(leg, now);
    }

    /// A key of the far end of a leg, told by a script instead of a signal.
    pub fn press(&mut self, leg: LegId, key: char, now: Now) {
        self.pressed(leg, key, now);
        self.settle_both(leg, now);
    }

    /// Takes in a signal for one of our addresses; one for an unknown port is lost.
    pub fn handle_wire(&mut self, signal: &WireSignal, now: Now) {
        let Some(leg) = self.ports.get(&signal.to.port()).copied() else {
            return;
        };
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let is_aimed = outline.far.is_some();
        match outline.admit(signal.from) {
            Some(is_new) => self.legs.latched(leg, is_new, now),
            None if is_aimed => outline.quality.packets_dropped += 1,
            None => {}
        }
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let is_known = outline.latched == Some(signal.from);
        let is_theirs = outline
            .arriving
            .is_some_and(|arriving| arriving.from == signal.from);
        match signal.sound {
            WireSound::Begin { tone, is_marked } if is_known || !is_aimed => {
                let arriving = Arriving {
                    from: signal.from,
                    tone,
                    since: now,
                };
                outline.arrive(Some(arriving), now);
                self.legs.hear(leg, is_marked, now);
            }
            WireSound::Tone(tone) if is_theirs => {
                if let Some(arriving) = &mut outline.arriving {
                    arriving.tone = tone;
                }
                self.legs.hear(leg, false, now);
            }
            WireSound::End if is_theirs => outline.arrive(None, now),
            WireSound::Key(key) if is_known => {
                outline.count_press_received();
                self.pressed(leg, key, now);
            }
            WireSound::Begin { .. } | WireSound::Tone(_) | WireSound::End | WireSound::Key(_) => {}
        }
        self.settle_both(leg, now);
    }

    fn open(&mut self, leg: LegId) {
        let Some(port) = self.ports_free.pop_front() else {
            self.legs.tell(MediaEvent::Full { leg });
            return;
        };
        let ssrc = u32::try_from(self.chance.bits() >> 32).unwrap_or(0);
        self.ports.insert(port, leg);
        self.legs.insert(leg, OutlineLeg::new(port));
        self.legs.tell(MediaEvent::Opened { leg, port, ssrc });
    }

    fn close(&mut self, leg: LegId, now: Now) {
        self.unbridge(leg, now);
        self.legs.end(leg, PlayEnd::Stopped, now);
        self.legs.end_tape(leg, now);
        self.change(leg, None, now);
        let Some(mut outline) = self.legs.remove(&leg) else {
            return;
        };
        if let Some(at) = outline.deadline {
            self.deadlines.remove(&(at, leg));
        }
        self.ports.remove(&outline.port);
        self.ports_free.push_back(outline.port);
        outline.arrive(None, now);
        let quality = outline.quality;
        self.legs.tell(MediaEvent::Closed {
            leg,
            quality,
            end: CloseEnd::Asked,
        });
    }

    fn aim(&mut self, leg: LegId, far: Far, now: Now) {
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        outline.aim(far, now);
        // Packets have been coming before they could be judged: the next one latches.
        if outline.latched.is_none()
            && let Some(arriving) = outline.arriving
            && outline.admit(arriving.from).is_some()
        {
            self.legs.latched(leg, true, now);
            self.legs.hear(leg, false, now);
        }
    }

    fn pressed(&mut self, leg: LegId, key: char, now: Now) {
        let Some(outline) = self.legs.get(&leg) else {
            return;
        };
        if outline.far.is_none_or(|far| far.telephone_event.is_none()) {
            return;
        }
        let peer = outline.bridge.map(|bridge| bridge.peer);
        self.legs.tell(MediaEvent::Digit { leg, key, at: now });
        self.legs.end_on(leg, StopOn::Digit, PlayEnd::Digit, now);
        let carries = |outline: &OutlineLeg| {
            outline.playing.is_none() && outline.far.is_some_and(|far| far.send)
        };
        if let Some(peer) = peer.filter(|peer| self.legs.get(peer).is_some_and(carries)) {
            self.send_key(peer, key, now);
        }
    }

    fn send_key(&mut self, leg: LegId, key: char, now: Now) {
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let knows_keys = outline.far.is_some_and(|far| far.telephone_event.is_some());
        if let Some(to) = outline.target().filter(|_| knows_keys) {
            outline.count_press_sent();
            self.signal(leg, to, WireSound::Key(key), now);
        }
    }

    fn bridge(&mut self, one: LegId, other: LegId, now: Now) {
        if one == other || !self.legs.contains(&one) || !self.legs.contains(&other) {
            return;
        }
        self.unbridge(one, now);
        self.unbridge(other, now);
        for (leg, peer, is_first) in [(one, other, true), (other, one, false)] {
            self.legs.with(leg, |outline| {
                outline.bridge = Some(OutlineBridge {
                    peer,
                    is_first,
                    has_sent: false,
                    music_until: now + BRIDGE_SILENCE_MAX,
                });
            });
        }
        self.settle_both(one, now);
    }

    fn unbridge(&mut self, leg: LegId, now: Now) {
        let outline = self.legs.get_mut(&leg);
        if let Some(bridge) = outline.and_then(|outline| outline.bridge.take()) {
            self.legs.with(bridge.peer, |outline| outline.bridge = None);
            for leg in [leg, bridge.peer] {
                self.legs.end_on(leg, StopOn::Bridge, PlayEnd::Bridge, now);
                self.settle(leg, now);
            }
        }
    }

    fn settle_both(&mut self, leg: LegId, now: Now) {
        self.settle(leg, now);
        let bridge = self.legs.get(&leg).and_then(|outline| outline.bridge);
        if let Some(bridge) = bridge {
            self.settle(bridge.peer, now);
        }
    }

    /// Lets a leg send what it now has to send, and notes when it is next due.
    fn settle(&mut self, leg: LegId, now: Now) {
        while let Some(key) = self.legs.get_mut(&leg).and_then(|leg| leg.next_key(now)) {
            self.send_key(leg, key, now);
        }
        self.legs.keep(leg, now);
        let Some(outline) = self.legs.get(&leg) else {
            return;
        };
        // What plays goes out before it ends, be it one frame.
        let peer = outline
            .bridge
            .and_then(|bridge| self.legs.get(&bridge.peer));
        let brought = peer.and_then(OutlineLeg::audible);
        if outline.is_bridge_heard(brought, now) {
            self.legs.end_on(leg, StopOn::Bridge, PlayEnd::Bridge, now);
        }
        let Some(outline) = self.legs.get(&leg) else {
            return;
        };
        let outgoing = outline.outgoing(brought, now);
        let finished = outline
            .playing
            .as_ref()
            .is_some_and(|playing| playing.is_finished(now));
        self.change(leg, outgoing, now);
        if finished {
            self.legs.end(leg, PlayEnd::Finished, now);
            let outgoing = self
                .legs
                .get(&leg)
                .and_then(|leg| leg.outgoing(brought, now));
            self.change(leg, outgoing, now);
        }
        self.schedule(leg, now);
    }

    /// Signals that a leg now sends something else.
    fn change(&mut self, leg: LegId, to: Option<Sending>, now: Now) {
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let from = outline.sending.map(|(sending, _)| sending);
        if from == to {
            return;
        }
        outline.send(to, now);
        for (address, sound) in outline_wire::transition(from, to).into_iter().flatten() {
            self.signal(leg, address, sound, now);
        }
        if to.is_some_and(|to| matches!(to.source, Source::Forward(_))) {
            self.legs.forwarded(leg, now);
        }
    }

    fn signal(&mut self, leg: LegId, to: SocketAddr, sound: WireSound, now: Now) {
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let from = SocketAddr::new(self.address, outline.port);
        if !std::mem::replace(&mut outline.has_sent, true) {
            self.legs.tell(MediaEvent::FirstSent { leg, at: now });
        }
        self.signals.push_back(WireSignal { from, to, sound });
    }

    fn schedule(&mut self, leg: LegId, now: Now) {
        let Some(outline) = self.legs.get_mut(&leg) else {
            return;
        };
        let due = outline.next_deadline(now);
        if due == outline.deadline {
            return;
        }
        if let Some(before) = std::mem::replace(&mut outline.deadline, due) {
            self.deadlines.remove(&(before, leg));
        }
        if let Some(due) = due {
            self.deadlines.insert((due, leg));
        }
    }
}
