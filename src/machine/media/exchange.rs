//! The packet sessions of one thread, and the bridges between them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::machine::media::contract::BRIDGE_SILENCE_MAX;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::PlayEnd;
use crate::machine::media::contract::StopOn;
use crate::machine::media::order::Order;
use crate::machine::media::outbox::Outbox;
use crate::machine::media::session::Session;
use crate::machine::media::wheel::Wheel;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;

#[derive(Debug)]
struct Place {
    session: Box<Session>,
    bridge: Option<Bridge>,
    pace_slot: Option<usize>,
    check_slot: usize,
}

#[derive(Clone, Copy, Debug)]
struct Bridge {
    peer: usize,
    is_first: bool,
    /// Voice has left here since the bridge.
    has_sent: bool,
    /// What plays until the bridge has sound plays no longer than this.
    music_until: Now,
}

/// Sessions by place. A place is a small number that the driver keys its sockets by.
#[derive(Debug)]
pub struct Exchange {
    places: Vec<Option<Place>>,
    free: Vec<usize>,
    legs: BTreeMap<LegId, usize>,
    pace: Wheel,
    checks: Wheel,
    checked: Vec<usize>,
    /// Places whose turn it is, and those that look after their reports.
    due: [Vec<usize>; 2],
    /// Whose session is at work: if it fails, it is to blame.
    acting: Option<usize>,
    outbox: Outbox,
}

impl Default for Exchange {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
            legs: BTreeMap::new(),
            pace: Wheel::new(Duration::from_millis(1)),
            checks: Wheel::new(Duration::from_millis(50)),
            checked: Vec::new(),
            due: Default::default(),
            acting: None,
            outbox: Outbox::default(),
        }
    }
}

impl Exchange {
    /// What is to be sent and told.
    pub const fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// Where a leg is.
    #[must_use]
    pub fn place(&self, leg: LegId) -> Option<usize> {
        self.legs.get(&leg).copied()
    }

    /// How many sessions are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.legs.len()
    }

    /// Whether no session is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    /// Takes a session in and says where it is.
    pub fn attach(&mut self, session: Box<Session>, now: Now) -> usize {
        let at = self.free.pop().unwrap_or(self.places.len());
        self.legs.insert(session.leg(), at);
        let place = Place {
            session,
            bridge: None,
            pace_slot: None,
            check_slot: self.checks.join(at, now, now),
        };
        match self.places.get_mut(at) {
            Some(free) => *free = Some(place),
            None => self.places.push(Some(place)),
        }
        self.acting = Some(at);
        self.wake(at, now);
        self.acting = None;
        at
    }

    /// Lets a session go, between two frames and without its bridge.
    pub fn detach(&mut self, leg: LegId, now: Now) -> Option<Box<Session>> {
        let at = self.legs.remove(&leg)?;
        self.unbridge(at, now);
        let place = self.places.get_mut(at)?.take()?;
        self.checks.leave(at, place.check_slot);
        if let Some(slot) = place.pace_slot {
            self.pace.leave(at, slot);
        }
        self.free.push(at);
        if self.legs.is_empty() {
            (self.places, self.free) = (Vec::new(), Vec::new());
        }
        Some(place.session)
    }

    /// Lets go of the session that was at work when its keeper failed, and tells of it. None if no
    /// session was at work.
    pub fn expel(&mut self) -> Option<usize> {
        let at = self.acting.take()?;
        let leg = self.places.get(at)?.as_ref()?.session.leg();
        let session = self.detach(leg, Now::START)?;
        session.abandon(&mut self.outbox.post(at, Now::START));
        Some(at)
    }

    /// Carries out an order; one for a leg that is not here is void.
    pub fn handle_order(&mut self, order: Order, now: Now) {
        let Some(at) = self.place(order.leg()) else {
            return;
        };
        self.acting = Some(at);
        self.follow(at, order, now);
        self.acting = None;
    }

    fn follow(&mut self, at: usize, order: Order, now: Now) {
        let Some(Some(place)) = self.places.get_mut(at) else {
            return;
        };
        let (session, mut post) = (&mut place.session, self.outbox.post(at, now));
        match order {
            Order::Aim(_, far) => session.aim(far, now),
            Order::Play(_, program) => session.play(program, &mut post),
            Order::Stop(_) => session.end(PlayEnd::Stopped, &mut post),
            Order::Press(_, key) => session.press(key),
            Order::Listen(_) => session.listen(),
            Order::Tape(_, longest) => session.tape(longest),
            Order::EndTape(_) => session.end_tape(&mut post),
            Order::Bridge(_, other) => self.bridge(at, other, now),
            Order::Unbridge(_) => self.unbridge(at, now),
            Order::Close(leg) => {
                session.close(&mut post);
                self.detach(leg, now);
                return;
            }
        }
        self.wake(at, now);
    }

    /// Takes in a datagram of a place's voice port.
    pub fn handle_packet(&mut self, at: usize, datagram: &[u8], from: SocketAddr, now: Now) {
        let Some(Some(place)) = self.places.get_mut(at) else {
            return;
        };
        self.acting = Some(at);
        let mut post = self.outbox.post(at, now);
        let heard = place.session.handle_packet(datagram, from, &mut post);
        if let (Some(heard), Some(bridge)) = (heard, place.bridge)
            && let Some(Some(peer)) = self.places.get_mut(bridge.peer)
        {
            self.acting = Some(bridge.peer);
            let mut post = self.outbox.post(bridge.peer, now);
            if peer.session.forward(&heard, &mut post) {
                self.forwarded(bridge.peer, now);
            }
        }
        self.acting = None;
    }

    /// Takes in a datagram of a place's report port.
    pub fn handle_report(&mut self, at: usize, datagram: &[u8], from: SocketAddr, now: Now) {
        if let Some(Some(place)) = self.places.get_mut(at) {
            self.acting = Some(at);
            place.session.handle_report(datagram, from, now);
            self.acting = None;
        }
    }

    /// When sessions are next due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        let timeouts = [self.pace.poll_timeout(), self.checks.poll_timeout()];
        timeouts.into_iter().flatten().min()
    }

    /// Ticks the sessions that are due. If one fails, it is to be expelled and this called again:
    /// it goes on with the others.
    pub fn handle_timeout(&mut self, now: Now) {
        loop {
            while let Some(at) = self.due[0].pop() {
                self.acting = Some(at);
                self.tick(at, now);
            }
            if !self.pace.poll(now, &mut self.due[0]) {
                break;
            }
        }
        loop {
            while let Some(at) = self.due[1].pop() {
                self.acting = Some(at);
                self.check(at, now);
            }
            if !self.checks.poll(now, &mut self.due[1]) {
                break;
            }
        }
        self.acting = None;
    }

    /// A place whose reports are to be read now: each once a second.
    pub fn poll_checked(&mut self) -> Option<usize> {
        self.checked.pop()
    }

    fn tick(&mut self, at: usize, now: Now) {
        let Some(Some(place)) = self.places.get_mut(at) else {
            return;
        };
        let mut post = self.outbox.post(at, now);
        if place.bridge.is_some_and(|bridge| bridge.music_until <= now) {
            place.session.end_on(StopOn::Bridge, &mut post);
        }
        let is_busy = place.session.tick(&mut post);
        if !is_busy && let Some(slot) = place.pace_slot.take() {
            self.pace.leave(at, slot);
        }
    }

    fn check(&mut self, at: usize, now: Now) {
        if let Some(Some(place)) = self.places.get_mut(at) {
            place.session.check(&mut self.outbox.post(at, now));
            self.checked.push(at);
        }
    }

    /// Gives a session ticks if it has something to send. The first packet leaves at once, the
    /// next ones with those of others.
    fn wake(&mut self, at: usize, now: Now) {
        if let Some(Some(place)) = self.places.get_mut(at)
            && place.pace_slot.is_none()
            && place.session.is_busy()
        {
            if place.session.next_frame_at(now) <= now {
                place.session.tick(&mut self.outbox.post(at, now));
            }
            let due = place.session.next_frame_at(now);
            place.pace_slot = Some(self.pace.join(at, due, now));
        }
    }

    fn bridge(&mut self, at: usize, other: LegId, now: Now) {
        let Some(peer) = self.place(other).filter(|peer| *peer != at) else {
            return;
        };
        self.unbridge(at, now);
        self.unbridge(peer, now);
        for (at, peer, is_first) in [(at, peer, true), (peer, at, false)] {
            if let Some(Some(place)) = self.places.get_mut(at) {
                place.bridge = Some(Bridge {
                    peer,
                    is_first,
                    has_sent: false,
                    music_until: now + BRIDGE_SILENCE_MAX,
                });
            }
        }
    }

    fn unbridge(&mut self, at: usize, now: Now) {
        let place = self.places.get(at).and_then(Option::as_ref);
        let Some(bridge) = place.and_then(|place| place.bridge) else {
            return;
        };
        for at in [at, bridge.peer] {
            if let Some(Some(place)) = self.places.get_mut(at) {
                place.bridge = None;
                place.session.unbridge(&mut self.outbox.post(at, now));
            }
        }
    }

    /// Voice has left at a place: tells when it has left in both directions.
    fn forwarded(&mut self, at: usize, now: Now) {
        let Some(Some(place)) = self.places.get_mut(at) else {
            return;
        };
        let leg = place.session.leg();
        let Some(bridge) = place.bridge.as_mut().filter(|bridge| !bridge.has_sent) else {
            return;
        };
        bridge.has_sent = true;
        let (is_first, peer) = (bridge.is_first, bridge.peer);
        let Some(Some(peer)) = self.places.get(peer) else {
            return;
        };
        if peer.bridge.is_some_and(|bridge| bridge.has_sent) {
            let far = peer.session.leg();
            let (one, other) = if is_first { (leg, far) } else { (far, leg) };
            let mut post = self.outbox.post(at, now);
            post.event(MediaEvent::TwoWay {
                one,
                other,
                at: now,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::media::contract::CloseEnd;
    use crate::machine::media::contract::Codec;
    use crate::machine::media::contract::Far;
    use crate::machine::media::library::Cue;
    use crate::machine::media::playback::Program;
    use crate::vocabulary::chance::Chance;
    use crate::vocabulary::id::PlayId;
    use std::panic::AssertUnwindSafe;
    use std::panic::catch_unwind;

    fn far() -> Far {
        Far {
            address: "192.0.2.1:4000".parse().unwrap(),
            signalling: "192.0.2.1".parse().unwrap(),
            codec: Codec::Pcmu,
            telephone_event: Some(101),
            send: true,
            receive: true,
        }
    }

    /// Legs 0, 1 and 2 that play, at their places.
    fn playing(exchange: &mut Exchange) {
        let mut chance = Chance::from_seed(1);
        for number in 0..3 {
            let leg = LegId::from_bits(number);
            exchange.attach(Box::new(Session::new(leg, &mut chance)), Now::START);
            exchange.handle_order(Order::Aim(leg, far()), Now::START);
            let program = Program {
                play: PlayId::from_bits(1),
                cues: Some([Cue::Silence { frames: 9 }].into()),
                stop_on: StopOn::Nothing,
                repeat: true,
            };
            exchange.handle_order(Order::Play(leg, program), Now::START);
        }
    }

    fn senders(exchange: &mut Exchange) -> Vec<usize> {
        let outbox = exchange.outbox();
        let mut senders: Vec<_> = outbox.datagrams().map(|(it, _)| it.place).collect();
        outbox.clear_datagrams();
        senders.sort_unstable();
        senders
    }

    #[test]
    fn the_first_packet_leaves_with_its_order_and_the_next_within_two_of_twenty_ms() {
        let mut exchange = Exchange::default();
        playing(&mut exchange);
        assert_eq!(senders(&mut exchange), [0, 1, 2]);
        exchange.handle_timeout(Now::at_ms(17));
        assert!(senders(&mut exchange).is_empty());
        exchange.handle_timeout(Now::at_ms(22));
        assert_eq!(senders(&mut exchange), [0, 1, 2]);
    }

    #[test]
    fn a_session_that_fails_leaves_and_the_others_go_on_in_the_same_turn() {
        let mut exchange = Exchange::default();
        playing(&mut exchange);
        senders(&mut exchange);
        let bad = exchange.places[1].as_mut().unwrap();
        bad.session.wear_out();
        let now = Now::at_ms(22);
        let turn = || exchange.handle_timeout(now);
        assert!(catch_unwind(AssertUnwindSafe(turn)).is_err());
        assert_eq!(exchange.expel(), Some(1));
        exchange.handle_timeout(now);
        assert_eq!(senders(&mut exchange), [0, 2]);
        assert_eq!((exchange.len(), exchange.expel()), (2, None));
        let told: Vec<_> = std::iter::from_fn(|| exchange.outbox().poll_event()).collect();
        let closed = |event: &MediaEvent| {
            let failed = CloseEnd::Failed;
            matches!(event, MediaEvent::Closed { leg, end, .. } if leg.bits() == 1 && *end == failed)
        };
        assert_eq!(told.iter().filter(|event| closed(event)).count(), 1);
    }

    #[test]
    fn of_two_in_a_bridge_the_one_that_fails_leaves() {
        let mut exchange = Exchange::default();
        playing(&mut exchange);
        let legs = [0, 1].map(LegId::from_bits);
        for leg in legs {
            exchange.handle_order(Order::Stop(leg), Now::START);
        }
        exchange.handle_order(Order::Bridge(legs[0], legs[1]), Now::START);
        exchange.places[1].as_mut().unwrap().session.wear_out();
        let mut packet = crate::wire::rtp::encode(&crate::wire::rtp::Header {
            marker: true,
            payload_type: 0,
            seq: crate::wire::rtp::Seq(1),
            timestamp: 0,
            ssrc: 7,
        })
        .to_vec();
        packet.extend([0xff; 160]);
        let mut forward = || exchange.handle_packet(0, &packet, far().address, Now::at_ms(5));
        assert!(catch_unwind(AssertUnwindSafe(&mut forward)).is_err());
        assert_eq!(exchange.expel(), Some(1));
        exchange.handle_packet(0, &packet, far().address, Now::at_ms(5));
        assert_eq!(exchange.len(), 2);
    }
}
