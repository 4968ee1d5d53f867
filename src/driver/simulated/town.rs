//! The centre, its phones and all that happens between them, on virtual time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::call::effect::Answer;
use crate::call::effect::CommandError;
use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::call::effect::Question;
use crate::call::fact::Recorded;
use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::call::phone_bank::PhoneBank;
use crate::call::release::Release;
use crate::call::switchboard::Switchboard;
use crate::driver::simulated::network::Network;
use crate::driver::simulated::tap::Tap;
use crate::machine::media::outline::Outline;
use crate::machine::media::outline_wire::WireSignal;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::AskId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::vocabulary::time::Wall;

/// One thing that will happen.
#[derive(Debug)]
enum Happening {
    /// A SIP message arrives.
    Message(usize, Flow, Vec<u8>),
    /// A sound arrives.
    Sound(usize, WireSignal),
    /// The world answers.
    Answer(AskId, Answer),
    /// A phone is told something.
    Tell(usize, PhoneId, PhoneCommand),
}

/// Answers what the centre asks: what, and after how long.
pub type World = Box<dyn FnMut(&Question) -> Option<(Duration, Answer)>>;

/// A bank of phones at one address.
#[derive(Debug)]
pub struct Station {
    /// Its SIP address.
    pub address: SocketAddr,
    /// Its phones.
    pub bank: PhoneBank,
    /// Their sound.
    pub media: Outline,
}

/// A whole centre on virtual time.
pub struct Town {
    turn: Turn,
    epoch: Wall,
    count: u64,
    happenings: BTreeMap<(Now, u64), Happening>,
    network: Network,
    world: World,
    address: SocketAddr,
    /// The centre.
    pub centre: Switchboard,
    /// Its sound.
    pub media: Outline,
    /// The phones, by bank.
    pub stations: Vec<Station>,
    /// Facts since they were last taken.
    pub facts: Vec<Recorded>,
    /// Reports of phones since they were last taken: bank, phone, when, what.
    pub reports: Vec<(usize, PhoneId, Now, PhoneReport)>,
    /// How commands went since they were last taken.
    pub replies: Vec<(u64, Result<(), CommandError>)>,
    /// Releases that were let go since they were last taken.
    pub retired: Vec<Arc<Release>>,
    /// Who listens in, and may meddle.
    pub tap: Option<Box<dyn Tap>>,
}

impl std::fmt::Debug for Town {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Town")
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

impl Town {
    /// A town around a centre that listens at `address`; it is `epoch` there.
    #[must_use]
    pub fn new(
        (address, centre): (SocketAddr, Switchboard),
        media: Outline,
        (network, world): (Network, World),
        epoch: Wall,
    ) -> Self {
        Self {
            turn: Turn {
                now: Now::START,
                wall: epoch,
            },
            epoch,
            count: 0,
            happenings: BTreeMap::new(),
            network,
            world,
            address,
            centre,
            media,
            stations: Vec::new(),
            facts: Vec::new(),
            reports: Vec::new(),
            replies: Vec::new(),
            retired: Vec::new(),
            tap: None,
        }
    }

    /// Adds a bank of phones; its number is its place in [`stations`](Self::stations).
    pub fn settle(&mut self, station: Station) -> usize {
        self.stations.push(station);
        self.stations.len() - 1
    }

    /// What time it is.
    #[must_use]
    pub const fn turn(&self) -> Turn {
        self.turn
    }

    /// Tells a phone something after a while.
    pub fn tell(&mut self, after: Duration, bank: usize, phone: PhoneId, command: PhoneCommand) {
        self.plan(after, Happening::Tell(bank, phone, command));
    }

    /// Lets the next thing happen; false if nothing ever will, or nothing before `until`.
    pub fn step(&mut self, until: Now) -> bool {
        let planned = self.happenings.first_key_value().map(|((at, _), _)| *at);
        let next = [planned, self.wake()].into_iter().flatten().min();
        let Some(at) = next.filter(|at| *at <= until) else {
            return false;
        };
        self.turn = self.turn_at(at.max(self.turn.now));
        self.wake_all();
        if planned == Some(at)
            && let Some((_, happening)) = self.happenings.pop_first()
        {
            self.happen(happening);
        }
        self.drain();
        true
    }

    fn turn_at(&self, now: Now) -> Turn {
        let ms = i64::try_from(now.since_start().as_millis()).unwrap_or(i64::MAX);
        Turn {
            now,
            wall: Wall::from_ms(self.epoch.as_ms().saturating_add(ms)),
        }
    }

    /// Nothing more happens until then: it is then.
    pub fn rest(&mut self, until: Now) {
        if until > self.turn.now {
            self.turn = self.turn_at(until);
        }
    }

    /// Tells the centre something now.
    pub fn tell_centre(&mut self, event: Event) {
        self.centre.handle(self.turn, event);
        self.drain();
    }

    /// An event on its way to the centre.
    fn bring(&mut self, event: Event) {
        let turn = self.turn;
        let brought = match self.tap.as_mut() {
            Some(tap) => tap.event(turn, event),
            None => Some(event),
        };
        if let Some(event) = brought {
            self.centre.handle(turn, event);
        }
    }

    fn wake(&self) -> Option<Now> {
        let stations = self.stations.iter();
        let banks = stations.flat_map(|s| [s.bank.poll_timeout(), s.media.poll_timeout()]);
        let centre = [self.centre.poll_timeout(), self.media.poll_timeout()];
        centre.into_iter().chain(banks).flatten().min()
    }

    fn wake_all(&mut self) {
        let now = self.turn.now;
        let due = |at: Option<Now>| at.is_some_and(|at| at <= now);
        if due(self.media.poll_timeout()) {
            self.media.handle_timeout(now);
        }
        if due(self.centre.poll_timeout()) {
            self.centre.handle_timeout(self.turn);
        }
        for station in &mut self.stations {
            if due(station.media.poll_timeout()) {
                station.media.handle_timeout(now);
            }
            if due(station.bank.poll_timeout()) {
                station.bank.handle_timeout(self.turn);
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Message(0, flow, bytes) => {
                self.bring(Event::Message { flow, bytes });
            }
            Happening::Message(place, flow, bytes) => {
                if let Some(station) = self.stations.get_mut(place - 1) {
                    station
                        .bank
                        .handle(self.turn, Event::Message { flow, bytes });
                }
            }
            Happening::Sound(0, sound) => self.media.handle_wire(&sound, self.turn.now),
            Happening::Sound(place, sound) => {
                if let Some(station) = self.stations.get_mut(place - 1) {
                    station.media.handle_wire(&sound, self.turn.now);
                }
            }
            Happening::Answer(id, answer) => {
                self.bring(Event::Answer { id, answer });
            }
            Happening::Tell(bank, phone, command) => {
                if let Some(station) = self.stations.get_mut(bank) {
                    station.bank.command(self.turn, phone, command);
                }
            }
        }
    }

    /// Carries everything out until all is quiet at this moment.
    fn drain(&mut self) {
        loop {
            let centre = self.drain_centre();
            let stations =
                (0..self.stations.len()).fold(false, |any, at| any | self.drain_station(at));
            if !centre && !stations {
                return;
            }
        }
    }

    fn drain_centre(&mut self) -> bool {
        let mut any = false;
        while let Some(effect) = self.centre.poll() {
            any = true;
            match self.tap.as_mut() {
                Some(tap) => {
                    let effects = tap.effect(self.turn, effect);
                    effects.into_iter().for_each(|effect| self.obey(effect));
                }
                None => self.obey(effect),
            }
        }
        while let Some(event) = self.media.poll() {
            any = true;
            self.bring(Event::Media(event));
        }
        while let Some(sound) = self.media.poll_wire() {
            any = true;
            self.carry_sound(sound);
        }
        any
    }

    /// Carries out an effect of the centre.
    fn obey(&mut self, effect: Effect) {
        match effect {
            Effect::Transmit { flow, bytes } => self.carry(flow, &bytes),
            Effect::Media(command) => self.media.handle(command, self.turn.now),
            Effect::Ask { id, question, .. } => {
                if let Some((after, answer)) = (self.world)(&question) {
                    self.plan(after, Happening::Answer(id, answer));
                }
            }
            Effect::Assure { id, .. } => {
                let written = Duration::from_millis(1);
                self.plan(written, Happening::Answer(id, Answer::Assured));
            }
            Effect::Fact(fact) => self.facts.push(*fact),
            Effect::Reply { id, result, .. } => self.replies.push((id, result)),
            Effect::Retire(release) => self.retired.push(release),
            Effect::Forget(_) | Effect::Fit { .. } => {}
        }
    }

    fn drain_station(&mut self, at: usize) -> bool {
        let mut any = false;
        let now = self.turn.now;
        let (mut messages, mut sounds) = (Vec::new(), Vec::new());
        let Some(station) = self.stations.get_mut(at) else {
            return false;
        };
        while let Some(effect) = station.bank.poll() {
            any = true;
            match effect {
                Effect::Transmit { flow, bytes } => messages.push((flow, bytes)),
                Effect::Media(command) => station.media.handle(command, now),
                Effect::Ask { .. }
                | Effect::Assure { .. }
                | Effect::Fact(_)
                | Effect::Forget(_)
                | Effect::Retire(_)
                | Effect::Fit { .. }
                | Effect::Reply { .. } => {}
            }
        }
        while let Some(event) = station.media.poll() {
            any = true;
            station.bank.handle(self.turn, Event::Media(event));
        }
        while let Some(sound) = station.media.poll_wire() {
            any = true;
            sounds.push(sound);
        }
        while let Some((phone, when, report)) = station.bank.poll_report() {
            any = true;
            self.reports.push((at, phone, when, report));
        }
        for (flow, bytes) in messages {
            self.carry(flow, &bytes);
        }
        for sound in sounds {
            self.carry_sound(sound);
        }
        any
    }

    fn carry(&mut self, flow: Flow, bytes: &[u8]) {
        let turn = self.turn;
        if !self
            .tap
            .as_mut()
            .is_none_or(|tap| tap.sent(turn, flow, bytes))
        {
            return;
        }
        let Some(place) = self.place(flow.remote) else {
            return;
        };
        let there = Flow {
            local: flow.remote,
            remote: flow.local,
            ..flow
        };
        for after in self.network.carry() {
            self.plan(after, Happening::Message(place, there, bytes.to_vec()));
        }
    }

    fn carry_sound(&mut self, sound: WireSignal) {
        let after = self.network.sound_delay();
        let ip = sound.to.ip();
        let place = if ip == self.address.ip() {
            Some(0)
        } else {
            self.stations
                .iter()
                .position(|station| station.address.ip() == ip)
                .map(|at| at + 1)
        };
        if let Some(place) = place {
            self.plan(after, Happening::Sound(place, sound));
        }
    }

    fn place(&self, address: SocketAddr) -> Option<usize> {
        if address == self.address {
            return Some(0);
        }
        self.stations
            .iter()
            .position(|station| station.address == address)
            .map(|at| at + 1)
    }

    fn plan(&mut self, after: Duration, happening: Happening) {
        self.count += 1;
        self.happenings
            .insert((self.turn.now + after, self.count), happening);
    }
}
