//! Whether the far end of an answered leg is still there, where no session timer tells.
//!
//! A phone that lost its power says no BYE. It is asked by OPTIONS within the dialog: whatever it
//! answers it is there, unless it does not know the dialog (481) or says nothing (408). OPTIONS
//! changes nothing, so that nothing under way has to wait for it, nor it for that.
//!
//! ```text
//! us ── OPTIONS ─→ phone      every `watch_every`, and once its registration has fallen silent
//!    ←─── 200 ────            or any status but 408 and 481
//!    ── OPTIONS ─→            no answer for 32 s (timer F, RFC 3261 section 17.1.2.2)
//!    ──── BYE ───→            in case it comes back; the owner is told
//! ```

use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::method::Method;

impl UserAgent {
    /// When the far end of a leg is asked next, if it is at all.
    pub(super) fn next_watch(&self, now: Now) -> Option<Now> {
        let every = self.config.watch_every;
        (!every.is_zero()).then(|| now + every)
    }

    /// Asks, unless a session timer does or the far end has yet to acknowledge our answer.
    pub(super) fn watch(&mut self, leg: LegId, now: Now) {
        let next = self.next_watch(now);
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let flow = state.flow;
        let Some(up) = state.up_mut() else {
            return;
        };
        up.watch_at = next;
        if up.timer.is_none() && up.unacked.is_none() {
            let options = state.dialog.request(Method::Options);
            self.send(flow, options, Purpose::Watch(leg), now);
        }
    }

    /// A phone that had answered pings does so no more: are its calls still there?
    pub(super) fn watch_soon(&mut self, flow: Flow, now: Now) {
        if self.next_watch(now).is_none() {
            return;
        }
        let legs = self.legs.iter().filter(|(_, leg)| leg.flow == flow);
        let legs: Vec<LegId> = legs.map(|(id, _)| *id).collect();
        for leg in legs {
            self.watch(leg, now);
        }
    }

    /// What the far end has answered, or not (408).
    pub(super) fn watched(&mut self, leg: LegId, status: u16, now: Now) {
        if matches!(status, 408 | 481) {
            self.lose(leg, HangupCause::DialogLost, now);
        }
    }
}
