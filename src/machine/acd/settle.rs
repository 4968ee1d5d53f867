//! Who gets whom, decided for all that an event, or the deadlines of a turn, have set free.
//!
//! Before, no ready seat and waiting contact fitted each other, so every pair that fits now has
//! a seat or a contact in it that was just set free. Of these the first contact by place gets
//! its best seat; again, until none is left. Nobody else is looked at.

use std::collections::BTreeSet;

use crate::machine::acd::board::Board;
use crate::machine::acd::board::Free;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::seat::Phase;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// Books until no ready seat and waiting contact fit each other.
pub fn settle(board: &mut Board, now: Now) {
    let free = std::mem::take(&mut board.free);
    let wants = |free| Some((wanted(board, free)?, free));
    let mut next: BTreeSet<_> = free.into_iter().filter_map(wants).collect();
    while let Some((first, free)) = next.pop_first() {
        let stands = wanted(board, free) == Some(first);
        let seat = best_seat(board, first.1).filter(|_| stands);
        if let Some(seat) = seat {
            board.book(seat, first.1, now);
        }
        // A seat that another contact's choice or a better seat left free asks for its next one.
        let again = wanted(board, free).filter(|again| *again > first);
        next.extend(again.map(|again| (again, free)));
    }
}

/// The contact for whose sake a free one matters: itself, or the first that the seat may serve.
fn wanted(board: &Board, free: Free) -> Option<(ContactPlace, CallId)> {
    match free {
        Free::Contact(id) => {
            let contact = board.contacts.get(&id)?;
            let waits = contact.stage == Stage::Waiting;
            waits.then_some((contact.place, id))
        }
        Free::Seat(id) => {
            let seat = board.seats.get(&id)?;
            let ready = matches!(seat.phase(), Phase::Ready(_));
            let first = || board.matching.contact_for(seat.group);
            ready.then(first).flatten()
        }
    }
}

/// The ready seat that has been idle longest; the one that failed the contact last only if there
/// is no other.
fn best_seat(board: &Board, contact: CallId) -> Option<SeatId> {
    let contact = board.contacts.get(&contact)?;
    board.matching.seat_for(contact.lane, contact.failed_at)
}
