//! Messages that come in: what they are, and requests that belong to no dialog.

use crate::machine::sip::access;
use crate::machine::sip::access::Sender;
use crate::machine::sip::capability;
use crate::machine::sip::capability::Unfit;
use crate::machine::sip::digest_guard::Refusal;
use crate::machine::sip::incoming;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::server_table::ServerId;
use crate::machine::sip::server_transaction::Step;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;
use crate::wire::sip::decode::DecodeError;
use crate::wire::sip::decode::DecodeFault;
use crate::wire::sip::decode::decode;
use crate::wire::sip::framing::PING;
use crate::wire::sip::framing::PONG;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::Start;
use crate::wire::sip::method::Method;
use crate::wire::sip::uri::Scheme;

impl UserAgent {
    /// One datagram, or one message of a stream, has come. Keep-alives are answered too.
    pub fn handle_message(&mut self, turn: Turn, flow: Flow, bytes: &[u8]) {
        match decode(bytes) {
            Ok(message) => match message.start {
                Start::Request { .. } => self.handle_request(message, flow, turn.now),
                Start::Response { .. } => self.handle_response(&message, flow, turn.now),
            },
            Err(error) if error.fault == DecodeFault::Empty => {
                if flow.transport.is_reliable() && bytes.starts_with(PING) {
                    self.transmit(flow, PONG.to_vec());
                }
            }
            Err(error) => self.handle_malformed(error, flow),
        }
    }

    /// What cannot be read is answered if it can be, and counted.
    fn handle_malformed(&mut self, error: DecodeError, flow: Flow) {
        let (Some(status), Some(salvage)) = (error.status, error.salvage) else {
            self.count_refusal(0, "malformed", flow.remote);
            return;
        };
        let mut headers = *salvage;
        let mut reply_to = flow;
        if let Ok(mut via) = headers.top_via() {
            reply_to = incoming::mark_source(&mut via, flow);
            headers.set_top_via(&via);
        }
        let mut response = Message::response(status, &headers);
        if let Ok(to) = headers.to_address()
            && to.tag().is_none()
        {
            let tag = self.stateless_tag(headers.call_id().unwrap_or_default());
            incoming::add_tag(&mut response.headers, &tag);
        }
        let bytes = self.encoded(response);
        self.transmit(reply_to, bytes);
        self.count_refusal(status, "malformed", flow.remote);
    }

    fn handle_request(&mut self, message: Message, flow: Flow, now: Now) {
        let Some(request) = Incoming::read(message, flow) else {
            self.count_refusal(0, "malformed", flow.remote);
            return;
        };
        if request.method != Method::Cancel
            && let Some(id) = self.servers.find(&request.key)
        {
            self.handle_repeat(id, &request, now);
            return;
        }
        match (&request.method, request.to_tag()) {
            (Method::Ack, _) => self.handle_ack(&request, now),
            (Method::Cancel, _) => self.handle_cancel(&request, now),
            (_, Some(tag)) => self.handle_within(&tag, request, now),
            (_, None) => self.handle_outside(request, now),
        }
    }

    fn handle_repeat(&mut self, id: ServerId, request: &Incoming, now: Now) {
        let Some(server) = self.servers.get_mut(id) else {
            return;
        };
        let step = if request.method == Method::Ack {
            server.transaction.handle_ack(now)
        } else {
            server.transaction.handle_repeat()
        };
        match step {
            Step::Resend if !server.response.is_empty() => {
                let (reply_to, bytes) = (server.reply_to, server.response.clone());
                self.transmit(reply_to, bytes);
            }
            Step::PassAck => self.handle_ack(request, now),
            Step::Resend | Step::Ignore | Step::NoAck | Step::End => {}
        }
        self.settle_server(id);
    }

    /// A request that begins something (RFC 3261 section 8.2).
    fn handle_outside(&mut self, request: Incoming, now: Now) {
        match request.method {
            Method::Options => self.answer_options(&request),
            Method::Register => self.handle_register(&request, now),
            Method::Bye | Method::Update | Method::Prack | Method::Info => {
                self.turn_away(&request, 481, "no_dialog");
            }
            Method::Invite
            | Method::Ack
            | Method::Cancel
            | Method::Refer
            | Method::Subscribe
            | Method::Notify
            | Method::Message
            | Method::Publish
            | Method::Other(_) => match self.admit(&request, now) {
                Ok(sender) => self.handle_admitted(request, sender, now),
                Err(refusal) => self.challenge(&request, refusal, now),
            },
        }
    }

    fn handle_admitted(&mut self, request: Incoming, sender: Sender, now: Now) {
        match &request.method {
            Method::Invite => self.handle_invite(request, sender, now),
            Method::Refer => self.turn_away(&request, 403, "refer"),
            Method::Other(_) => self.turn_away_allowing(&request, 501, "unknown_method"),
            Method::Ack
            | Method::Bye
            | Method::Cancel
            | Method::Options
            | Method::Register
            | Method::Prack
            | Method::Update
            | Method::Info
            | Method::Subscribe
            | Method::Notify
            | Method::Message
            | Method::Publish => self.turn_away_allowing(&request, 405, "method"),
        }
    }

    pub(super) fn admit(&mut self, request: &Incoming, now: Now) -> Result<Sender, Refusal> {
        access::admit(&self.config, &self.registrar, &mut self.guard, request, now)
    }

    /// Asks who is there.
    pub(super) fn challenge(&mut self, request: &Incoming, refusal: Refusal, now: Now) {
        let mut response = self.response(request, 401);
        for challenge in self.guard.challenges(&request.headers, refusal.stale, now) {
            response
                .headers
                .push(HeaderName::WwwAuthenticate, &challenge);
        }
        self.turn_away_with(request, response, refusal.reason);
    }

    fn answer_options(&mut self, request: &Incoming) {
        if !is_ours(request) {
            self.turn_away(request, 416, "scheme");
            return;
        }
        if let Err(unfit) = capability::check_extensions(&request.headers) {
            self.turn_away_unfit(request, &unfit);
            return;
        }
        let response = self.response(request, 200);
        let response = capability::advertised(response)
            .with(HeaderName::Accept, HeaderValue::stripped(capability::SDP));
        self.reply(request, response);
    }

    pub(super) fn turn_away_unfit(&mut self, request: &Incoming, unfit: &Unfit) {
        let mut response = self.response(request, unfit.status());
        unfit.explain(&mut response.headers);
        self.turn_away_with(request, response, unfit.reason());
    }

    fn turn_away_allowing(&mut self, request: &Incoming, status: u16, reason: &'static str) {
        let allow = HeaderValue::stripped(capability::ALLOW);
        let response = self
            .response(request, status)
            .with(HeaderName::Allow, allow);
        self.turn_away_with(request, response, reason);
    }

    /// Too much at once: 503 with `Retry-After`.
    pub(super) fn turn_away_busy(&mut self, request: &Incoming, reason: &'static str) {
        let wait_s = self.config.limits.retry_after.as_secs().max(1);
        let wait = HeaderValue::stripped(wait_s.to_string());
        let response = self
            .response(request, 503)
            .with(HeaderName::RetryAfter, wait);
        self.turn_away_with(request, response, reason);
    }
}

/// Whether the Request-URI has a scheme that we serve (section 8.2.2.1).
pub(super) fn is_ours(request: &Incoming) -> bool {
    match request.uri.scheme() {
        Scheme::Sip | Scheme::Sips | Scheme::Tel => true,
        Scheme::Other => false,
    }
}
