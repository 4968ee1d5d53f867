//! What the switchboard does with reports of the user agent.

use std::sync::Arc;

use crate::call::contact::Contact;
use crate::call::contact::Origin;
use crate::call::fact::Fact;
use crate::call::leg::Leg;
use crate::call::record::Arrived;
use crate::call::release::Release;
use crate::call::star_code;
use crate::call::switchboard::Switchboard;
use crate::machine::acd::surface::Input;
use crate::machine::ivr::script::Script;
use crate::machine::ivr::surface::CallerContext;
use crate::machine::ivr::walk::Walk;
use crate::machine::sip::surface::Invite;
use crate::machine::sip::surface::Status;
use crate::machine::sip::surface::UaCommand;
use crate::machine::sip::surface::UaEvent;
use crate::vocabulary::flow::Flow;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    pub(super) fn handle_ua(&mut self, turn: Turn, event: UaEvent) {
        match event {
            UaEvent::Invited { leg, invite } => self.invited(turn, leg, *invite),
            UaEvent::Registered {
                user, flow, fresh, ..
            } => {
                if let Some(seat) = self.people.catalog.seat(&user) {
                    self.seat_registered(turn, seat, flow, fresh);
                }
            }
            UaEvent::Pinged { user, round_trip } => {
                let seat = self.people.catalog.seat(&user);
                if let Some(seat) = seat {
                    if let Some(desk) = self.desk(seat) {
                        desk.health.answered(round_trip);
                    }
                    self.spare_unfit(turn, None, seat);
                }
            }
            UaEvent::Unregistered { user } => {
                if let Some(seat) = self.people.catalog.seat(&user) {
                    self.set_flow(seat, None);
                    self.drop_wish(seat);
                    self.record(turn, None, Fact::SeatUnregistered { seat });
                    self.acd.handle(turn, Input::SeatSignedOut(seat));
                }
            }
            UaEvent::TurnedAway {
                status,
                reason,
                remote,
            } => {
                let (status, reason) = (status.0, reason.to_owned());
                self.record(
                    turn,
                    None,
                    Fact::TurnedAway {
                        status,
                        reason,
                        remote,
                    },
                );
            }
            UaEvent::Acked { leg, .. }
            | UaEvent::Cancelled { leg }
            | UaEvent::Progress { leg, .. }
            | UaEvent::Accepted { leg, .. }
            | UaEvent::Refused { leg, .. }
            | UaEvent::Reoffered { leg, .. }
            | UaEvent::ReofferAnswered { leg, .. }
            | UaEvent::HungUp { leg, .. }
            | UaEvent::Gone { leg } => self.leg_reported(turn, leg, event),
            UaEvent::AccountAnswered { .. } => {}
        }
    }

    fn leg_reported(&mut self, turn: Turn, leg: LegId, event: UaEvent) {
        if let Some(call) = self.legs.get(&leg).copied() {
            if event.is_last() {
                self.outside.release(leg);
                if !self.calls.contains_key(&call) {
                    self.legs.remove(&leg);
                }
            }
            let is_last = event.is_last();
            self.with_call(turn, call, |contact, near| contact.handle_ua(event, near));
            // Its contact has left the queue by now, and is not offered to the seat that called.
            if is_last {
                self.own_call_ended(turn, leg);
            }
        } else if let Some(mut code) = self.codes.remove(&leg) {
            let release = Arc::clone(self.releases.current());
            code.handle_ua(&event, &self.surroundings(turn, &release));
            self.codes.insert(leg, code);
            self.follow_code(turn, leg);
        }
    }

    fn seat_registered(&mut self, turn: Turn, seat: SeatId, flow: Flow, fresh: bool) {
        let moved = self.set_flow(seat, Some(flow));
        if fresh || moved {
            let remote = flow.remote;
            self.record(turn, None, Fact::SeatRegistered { seat, remote });
        }
        if let Some(desk) = self.desk(seat).filter(|_| moved) {
            desk.health.registered();
        }
        if fresh {
            self.acd.handle(turn, Input::SeatSignedIn(seat));
        }
    }

    /// Notes where a seat's phone is; true if that changed.
    pub(super) fn set_flow(&mut self, seat: SeatId, flow: Option<Flow>) -> bool {
        let desk = self.desk(seat);
        desk.is_some_and(|desk| std::mem::replace(&mut desk.flow, flow) != flow)
    }

    fn invited(&mut self, turn: Turn, leg: LegId, invite: Invite) {
        let seat = invite
            .user
            .as_ref()
            .and_then(|user| self.people.catalog.seat(user));
        let wish = star_code::wish(&invite.called);
        if let (Some(seat), Some(wish)) = (seat, wish) {
            return self.star_code(turn, leg, invite, (seat, wish));
        }
        let call = self.mint.call();
        let release = Arc::clone(self.releases.for_call(call));
        let Some(script) = release.script(&invite.called) else {
            return self.turn_away(turn, leg, Status(404), ("unknown_number", &invite));
        };
        // Calls that keep promises are among the calls and must take no caller's room.
        if self.draining || self.calls.len() >= self.centre.calls_max + self.promises.len() {
            let why = if self.draining {
                "draining"
            } else {
                "calls_max"
            };
            return self.turn_away(turn, leg, Status(503), (why, &invite));
        }
        let own = self.own_seat(&invite);
        self.begin(turn, (call, leg), invite, (&release, script));
        if let Some(seat) = own {
            self.own_call_began(turn, seat, (call, leg));
        }
    }

    fn begin(
        &mut self,
        turn: Turn,
        (call, leg): (CallId, LegId),
        invite: Invite,
        (release, script): (&Release, &Arc<Script>),
    ) {
        let number = self.centre.numbers.normalise(&invite.caller).ok();
        let caller = CallerContext {
            number: number.clone(),
            called: invite.called.clone(),
            language: None,
        };
        let bank = release.bank(script);
        let near = self.surroundings(turn, release);
        let walk = Walk::new(Arc::clone(script), caller, turn);
        let shown = number
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let origin = Origin {
            caller_name: invite.caller_name.clone(),
            caller_user: if shown.is_empty() {
                "anonymous".to_owned()
            } else {
                shown
            },
            number: number.as_ref().map(ToString::to_string),
            language: script.language(),
            offer: invite.sdp,
            bank,
        };
        let owned = Leg::incoming(leg, invite.flow);
        let contact = Contact::new(call, owned, walk, origin, &near);
        let arrived = Arrived {
            number,
            caller: invite.caller,
            caller_name: invite.caller_name,
            called: invite.called,
            sip_call_id: invite.sip_call_id,
            remote: invite.flow.remote,
            dialplan: script.flow.clone(),
            release: release.number,
            versions: release.versions.clone(),
            language: Some(script.language()),
        };
        self.take_call(turn, contact, arrived);
    }

    fn turn_away(&mut self, turn: Turn, leg: LegId, status: Status, why: (&str, &Invite)) {
        let retry_after = (status == Status(503)).then_some(self.centre.retry_after);
        let refused = self.ua.command(
            turn,
            UaCommand::Refuse {
                leg,
                status,
                retry_after,
            },
        );
        debug_assert!(refused.is_ok(), "an INVITE just reported can be refused");
        let (reason, invite) = (why.0.to_owned(), why.1);
        let remote = invite.flow.remote;
        self.record(
            turn,
            None,
            Fact::TurnedAway {
                status: status.0,
                reason,
                remote,
            },
        );
    }
}
