//! What the switchboard does with star codes, and with the wishes that seats have.

use crate::call::contact_output::ContactOutput;
use crate::call::effect::Effect;
use crate::call::fact::Fact;
use crate::call::leg::Leg;
use crate::call::star_code::StarCode;
use crate::call::switchboard::Switchboard;
use crate::call::switchboard_sleeper::Sleeper;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::surface::Input;
use crate::machine::sip::surface::Invite;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    pub(super) fn star_code(
        &mut self,
        turn: Turn,
        leg: LegId,
        invite: Invite,
        (seat, state): (SeatId, SeatState),
    ) {
        let state = self.fit_wish(turn, seat, state);
        let owned = Leg::incoming(leg, invite.flow);
        let code = StarCode::new(owned, invite.sdp, (seat, state), turn.now);
        if code.kept().is_none() {
            self.wish(turn, seat, state, "star_code");
        }
        self.overrule_codes(seat);
        self.codes.insert(leg, code);
        self.follow_code(turn, leg);
    }

    fn overrule_codes(&mut self, seat: SeatId) {
        let codes = self.codes.values_mut();
        let same = codes.filter(|code| code.kept().is_some_and(|(whose, _)| whose == seat));
        same.for_each(StarCode::overrule);
    }

    /// Passes a seat's wish to the distributor; it counts before those that star codes keep.
    pub(super) fn wish(&mut self, turn: Turn, seat: SeatId, state: SeatState, by: &str) {
        self.overrule_codes(seat);
        let by = by.to_owned();
        self.record(turn, None, Fact::SeatWished { seat, state, by });
        match state {
            SeatState::Ready if self.is_put_off(turn, seat) => {}
            SeatState::Ready => self.acd.handle(turn, Input::SeatReady(seat)),
            SeatState::WrapUp => self.acd.handle(turn, Input::WrapUpDone(seat)),
            SeatState::Away
            | SeatState::SignedOut
            | SeatState::Reserved
            | SeatState::Offered
            | SeatState::Talking => {
                self.drop_wish(seat);
                self.acd.handle(turn, Input::SeatAway(seat));
            }
        }
    }

    /// A star code's time has come.
    pub(super) fn wake_code(&mut self, turn: Turn, leg: LegId) {
        if let Some(code) = self.codes.get_mut(&leg) {
            code.handle_timeout(turn.now);
        }
        self.follow_code(turn, leg);
    }

    pub(super) fn follow_code(&mut self, turn: Turn, leg: LegId) {
        while let Some(output) = self.codes.get_mut(&leg).and_then(StarCode::poll) {
            match output {
                ContactOutput::Ua(command) => self.command_ua(turn, command),
                ContactOutput::Media(command) => self.effects.push_back(Effect::Media(command)),
                ContactOutput::Acd(_)
                | ContactOutput::CallOut { .. }
                | ContactOutput::CallSeat { .. }
                | ContactOutput::SeatTalked { .. }
                | ContactOutput::Promise(_)
                | ContactOutput::TakeMessage { .. }
                | ContactOutput::Assure(_)
                | ContactOutput::Ask { .. }
                | ContactOutput::Forget(_)
                | ContactOutput::Fact(_)
                | ContactOutput::LegTaken(_)
                | ContactOutput::LegLeft(_) => {}
            }
        }
        match self.codes.get(&leg) {
            Some(code) if code.is_over() => {
                let kept = code.kept();
                self.codes.remove(&leg);
                if let Some((seat, state)) = kept {
                    self.wish(turn, seat, state, "star_code");
                }
            }
            Some(code) => {
                self.sleepers.set(code.poll_timeout(), Sleeper::Code(leg));
            }
            None => {}
        }
    }
}
