//! Offers of ours within an answered leg, and refreshes of its session timer.

use std::time::Duration;

use crate::machine::sip::calling::timer_of;
use crate::machine::sip::capability;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::leg::Hangup;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::leg::Ours;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::leg::Reoffer;
use crate::machine::sip::leg::Up;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::user_agent::UaCommandError;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::message::Message;
use crate::wire::sip::method::Method;

/// How often 491 to one offer is waited out.
const PENDING_TRIES: u8 = 5;

impl UserAgent {
    /// [`crate::machine::sip::surface::UaCommand::Reinvite`]. An offer that must wait takes the
    /// place of one that waits already.
    pub(super) fn reinvite(
        &mut self,
        leg: LegId,
        sdp: String,
        now: Now,
    ) -> Result<(), UaCommandError> {
        let state = self.legs.get_mut(&leg);
        let state = state.ok_or(UaCommandError::UnknownLeg(leg))?;
        let up = state.up_mut().filter(|up| up.hangup == Hangup::No);
        let up = up.ok_or(UaCommandError::WrongPhase(leg))?;
        if up.is_busy() {
            up.queued = Some(sdp);
        } else {
            self.offer(leg, sdp, now);
        }
        Ok(())
    }

    /// Sends an offer within a leg that is not busy.
    pub(super) fn offer(&mut self, leg: LegId, sdp: String, now: Now) {
        let ours = Ours {
            sdp,
            tries_left: PENDING_TRIES,
        };
        self.send_offer(leg, ours, now);
    }

    fn send_offer(&mut self, leg: LegId, ours: Ours, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let Phase::Up(up) = &mut state.phase else {
            return;
        };
        let body = ours.sdp.clone();
        up.reoffer = Reoffer::Ours(ours);
        self.send_reinvite(leg, body, Purpose::Reinvite(leg), now);
    }

    fn send_reinvite(&mut self, leg: LegId, body: String, purpose: Purpose, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let flow = state.flow;
        let request = state.dialog.request(Method::Invite);
        let timer = state.up_mut().and_then(|up| up.timer);
        let contact = self.contact(leg, &flow);
        let mut request = capability::advertised(request.with(HeaderName::Contact, contact))
            .with_body(capability::SDP, body.into_bytes());
        if let Some(timer) = timer {
            let renewal = &timer.renewal();
            request.headers.push(HeaderName::SessionExpires, renewal);
        }
        let client = self.send(flow, request, purpose, now);
        if let Some(state) = self.legs.get_mut(&leg) {
            state.reinvite = Some(client);
        }
    }

    /// A 491 has been waited out.
    pub(super) fn offer_again(&mut self, leg: LegId, now: Now) {
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        match std::mem::replace(&mut up.reoffer, Reoffer::None) {
            Reoffer::Later { at, ours } if at <= now && up.unacked.is_none() => {
                self.send_offer(leg, ours, now);
            }
            // The ACK that it waits for sends it.
            Reoffer::Later { at, ours } if at <= now => {
                up.queued.get_or_insert(ours.sdp);
            }
            other @ (Reoffer::None
            | Reoffer::Theirs(_)
            | Reoffer::Ours(_)
            | Reoffer::Refresh
            | Reoffer::Later { .. }) => up.reoffer = other,
        }
    }

    /// A 2xx to a re-INVITE of ours: acknowledged each time it comes.
    pub(super) fn reinvite_accepted(
        &mut self,
        id: ClientId,
        leg: LegId,
        response: &Message,
        now: Now,
    ) {
        let Some(client) = self.clients.get(id) else {
            return;
        };
        let (flow, refresh) = (client.flow, client.purpose == Purpose::Refresh(leg));
        if let Some((_, ack)) = client.acks.first() {
            let ack = ack.clone();
            self.transmit(flow, ack);
            return;
        }
        let cseq = response.headers.cseq().map_or(0, |cseq| cseq.number);
        // The leg may have ended since; the peer wants its ACK all the same.
        let ack = if let Some(state) = self.legs.get_mut(&leg) {
            state.dialog.refresh_target(&response.headers);
            state.dialog.ack(cseq)
        } else {
            let invite = client.request.as_deref();
            let Some(dialog) = invite.and_then(Dialog::of_invite) else {
                return;
            };
            dialog.confirmed(&response.headers).ack(cseq)
        };
        let ack = self.send_ack(flow, ack);
        if let Some(client) = self.clients.get_mut(id) {
            client.acks.push((String::new(), ack));
        }
        if refresh {
            self.refreshed(leg, response, now);
        } else {
            self.offer_answered(leg, response, now);
        }
    }

    fn offer_answered(&mut self, leg: LegId, response: &Message, now: Now) {
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        if let Reoffer::Ours(ours) = std::mem::replace(&mut up.reoffer, Reoffer::None) {
            up.sdp = ours.sdp;
        }
        renew(up, response, now);
        let fits = capability::check_body(&response.headers, &response.body).is_ok();
        let answer = if response.body.is_empty() || !fits {
            Err(Status(488))
        } else {
            Ok(String::from_utf8_lossy(&response.body).into_owned())
        };
        self.report(UaEvent::ReofferAnswered { leg, answer });
        self.go_on(leg, now);
    }

    /// A failure of a re-INVITE of ours, or its time-out as 408.
    pub(super) fn reinvite_refused(&mut self, leg: LegId, status: u16, now: Now) {
        if matches!(status, 408 | 481) {
            self.lose(leg, HangupCause::DialogLost, now);
            return;
        }
        let wait = self.pending_wait(leg);
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        let reoffer = std::mem::replace(&mut up.reoffer, Reoffer::None);
        if let Reoffer::Ours(ours) = reoffer
            && status == 491
            && ours.tries_left > 0
        {
            let ours = Ours {
                tries_left: ours.tries_left - 1,
                ..ours
            };
            let at = now + wait;
            up.reoffer = Reoffer::Later { at, ours };
            self.settle_leg(leg);
            return;
        }
        let answer = Err(Status(status));
        self.report(UaEvent::ReofferAnswered { leg, answer });
        self.go_on(leg, now);
    }

    /// 2.1 to 4 s if the Call-ID is ours, else 0 to 2 s, in steps of 10 ms (RFC 3261 section
    /// 14.1): the two sides cannot meet again.
    fn pending_wait(&mut self, leg: LegId) -> Duration {
        let ours = self
            .legs
            .get(&leg)
            .is_some_and(|leg| leg.dialog.is_caller());
        let steps = if ours {
            210 + self.chance.below(191)
        } else {
            self.chance.below(201)
        };
        Duration::from_millis(steps * 10)
    }

    /// The session must be refreshed by us: by UPDATE if the peer knows it.
    pub(super) fn refresh(&mut self, leg: LegId, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let Phase::Up(up) = &mut state.phase else {
            return;
        };
        let Some(timer) = up.timer else {
            return;
        };
        if up.is_busy() {
            // Whatever is under way ends within 32 s, and half an interval is at least 45 s.
            up.timer = Some(timer.put_off(now));
            return;
        }
        up.timer = Some(timer.refreshing(now));
        up.reoffer = Reoffer::Refresh;
        let purpose = Purpose::Refresh(leg);
        if up.knows_update {
            let flow = state.flow;
            let request = state.dialog.request(Method::Update);
            let contact = self.contact(leg, &flow);
            let request = request
                .with(HeaderName::Contact, contact)
                .with(HeaderName::Supported, HeaderValue::stripped("timer"))
                .with(HeaderName::SessionExpires, &timer.renewal());
            self.send(flow, request, purpose, now);
        } else {
            let body = up.sdp.clone();
            self.send_reinvite(leg, body, purpose, now);
        }
    }

    /// A refresh of ours was answered by 2xx.
    pub(super) fn refreshed(&mut self, leg: LegId, response: &Message, now: Now) {
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        if let Some(up) = up {
            up.reoffer = Reoffer::None;
            renew(up, response, now);
            self.go_on(leg, now);
        }
    }

    /// A refresh of ours failed: only a lost dialog ends the session at once (RFC 4028 section
    /// 10).
    pub(super) fn refresh_refused(&mut self, leg: LegId, status: u16, now: Now) {
        if matches!(status, 408 | 481) {
            self.lose(leg, HangupCause::DialogLost, now);
            return;
        }
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        if let Some(up) = up {
            up.reoffer = Reoffer::None;
            self.go_on(leg, now);
        }
    }
}

/// A 2xx renews the session timer, or lifts it (RFC 4028 section 7.2).
fn renew(up: &mut Up, response: &Message, now: Now) {
    up.timer = timer_of(&response.headers, now);
}
