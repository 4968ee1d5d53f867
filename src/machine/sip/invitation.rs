//! Calls that come in: INVITE until it is answered, refused, or given up by CANCEL.

use std::time::Duration;

use crate::machine::sip::access::Sender;
use crate::machine::sip::capability;
use crate::machine::sip::capability::Unfit;
use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::leg::Awaited;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::leg::Pending;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::leg::Reoffer;
use crate::machine::sip::leg::Unacked;
use crate::machine::sip::leg::Up;
use crate::machine::sip::reception::is_ours;
use crate::machine::sip::session_timer;
use crate::machine::sip::session_timer::ClientTimer;
use crate::machine::sip::session_timer::SessionTimer;
use crate::machine::sip::session_timer::Side;
use crate::machine::sip::session_timer::TooSmall;
use crate::machine::sip::surface::Invite;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::timing;
use crate::machine::sip::user_agent::UaCommandError;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::session_expires::SessionExpires;

/// A provisional response is repeated this often (RFC 3261 section 13.3.1.1).
const RING_AGAIN: Duration = Duration::from_secs(60);
/// Most `X-` headers that are handed up; further ones are dropped.
const X_HEADERS_MAX: usize = 32;

impl UserAgent {
    /// An INVITE that begins a call, from somebody who may send it.
    pub(super) fn handle_invite(&mut self, invite: Incoming, sender: Sender, now: Now) {
        if !is_ours(&invite) {
            self.turn_away(&invite, 416, "scheme");
        } else if self.servers.is_merged(&invite) {
            self.turn_away(&invite, 482, "merged");
        } else if let Err(unfit) = check_invite(&invite) {
            self.turn_away_unfit(&invite, &unfit);
        } else if let Err(small) = terms(&invite) {
            self.turn_away_small(&invite, small);
        } else if self.legs.len() >= self.config.limits.legs_max {
            self.turn_away_busy(&invite, "legs_full");
        } else if self.servers.len() >= self.config.limits.transactions_max {
            self.turn_away_busy(&invite, "transactions_full");
        } else {
            self.take_call(invite, sender, now);
        }
    }

    fn turn_away_small(&mut self, invite: &Incoming, _: TooSmall) {
        let min_se = HeaderValue::stripped(session_timer::MIN_SE_S.to_string());
        let response = self.response(invite, 422).with(HeaderName::MinSe, min_se);
        self.turn_away_with(invite, response, "session_interval");
    }

    fn take_call(&mut self, invite: Incoming, sender: Sender, now: Now) {
        let leg = self.mint.leg();
        let tag = self.token();
        let told = self.told(&invite, &sender);
        let server = self.servers.begin_call(&invite, leg);
        self.respond(server, invite.reply(100, ""), now);
        let dialog = Dialog::uas(&invite, &tag);
        self.tags.insert(tag, leg);
        self.carried.insert((invite.flow, leg));
        let state = Leg {
            dialog,
            flow: invite.flow,
            peer: sender,
            reinvite: None,
            phase: Phase::Incoming(Box::new(Pending {
                server,
                invite,
                ring_again: None,
            })),
        };
        self.legs.insert(leg, state);
        let invite = Box::new(told);
        self.report(UaEvent::Invited { leg, invite });
    }

    fn told(&self, invite: &Incoming, sender: &Sender) -> Invite {
        let part = |uri: &crate::wire::sip::uri::Uri| uri.user().unwrap_or_default().into_owned();
        let asserted = if self.config.is_trunk(invite.flow.remote.ip()) {
            let asserted = invite.headers.addresses(&HeaderName::PAssertedIdentity);
            asserted.unwrap_or_default().into_iter().next()
        } else {
            None
        };
        let caller = asserted.as_ref().unwrap_or(&invite.from);
        let name = match caller.display.as_str() {
            "" => invite.from.display.clone(),
            name => name.to_owned(),
        };
        Invite {
            called: part(&invite.uri),
            caller: part(&caller.uri),
            caller_name: name,
            user: match sender {
                Sender::User(user) => Some(user.clone()),
                Sender::Guest => None,
            },
            sip_call_id: invite.call_id.clone(),
            sdp: invite.sdp(),
            flow: invite.flow,
            headers: x_headers(&invite.headers),
        }
    }

    /// [`crate::machine::sip::surface::UaCommand::Ring`].
    pub(super) fn ring(&mut self, leg: LegId, now: Now) -> Result<(), UaCommandError> {
        let state = self.legs.get_mut(&leg);
        let state = state.ok_or(UaCommandError::UnknownLeg(leg))?;
        let Phase::Incoming(pending) = &mut state.phase else {
            return Err(UaCommandError::WrongPhase(leg));
        };
        pending.ring_again = Some(now + RING_AGAIN);
        let (server, flow) = (pending.server, state.flow);
        let response = pending.invite.reply(180, &state.dialog.local_tag());
        let response = with_routes(response, &pending.invite.headers)
            .with(HeaderName::Contact, self.contact(leg, &flow));
        self.respond(server, response, now);
        self.settle_leg(leg);
        Ok(())
    }

    /// [`crate::machine::sip::surface::UaCommand::Answer`].
    pub(super) fn answer(
        &mut self,
        leg: LegId,
        sdp: String,
        now: Now,
    ) -> Result<(), UaCommandError> {
        let mut state = self
            .legs
            .remove(&leg)
            .ok_or(UaCommandError::UnknownLeg(leg))?;
        let Phase::Incoming(pending) = state.phase else {
            self.legs.insert(leg, state);
            return Err(UaCommandError::WrongPhase(leg));
        };
        let invite = &pending.invite;
        let mut up = Up::new(sdp);
        up.knows_update = invite.headers.lists(&HeaderName::Allow, "UPDATE");
        let response = invite.reply(200, &state.dialog.local_tag());
        let response = with_routes(response, &invite.headers);
        start_timer(&mut up, invite, now);
        up.watch_at = self.next_watch(now);
        let response = self.accepting(response, leg, invite, &up);
        let awaited = if invite.body.is_empty() {
            Awaited::CallAndDescription
        } else {
            Awaited::Call
        };
        let bytes = self.encoded(response);
        up.unacked = Some(Unacked::start(bytes.clone(), invite, awaited, now));
        self.respond_encoded(pending.server, 200, bytes, now);
        state.phase = Phase::Up(Box::new(up));
        self.legs.insert(leg, state);
        self.settle_leg(leg);
        Ok(())
    }

    /// A 200 to a request that carries or refreshes the session, with what it agrees to.
    pub(super) fn accepting(
        &self,
        response: Message,
        leg: LegId,
        request: &Incoming,
        up: &Up,
    ) -> Message {
        let contact = self.contact(leg, &request.flow);
        let response = response.with(HeaderName::Contact, contact);
        let mut response = capability::advertised(response);
        if !up.sdp.is_empty() {
            response = response.with_body(capability::SDP, up.sdp.clone().into_bytes());
        }
        let Ok(Some(terms)) = terms(request) else {
            return response;
        };
        if client_timer(&request.headers) == ClientTimer::Supported {
            let timer = HeaderValue::stripped(capability::SUPPORTED);
            response = response.with(HeaderName::Require, timer);
        }
        response.with(HeaderName::SessionExpires, &terms)
    }

    /// [`crate::machine::sip::surface::UaCommand::Refuse`].
    pub(super) fn refuse(
        &mut self,
        leg: LegId,
        status: Status,
        retry_after: Option<Duration>,
        now: Now,
    ) -> Result<(), UaCommandError> {
        if !(300..700).contains(&status.0) {
            return Err(UaCommandError::Malformed(status.0.to_string()));
        }
        let state = self.legs.get(&leg);
        let state = state.ok_or(UaCommandError::UnknownLeg(leg))?;
        let Phase::Incoming(pending) = &state.phase else {
            return Err(UaCommandError::WrongPhase(leg));
        };
        let server = pending.server;
        let mut response = pending.invite.reply(status.0, &state.dialog.local_tag());
        if let Some(wait) = retry_after {
            let rounded = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let rounded = HeaderValue::stripped(rounded.to_string());
            response.headers.push(HeaderName::RetryAfter, rounded);
        }
        self.respond(server, response, now);
        self.drop_leg(leg, now);
        Ok(())
    }

    /// CANCEL (RFC 3261 section 9.2): also of a re-INVITE. One from another address than the
    /// INVITE's is nobody's: a client sends both the same way (section 9.1).
    pub(super) fn handle_cancel(&mut self, cancel: &Incoming, now: Now) {
        let server = self.servers.find(&cancel.key.of_invite());
        let server = server.filter(|id| {
            let invite = self.servers.get(*id);
            invite.is_some_and(|server| server.reply_to.is_near(cancel.flow))
        });
        let Some(server) = server else {
            self.turn_away(cancel, 481, "no_transaction");
            return;
        };
        let open = self.servers.get(server).filter(|s| s.transaction.is_open());
        let leg = open.and_then(|server| server.leg);
        let tag = leg.and_then(|leg| self.legs.get(&leg));
        let tag = tag.map_or_else(
            || self.stateless_tag(cancel.key.base()),
            |leg| leg.dialog.local_tag(),
        );
        let response = cancel.reply(200, &tag);
        self.reply(cancel, response);
        if let Some(leg) = leg {
            self.cancel_leg(leg, now);
        }
    }

    fn cancel_leg(&mut self, leg: LegId, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        match &mut state.phase {
            Phase::Incoming(_) => {
                self.terminate_pending(leg, now);
                self.report(UaEvent::Cancelled { leg });
            }
            Phase::Up(up) => {
                let reoffer = std::mem::replace(&mut up.reoffer, Reoffer::None);
                if let Reoffer::Theirs(theirs) = reoffer {
                    let response = theirs.request.reply(487, "");
                    self.respond(theirs.server, response, now);
                    self.go_on(leg, now);
                } else {
                    up.reoffer = reoffer;
                }
            }
            Phase::Outgoing(_) | Phase::Ending => {}
        }
    }

    /// 487 to an INVITE that nobody will answer now; the leg is dropped.
    pub(super) fn terminate_pending(&mut self, leg: LegId, now: Now) {
        let Some(state) = self.legs.get(&leg) else {
            return;
        };
        if let Phase::Incoming(pending) = &state.phase {
            let server = pending.server;
            let response = pending.invite.reply(487, &state.dialog.local_tag());
            self.respond(server, response, now);
        }
        self.drop_leg(leg, now);
    }

    /// Forgets a leg. A re-INVITE of ours may never be answered now: the peer repeats a 2xx
    /// only as long as it has the dialog.
    pub(super) fn drop_leg(&mut self, leg: LegId, now: Now) -> Option<Leg> {
        let state = self.legs.remove(&leg)?;
        if let Some(id) = state.reinvite
            && let Some(client) = self.clients.get_mut(id)
        {
            let until = now + timing::TRANSACTION_LIMIT;
            client.transaction.give_up_at(until);
            self.settle_client(id);
        }
        self.tags.remove(&state.dialog.local_tag());
        self.carried.remove(&(state.flow, leg));
        Some(state)
    }
}

fn check_invite(invite: &Incoming) -> Result<(), Unfit> {
    capability::check_extensions(&invite.headers)?;
    capability::check_body(&invite.headers, &invite.body)?;
    capability::check_accept(&invite.headers)
}

/// What a request's session timer comes to; `None` if it wants none.
pub(super) fn terms(request: &Incoming) -> Result<Option<SessionExpires>, TooSmall> {
    let asked = request.headers.text(&HeaderName::SessionExpires);
    let Some(asked) = asked.and_then(|text| SessionExpires::decode(&text)) else {
        return Ok(None);
    };
    session_timer::agree(asked, client_timer(&request.headers)).map(Some)
}

/// Starts the session timer that a 2xx to this request agrees on, or lifts it.
pub(super) fn start_timer(up: &mut Up, request: &Incoming, now: Now) {
    let terms = terms(request).ok().flatten();
    up.timer = terms.map(|terms| SessionTimer::start(terms, Side::Uas, now));
}

fn client_timer(headers: &Headers) -> ClientTimer {
    if headers.lists(&HeaderName::Supported, capability::SUPPORTED) {
        ClientTimer::Supported
    } else {
        ClientTimer::Unknown
    }
}

/// Record-Route goes into every response that makes a dialog (section 12.1.1).
fn with_routes(mut response: Message, request: &Headers) -> Message {
    for route in request.all(&HeaderName::RecordRoute) {
        response
            .headers
            .push(HeaderName::RecordRoute, route.clone());
    }
    response
}

fn x_headers(headers: &Headers) -> Vec<(String, String)> {
    let named = |name: &HeaderName| {
        let name = name.as_str().as_bytes();
        name.get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"x-"))
    };
    headers
        .iter()
        .filter(|(name, _)| named(name))
        .take(X_HEADERS_MAX)
        .map(|(name, value)| (name.as_str().to_owned(), value.text().into_owned()))
        .collect()
}
