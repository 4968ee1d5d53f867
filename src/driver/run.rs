//! The loop: gathers what the world says, tells the machine, does what it wants.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::call::phone_bank::PhoneBank;
use crate::call::switchboard::Switchboard;
use crate::driver::clock::Clock;
use crate::driver::sip::socket::Sockets;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// Datagrams read in one turn.
const DATAGRAMS_A_TURN: usize = 64;
/// New calls and registrations begun in one turn.
const NEW_A_TURN: usize = 32;
/// New calls and registrations that wait for their turn; older ones are dropped, their senders
/// repeat them.
const NEW_WAITING_MAX: usize = 4096;
/// Messages of streams, answers and commands taken in one turn.
const INBOX_A_TURN: usize = 64;

/// A pure engine that the loop carries.
pub trait Machine {
    /// Takes one event.
    fn handle(&mut self, turn: Turn, event: Event);
    /// Its time has come.
    fn handle_timeout(&mut self, turn: Turn);
    /// The next thing it wants.
    fn poll(&mut self) -> Option<Effect>;
    /// When it must be woken.
    fn poll_timeout(&self) -> Option<Now>;
}

impl Machine for Switchboard {
    fn handle(&mut self, turn: Turn, event: Event) {
        Self::handle(self, turn, event);
    }
    fn handle_timeout(&mut self, turn: Turn) {
        Self::handle_timeout(self, turn);
    }
    fn poll(&mut self) -> Option<Effect> {
        Self::poll(self)
    }
    fn poll_timeout(&self) -> Option<Now> {
        Self::poll_timeout(self)
    }
}

impl Machine for PhoneBank {
    fn handle(&mut self, turn: Turn, event: Event) {
        Self::handle(self, turn, event);
    }
    fn handle_timeout(&mut self, turn: Turn) {
        Self::handle_timeout(self, turn);
    }
    fn poll(&mut self) -> Option<Effect> {
        Self::poll(self)
    }
    fn poll_timeout(&self) -> Option<Now> {
        Self::poll_timeout(self)
    }
}

/// What carries out effects beyond SIP, and reports media events.
pub trait Hands {
    /// Carries out one effect; never waits.
    fn perform(&mut self, effect: Effect);
    /// The next thing that the media or another room reports.
    fn poll_event(&mut self) -> Option<Event>;
    /// Waits until [`poll_event`](Self::poll_event) may have something.
    fn ready(&self) -> impl Future<Output = ()>;
    /// A turn is over: this long it took, and so many datagrams have not been taken in all.
    fn turned(&mut self, length: std::time::Duration, unsent: u64);
}

/// Everything a loop holds.
#[derive(Debug)]
pub struct Loop<M, H> {
    /// The machine.
    pub machine: M,
    /// What carries out its effects.
    pub hands: H,
    /// SIP.
    pub sockets: Sockets,
    /// The clock that all rooms share.
    pub clock: Clock,
    /// Messages of streams, answers, commands.
    pub inbox: mpsc::Receiver<Event>,
    datagrams: VecDeque<(Flow, Vec<u8>)>,
    fresh: VecDeque<(Flow, Vec<u8>)>,
}

impl<M: Machine, H: Hands> Loop<M, H> {
    /// A loop that has not yet turned.
    #[must_use]
    pub fn new(
        machine: M,
        hands: H,
        sockets: Sockets,
        inbox: (Clock, mpsc::Receiver<Event>),
    ) -> Self {
        let (clock, inbox) = inbox;
        let (datagrams, fresh) = (VecDeque::new(), VecDeque::new());
        Self {
            machine,
            hands,
            sockets,
            clock,
            inbox,
            datagrams,
            fresh,
        }
    }

    /// Turns until `stop` fires; `each_turn` looks at the machine after every turn and may tell
    /// it something.
    pub async fn run(
        &mut self,
        mut stop: oneshot::Receiver<()>,
        mut each_turn: impl FnMut(&mut M, Turn),
    ) {
        // What the machine wants from the start on.
        self.drain(self.clock.turn());
        loop {
            let first = tokio::select! {
                biased;
                _ = &mut stop => return,
                () = sleep(self.clock, self.machine.poll_timeout()), if self.fresh.is_empty() => None,
                () = self.hands.ready() => None,
                () = self.sockets.readable() => None,
                event = self.inbox.recv() => event,
                () = std::future::ready(()), if !self.fresh.is_empty() => None,
            };
            let turn = self.clock.turn();
            self.turn(turn, first);
            each_turn(&mut self.machine, turn);
            self.drain(turn);
            let length = self.clock.now().since(turn.now);
            self.hands.turned(length, self.sockets.unsent);
        }
    }

    fn turn(&mut self, turn: Turn, first: Option<Event>) {
        if self.machine.poll_timeout().is_some_and(|at| at <= turn.now) {
            self.machine.handle_timeout(turn);
        }
        self.drain(turn);
        self.sockets.receive(DATAGRAMS_A_TURN, &mut self.datagrams);
        while let Some((flow, bytes)) = self.datagrams.pop_front() {
            if begins_something(&bytes) {
                if self.fresh.len() >= NEW_WAITING_MAX {
                    self.fresh.pop_front();
                }
                self.fresh.push_back((flow, bytes));
            } else {
                self.machine.handle(turn, Event::Message { flow, bytes });
            }
        }
        let mut next = first;
        for _ in 0..INBOX_A_TURN {
            let Some(event) = next.take().or_else(|| self.inbox.try_recv().ok()) else {
                break;
            };
            self.machine.handle(turn, event);
        }
        for (flow, bytes) in self.fresh.drain(..self.fresh.len().min(NEW_A_TURN)) {
            self.machine.handle(turn, Event::Message { flow, bytes });
        }
        self.drain(turn);
    }

    /// Carries out effects, and what they bring about at once, until all is quiet.
    fn drain(&mut self, turn: Turn) {
        loop {
            while let Some(effect) = self.machine.poll() {
                match effect {
                    Effect::Transmit { flow, bytes } => self.sockets.send(flow, bytes),
                    Effect::Media(_)
                    | Effect::Ask { .. }
                    | Effect::Forget(_)
                    | Effect::Fact(_)
                    | Effect::Retire(_)
                    | Effect::Fit { .. }
                    | Effect::Assure { .. }
                    | Effect::Reply { .. } => self.hands.perform(effect),
                }
            }
            let Some(event) = self.hands.poll_event() else {
                return;
            };
            self.machine.handle(turn, event);
        }
    }
}

/// A request that begins a call or a registration: it waits behind all that is under way. So does
/// a CANCEL, which must not overtake its INVITE.
fn begins_something(bytes: &[u8]) -> bool {
    let starts: [&[u8]; 3] = [b"INVITE ", b"REGISTER ", b"CANCEL "];
    starts.iter().any(|start| bytes.starts_with(start))
}

async fn sleep(clock: Clock, until: Option<Now>) {
    match until {
        Some(until) => tokio::time::sleep_until(clock.instant(until).into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancel_waits_behind_its_invite() {
        for first in ["INVITE", "REGISTER", "CANCEL"] {
            assert!(begins_something(
                format!("{first} sip:1@x SIP/2.0").as_bytes()
            ));
        }
        for under_way in ["ACK", "BYE", "UPDATE", "OPTIONS"] {
            assert!(!begins_something(
                format!("{under_way} sip:1@x SIP/2.0").as_bytes()
            ));
        }
    }
}
