//! What the switchboard does with calls that a seat's own phone places: as long as one lasts, the
//! seat is offered nothing.

use crate::call::fact::Fact;
use crate::call::health::Ailment;
use crate::call::switchboard::Switchboard;
use crate::machine::acd::seat::Wish;
use crate::machine::acd::surface::Input;
use crate::machine::sip::surface::Invite;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::LegId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    /// The seat whose phone sent this: its flow or its credentials prove that it may be, and its From
    /// names it. A flow alone says nothing: a gateway that a seat's phone registers through sends the
    /// calls of others too.
    pub(super) fn own_seat(&self, invite: &Invite) -> Option<SeatId> {
        let user = invite.user.as_ref()?;
        let seat = self.people.catalog.seat(user)?;
        (invite.caller == *user).then_some(seat)
    }

    /// A seat's own phone has placed a call.
    pub(super) fn own_call_began(
        &mut self,
        turn: Turn,
        seat: SeatId,
        (call, leg): (CallId, LegId),
    ) {
        self.own_legs.insert(leg, seat);
        let known = self.acd.seat(seat);
        if known.is_some_and(|one| one.wish == Wish::Ready) {
            self.set_back(turn, seat, Some(call));
            self.acd.handle(turn, Input::SeatAway(seat));
        }
    }

    /// A leg is gone. If it was the last of its seat's own calls, the seat's wish counts again.
    pub(super) fn own_call_ended(&mut self, turn: Turn, leg: LegId) {
        let Some(seat) = self.own_legs.remove(&leg) else {
            return;
        };
        let is_last = !self.calls_itself(seat);
        let desk = self.desk(seat).filter(|_| is_last);
        if !desk.is_some_and(|desk| std::mem::take(&mut desk.set_back)) {
            return;
        }
        if let Some(ailment) = self.ailment(seat) {
            return self.record(turn, None, Fact::SeatUnfit { seat, ailment });
        }
        self.record(turn, None, Fact::SeatFit { seat });
        self.acd.handle(turn, Input::SeatReady(seat));
    }

    /// A seat wants calls; true if it has to end a call of its own first.
    pub(super) fn is_put_off(&mut self, turn: Turn, seat: SeatId) -> bool {
        let calls = self.calls_itself(seat);
        if calls {
            self.set_back(turn, seat, None);
        }
        calls
    }

    /// What a seat wished before counts no more.
    pub(super) fn drop_wish(&mut self, seat: SeatId) {
        if let Some(desk) = self.desk(seat) {
            desk.set_back = false;
        }
    }

    fn set_back(&mut self, turn: Turn, seat: SeatId, call: Option<CallId>) {
        if let Some(desk) = self.desk(seat) {
            desk.set_back = true;
        }
        let ailment = Ailment::Calling;
        self.record(turn, call, Fact::SeatUnfit { seat, ailment });
    }

    fn calls_itself(&self, seat: SeatId) -> bool {
        self.own_legs.values().any(|one| *one == seat)
    }
}
