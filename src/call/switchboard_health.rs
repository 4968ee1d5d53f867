//! What the switchboard does with what is known of seats' phones: one that is unfit is given no calls.

use crate::call::fact::Fact;
use crate::call::health::Ailment;
use crate::call::switchboard::SeatDesk;
use crate::call::switchboard::Switchboard;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::seat::Wish;
use crate::machine::acd::surface::Input;
use crate::machine::media::contract::Quality;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Turn;

impl Switchboard {
    pub(super) fn desk(&mut self, seat: SeatId) -> Option<&mut SeatDesk> {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        self.seats.get_mut(at)
    }

    /// What is wrong with a seat's phone now.
    pub(super) fn ailment(&self, seat: SeatId) -> Option<Ailment> {
        let at = usize::try_from(seat.0).unwrap_or(usize::MAX);
        let desk = self.seats.get(at)?;
        desk.health.ailment(self.centre.health)
    }

    /// A talk over a seat's phone is over.
    pub(super) fn seat_talked(
        &mut self,
        turn: Turn,
        call: CallId,
        (seat, quality): (SeatId, &Quality),
    ) {
        if let Some(desk) = self.desk(seat) {
            desk.health.talked(quality);
        }
        self.spare_unfit(turn, Some(call), seat);
    }

    /// A seat whose phone is unfit gets no more calls until its person wants some again. `call`
    /// showed it, if one did.
    pub(super) fn spare_unfit(&mut self, turn: Turn, call: Option<CallId>, seat: SeatId) {
        let wants = self
            .acd
            .seat(seat)
            .is_some_and(|one| one.wish == Wish::Ready);
        if let Some(ailment) = self.ailment(seat).filter(|_| wants) {
            self.record(turn, call, Fact::SeatUnfit { seat, ailment });
            self.acd.handle(turn, Input::SeatAway(seat));
        }
    }

    /// What comes of a wish: a seat whose phone answers late is away whatever its person wants,
    /// one that lost sound gets another chance.
    pub(super) fn fit_wish(&mut self, turn: Turn, seat: SeatId, wish: SeatState) -> SeatState {
        if wish != SeatState::Ready {
            return wish;
        }
        if let Some(desk) = self.desk(seat) {
            desk.health.forgive();
        }
        match self.ailment(seat) {
            Some(ailment) => {
                self.record(turn, None, Fact::SeatUnfit { seat, ailment });
                SeatState::Away
            }
            None => wish,
        }
    }
}
