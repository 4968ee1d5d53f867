//! Responses that come in, and requests of ours that nobody answers.

use crate::machine::sip::client_table::ClientId;
use crate::machine::sip::client_table::Purpose;
use crate::machine::sip::client_transaction::Answer;
use crate::machine::sip::client_transaction::Step;
use crate::machine::sip::companion;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::headers::Headers;
use crate::wire::sip::message::Message;
use crate::wire::sip::message::encode;
use crate::wire::sip::method::Method;

impl UserAgent {
    /// A response. One with more than one Via was not for us (RFC 3261 section 8.1.3.3).
    pub(super) fn handle_response(&mut self, response: &Message, flow: Flow, now: Now) {
        let Some(status) = response.status() else {
            return;
        };
        let alone = response.headers.vias().is_ok_and(|vias| vias.len() == 1);
        let id = self.clients.find(&response.headers, &self.prefix);
        let Some(id) = id.filter(|_| alone) else {
            self.count_refusal(0, "stray_response", flow.remote);
            return;
        };
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        match client.transaction.handle_response(Answer::of(status), now) {
            Step::Pass => self.deliver(id, status, response, now),
            Step::AckAndPass => {
                self.acknowledge_failure(id, &response.headers);
                self.deliver(id, status, response, now);
            }
            Step::AckAgain => {
                let (flow, bytes) = (client.flow, client.bytes.clone());
                self.transmit(flow, bytes);
            }
            Step::Ignore | Step::Resend | Step::TimedOut | Step::End => {}
        }
        self.settle_client(id);
    }

    fn acknowledge_failure(&mut self, id: ClientId, headers: &Headers) {
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        let invite = client.request.take();
        let ack = invite.and_then(|invite| companion::ack_of_failure(&invite, headers));
        if let Some(ack) = ack {
            client.bytes = encode(&ack);
            let (flow, bytes) = (client.flow, client.bytes.clone());
            self.transmit(flow, bytes);
        }
    }

    /// Hands a response to whom it concerns.
    fn deliver(&mut self, id: ClientId, status: u16, response: &Message, now: Now) {
        let Some(client) = self.clients.get_mut(id) else {
            return;
        };
        let purpose = client.purpose.clone();
        if status >= 200 {
            if client.method != Method::Invite {
                client.request = None;
            }
            if status < 300 || client.method != Method::Invite {
                client.bytes = Vec::new();
            }
        }
        match (Answer::of(status), purpose) {
            (Answer::Provisional, Purpose::Invite(leg)) => self.invite_progress(leg, status, now),
            (Answer::Provisional, _) => {}
            (Answer::Success, Purpose::Invite(leg)) => {
                self.invite_accepted(id, leg, response, now);
            }
            (Answer::Success, Purpose::Reinvite(leg)) => {
                self.reinvite_accepted(id, leg, response, now);
            }
            (Answer::Success, Purpose::Refresh(leg)) => {
                if response.headers.cseq().map(|cseq| cseq.method) == Ok(Method::Invite) {
                    self.reinvite_accepted(id, leg, response, now);
                } else {
                    self.refreshed(leg, response, now);
                }
            }
            (Answer::Success, purpose) => self.finish(purpose, status, Some(response), now),
            (Answer::Failure, purpose) => self.finish(purpose, status, Some(response), now),
        }
    }

    /// A request of ours has ended: by a final answer, or without one as 408.
    pub(super) fn finish(
        &mut self,
        purpose: Purpose,
        status: u16,
        response: Option<&Message>,
        now: Now,
    ) {
        let headers = response.map(|response| &response.headers);
        match purpose {
            Purpose::Invite(leg) => self.invite_refused(leg, status, headers, now),
            Purpose::Reinvite(leg) => self.reinvite_refused(leg, status, now),
            Purpose::Refresh(leg) => self.refresh_refused(leg, status, now),
            Purpose::Watch(leg) => self.watched(leg, status, now),
            Purpose::Bye(leg) => self.part(leg, now),
            Purpose::Register(user) => self.enrolled(&user, status, headers, now),
            Purpose::Ping(flow) => self.pinged(flow, status, now),
            Purpose::Nobody => {}
        }
    }

    /// A leg that we hung up has let go of everything.
    fn part(&mut self, leg: LegId, now: Now) {
        if self.drop_leg(leg, now).is_some() {
            self.report(UaEvent::Gone { leg });
        }
    }
}
