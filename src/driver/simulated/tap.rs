//! A tap between the centre and its town.

use crate::call::effect::Effect;
use crate::call::effect::Event;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Turn;

/// Sees what passes between the centre and its town, and may change it: for ladders, counts and
/// seeded faults. As it stands it changes nothing.
pub trait Tap {
    /// An event is on its way to the centre: what arrives, if anything.
    fn event(&mut self, turn: Turn, event: Event) -> Option<Event> {
        let _ = turn;
        Some(event)
    }

    /// The centre wants this: what is carried out instead.
    fn effect(&mut self, turn: Turn, effect: Effect) -> Vec<Effect> {
        let _ = turn;
        vec![effect]
    }

    /// A SIP message of the centre or of a phone sets out over this flow; false: it is lost.
    fn sent(&mut self, turn: Turn, flow: Flow, bytes: &[u8]) -> bool {
        let _ = (turn, flow, bytes);
        true
    }
}
