//! Many scripted phones behind one user agent: built-in callers and seats that speak real SIP.
//!
//! A bank takes the same events and gives the same effects as the switchboard, so the same
//! drivers carry both.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::net::IpAddr;

use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::call::leg::Leg;
use crate::call::phone::Answering;
use crate::call::phone::PhoneCommand;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::call::phone::PhoneSetup;
use crate::machine::media::contract::MediaCommand;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::Mint;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Many phones behind one user agent.
#[derive(Debug)]
pub struct PhoneBank {
    pub(super) ua: UserAgent,
    pub(super) mint: Mint,
    pub(super) address: IpAddr,
    pub(super) phones: Vec<Phone>,
    pub(super) legs: BTreeMap<LegId, PhoneId>,
    pub(super) wakes: BTreeSet<(Now, LegId)>,
    pub(super) effects: VecDeque<Effect>,
    pub(super) reports: VecDeque<(PhoneId, Now, PhoneReport)>,
}

#[derive(Debug)]
pub(super) struct Phone {
    pub(super) setup: PhoneSetup,
    pub(super) call: Option<Call>,
    /// Legs that let go.
    pub(super) fading: Vec<Leg>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) leg: Leg,
    pub(super) side: CallSide,
    pub(super) connected: bool,
}

#[derive(Debug)]
pub(super) enum CallSide {
    /// We call this user part.
    Calling(String),
    /// We are called, with this offer.
    Called(Option<String>),
}

impl PhoneBank {
    /// An empty bank. `address` is what its descriptions say.
    #[must_use]
    pub const fn new(ua: UserAgent, mint: Mint, address: IpAddr) -> Self {
        Self {
            ua,
            mint,
            address,
            phones: Vec::new(),
            legs: BTreeMap::new(),
            wakes: BTreeSet::new(),
            effects: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    /// Adds a phone.
    pub fn add(&mut self, setup: PhoneSetup) -> PhoneId {
        let id = PhoneId(u32::try_from(self.phones.len()).unwrap_or(u32::MAX));
        self.phones.push(Phone {
            setup,
            call: None,
            fading: Vec::new(),
        });
        id
    }

    /// The next effect.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The next report.
    pub fn poll_report(&mut self) -> Option<(PhoneId, Now, PhoneReport)> {
        self.reports.pop_front()
    }

    /// When it must be woken.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        let wake = self.wakes.first().map(|(at, _)| *at);
        [wake, self.ua.poll_timeout()].into_iter().flatten().min()
    }

    /// The phone is in a call, or an old one has not let go.
    #[must_use]
    pub fn is_busy(&self, phone: PhoneId) -> bool {
        self.phone(phone)
            .is_some_and(|phone| phone.call.is_some() || !phone.fading.is_empty())
    }

    /// Nothing of any call is left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.legs.is_empty()
    }

    /// The user agent, for those who check it.
    #[must_use]
    pub const fn user_agent(&self) -> &UserAgent {
        &self.ua
    }

    /// Changes what a phone does when it is called.
    pub fn set_answering(&mut self, phone: PhoneId, answering: Answering) {
        if let Some(phone) = self.phone_mut(phone) {
            phone.setup.answering = answering;
        }
    }

    /// Takes one event; questions and commands of faces concern no phone.
    pub fn handle(&mut self, turn: Turn, event: Event) {
        match event {
            Event::Message { flow, bytes } => self.ua.handle_message(turn, flow, &bytes),
            Event::FlowClosed(flow) => self.ua.handle_flow_closed(turn, flow),
            Event::Media(event) => self.handle_media(turn, &event),
            Event::Phone { phone, command } => self.command(turn, phone, command),
            Event::Answer { .. }
            | Event::Command { .. }
            | Event::TurnOver { .. }
            | Event::Fitted { .. }
            | Event::Wake => {}
        }
        self.settle(turn);
    }

    /// Its time has come: a ringing phone answers, a transaction goes on.
    pub fn handle_timeout(&mut self, turn: Turn) {
        if self.ua.poll_timeout().is_some_and(|at| at <= turn.now) {
            self.ua.handle_timeout(turn);
        }
        while self.wakes.first().is_some_and(|(at, _)| *at <= turn.now) {
            let Some((_, leg)) = self.wakes.pop_first() else {
                break;
            };
            self.open(leg);
        }
        self.settle(turn);
    }

    /// Tells a phone what to do. What its state does not allow is ignored.
    pub fn command(&mut self, turn: Turn, id: PhoneId, command: PhoneCommand) {
        match command {
            PhoneCommand::Register => {
                let account = self.phone(id).and_then(|phone| phone.setup.account.clone());
                if let Some(account) = account {
                    self.ua_command(turn, UaCommand::Register(Box::new(account)));
                }
            }
            PhoneCommand::Dial(user) => self.dial(id, user),
            PhoneCommand::Press(key) => {
                if let Some(leg) = self.connected_leg(id) {
                    self.effects
                        .push_back(Effect::Media(MediaCommand::Press { leg, key }));
                }
            }
            PhoneCommand::Hold => self.reoffer(turn, id, HoldWish::Hold),
            PhoneCommand::Resume => self.reoffer(turn, id, HoldWish::Resume),
            PhoneCommand::HangUp => self.hang_up(turn, id),
        }
        self.settle(turn);
    }

    fn dial(&mut self, id: PhoneId, user: String) {
        let leg = self.mint.leg();
        let Some(phone) = self.phone_mut(id).filter(|phone| phone.call.is_none()) else {
            return;
        };
        let owned = Leg::outgoing(leg, phone.setup.centre);
        let side = CallSide::Calling(user);
        phone.call = Some(Call {
            leg: owned,
            side,
            connected: false,
        });
        self.legs.insert(leg, id);
        self.open(leg);
    }

    fn open(&mut self, leg: LegId) {
        if self.legs.contains_key(&leg) {
            self.effects
                .push_back(Effect::Media(MediaCommand::Open { leg }));
            self.effects
                .push_back(Effect::Media(MediaCommand::Listen { leg }));
        }
    }

    fn reoffer(&mut self, turn: Turn, id: PhoneId, wish: HoldWish) {
        let Some(call) = self.call_mut(id).filter(|call| call.connected) else {
            return;
        };
        let leg = call.leg.id;
        let sdp = match wish {
            HoldWish::Hold => call.leg.offer_hold(),
            HoldWish::Resume => call.leg.offer(),
        };
        if let Some(sdp) = sdp {
            self.ua_command(turn, UaCommand::Reinvite { leg, sdp });
        }
    }

    pub(super) fn hang_up(&mut self, turn: Turn, id: PhoneId) {
        let Some(call) = self.call_mut(id) else {
            return;
        };
        let leg = call.leg.id;
        if call.leg.end_sip() {
            self.ua_command(turn, UaCommand::Hangup { leg, reason: None });
        }
        self.over(turn, id);
    }

    /// The phone's call is over: its media lets go.
    pub(super) fn over(&mut self, turn: Turn, id: PhoneId) {
        let Some(mut call) = self.phone_mut(id).and_then(|phone| phone.call.take()) else {
            return;
        };
        let leg = call.leg.id;
        let ringing = matches!(call.side, CallSide::Called(_)) && !call.connected;
        let waits = self.wakes.iter().any(|(_, waiting)| *waiting == leg);
        if ringing && waits {
            self.wakes.retain(|(_, waiting)| *waiting != leg);
            call.leg.media_done();
        }
        if call.leg.end_media() {
            self.effects
                .push_back(Effect::Media(MediaCommand::Close { leg }));
        }
        if let Some(phone) = self.phone_mut(id) {
            phone.fading.push(call.leg);
        }
        self.reports.push_back((id, turn.now, PhoneReport::Over));
        self.bury(id);
    }

    pub(super) fn bury(&mut self, id: PhoneId) {
        let Some(phone) = self.phone_mut(id) else {
            return;
        };
        let (done, left): (Vec<Leg>, Vec<Leg>) = phone.fading.drain(..).partition(Leg::is_done);
        phone.fading = left;
        for leg in done {
            self.legs.remove(&leg.id);
        }
    }

    pub(super) fn ua_command(&mut self, turn: Turn, command: UaCommand) {
        let told = self.ua.command(turn, command);
        debug_assert!(
            told.is_ok(),
            "a phone tells its user agent only of its own legs: {told:?}"
        );
    }

    fn settle(&mut self, turn: Turn) {
        while let Some(event) = self.ua.poll_event() {
            self.handle_ua(turn, event);
        }
        while let Some(transmit) = self.ua.poll_transmit() {
            let (flow, bytes) = (transmit.flow, transmit.bytes);
            self.effects.push_back(Effect::Transmit { flow, bytes });
        }
    }

    pub(super) fn connected_leg(&self, id: PhoneId) -> Option<LegId> {
        let call = self.phone(id).and_then(|phone| phone.call.as_ref());
        call.filter(|call| call.connected).map(|call| call.leg.id)
    }

    pub(super) fn phone(&self, id: PhoneId) -> Option<&Phone> {
        self.phones.get(usize::try_from(id.0).unwrap_or(usize::MAX))
    }

    pub(super) fn phone_mut(&mut self, id: PhoneId) -> Option<&mut Phone> {
        self.phones
            .get_mut(usize::try_from(id.0).unwrap_or(usize::MAX))
    }

    pub(super) fn call_mut(&mut self, id: PhoneId) -> Option<&mut Call> {
        self.phone_mut(id).and_then(|phone| phone.call.as_mut())
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum HoldWish {
    Hold,
    Resume,
}
