//! Which calls leave: the switchboard's side of the gate.

use crate::call::fact::Fact;
use crate::call::permit::Outside;
use crate::call::permit::TrunkSetup;
use crate::call::switchboard::Switchboard;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::Target;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    /// Over which trunks calls may leave. Without, none may. Seats that are reached so are there.
    pub fn set_trunks(&mut self, turn: Turn, trunks: Vec<TrunkSetup>) {
        self.outside = Outside::new(trunks);
        self.sign_in_numbers(turn);
        self.settle(turn);
    }

    /// A call wants a number called.
    pub(super) fn call_out(&mut self, turn: Turn, call: CallId, leg: LegId, number: &str) {
        let permit = self.outside.admit(turn.now, leg, number);
        self.with_call(turn, call, |contact, near| {
            contact.call_out_judged(leg, permit, near);
        });
    }

    /// Whether a command may be carried out: an INVITE to anywhere but a registered seat must have
    /// passed the gate. One that has not is answered as if it had been refused.
    pub(super) fn may_leave(&mut self, turn: Turn, command: &UaCommand) -> bool {
        let UaCommand::Invite(invitation) = command else {
            return true;
        };
        let leg = invitation.leg;
        if matches!(invitation.target, Target::Registered(_)) || self.outside.is_out(leg) {
            return true;
        }
        let text = format!("a call out that had not passed the gate was stopped: leg {leg}");
        self.record(turn, None, Fact::Alarm { text });
        let status = Status(403);
        self.handle_ua(turn, UaEvent::Refused { leg, status });
        false
    }
}
