//! What a phone does when its user agent or media keeper reports.

use std::time::Duration;

use crate::call::effect::Effect;
use crate::call::leg::Leg;
use crate::call::phone::Answering;
use crate::call::phone::PhoneId;
use crate::call::phone::PhoneReport;
use crate::call::phone::PhoneSetup;
use crate::call::phone_bank::Call;
use crate::call::phone_bank::CallSide;
use crate::call::phone_bank::PhoneBank;
use crate::machine::media::contract::CloseEnd;
use crate::machine::media::contract::MediaCommand;
use crate::machine::media::contract::MediaEvent;
use crate::machine::media::contract::Piece;
use crate::machine::media::contract::StopOn;
use crate::machine::sip::surface::Invitation;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::Target;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::LegId;
use crate::vocabulary::time::Turn;

impl PhoneBank {
    pub(super) fn handle_ua(&mut self, turn: Turn, event: UaEvent) {
        match event {
            UaEvent::Invited { leg, invite } => {
                let headers = invite.headers.clone();
                self.called(
                    turn,
                    leg,
                    &invite.called,
                    (invite.sdp, headers, invite.flow),
                );
            }
            UaEvent::Accepted { leg, sdp } => {
                self.agreed(turn, leg, Some(&sdp));
            }
            UaEvent::Acked { leg, sdp } => self.agreed(turn, leg, sdp.as_deref()),
            UaEvent::Refused { leg, status } => {
                self.ended(turn, leg, Some(PhoneReport::Refused(status)));
            }
            UaEvent::Cancelled { leg } | UaEvent::HungUp { leg, .. } => self.ended(turn, leg, None),
            UaEvent::Gone { leg } => self.let_go(leg),
            UaEvent::Reoffered { leg, sdp } => self.reoffered(turn, leg, sdp.as_deref()),
            UaEvent::ReofferAnswered { leg, answer } => self.reoffer_answered(turn, leg, answer),
            UaEvent::AccountAnswered { user, status } => {
                let at = self
                    .phones
                    .iter()
                    .position(|phone| phone.setup.user == user);
                if let Some(id) = at.and_then(|at| u32::try_from(at).ok()) {
                    self.reports.push_back((
                        PhoneId(id),
                        turn.now,
                        PhoneReport::Registered(status),
                    ));
                }
            }
            UaEvent::Progress { .. }
            | UaEvent::Registered { .. }
            | UaEvent::Pinged { .. }
            | UaEvent::Unregistered { .. }
            | UaEvent::TurnedAway { .. } => {}
        }
    }

    fn called(
        &mut self,
        turn: Turn,
        leg: LegId,
        user: &str,
        (sdp, headers, flow): (Option<String>, Vec<(String, String)>, Flow),
    ) {
        let at = self
            .phones
            .iter()
            .position(|phone| phone.setup.user == user);
        let id = at.and_then(|at| u32::try_from(at).ok()).map(PhoneId);
        let free = id.filter(|id| self.phone(*id).is_some_and(|phone| phone.call.is_none()));
        let refuse = |status| UaCommand::Refuse {
            leg,
            status,
            retry_after: None,
        };
        let Some(id) = free else {
            let status = if id.is_some() {
                Status(486)
            } else {
                Status(404)
            };
            return self.ua_command(turn, refuse(status));
        };
        let answering = self.phone(id).map(|phone| phone.setup.answering);
        if let Some(Answering::Refuse(status)) = answering {
            return self.ua_command(turn, refuse(status));
        }
        self.ua_command(turn, UaCommand::Ring { leg });
        self.reports
            .push_back((id, turn.now, PhoneReport::Rings(headers)));
        let owned = Leg::incoming(leg, flow);
        let side = CallSide::Called(sdp);
        if let Some(phone) = self.phone_mut(id) {
            phone.call = Some(Call {
                leg: owned,
                side,
                connected: false,
            });
        }
        self.legs.insert(leg, id);
        let at = match answering {
            Some(Answering::After(delay)) => turn.now + delay,
            Some(Answering::Never | Answering::Refuse(_)) | None => turn.now + FOR_EVER,
        };
        self.wakes.insert((at, leg));
    }

    pub(super) fn handle_media(&mut self, turn: Turn, event: &MediaEvent) {
        match event {
            MediaEvent::Opened { leg, port, .. } => self.opened(turn, *leg, *port),
            MediaEvent::Full { leg } => {
                self.with_leg(*leg, Leg::media_done);
                if let Some(id) = self.legs.get(leg).copied() {
                    self.hang_up(turn, id);
                }
            }
            MediaEvent::Heard { leg, sound, at } => {
                if let Some(id) = self.legs.get(leg) {
                    self.reports
                        .push_back((*id, *at, PhoneReport::Heard(*sound)));
                }
            }
            MediaEvent::Closed { leg, end, .. } => {
                self.with_leg(*leg, Leg::media_done);
                if let Some(id) = self.legs.get(leg).copied() {
                    if *end == CloseEnd::Failed {
                        self.hang_up(turn, id);
                    }
                    self.bury(id);
                }
            }
            MediaEvent::ThreadFailed { .. }
            | MediaEvent::FirstSent { .. }
            | MediaEvent::Latched { .. }
            | MediaEvent::PlayEnded { .. }
            | MediaEvent::Digit { .. }
            | MediaEvent::Spoke { .. }
            | MediaEvent::Taped { .. }
            | MediaEvent::TwoWay { .. } => {}
        }
    }

    fn opened(&mut self, turn: Turn, leg: LegId, port: u16) {
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        let address = self.address;
        let Some(phone) = self.phone_mut(id) else {
            return;
        };
        let setup = phone.setup.clone();
        let Some(call) = phone.call.as_mut().filter(|call| call.leg.id == leg) else {
            return;
        };
        call.leg.open(address, port);
        let command = match &mut call.side {
            CallSide::Calling(user) => call.leg.offer().map(|sdp| {
                call.leg.begun();
                UaCommand::Invite(Box::new(invitation(leg, user, &setup, sdp)))
            }),
            CallSide::Called(offer) => match offer.take() {
                Some(offer) => call.leg.answer(&offer).ok().map(|(sdp, _)| {
                    call.connected = true;
                    UaCommand::Answer { leg, sdp }
                }),
                None => call.leg.offer().map(|sdp| UaCommand::Answer { leg, sdp }),
            },
        };
        match command {
            Some(command) => {
                let answered = matches!(command, UaCommand::Answer { .. });
                self.ua_command(turn, command);
                if answered && self.connected_leg(id).is_some() {
                    self.connected(turn, id);
                }
            }
            None => self.hang_up(turn, id),
        }
    }

    fn agreed(&mut self, turn: Turn, leg: LegId, sdp: Option<&str>) {
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        let Some(call) = self.call_mut(id).filter(|call| call.leg.id == leg) else {
            return;
        };
        let Some(sdp) = sdp else {
            return;
        };
        if call.leg.accept(sdp).is_err() {
            return self.hang_up(turn, id);
        }
        let first = !std::mem::replace(&mut call.connected, true);
        if first {
            self.connected(turn, id);
        } else {
            self.aim(id);
        }
    }

    fn connected(&mut self, turn: Turn, id: PhoneId) {
        self.aim(id);
        let tone = self.phone(id).and_then(|phone| phone.setup.tone_hz);
        let leg = self.connected_leg(id);
        if let (Some(hz), Some(leg)) = (tone, leg) {
            let play = self.mint.play();
            let pieces = vec![Piece::Tone {
                hz,
                length: Duration::from_secs(1),
            }];
            let stop_on = StopOn::Nothing;
            let command = MediaCommand::Play {
                leg,
                play,
                pieces,
                stop_on,
                repeat: true,
            };
            self.effects.push_back(Effect::Media(command));
        }
        self.reports
            .push_back((id, turn.now, PhoneReport::Connected));
    }

    fn aim(&mut self, id: PhoneId) {
        if let Some(aim) = self.call_mut(id).and_then(|call| call.leg.aim()) {
            self.effects.push_back(Effect::Media(aim));
        }
    }

    fn ended(&mut self, turn: Turn, leg: LegId, report: Option<PhoneReport>) {
        self.with_leg(leg, Leg::sip_done);
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        self.reports
            .extend(report.map(|report| (id, turn.now, report)));
        if self.call_mut(id).is_some_and(|call| call.leg.id == leg) {
            self.over(turn, id);
        }
        self.bury(id);
    }

    fn let_go(&mut self, leg: LegId) {
        self.with_leg(leg, Leg::sip_done);
        if let Some(id) = self.legs.get(&leg).copied() {
            self.bury(id);
        }
    }

    fn reoffered(&mut self, turn: Turn, leg: LegId, sdp: Option<&str>) {
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        let Some(call) = self.call_mut(id).filter(|call| call.leg.id == leg) else {
            return;
        };
        let answer = match sdp {
            Some(offer) => call.leg.answer(offer).map(|(sdp, _)| sdp),
            None => call.leg.offer().ok_or(Status(500)),
        };
        self.ua_command(turn, UaCommand::AnswerReoffer { leg, answer });
        self.aim(id);
    }

    fn reoffer_answered(&mut self, turn: Turn, leg: LegId, answer: Result<String, Status>) {
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        let Some(call) = self.call_mut(id).filter(|call| call.leg.id == leg) else {
            return;
        };
        let result = answer.and_then(|sdp| call.leg.accept(&sdp).map(|_| ()));
        self.aim(id);
        self.reports
            .push_back((id, turn.now, PhoneReport::Reoffered(result)));
    }

    fn with_leg(&mut self, leg: LegId, tell: impl FnOnce(&mut Leg)) {
        let Some(id) = self.legs.get(&leg).copied() else {
            return;
        };
        let Some(phone) = self.phone_mut(id) else {
            return;
        };
        let current = phone.call.as_mut().map(|call| &mut call.leg);
        let mut all = current.into_iter().chain(phone.fading.iter_mut());
        if let Some(found) = all.find(|owned| owned.id == leg) {
            tell(found);
        }
    }
}

/// Longer than any caller waits.
const FOR_EVER: Duration = Duration::from_secs(86_400);

fn invitation(leg: LegId, called: &str, setup: &PhoneSetup, sdp: String) -> Invitation {
    let host = setup.centre.remote;
    Invitation {
        leg,
        target: Target::Uri {
            uri: format!("sip:{called}@{host}"),
            flow: setup.centre,
        },
        from_name: setup.name.clone(),
        from_user: setup.user.clone(),
        headers: Vec::new(),
        sdp,
        account: setup.account.clone(),
    }
}
