//! How the user agent puts messages on the wire.

use crate::machine::sip::client_table::Client;
use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::client_table::Sent;
use crate::machine::sip::client_transaction::ClientTransaction;
use crate::machine::sip::client_transaction::Kind;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::server_table::ServerId;
use crate::machine::sip::server_transaction::Step;
use crate::machine::sip::user_agent::Alarm;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::encode;
use crate::wire::sip::method::Method;

impl UserAgent {
    /// Sends a request of ours and waits for its answer.
    pub(super) fn send(
        &mut self,
        flow: Flow,
        request: Message,
        purpose: Purpose,
        now: Now,
    ) -> ClientId {
        let token = self.chance.token();
        let (id, branch) = self.clients.next_branch(&self.prefix, &token);
        let request = self.stamped(request, &flow, &branch);
        let bytes = encode(&request);
        let sent = Sent {
            flow,
            request,
            bytes,
            branch,
        };
        self.keep(id, purpose, sent, now);
        id
    }

    /// Sends what is ready and waits for its answer.
    pub(super) fn keep(&mut self, id: ClientId, purpose: Purpose, sent: Sent, now: Now) {
        let kind = match sent.request.method() {
            Some(Method::Invite) => Kind::Invite,
            _ => Kind::Other,
        };
        let transaction = ClientTransaction::start(kind, sent.flow.transport, now);
        self.transmit(sent.flow, sent.bytes.clone());
        self.wake(transaction.poll_timeout(), Alarm::Client(id));
        let client = Client::new(transaction, purpose, sent);
        self.clients.insert(id, client);
    }

    /// Sends the ACK of a 2xx, which nobody answers; gives its bytes for repeats.
    pub(super) fn send_ack(&mut self, flow: Flow, ack: Message) -> Vec<u8> {
        let token = self.chance.token();
        let (_, branch) = self.clients.next_branch(&self.prefix, &token);
        let ack = self.stamped(ack, &flow, &branch);
        let bytes = encode(&ack);
        self.transmit(flow, bytes.clone());
        bytes
    }

    fn stamped(&self, mut request: Message, flow: &Flow, branch: &str) -> Message {
        let transport = flow.transport.token();
        let sent_by = self.config.sent_by(flow);
        let via = format!("SIP/2.0/{transport} {sent_by};branch={branch};rport");
        let via = HeaderValue::stripped(via);
        request.headers.push_front(HeaderName::Via, via);
        if !self.config.name.is_empty() {
            let name = HeaderValue::stripped(self.config.name.as_str());
            request.headers.push(HeaderName::UserAgent, name);
        }
        request
    }

    /// Our Contact for a leg: its user part begins with node and shard.
    pub(super) fn contact(&self, leg: LegId, flow: &Flow) -> HeaderValue {
        self.contact_of(&leg.to_string(), flow)
    }

    /// Our Contact under a name.
    pub(super) fn contact_of(&self, user: &str, flow: &Flow) -> HeaderValue {
        let sent_by = self.config.sent_by(flow);
        let transport = if flow.transport.is_reliable() {
            ";transport=tcp"
        } else {
            ""
        };
        HeaderValue::stripped(format!("<sip:{user}@{sent_by}{transport}>"))
    }

    /// Answers a request within its transaction.
    pub(super) fn respond(&mut self, id: ServerId, response: Message, now: Now) {
        let status = response.status().unwrap_or_default();
        let bytes = self.encoded(response);
        self.respond_encoded(id, status, bytes, now);
    }

    /// As [`Self::respond`] with a response that has been written.
    pub(super) fn respond_encoded(&mut self, id: ServerId, status: u16, bytes: Vec<u8>, now: Now) {
        let Some(server) = self.servers.get_mut(id) else {
            return;
        };
        server.transaction.respond(status, now);
        if status >= 200 {
            server.leg = None;
        }
        let repeats = server.transaction.handle_repeat() == Step::Resend;
        server.response = if repeats { bytes.clone() } else { Vec::new() };
        let reply_to = server.reply_to;
        self.transmit(reply_to, bytes);
        self.settle_server(id);
    }

    /// Answers a request at once, in a transaction that absorbs its repeats; without one if
    /// there are far too many.
    pub(super) fn respond_once(&mut self, request: &Incoming, response: Message, now: Now) {
        if self.is_flooded() {
            self.reply(request, response);
            return;
        }
        let id = self.servers.begin(request, None);
        self.respond(id, response, now);
    }

    /// Calls under way are served beyond the limit of transactions, up to twice as many.
    pub(super) fn is_flooded(&self) -> bool {
        self.servers.len() >= self.config.limits.transactions_max.saturating_mul(2)
    }

    /// Answers a request and forgets it: its repeats are answered the same way.
    pub(super) fn reply(&mut self, request: &Incoming, response: Message) {
        let bytes = self.encoded(response);
        self.transmit(request.reply_to, bytes);
    }

    /// A response without a dialog.
    pub(super) fn response(&self, request: &Incoming, status: u16) -> Message {
        request.reply(status, &self.stateless_tag(request.key.base()))
    }

    /// Turns a request away, leaving nothing behind.
    pub(super) fn turn_away(&mut self, request: &Incoming, status: u16, reason: &'static str) {
        let response = self.response(request, status);
        self.turn_away_with(request, response, reason);
    }

    /// As [`Self::turn_away`] with a response that says more.
    pub(super) fn turn_away_with(
        &mut self,
        request: &Incoming,
        response: Message,
        reason: &'static str,
    ) {
        let status = response.status().unwrap_or_default();
        self.reply(request, response);
        self.count_refusal(status, reason, request.flow.remote);
    }

    /// Writes a response, signed with our name.
    pub(super) fn encoded(&self, mut response: Message) -> Vec<u8> {
        if !self.config.name.is_empty() {
            let name = HeaderValue::stripped(self.config.name.as_str());
            response.headers.push(HeaderName::Server, name);
        }
        encode(&response)
    }

    /// Sets the alarm of a server transaction, or forgets it.
    pub(super) fn settle_server(&mut self, id: ServerId) {
        let Some(server) = self.servers.get(id) else {
            return;
        };
        if server.transaction.is_over() {
            self.servers.forget(id);
            return;
        }
        let at = server.transaction.poll_timeout();
        self.wake(at, Alarm::Server(id));
    }

    /// Sets the alarm of a client transaction, or forgets it.
    pub(super) fn settle_client(&mut self, id: ClientId) {
        let Some(client) = self.clients.get(id) else {
            return;
        };
        let at = client.transaction.poll_timeout();
        if at.is_none() && !client.transaction.is_waiting() {
            self.clients.forget(id);
            return;
        }
        self.wake(at, Alarm::Client(id));
    }

    /// Sets the alarm of a leg.
    pub(super) fn settle_leg(&mut self, leg: LegId) {
        let at = self.legs.get(&leg).and_then(|leg| leg.poll_timeout());
        self.wake(at, Alarm::Leg(leg));
    }
}
