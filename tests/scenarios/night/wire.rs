//! What passes between the centre and its town: crossings and ports are noted, faults put in.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use ringwise::call::effect::Effect;
use ringwise::call::effect::Event;
use ringwise::driver::simulated::tap::Tap;
use ringwise::machine::media::contract::MediaEvent;
use ringwise::vocabulary::flow::Flow;
use ringwise::vocabulary::id::LegId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

use crate::night::crossing::Counter;
use crate::night::fault::Meddler;

/// What the tap has seen.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) counter: Counter,
    pub(super) messages: u64,
    /// Ports by the leg that holds them.
    pub(super) ports: BTreeMap<u16, LegId>,
    /// What was wrong on the way.
    pub(super) broken: Option<String>,
    /// Phones register no more.
    pub(super) closing: bool,
    /// Stations lose their network now and then.
    pub(super) storms: bool,
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

/// Every five minutes another station loses its network, for 20 to 100 s.
fn is_dark(now: Now, flow: Flow) -> bool {
    let seconds = now.since_start().as_secs();
    let (storm, since) = (seconds / 300, seconds % 300);
    let dark = IpAddr::from([127, 0, 0, 2 + (storm % 8) as u8]);
    let lasts = 20 + storm * 37 % 80;
    since < lasts && (flow.local.ip() == dark || flow.remote.ip() == dark)
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

    fn sent(&mut self, turn: Turn, flow: Flow, bytes: &[u8]) -> bool {
        let mut seen = self.seen.borrow_mut();
        seen.messages += 1;
        seen.counter.sent(flow, bytes);
        let lost = (seen.closing && bytes.starts_with(b"REGISTER"))
            || (seen.storms && is_dark(turn.now, flow));
        let meddler = self.meddler.as_mut();
        !lost && meddler.is_none_or(|meddler| meddler.sent(flow, bytes))
    }
}
