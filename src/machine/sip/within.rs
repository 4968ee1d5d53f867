//! Requests within a dialog: ACK, BYE, re-INVITE, UPDATE (RFC 3261 sections 12.2.2, 14.2, 15).

use crate::machine::sip::access;
use crate::machine::sip::capability;
use crate::machine::sip::capability::Unfit;
use crate::machine::sip::digest_guard::Refusal;
use crate::machine::sip::incoming::Incoming;
use crate::machine::sip::invitation::start_timer;
use crate::machine::sip::invitation::terms;
use crate::machine::sip::leg::Awaited;
use crate::machine::sip::leg::Hangup;
use crate::machine::sip::leg::Leg;
use crate::machine::sip::leg::Phase;
use crate::machine::sip::leg::Reoffer;
use crate::machine::sip::leg::Theirs;
use crate::machine::sip::leg::Unacked;
use crate::machine::sip::leg::Up;
use crate::machine::sip::session_timer;
use crate::machine::sip::surface::HangupCause;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaEvent;
use crate::machine::sip::user_agent::UaCommandError;
use crate::machine::sip::user_agent::UserAgent;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Now;
use crate::wire::sip::header::HeaderName;
use crate::wire::sip::header::HeaderValue;
use crate::wire::sip::method::Method;

/// A re-INVITE during another may come again after up to this long (RFC 3261 section 14.2).
const RETRY_AFTER_S_MAX: u64 = 10;

/// What stands in the way of an offer of the peer's.
enum Clash {
    /// Ours is not answered: 491.
    Ours,
    /// Theirs is not answered: 500 with `Retry-After`.
    Theirs,
}

impl UserAgent {
    /// A request other than ACK and CANCEL with a To tag.
    pub(super) fn handle_within(&mut self, tag: &str, request: Incoming, now: Now) {
        let Some(leg) = self.owner_of(tag, &request) else {
            self.turn_away(&request, 481, "no_dialog");
            return;
        };
        if let Err(refusal) = self.vouch(leg, &request, now) {
            self.challenge(&request, refusal, now);
            return;
        }
        let Some(state) = self.legs.get_mut(&leg) else {
            return;
        };
        if state.dialog.take_cseq(request.cseq).is_err() {
            let response = request.reply(500, "");
            self.respond_once(&request, response, now);
            return;
        }
        self.move_to_flow(leg, &request);
        match request.method {
            Method::Bye => self.handle_bye(leg, &request, now),
            Method::Invite | Method::Update => self.handle_reoffer(leg, request, now),
            Method::Options => {
                let response = capability::advertised(request.reply(200, ""));
                self.respond_once(&request, response, now);
            }
            Method::Refer => self.respond_once(&request, request.reply(403, ""), now),
            Method::Notify | Method::Prack => {
                self.respond_once(&request, request.reply(481, ""), now);
            }
            Method::Ack
            | Method::Cancel
            | Method::Register
            | Method::Info
            | Method::Subscribe
            | Method::Message
            | Method::Publish
            | Method::Other(_) => {
                let allow = HeaderValue::stripped(capability::ALLOW);
                let response = request.reply(405, "").with(HeaderName::Allow, allow);
                self.respond_once(&request, response, now);
            }
        }
    }

    /// The leg of a request within a dialog.
    fn owner_of(&self, tag: &str, request: &Incoming) -> Option<LegId> {
        let leg = self.tags.get(tag)?;
        let dialog = &self.legs.get(leg)?.dialog;
        let owned = dialog.owns(&request.call_id, &request.from_tag());
        owned.then_some(*leg)
    }

    /// Whether a request that knows the names of a dialog comes from its peer: from the address
    /// of its flow, or from another where the peer is bound, allowed, or proves itself.
    fn vouch(&mut self, leg: LegId, request: &Incoming, now: Now) -> Result<(), Refusal> {
        let Some(state) = self.legs.get(&leg) else {
            return Ok(());
        };
        if state.flow.is_near(request.flow) {
            return Ok(());
        }
        let peer = state.peer.clone();
        if self.admit(request, now)? == peer {
            return Ok(());
        }
        Err(access::asked("foreign_flow"))
    }

    /// Requests of ours follow the flow that the peer's came on last.
    fn move_to_flow(&mut self, leg: LegId, request: &Incoming) {
        if let Some(state) = self.legs.get_mut(&leg)
            && state.flow != request.flow
        {
            self.carried.remove(&(state.flow, leg));
            state.flow = request.flow;
            self.carried.insert((request.flow, leg));
        }
    }

    /// ACK of a 2xx of ours. Those of failures never come here.
    pub(super) fn handle_ack(&mut self, ack: &Incoming, now: Now) {
        let Some(leg) = ack.to_tag().and_then(|tag| self.owner_of(&tag, ack)) else {
            return;
        };
        if self.vouch(leg, ack, now).is_err() {
            self.count_refusal(0, "foreign_flow", ack.flow.remote);
            return;
        }
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        let Some(unacked) = up.unacked.take_if(|wait| wait.cseq == ack.cseq) else {
            return;
        };
        let sdp = match unacked.awaited {
            Awaited::Call => Some(None),
            Awaited::CallAndDescription | Awaited::Description => Some(ack.sdp()),
            Awaited::Nothing => None,
        };
        if up.hangup == Hangup::No
            && let Some(sdp) = sdp
        {
            self.report(UaEvent::Acked { leg, sdp });
        }
        self.go_on(leg, now);
    }

    fn handle_bye(&mut self, leg: LegId, bye: &Incoming, now: Now) {
        self.respond_once(bye, bye.reply(200, ""), now);
        let Some(state) = self.legs.get(&leg) else {
            return;
        };
        match &state.phase {
            Phase::Incoming(_) => {
                self.terminate_pending(leg, now);
                self.report(UaEvent::Cancelled { leg });
            }
            Phase::Up(up) => {
                let wanted = up.hangup != Hangup::No;
                self.end_reoffer(leg, now);
                self.drop_leg(leg, now);
                self.report(if wanted {
                    UaEvent::Gone { leg }
                } else {
                    let cause = HangupCause::Bye;
                    UaEvent::HungUp { leg, cause }
                });
            }
            // Our own BYE crosses theirs: its answer ends the leg.
            Phase::Outgoing(_) | Phase::Ending => {}
        }
    }

    /// 487 to a re-INVITE or UPDATE that nobody will answer now.
    pub(super) fn end_reoffer(&mut self, leg: LegId, now: Now) {
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        let reoffer = std::mem::replace(&mut up.reoffer, Reoffer::None);
        if let Reoffer::Theirs(theirs) = reoffer {
            let response = theirs.request.reply(487, "");
            self.respond(theirs.server, response, now);
        }
    }

    /// re-INVITE or UPDATE.
    fn handle_reoffer(&mut self, leg: LegId, request: Incoming, now: Now) {
        let Some(state) = self.legs.get(&leg) else {
            return;
        };
        let clash = match &state.phase {
            Phase::Up(up) if up.hangup == Hangup::No => clash_of(up),
            Phase::Up(_) | Phase::Ending => {
                self.respond_once(&request, request.reply(481, ""), now);
                return;
            }
            Phase::Incoming(_) | Phase::Outgoing(_) => {
                self.clash(&request, &Clash::Theirs, now);
                return;
            }
        };
        if self.is_flooded() {
            self.turn_away_busy(&request, "transactions_full");
        } else if request.method == Method::Update && request.body.is_empty() {
            self.answer_refresh(leg, &request, now);
        } else if let Some(clash) = clash {
            self.clash(&request, &clash, now);
        } else if let Err(unfit) = check(&request) {
            let mut response = request.reply(unfit.status(), "");
            unfit.explain(&mut response.headers);
            self.respond_once(&request, response, now);
        } else if terms(&request).is_err() {
            self.answer_small(&request, now);
        } else {
            self.take_reoffer(leg, request, now);
        }
    }

    fn answer_small(&mut self, request: &Incoming, now: Now) {
        let min_se = HeaderValue::stripped(session_timer::MIN_SE_S.to_string());
        let response = request.reply(422, "").with(HeaderName::MinSe, min_se);
        self.respond_once(request, response, now);
    }

    fn clash(&mut self, request: &Incoming, clash: &Clash, now: Now) {
        let response = match clash {
            Clash::Ours => request.reply(491, ""),
            Clash::Theirs => {
                let wait_s = self.chance.below(RETRY_AFTER_S_MAX + 1);
                let wait_s = HeaderValue::stripped(wait_s.to_string());
                request.reply(500, "").with(HeaderName::RetryAfter, wait_s)
            }
        };
        self.respond_once(request, response, now);
    }

    /// A bodyless UPDATE changes nothing but the target and the session timer.
    fn answer_refresh(&mut self, leg: LegId, request: &Incoming, now: Now) {
        if terms(request).is_err() {
            self.answer_small(request, now);
            return;
        }
        let Some(mut state) = self.legs.remove(&leg) else {
            return;
        };
        let mut response = request.reply(200, "");
        if let Phase::Up(up) = &mut state.phase {
            let sdp = std::mem::take(&mut up.sdp);
            start_timer(up, request, now);
            response = self.accepting(response, leg, request, up);
            up.sdp = sdp;
        }
        state.dialog.refresh_target(&request.headers);
        self.legs.insert(leg, state);
        self.respond_once(request, response, now);
        self.settle_leg(leg);
    }

    fn take_reoffer(&mut self, leg: LegId, request: Incoming, now: Now) {
        let server = self.servers.begin(&request, Some(leg));
        if request.method == Method::Invite {
            self.respond(server, request.reply(100, ""), now);
        }
        let sdp = request.sdp();
        let up = self.legs.get_mut(&leg).and_then(Leg::up_mut);
        let Some(up) = up else {
            return;
        };
        let theirs = Reoffer::Theirs(Box::new(Theirs { server, request }));
        // An offer of ours that waits after 491 waits for theirs too.
        if let Reoffer::Later { ours, .. } = std::mem::replace(&mut up.reoffer, theirs) {
            up.queued.get_or_insert(ours.sdp);
        }
        // Who goes on has had our 2xx, though its ACK is lost.
        let acked = up.unacked.take();
        if acked.is_some_and(|wait| wait.awaited == Awaited::Call) {
            self.report(UaEvent::Acked { leg, sdp: None });
        }
        self.report(UaEvent::Reoffered { leg, sdp });
    }

    /// [`crate::machine::sip::surface::UaCommand::AnswerReoffer`].
    pub(super) fn answer_reoffer(
        &mut self,
        leg: LegId,
        answer: Result<String, Status>,
        now: Now,
    ) -> Result<(), UaCommandError> {
        if let Err(status) = answer
            && !(300..700).contains(&status.0)
        {
            return Err(UaCommandError::Malformed(status.0.to_string()));
        }
        let state = self.legs.get_mut(&leg);
        let state = state.ok_or(UaCommandError::UnknownLeg(leg))?;
        let up = state.up_mut().ok_or(UaCommandError::WrongPhase(leg))?;
        let theirs = match std::mem::replace(&mut up.reoffer, Reoffer::None) {
            Reoffer::Theirs(theirs) => theirs,
            other @ (Reoffer::None
            | Reoffer::Ours(_)
            | Reoffer::Refresh
            | Reoffer::Later { .. }) => {
                up.reoffer = other;
                return Err(UaCommandError::WrongPhase(leg));
            }
        };
        match answer {
            Ok(sdp) => self.accept_reoffer(leg, &theirs, sdp, now),
            Err(status) => {
                let response = theirs.request.reply(status.0, "");
                self.respond(theirs.server, response, now);
            }
        }
        self.go_on(leg, now);
        Ok(())
    }

    fn accept_reoffer(&mut self, leg: LegId, theirs: &Theirs, sdp: String, now: Now) {
        let Some(mut state) = self.legs.remove(&leg) else {
            return;
        };
        let request = &theirs.request;
        if let Phase::Up(up) = &mut state.phase {
            up.sdp = sdp;
            start_timer(up, request, now);
            let response = self.accepting(request.reply(200, ""), leg, request, up);
            let bytes = self.encoded(response);
            if request.method == Method::Invite {
                let awaited = if request.body.is_empty() {
                    Awaited::Description
                } else {
                    Awaited::Nothing
                };
                up.unacked = Some(Unacked::start(bytes.clone(), request, awaited, now));
            }
            self.respond_encoded(theirs.server, 200, bytes, now);
        }
        state.dialog.refresh_target(&request.headers);
        self.legs.insert(leg, state);
    }
}

fn clash_of(up: &Up) -> Option<Clash> {
    match &up.reoffer {
        Reoffer::Ours(_) | Reoffer::Refresh => return Some(Clash::Ours),
        Reoffer::Theirs(_) => return Some(Clash::Theirs),
        Reoffer::None | Reoffer::Later { .. } => {}
    }
    match up.unacked.as_ref().map(|wait| wait.awaited) {
        Some(Awaited::CallAndDescription | Awaited::Description) => Some(Clash::Ours),
        Some(Awaited::Call | Awaited::Nothing) | None => None,
    }
}

fn check(request: &Incoming) -> Result<(), Unfit> {
    capability::check_extensions(&request.headers)?;
    capability::check_body(&request.headers, &request.body)
}
