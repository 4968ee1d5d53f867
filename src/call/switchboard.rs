//! Owns every leg: routes what the world says to the call it concerns, and back.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::call::acquaintance::Acquaintances;
use crate::call::centre::Centre;
use crate::call::contact::Contact;
use crate::call::contact::Surroundings;
use crate::call::contact_output::ContactOutput;
use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::call::fact::Fact;
use crate::call::health::Health;
use crate::call::people::People;
use crate::call::permit::Outside;
use crate::call::record::Arrived;
use crate::call::record::Names;
use crate::call::record::Record;
use crate::call::record_builder::RecordBuilder;
use crate::call::release::Release;
use crate::call::release_table::ReleaseTable;
use crate::call::star_code::StarCode;
use crate::call::switchboard_ask::Asks;
use crate::call::switchboard_sleeper::Sleeper;
use crate::call::switchboard_sleeper::Sleepers;
use crate::machine::acd::engine::Engine;
use crate::machine::prediction::model::Model;
use crate::machine::sip::user_agent::UserAgent;
use crate::machine::waiting::forecaster::Forecaster;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::Mint;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// The engine of one centre: told events, answers effects.
///
/// Call [`handle`](Self::handle) or [`handle_timeout`](Self::handle_timeout), then drain
/// [`poll`](Self::poll); wake it at [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Switchboard {
    pub(super) centre: Centre,
    pub(super) releases: ReleaseTable,
    pub(super) people: People,
    pub(super) ua: UserAgent,
    pub(super) acd: Engine,
    pub(super) forecaster: Forecaster,
    pub(super) outside: Outside,
    pub(super) models: BTreeMap<String, Model>,
    blank: Model,
    /// Banks whose models are being fitted.
    pub(super) fitting: BTreeSet<String>,
    pub(super) mint: Mint,
    pub(super) calls: BTreeMap<CallId, Live>,
    pub(super) codes: BTreeMap<LegId, StarCode>,
    pub(super) legs: BTreeMap<LegId, CallId>,
    /// Legs of calls that seats' own phones placed.
    pub(super) own_legs: BTreeMap<LegId, SeatId>,
    /// Calls that are to be called back, by number.
    pub(super) promises: BTreeMap<String, CallId>,
    pub(super) asks: Asks,
    pub(super) acquaintances: Acquaintances,
    /// Answers of each queue since what was learned of it was written.
    pub(super) answers: BTreeMap<QueueId, u32>,
    /// By [`crate::vocabulary::id::SeatId`].
    pub(super) seats: Vec<SeatDesk>,
    pub(super) sleepers: Sleepers,
    touched: BTreeSet<CallId>,
    pub(super) effects: VecDeque<Effect>,
    pub(super) seq: u64,
    pub(super) names: Arc<Names>,
    pub(super) draining: bool,
    /// The command that ends everything, until nothing is held any more.
    pub(super) ending: Option<u64>,
}

/// A live call with what the switchboard keeps for it.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) contact: Contact,
    /// What it is pinned to.
    pub(super) release: Arc<Release>,
    /// Its dialplan.
    flow: String,
    pub(super) record: RecordBuilder,
    /// By what its customer and order are known, the order first.
    pub(super) keys: [Option<String>; 2],
    sleeps_until: Option<Now>,
}

/// What the switchboard knows of a seat's phone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SeatDesk {
    /// The flow of its registration, while it has one.
    pub(super) flow: Option<Flow>,
    pub(super) health: Health,
    /// Its person wants calls, and is in one that this phone placed.
    pub(super) set_back: bool,
}

impl Switchboard {
    /// The engine of this centre, which starts with this release. `first_seq` is the place of the
    /// next fact in the log.
    #[must_use]
    pub fn new(centre: Centre, release: Release, parts: Parts, turn: Turn) -> Self {
        let people = People::new(Arc::clone(&release.catalog));
        let names = Names::of(&people.catalog);
        let mut board = Self {
            centre,
            seats: vec![SeatDesk::default(); people.catalog.seats().len()],
            people,
            releases: ReleaseTable::new(Arc::new(release)),
            ua: parts.ua,
            acd: parts.acd,
            forecaster: Forecaster::default(),
            outside: Outside::default(),
            models: parts.models,
            blank: Model::default(),
            fitting: BTreeSet::new(),
            mint: parts.mint,
            calls: BTreeMap::new(),
            codes: BTreeMap::new(),
            legs: BTreeMap::new(),
            own_legs: BTreeMap::new(),
            promises: BTreeMap::new(),
            asks: Asks::default(),
            acquaintances: Acquaintances::default(),
            answers: BTreeMap::new(),
            sleepers: Sleepers::default(),
            touched: BTreeSet::new(),
            effects: VecDeque::new(),
            seq: parts.first_seq.saturating_sub(1),
            names: Arc::new(names.clone()),
            draining: false,
            ending: None,
        };
        let seats: Vec<_> = board.people.catalog.seat_setups().collect();
        board.watch_seats(turn, &seats);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        board.record(turn, None, Fact::Started { version, names });
        board.note_start(turn);
        board
    }

    /// Takes one event.
    pub fn handle(&mut self, turn: Turn, event: Event) {
        match event {
            Event::Message { flow, bytes } => self.ua.handle_message(turn, flow, &bytes),
            Event::FlowClosed(flow) => self.ua.handle_flow_closed(turn, flow),
            Event::Media(event) => self.handle_media(turn, &event),
            Event::Answer { id, answer } => self.handle_answer(turn, id, answer),
            Event::Command { id, command } => self.handle_command(turn, id, command),
            Event::TurnOver { id, turnover } => self.turn_over(turn, id, *turnover),
            Event::Fitted { bank, result } => self.take_fit(turn, bank, result),
            Event::Wake | Event::Phone { .. } => {}
        }
        self.settle(turn);
    }

    /// The next thing it wants of the world.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When it must be woken by [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Now> {
        [
            self.sleepers.next_at(),
            self.ua.poll_timeout(),
            self.acd.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Its time has come.
    pub fn handle_timeout(&mut self, turn: Turn) {
        if self.ua.poll_timeout().is_some_and(|at| at <= turn.now) {
            self.ua.handle_timeout(turn);
        }
        if self.acd.poll_timeout().is_some_and(|at| at <= turn.now) {
            self.acd.handle_timeout(turn);
        }
        while let Some((at, sleeper)) = self.sleepers.wake(turn.now) {
            match sleeper {
                Sleeper::Call(call) => self.wake_call(turn, call, at),
                Sleeper::Code(leg) => self.wake_code(turn, leg),
            }
        }
        self.settle(turn);
    }

    /// Closes a call that the last process left open.
    pub fn close_lost(&mut self, turn: Turn, record: Record) {
        self.record(turn, Some(record.call), Fact::Closed(Box::new(record)));
    }

    /// What was learned, by bank, and the place in the log up to which it was.
    #[must_use]
    pub const fn learned(&self) -> (u64, &BTreeMap<String, Model>) {
        (self.seq, &self.models)
    }

    /// Calls that are live now; who is to be called back is not.
    #[must_use]
    pub fn calls_live(&self) -> usize {
        let calls = self.calls.values();
        calls.filter(|live| !live.contact.is_promised()).count()
    }

    /// Sessions, transactions and reservations that are still held anywhere.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let (calls, asks) = (self.calls_live() == 0, self.asks.is_empty());
        calls && asks && self.codes.is_empty() && self.legs.is_empty()
    }

    /// A live call or star code has this leg.
    #[must_use]
    pub fn owns(&self, leg: LegId) -> bool {
        self.legs.contains_key(&leg) || self.codes.contains_key(&leg)
    }

    /// The user agent, for those who check it.
    #[must_use]
    pub const fn user_agent(&self) -> &UserAgent {
        &self.ua
    }

    /// The distributor, for those who check it.
    #[must_use]
    pub const fn distributor(&self) -> &Engine {
        &self.acd
    }

    fn wake_call(&mut self, turn: Turn, call: CallId, at: Now) {
        let due = self
            .calls
            .get_mut(&call)
            .filter(|live| live.sleeps_until == Some(at));
        if let Some(live) = due {
            live.sleeps_until = None;
            self.with_call(turn, call, |contact, near| contact.handle_timeout(near));
        }
    }

    /// Tells a call something, and does what it then wants.
    pub(super) fn with_call(
        &mut self,
        turn: Turn,
        call: CallId,
        tell: impl FnOnce(&mut Contact, &mut Surroundings<'_>),
    ) {
        let Some(mut live) = self.calls.remove(&call) else {
            return;
        };
        let release = Arc::clone(&live.release);
        tell(&mut live.contact, &mut self.surroundings(turn, &release));
        self.calls.insert(call, live);
        self.follow_call(turn, call);
    }

    pub(super) fn take_call(&mut self, turn: Turn, contact: Contact, arrived: Arrived) {
        let call = contact.id;
        let release = Arc::clone(self.releases.for_call(call));
        let flow = arrived.dialplan.clone();
        let number = arrived.number.as_ref().map(ToString::to_string);
        self.releases.pin(release.number, &flow);
        let first = self.recorded(turn, Some(call), Fact::Arrived(arrived));
        if let Some(record) = RecordBuilder::begin(&first) {
            self.calls.insert(
                call,
                Live {
                    contact,
                    release,
                    flow,
                    record,
                    keys: [None, number],
                    sleeps_until: None,
                },
            );
        }
        self.effects.push_back(Effect::Fact(Box::new(first)));
        self.follow_call(turn, call);
    }

    /// A call of the last process goes on.
    pub(super) fn resume_call(
        &mut self,
        turn: Turn,
        contact: Contact,
        (record, arrived): (RecordBuilder, Arrived),
    ) {
        let call = contact.id;
        let release = Arc::clone(self.releases.for_call(call));
        let flow = arrived.dialplan;
        self.releases.pin(release.number, &flow);
        let keys = [None, arrived.number.as_ref().map(ToString::to_string)];
        let live = Live {
            contact,
            release,
            flow,
            record,
            keys,
            sleeps_until: None,
        };
        self.calls.insert(call, live);
        self.follow_call(turn, call);
    }

    pub(super) fn surroundings<'s>(
        &'s mut self,
        turn: Turn,
        release: &'s Release,
    ) -> Surroundings<'s> {
        Surroundings {
            turn,
            centre: &self.centre,
            release,
            people: &self.people,
            forecaster: &self.forecaster,
            models: &self.models,
            blank: &self.blank,
            mint: &mut self.mint,
        }
    }

    fn follow_call(&mut self, turn: Turn, call: CallId) {
        self.touched.insert(call);
        while let Some(output) = self
            .calls
            .get_mut(&call)
            .and_then(|live| live.contact.poll())
        {
            match output {
                ContactOutput::Ua(command) => self.command_ua(turn, command),
                ContactOutput::Media(command) => self.effects.push_back(Effect::Media(command)),
                ContactOutput::Acd(input) => {
                    let input = self.take_over(turn, call, input);
                    let input = self.acquainted(call, input);
                    self.acd.handle(turn, input);
                }
                ContactOutput::Ask {
                    ask,
                    question,
                    timeout,
                } => {
                    self.asks.add(ask, call);
                    self.effects.push_back(Effect::Ask {
                        id: ask,
                        question,
                        timeout,
                    });
                }
                ContactOutput::TakeMessage { longest } => self.judge_message(turn, call, longest),
                ContactOutput::Promise(promise) => self.judge_promise(turn, call, *promise),
                ContactOutput::Assure(id) => {
                    self.asks.add(id, call);
                    let after_seq = self.seq;
                    self.effects.push_back(Effect::Assure { id, after_seq });
                }
                ContactOutput::Forget(ask) => {
                    // The entry stays in `asks`: a late answer is a fact of this call.
                    self.effects.push_back(Effect::Forget(ask));
                }
                ContactOutput::CallOut { leg, number } => {
                    self.call_out(turn, call, leg, &number);
                }
                ContactOutput::CallSeat { leg, number, to } => {
                    let judged = self.outside.admit(turn.now, leg, &number);
                    self.with_call(turn, call, |contact, _| {
                        contact.call_seat_judged(*to, (leg, number), judged);
                    });
                }
                ContactOutput::SeatTalked { seat, quality } => {
                    self.seat_talked(turn, call, (seat, &quality));
                }
                ContactOutput::Fact(fact) => {
                    self.note_order(call, &fact);
                    self.record(turn, Some(call), fact);
                }
                ContactOutput::LegTaken(leg) => {
                    self.legs.insert(leg, call);
                }
                ContactOutput::LegLeft(leg) => {
                    self.legs.remove(&leg);
                    self.outside.release(leg);
                    self.own_call_ended(turn, leg);
                }
            }
        }
    }

    pub(super) fn command_ua(
        &mut self,
        turn: Turn,
        command: crate::machine::sip::surface::UaCommand,
    ) {
        if !self.may_leave(turn, &command) {
            return;
        }
        if let Err(error) = self.ua.command(turn, command) {
            let text = format!("the user agent refused a command: {error}");
            self.record(turn, None, Fact::Alarm { text });
        }
    }

    /// Routes until nobody has anything more to say.
    pub(super) fn settle(&mut self, turn: Turn) {
        loop {
            if let Some(event) = self.ua.poll_event() {
                self.handle_ua(turn, event);
            } else if let Some(output) = self.acd.poll() {
                self.handle_acd(turn, output);
            } else {
                break;
            }
        }
        while let Some(transmit) = self.ua.poll_transmit() {
            let (flow, bytes) = (transmit.flow, transmit.bytes);
            self.effects.push_back(Effect::Transmit { flow, bytes });
        }
        while let Some(call) = self.touched.pop_first() {
            self.put_to_sleep(turn, call);
        }
        let idle = self.ending.is_some() && self.calls_live() == 0;
        if let Some(id) = self.ending.take_if(|_| idle && self.legs.is_empty()) {
            self.reply(id, Ok(()));
        }
    }

    /// Sets the call's next deadline, or closes it when it is over.
    fn put_to_sleep(&mut self, turn: Turn, call: CallId) {
        let Some(live) = self.calls.get_mut(&call) else {
            return;
        };
        if live.contact.is_over() {
            if let Some(live) = self.calls.remove(&call) {
                self.asks.close(call);
                self.forget_promise(call, live.keys[1].as_ref());
                let record = live.record.close(turn.now);
                self.record(turn, Some(call), Fact::Closed(Box::new(record)));
                self.releases.unpin(live.release.number, &live.flow);
                self.retire_releases(turn);
            }
            return;
        }
        let until = live.contact.poll_timeout();
        if until != live.sleeps_until {
            live.sleeps_until = until;
            if let Some(at) = until {
                self.sleepers.set(at, Sleeper::Call(call));
            }
        }
    }
}

/// The machines that a switchboard joins.
#[derive(Debug)]
pub struct Parts {
    /// SIP.
    pub ua: UserAgent,
    /// The distributor.
    pub acd: Engine,
    /// What has been learned so far, by bank.
    pub models: BTreeMap<String, Model>,
    /// Makes ids, also the user agent's.
    pub mint: Mint,
    /// Place of the next fact in the log, from 1.
    pub first_seq: u64,
}
