//! Who gets whom, decided for all that an event, or the deadlines of a turn, have set free.
//!
//! Before, no ready seat and waiting contact fitted each other, so every pair that fits now has
//! a seat or a contact in it that was just set free. Of these the first contact by rank gets
//! its best seat; again, until none is left. Nobody else is looked at. Pairs in which the seat puts
//! the contact's queue first go before all others, unless that seat failed the contact last.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::machine::acd::board::Board;
use crate::machine::acd::board::Free;
use crate::machine::acd::lane::Head;
use crate::machine::acd::lane::LaneNo;
use crate::machine::acd::rank::Rank;
use crate::machine::acd::seat::Phase;
use crate::machine::acd::waiting::named;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// Up to so many that are free at once, each booking is decided on what the last one left.
/// Beyond it (thousands of deadlines in one turn) a lane's next contact waits for its seat's turn.
const EXACT_MAX: usize = 32;

/// Books until no ready seat and waiting contact fit each other, and moves contacts on whose steps
/// have ended.
pub fn settle(board: &mut Board, now: Now) {
    loop {
        board.leave_unstaffed(now);
        board.refresh_figures();
        let lent = board.matching.take_lent();
        board.free.extend(lent.into_iter().map(Free::Seat));
        if board.free.is_empty() && board.hurried.is_empty() {
            if board.adjust_beside(now) {
                continue;
            }
            break;
        }
        book_all(board, now);
        for contact in std::mem::take(&mut board.hurried) {
            board.hurry_on(contact, now);
        }
    }
    board.figures.thaw();
}

/// Whether its seat puts its queue first, and its rank.
type Order = (bool, Rank);

/// The contact for whose sake a free one matters.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    rank: Order,
    contact: CallId,
    /// Where it waits; `None`: at seats by name.
    lane: Option<LaneNo>,
}

fn book_all(board: &mut Board, now: Now) {
    let free: BTreeSet<Free> = std::mem::take(&mut board.free).into_iter().collect();
    let ranked = |board: &Board, free| {
        let wanted = wanted(board, free, now)?;
        Some(((wanted.rank, free), wanted))
    };
    let ready = free.into_iter().filter_map(|free| ranked(board, free));
    let mut next: BTreeMap<(Order, Free), Wanted> = ready.collect();
    // Whether all that is in `next` was found since the last booking.
    let mut fresh = true;
    while let Some(((rank, free), mut first)) = next.pop_last() {
        if !fresh {
            let Some(again) = wanted(board, free, now) else {
                continue;
            };
            if again.rank != rank {
                next.insert((again.rank, free), again);
                continue;
            }
            first = again;
        }
        let Some(seat) = best_seat(board, first) else {
            continue;
        };
        board.book(seat, first.contact, now);
        // A seat that another contact's choice or a better seat left free asks for its next one.
        next.extend(ranked(board, free));
        fresh = next.len() <= EXACT_MAX;
        if fresh {
            let again = next.keys().filter_map(|(_, free)| ranked(board, *free));
            next = again.collect();
        }
    }
}

fn wanted(board: &Board, free: Free, now: Now) -> Option<Wanted> {
    match free {
        Free::Lane(lane) => {
            let head = board.matching.head(lane)?;
            board.matching.seat_for(lane, None)?;
            let failed_at = failed_at(board, head.contact);
            let own = board.matching.own_seat_for(lane, failed_at).is_some();
            Some(Wanted {
                rank: (own, board.figures.rank(head, now)),
                contact: head.contact,
                lane: Some(lane),
            })
        }
        Free::Seat(id) => wanted_by(board, id, now),
    }
}

/// The contact that a ready seat takes first.
fn wanted_by(board: &Board, id: SeatId, now: Now) -> Option<Wanted> {
    let seat = board.seats.get(&id)?;
    if !matches!(seat.phase(), Phase::Ready(_)) {
        return None;
    }
    let able = board.matching.capability(seat.group);
    let is_own =
        |head: &Head| able.puts_first(head.queue) && failed_at(board, head.contact) != Some(id);
    let heads = board.matching.heads(seat.group);
    let heads = heads.map(|(lane, head)| (Some(lane), *head));
    let personal = board.personal.heads(id).map(|head| (None, head));
    let mut best: Option<Wanted> = None;
    for (lane, head) in heads.chain(personal) {
        // Most are outranked by their class alone, which costs less to find than the index.
        let (own, level) = (is_own(&head), board.figures.level(&head, now));
        if best.is_some_and(|Wanted { rank, .. }| (own, level) < (rank.0, rank.1.level())) {
            continue;
        }
        let rank = (own, board.figures.rank(&head, now));
        if best.is_none_or(|best| rank > best.rank) {
            best = Some(Wanted {
                rank,
                contact: head.contact,
                lane,
            });
        }
    }
    best
}

/// The seat that failed a contact last.
fn failed_at(board: &Board, contact: CallId) -> Option<SeatId> {
    board.contacts.get(&contact).and_then(|one| one.failed_at)
}

/// The ready seat that goes first for this contact; the one that failed it last only if there is
/// no other.
fn best_seat(board: &Board, wanted: Wanted) -> Option<SeatId> {
    let contact = board.contacts.get(&wanted.contact)?;
    if let Some(lane) = wanted.lane {
        let own = wanted.rank.0.then(|| {
            let failed_at = contact.failed_at;
            board.matching.own_seat_for(lane, failed_at)
        });
        let any = || board.matching.seat_for(lane, contact.failed_at);
        return own.flatten().or_else(any);
    }
    let (contact, step) = board.step_of(wanted.contact)?;
    let first_at = |name: &SeatId| {
        let mut heads = board.personal.heads(*name);
        heads.any(|head| head.contact == wanted.contact)
    };
    let names = named(contact, step).into_iter().filter(first_at);
    let ready = names.filter_map(|name| match board.seats.get(&name)?.phase() {
        Phase::Ready(place) => {
            let seat = board.seats.get(&name)?;
            let able = board.matching.capability(seat.group);
            let failed = contact.failed_at == Some(name);
            let own = able.puts_first(contact.queue) && !failed;
            Some((!own, failed, place, name))
        }
        Phase::SignedOut { .. }
        | Phase::Away
        | Phase::Reserved(..)
        | Phase::Offered(..)
        | Phase::Talking { .. }
        | Phase::WrapUp(_) => None,
    });
    ready.min().map(|(.., name)| name)
}
