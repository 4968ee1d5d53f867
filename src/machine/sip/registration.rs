//! The registrar's side of REGISTER, and the life of the flows it has learned.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::machine::sip::access;
use crate::machine::sip::capability;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::config::Secrets;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::ping::Pulse;
use crate::machine::sip::reception::is_ours;
use crate::machine::sip::registrar::Binding;
use crate::machine::sip::registrar::Change;
use crate::machine::sip::registrar::Outcome;
use crate::machine::sip::registrar::RegistrarError;
use crate::machine::sip::registrar::Registration;
use crate::machine::sip::registrar::Wish;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::user_agent::Alarm;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::headers::Contacts;
use crate::wire::sip::message::Message;
use crate::wire::sip::name_addr::NameAddr;
use crate::wire::sip::uri::Scheme;
use crate::wire::sip::uri::Uri;

/// From a REGISTER to the first ping over its flow: the 200 goes ahead of it.
const FIRST_PING: Duration = Duration::from_millis(100);

impl UserAgent {
    /// REGISTER (RFC 3261 section 10.3). What is wrong for everybody is said before anybody is
    /// asked who they are; the rest only to whom it concerns.
    pub(super) fn handle_register(&mut self, request: &Incoming, now: Now) {
        if !is_ours(request) {
            self.turn_away(request, 416, "scheme");
            return;
        }
        if let Err(unfit) = capability::check_extensions(&request.headers) {
            self.turn_away_unfit(request, &unfit);
            return;
        }
        let Some(change) = change_of(request) else {
            self.turn_away(request, 400, "malformed");
            return;
        };
        let (method, headers) = (&request.method, &request.headers);
        let proved = self.guard.check(&self.config.users, method, headers, now);
        match proved {
            Err(refusal) => self.challenge(request, refusal, now),
            Ok(None) => self.challenge(request, access::asked("challenged"), now),
            Ok(Some(user)) if request.to.uri.user().as_deref() != Some(user.as_str()) => {
                self.turn_away(request, 403, "other_user");
            }
            Ok(Some(_)) if self.servers.len() >= self.config.limits.transactions_max => {
                self.turn_away_busy(request, "transactions_full");
            }
            Ok(Some(user)) => self.register(request, user, change, now),
        }
    }

    fn register(&mut self, request: &Incoming, user: String, change: Change, now: Now) {
        let asked = Registration {
            user,
            call_id: request.call_id.clone(),
            cseq: request.cseq,
            flow: request.flow,
            change,
        };
        let outcome = self.registrar.register(&asked, now);
        let mut response = self.response(request, status_of(&outcome));
        match outcome {
            Ok(outcome) => {
                for binding in self.registrar.bindings(&asked.user) {
                    let contact = contact_of(binding, now);
                    response.headers.push(HeaderName::Contact, contact);
                }
                self.respond_once(request, response, now);
                self.registered(asked.user, request.flow, outcome, now);
            }
            Err(error) => {
                response = explained(response, error, self.config.limits.retry_after);
                let status = response.status().unwrap_or_default();
                self.respond_once(request, response, now);
                self.count_refusal(status, "registrar", request.flow.remote);
            }
        }
    }

    fn registered(&mut self, user: String, flow: Flow, outcome: Outcome, now: Now) {
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Unreachable => self.report(UaEvent::Unregistered { user }),
            Outcome::Reachable { expires, fresh } => {
                let at = self.registrar.next_end(&user);
                self.wake(at, Alarm::Bindings(user.clone()));
                self.report(UaEvent::Registered {
                    user,
                    flow,
                    expires,
                    fresh,
                });
                if fresh || !self.pings.contains_key(&flow) {
                    self.ping_at(flow, now + FIRST_PING);
                }
            }
        }
    }

    pub(super) fn wake_bindings(&mut self, user: &str, now: Now) {
        if self.registrar.expire(user, now) {
            let user = user.to_owned();
            self.report(UaEvent::Unregistered { user });
            return;
        }
        let at = self.registrar.next_end(user);
        self.wake(at, Alarm::Bindings(user.to_owned()));
    }

    /// Somewhat before the usual time, so that flows do not march in step.
    fn ping_later(&mut self, flow: Flow, now: Now) {
        let every = self.config.limits.ping_every;
        let early = every.mul_f64(self.chance.fraction() / 5.0);
        self.ping_at(flow, now + every.saturating_sub(early));
    }

    fn ping_at(&mut self, flow: Flow, at: Now) {
        self.pings.entry(flow).or_default().plan(at);
        self.wake(Some(at), Alarm::Ping(flow));
    }

    pub(super) fn wake_ping(&mut self, flow: Flow, now: Now) {
        if !self.pings.get(&flow).is_some_and(|ping| ping.is_due(now)) {
            return;
        }
        let user = self.registrar.users_of(&flow).next();
        let binding = user.and_then(|user| {
            let mut bindings = self.registrar.bindings(user).iter();
            bindings.find(|binding| binding.flow == flow)
        });
        let uri = binding.and_then(|binding| Uri::decode(&binding.uri).ok());
        let options = uri.and_then(|uri| self.options(&uri.without_headers(), &flow));
        match options {
            Some(options) => {
                if let Some(ping) = self.pings.get_mut(&flow) {
                    ping.begin(now);
                }
                self.send(flow, options, Purpose::Ping(flow), now);
            }
            None => {
                self.pings.remove(&flow);
            }
        }
    }

    /// A ping was answered, or not (408).
    pub(super) fn pinged(&mut self, flow: Flow, status: u16, now: Now) {
        let Some(ping) = self.pings.get_mut(&flow) else {
            return;
        };
        let (round_trip, told) = (ping.since(now), ping.is_answered());
        match ping.ended(status) {
            Pulse::Alive => {
                let users: Vec<_> = self.registrar.users_of(&flow).map(str::to_owned).collect();
                for user in users {
                    self.report(UaEvent::Pinged { user, round_trip });
                }
                self.ping_later(flow, now);
            }
            Pulse::Unknown => self.ping_later(flow, now),
            Pulse::Doubtful => self.wake_ping(flow, now),
            Pulse::Dead => {
                self.forget_flow(flow);
                if told {
                    self.watch_soon(flow, now);
                }
            }
        }
    }

    /// The bindings over a flow go.
    fn forget_flow(&mut self, flow: Flow) {
        self.pings.remove(&flow);
        let users: Vec<_> = self.registrar.users_of(&flow).map(str::to_owned).collect();
        for user in users {
            if self.registrar.drop_flow(&user, &flow) {
                self.report(UaEvent::Unregistered { user });
            }
        }
    }

    /// Who may register has changed. Users who are gone lose their bindings.
    pub fn set_users(&mut self, users: BTreeMap<String, Secrets>) {
        let before = std::mem::replace(&mut self.config.users, users);
        for (user, _) in before {
            if !self.config.users.contains_key(&user) && self.registrar.drop_user(&user) {
                self.report(UaEvent::Unregistered { user });
            }
        }
    }

    /// A connection is closed: what it carried is gone.
    pub fn handle_flow_closed(&mut self, turn: Turn, flow: Flow) {
        self.forget_flow(flow);
        self.reconnect_phones(flow, turn.now);
        let lowest = LegId::from_bits(0);
        let highest = LegId::from_bits(u64::MAX);
        let carried = self.carried.range((flow, lowest)..=(flow, highest));
        let legs: Vec<_> = carried.map(|(_, leg)| *leg).collect();
        for leg in legs {
            self.lose_flow(leg, turn.now);
        }
    }

    /// Nothing is sent: there is nobody to send it to.
    fn lose_flow(&mut self, leg: LegId, now: Now) {
        match self.legs.get(&leg).map(|leg| &leg.phase) {
            Some(Phase::Incoming(pending)) => {
                self.servers.forget(pending.server);
                self.drop_leg(leg, now);
                self.report(UaEvent::Cancelled { leg });
            }
            Some(Phase::Outgoing(calling)) => {
                self.clients.forget(calling.client);
                self.invite_refused(leg, 503, None, now);
            }
            Some(Phase::Up(_) | Phase::Ending) => {
                self.lose(leg, HangupCause::FlowLost, now);
            }
            None => {}
        }
    }
}

const fn status_of(outcome: &Result<Outcome, RegistrarError>) -> u16 {
    match outcome {
        Ok(_) => 200,
        Err(RegistrarError::TooBrief { .. }) => 423,
        Err(RegistrarError::OutOfOrder { .. }) => 500,
        Err(RegistrarError::Full) => 503,
    }
}

fn explained(response: Message, error: RegistrarError, retry_after: Duration) -> Message {
    match error {
        RegistrarError::TooBrief { min_s } => response.with(
            HeaderName::MinExpires,
            HeaderValue::stripped(min_s.to_string()),
        ),
        RegistrarError::Full => response.with(
            HeaderName::RetryAfter,
            HeaderValue::stripped(retry_after.as_secs().max(1).to_string()),
        ),
        RegistrarError::OutOfOrder { .. } => response,
    }
}

/// What a REGISTER asks for; `None` if it is malformed for everybody.
fn change_of(request: &Incoming) -> Option<Change> {
    let is_sip = |uri: &Uri| matches!(uri.scheme(), Scheme::Sip | Scheme::Sips);
    if !is_sip(&request.to.uri) {
        return None;
    }
    let expires_s = request.headers.expires_s().ok().flatten();
    match request.headers.contacts().ok()? {
        Contacts::Star if expires_s == Some(0) => Some(Change::RemoveAll),
        Contacts::Star => None,
        Contacts::List(list) if list.is_empty() => Some(Change::Query),
        Contacts::List(list) => {
            let wishes = list.into_iter().map(|contact| wish(contact, expires_s));
            Some(Change::Update(wishes.collect()))
        }
    }
}

/// A malformed `expires` counts as 3600 (RFC 3261 section 20.10).
fn wish(contact: NameAddr, header_s: Option<u32>) -> Wish {
    let own = contact.params.get("expires");
    let own_s = own.map(|text| text.parse().unwrap_or(3600));
    let instance = contact.params.get("+sip.instance");
    let instance = instance.map_or_else(
        || contact.uri.as_str().to_owned(),
        std::borrow::Cow::into_owned,
    );
    let mut params = contact.params;
    params.remove("expires");
    Wish {
        uri: contact.uri.as_str().to_owned(),
        params: params.as_str().to_owned(),
        instance,
        expires_s: own_s.or(header_s),
    }
}

fn contact_of(binding: &Binding, now: Now) -> HeaderValue {
    let left_s = binding.until.since(now).as_secs();
    let (uri, params) = (&binding.uri, &binding.params);
    HeaderValue::stripped(format!("<{uri}>{params};expires={left_s}"))
}
