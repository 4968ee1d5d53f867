//! How legs end by our will: 487, CANCEL or BYE; and what waits for its turn within a leg.

use crate::machine::sip::client_table::Client;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::Part;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::client_table::Sent;
use crate::machine::sip::companion;
use crate::machine::sip::leg::Awaited;
use crate::machine::sip::leg::Cancel;
use crate::machine::sip::leg::Hangup;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::timing;
use crate::machine::sip::user_agent::UaCommandError;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::message::encode;
use crate::wire::sip::method::Method;

impl UserAgent {
    /// [`crate::machine::sip::surface::UaCommand::Hangup`].
    pub(super) fn hang_up(
        &mut self,
        leg: LegId,
        reason: Option<String>,
        now: Now,
    ) -> Result<(), UaCommandError> {
        let state = self.legs.get_mut(&leg);
        let state = state.ok_or(UaCommandError::UnknownLeg(leg))?;
        match &mut state.phase {
            Phase::Incoming(_) => {
                self.terminate_pending(leg, now);
                self.report(UaEvent::Gone { leg });
            }
            Phase::Outgoing(calling) => {
                if calling.cancel == Cancel::No {
                    calling.cancel = Cancel::Wanted(reason);
                    self.try_cancel(leg, now);
                }
            }
            Phase::Up(up) => {
                let unacked = up.unacked.as_ref().map(|wait| wait.awaited);
                if let Some(Awaited::Call | Awaited::CallAndDescription) = unacked {
                    up.hangup = Hangup::Wanted(reason);
                } else {
                    self.end_reoffer(leg, now);
                    self.say_bye(leg, reason.as_deref(), now);
                }
            }
            Phase::Ending => {}
        }
        Ok(())
    }

    /// Nobody picks up: CANCEL. The owner is told at once and hears nothing more of the leg.
    pub(super) fn give_up(&mut self, leg: LegId, now: Now) {
        let Some(Phase::Outgoing(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.phase)
        else {
            return;
        };
        calling.ring_until = None;
        calling.cancel = Cancel::Wanted(Some("SIP;cause=408;text=\"No answer\"".to_owned()));
        self.try_cancel(leg, now);
        let status = Status(408);
        self.report(UaEvent::Refused { leg, status });
    }

    /// Sends the CANCEL that is wanted, as soon as the INVITE has had a response.
    pub(super) fn try_cancel(&mut self, leg: LegId, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let Phase::Outgoing(calling) = &mut state.phase else {
            return;
        };
        let Some(client) = self.clients.get_mut(calling.client) else {
            return;
        };
        let Cancel::Wanted(reason) = &calling.cancel else {
            return;
        };
        if !client.transaction.is_proceeding() {
            return;
        }
        let reason = reason.clone();
        calling.cancel = Cancel::Sent(reason.clone());
        client
            .transaction
            .give_up_at(now + timing::TRANSACTION_LIMIT);
        let id = calling.client;
        let cancel = cancel_of(client, reason.as_deref());
        self.settle_client(id);
        if let Some(sent) = cancel {
            let number = id.number;
            let part = Part::Cancel;
            self.keep(ClientId { number, part }, Purpose::Nobody, sent, now);
        }
    }

    /// Sends BYE; the leg is over when it is answered.
    pub(super) fn say_bye(&mut self, leg: LegId, reason: Option<&str>, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        state.phase = Phase::Ending;
        let mut bye = state.dialog.request(Method::Bye);
        if let Some(reason) = reason {
            let reason = HeaderValue::stripped(reason);
            bye.headers.push(HeaderName::Reason, reason);
        }
        let flow = state.flow;
        self.send(flow, bye, Purpose::Bye(leg), now);
    }

    /// Ends an answered leg that is lost: BYE, for whom it may reach, and a word to the owner.
    pub(super) fn lose(&mut self, leg: LegId, cause: HangupCause, now: Now) {
        self.end_reoffer(leg, now);
        let Some(Leg {
            mut dialog,
            flow,
            phase,
            ..
        }) = self.drop_leg(leg, now)
        else {
            return;
        };
        if cause != HangupCause::FlowLost {
            let bye = dialog.request(Method::Bye);
            self.send(flow, bye, Purpose::Nobody, now);
        }
        let asked = match phase {
            Phase::Up(up) => up.hangup != Hangup::No,
            Phase::Incoming(_) | Phase::Outgoing(_) | Phase::Ending => true,
        };
        self.report(if asked {
            UaEvent::Gone { leg }
        } else {
            UaEvent::HungUp { leg, cause }
        });
    }

    /// Something within an answered leg has ended: what waited for it may begin.
    pub(super) fn go_on(&mut self, leg: LegId, now: Now) {
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        if up.unacked.is_none()
            && let Hangup::Wanted(reason) = std::mem::replace(&mut up.hangup, Hangup::No)
        {
            self.end_reoffer(leg, now);
            self.say_bye(leg, reason.as_deref(), now);
            return;
        }
        if !up.is_busy()
            && let Some(sdp) = up.queued.take()
        {
            self.offer(leg, sdp, now);
        }
        self.settle_leg(leg);
    }
}

fn cancel_of(invite: &Client, reason: Option<&str>) -> Option<Sent> {
    let request = companion::cancel(invite.request.as_deref()?, reason)?;
    Some(Sent {
        flow: invite.flow,
        bytes: encode(&request),
        request,
        branch: invite.branch().to_owned(),
    })
}
