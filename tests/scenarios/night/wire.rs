//! What passes between the centre and its town: crossings and ports are noted, faults put in.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::time::Turn;

use crate::night::crossing::Counter;
use crate::night::fault::Meddler;

/// What the tap has seen.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) counter: Counter,
    pub(super) messages: u64,
    /// Ports by the leg that holds them.
    ports: BTreeMap<u16, LegId>,
    /// What was wrong on the way.
    pub(super) broken: Option<String>,
    /// Phones register no more.
    pub(super) closing: bool,
}

impl Seen {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Message { bytes, .. } => self.counter.came(bytes),
            Event::Media(MediaEvent::Opened { leg, port, .. }) => {
                if let Some(other) = self.ports.insert(*port, *leg) {
                    self.broken = Some(format!("I7: port {port} is of {other} and {leg}"));
                }
            }
            Event::Media(MediaEvent::Closed { leg, .. }) => {
                self.ports.retain(|_, holder| holder != leg);
            }
            _ => {}
        }
    }
}

/// The tap.
pub(super) struct Wire {
    pub(super) seen: Rc<RefCell<Seen>>,
    pub(super) meddler: Option<Meddler>,
}

impl Tap for Wire {
    fn event(&mut self, turn: Turn, event: Event) -> Option<Event> {
        let event = match self.meddler.as_mut() {
            Some(meddler) => meddler.event(turn, event)?,
            None => event,
        };
        self.seen.borrow_mut().note(&event);
        Some(event)
    }

    fn effect(&mut self, turn: Turn, effect: Effect) -> Vec<Effect> {
        match self.meddler.as_mut() {
            Some(meddler) => meddler.effect(turn, effect),
            None => vec![effect],
        }
    }

    fn sent(&mut self, _turn: Turn, flow: Flow, bytes: &[u8]) -> bool {
        let mut seen = self.seen.borrow_mut();
        seen.messages += 1;
        seen.counter.sent(flow, bytes);
        let lost = seen.closing && bytes.starts_with(b"REGISTER");
        let meddler = self.meddler.as_mut();
        !lost && meddler.is_none_or(|meddler| meddler.sent(flow, bytes))
    }
}
