//! Calls that go out: INVITE until it is answered, refused, or given up.

use crate::machine::sip::access::Sender;
use crate::machine::sip::capability;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::FORKS_MAX;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::dialog::Dialog;
use crate::machine::sip::leg::Calling;
use crate::machine::sip::leg::Cancel;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::leg::Up;
use crate::machine::sip::session_timer::SessionTimer;
use crate::machine::sip::session_timer::Side;
use crate::machine::sip::surface::Account;
use crate::machine::sip::surface::Invitation;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::Target;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::timing;
use crate::machine::sip::user_agent::UaCommandError;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::challenge::Challenge;
use crate::wire::sip::challenge::Stale;
use crate::wire::sip::credentials::Credentials;
use crate::wire::sip::credentials::Login;
use crate::wire::sip::digest::Nonces;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::host::host_and_port;
use crate::wire::sip::message::Message;
use crate::wire::sip::method::Method;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::session_expires::SessionExpires;
use crate::wire::sip::uri::Uri;

/// A challenge is answered once, and once more if only its nonce was old.
const CHALLENGES_MAX: u8 = 2;

/// A request of ours that was challenged.
#[derive(Clone, Copy)]
pub(super) struct Challenged<'a> {
    /// Who we are.
    pub(super) account: &'a Account,
    /// 401 or 407.
    pub(super) status: u16,
    /// Of the response.
    pub(super) headers: &'a Headers,
    /// Challenges that have been answered before.
    pub(super) tries: u8,
}

impl UserAgent {
    /// [`crate::machine::sip::surface::UaCommand::Invite`].
    pub(super) fn invite(
        &mut self,
        invitation: Invitation,
        now: Now,
    ) -> Result<(), UaCommandError> {
        let leg = invitation.leg;
        if self.legs.contains_key(&leg) {
            return Err(UaCommandError::LegInUse(leg));
        }
        if self.legs.len() >= self.config.limits.legs_max {
            return Err(UaCommandError::Full(self.legs.len()));
        }
        for (name, value) in &invitation.headers {
            checked(name, value)?;
        }
        let Some((uri, flow)) = self.resolve(&invitation.target)? else {
            let status = Status(480);
            self.report(UaEvent::Refused { leg, status });
            return Ok(());
        };
        let tag = self.token();
        let from = self.sender(&invitation, &flow, &tag)?;
        let call_id = self.token();
        let state = Leg {
            dialog: Dialog::uac(call_id, from, uri),
            flow,
            peer: match &invitation.target {
                Target::Registered(user) => Sender::User(user.clone()),
                Target::Uri { .. } => Sender::Guest,
            },
            reinvite: None,
            phase: Phase::Outgoing(Box::new(Calling {
                client: ClientId::NONE,
                sdp: invitation.sdp,
                headers: invitation.headers,
                account: invitation.account,
                answered: 0,
                cancel: Cancel::No,
                ring_until: Some(now + timing::RING_LIMIT),
            })),
        };
        self.legs.insert(leg, state);
        self.tags.insert(tag, leg);
        self.carried.insert((flow, leg));
        self.send_invite(leg, None, now);
        Ok(())
    }

    /// Request-URI and flow; `None` if the user is not registered.
    fn resolve(&self, target: &Target) -> Result<Option<(Uri, Flow)>, UaCommandError> {
        let (uri, flow) = match target {
            Target::Uri { uri, flow } => (uri, *flow),
            Target::Registered(user) => match self.registrar.newest(user) {
                Some(binding) => (&binding.uri, binding.flow),
                None => return Ok(None),
            },
        };
        let decoded = Uri::decode(uri).map_err(|_| UaCommandError::Malformed(uri.clone()))?;
        Ok(Some((decoded.without_headers(), flow)))
    }

    fn sender(
        &self,
        invitation: &Invitation,
        flow: &Flow,
        tag: &str,
    ) -> Result<NameAddr, UaCommandError> {
        let user = match invitation.from_user.as_str() {
            "" => "anonymous",
            user => user,
        };
        let sent_by = self.config.sent_by(flow);
        let host = match &invitation.account {
            Some(account) => account.flow.remote.ip().to_string(),
            None => host_and_port(&sent_by).map_or_else(String::new, |(host, _)| host.to_owned()),
        };
        let uri = Uri::sip(Some(user), &host, None);
        let uri = uri.map_err(|_| UaCommandError::Malformed(host))?;
        let mut from = NameAddr::new(uri).with_tag(tag);
        from.display.clone_from(&invitation.from_name);
        Ok(from)
    }

    fn send_invite(&mut self, leg: LegId, proof: Option<(HeaderName, HeaderValue)>, now: Now) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let flow = state.flow;
        let mut invite = state.dialog.request(Method::Invite);
        let Phase::Outgoing(calling) = &state.phase else {
            return;
        };
        for (name, value) in &calling.headers {
            if let Ok((name, value)) = checked(name, value) {
                invite.headers.push(name, value);
            }
        }
        if let Some((name, value)) = proof {
            invite.headers.push(name, value);
        }
        let body = calling.sdp.clone().into_bytes();
        let contact = self.contact(leg, &flow);
        let invite = capability::advertised(invite.with(HeaderName::Contact, contact))
            .with_body(capability::SDP, body);
        let client = self.send(flow, invite, Purpose::Invite(leg), now);
        if let Some(Phase::Outgoing(calling)) = self.legs.get_mut(&leg).map(|leg| &mut leg.phase) {
            calling.client = client;
        }
        self.settle_leg(leg);
    }

    /// A provisional response to the INVITE of a leg.
    pub(super) fn invite_progress(&mut self, leg: LegId, status: u16, now: Now) {
        let Some(Phase::Outgoing(calling)) = self.legs.get(&leg).map(|leg| &leg.phase) else {
            return;
        };
        match &calling.cancel {
            Cancel::No if status > 100 => {
                let status = Status(status);
                self.report(UaEvent::Progress { leg, status });
            }
            Cancel::No | Cancel::Sent(_) => {}
            Cancel::Wanted(_) => self.try_cancel(leg, now),
        }
    }

    /// A 2xx to the INVITE of a leg: the first, a repeat, or another branch of a fork.
    pub(super) fn invite_accepted(
        &mut self,
        id: ClientId,
        leg: LegId,
        response: &Message,
        now: Now,
    ) {
        let tag = response.headers.to_address().ok();
        let tag = tag.and_then(|to| to.tag().map(std::borrow::Cow::into_owned));
        let tag = tag.unwrap_or_default();
        let Some(client) = self.clients.get(id) else {
            return;
        };
        let flow = client.flow;
        if let Some((_, ack)) = client.acks.iter().find(|(of, _)| *of == tag) {
            let ack = ack.clone();
            self.transmit(flow, ack);
            return;
        }
        if client.acks.len() >= FORKS_MAX {
            return;
        }
        let cseq = response.headers.cseq().map_or(0, |cseq| cseq.number);
        let first = client.acks.is_empty();
        let state = self.legs.get(&leg).filter(|_| first);
        let state = state.filter(|leg| matches!(leg.phase, Phase::Outgoing(_)));
        let dialog = match (state, client.request.as_deref()) {
            (Some(state), _) => state.dialog.confirmed(&response.headers),
            (None, Some(invite)) => match Dialog::of_invite(invite) {
                Some(dialog) => dialog.confirmed(&response.headers),
                None => return,
            },
            (None, None) => return,
        };
        let ours = state.is_some();
        let ack = self.send_ack(flow, dialog.ack(cseq));
        if let Some(client) = self.clients.get_mut(id) {
            client.acks.push((tag, ack));
        }
        if ours {
            self.leg_accepted(leg, dialog, response, now);
        } else {
            self.hang_up_fork(dialog, flow, now);
        }
    }

    fn hang_up_fork(&mut self, mut dialog: Dialog, flow: Flow, now: Now) {
        let bye = dialog.request(Method::Bye);
        self.send(flow, bye, Purpose::Nobody, now);
    }

    /// BYE to an answer that is of no use; the owner has been or will be told by other words.
    fn drop_and_hang_up(&mut self, leg: LegId, now: Now) {
        if let Some(state) = self.drop_leg(leg, now) {
            self.hang_up_fork(state.dialog, state.flow, now);
        }
    }

    fn leg_accepted(&mut self, leg: LegId, dialog: Dialog, response: &Message, now: Now) {
        let watch_at = self.next_watch(now);
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        state.dialog = dialog;
        let Phase::Outgoing(calling) = &mut state.phase else {
            return;
        };
        if let (Cancel::Wanted(reason) | Cancel::Sent(reason), Some(_)) =
            (&calling.cancel, calling.ring_until)
        {
            let reason = reason.clone();
            self.say_bye(leg, reason.as_deref(), now);
            return;
        }
        if calling.cancel != Cancel::No {
            self.drop_and_hang_up(leg, now);
            return;
        }
        let mut up = Up::new(std::mem::take(&mut calling.sdp));
        up.knows_update = response.headers.lists(&HeaderName::Allow, "UPDATE");
        up.timer = timer_of(&response.headers, now);
        up.watch_at = watch_at;
        state.phase = Phase::Up(Box::new(up));
        let fits = capability::check_body(&response.headers, &response.body).is_ok();
        if response.body.is_empty() || !fits {
            self.drop_and_hang_up(leg, now);
            let status = Status(488);
            self.report(UaEvent::Refused { leg, status });
            return;
        }
        let sdp = String::from_utf8_lossy(&response.body).into_owned();
        self.report(UaEvent::Accepted { leg, sdp });
        self.settle_leg(leg);
    }

    /// A final failure of the INVITE of a leg, or its time-out (408 without headers).
    pub(super) fn invite_refused(
        &mut self,
        leg: LegId,
        status: u16,
        headers: Option<&Headers>,
        now: Now,
    ) {
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        let target = state.dialog.target().clone();
        let Phase::Outgoing(calling) = &mut state.phase else {
            return;
        };
        let cancelled = calling.cancel != Cancel::No;
        let told = calling.ring_until.is_none();
        let tries = calling.answered;
        if let (false, Some(account), Some(headers)) = (cancelled, &calling.account, headers)
            && tries < CHALLENGES_MAX
        {
            let account = account.clone();
            calling.answered += 1;
            let challenged = Challenged {
                account: &account,
                status,
                headers,
                tries,
            };
            let proof = self.prove(&Method::Invite, &target, challenged);
            if proof.is_some() {
                self.send_invite(leg, proof, now);
                return;
            }
        }
        self.drop_leg(leg, now);
        if told {
            return;
        }
        self.report(if cancelled {
            UaEvent::Gone { leg }
        } else {
            let status = Status(status);
            UaEvent::Refused { leg, status }
        });
    }

    /// Answers a challenge of the account's own realm; any other gets nothing.
    pub(super) fn prove(
        &mut self,
        method: &Method,
        uri: &Uri,
        challenged: Challenged<'_>,
    ) -> Option<(HeaderName, HeaderValue)> {
        let Challenged {
            account,
            status,
            headers,
            tries,
        } = challenged;
        let (asked, answered) = match status {
            401 => (HeaderName::WwwAuthenticate, HeaderName::Authorization),
            407 => (
                HeaderName::ProxyAuthenticate,
                HeaderName::ProxyAuthorization,
            ),
            _ => return None,
        };
        let challenge = headers
            .all(&asked)
            .filter_map(|value| Challenge::decode(&value.text()).ok())
            .find(|challenge| challenge.realm == account.realm)?;
        if tries > 0 && challenge.stale == Stale::No {
            return None;
        }
        let login = Login {
            user: &account.user,
            password: &account.password,
            method,
            uri: uri.as_str(),
        };
        let nonces = Nonces {
            count: 1,
            cnonce: self.chance.token(),
        };
        let credentials = Credentials::answer(&challenge, &login, nonces);
        Some((answered, HeaderValue::from(&credentials)))
    }

    /// [`crate::machine::sip::surface::UaCommand::Options`].
    pub(super) fn ask_options(
        &mut self,
        flow: Flow,
        uri: &str,
        now: Now,
    ) -> Result<(), UaCommandError> {
        let uri = Uri::decode(uri).map_err(|_| UaCommandError::Malformed(uri.to_owned()))?;
        let options = self.options(&uri, &flow);
        let options = options.ok_or_else(|| UaCommandError::Malformed(uri.to_string()))?;
        self.send(flow, options, Purpose::Nobody, now);
        Ok(())
    }

    /// OPTIONS out of dialog; `None` if our own address is no host.
    pub(super) fn options(&mut self, uri: &Uri, flow: &Flow) -> Option<Message> {
        let sent_by = self.config.sent_by(flow);
        let (host, port) = host_and_port(&sent_by)?;
        let from = Uri::sip(None, host, port).ok()?;
        let from = NameAddr::new(from).with_tag(&self.token());
        let mut dialog = Dialog::uac(self.token(), from, uri.clone());
        let options = dialog.request(Method::Options);
        let accept = HeaderValue::stripped(capability::SDP);
        Some(options.with(HeaderName::Accept, accept))
    }
}

/// The timer that a 2xx to a request of ours agrees on.
pub(super) fn timer_of(headers: &Headers, now: Now) -> Option<SessionTimer> {
    let terms = headers.text(&HeaderName::SessionExpires)?;
    let terms = SessionExpires::decode(&terms)?;
    Some(SessionTimer::start(terms, Side::Uac, now))
}

fn checked(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), UaCommandError> {
    let name = HeaderName::decode(name);
    let name = name.ok_or_else(|| UaCommandError::Malformed(value.to_owned()))?;
    let value = HeaderValue::new(value);
    let value = value.map_err(|_| UaCommandError::Malformed(name.to_string()))?;
    Ok((name, value))
}
