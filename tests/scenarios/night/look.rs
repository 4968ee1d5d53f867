//! Looks at the machines themselves, held against the books.

use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Need;
use ringwise::vocabulary::id::SeatId;

use crate::night::ledger::Broken;
use crate::night::ledger::Ledger;
use crate::settlement::Settlement;

/// The distributor after an event that moved a contact or a seat: I5 and I12.
pub(super) fn distributor(settlement: &Settlement, ledger: &Ledger) -> Result<(), Broken> {
    let engine = settlement.town.centre.distributor();
    let ready = engine.seats().filter(|seat| seat.state == SeatState::Ready);
    for seat in ready.map(|seat| seat.seat) {
        let mut waiting = ledger.waiting();
        if let Some((_, call)) = waiting.find(|(lane, _)| may_serve(settlement, seat, &lane.1)) {
            return Err(format!("I5: {call} waits although {seat:?} is ready"));
        }
    }
    let queues = engine.queue_lengths();
    let live: u64 = queues.map(|one| u64::from(one.waiting + one.offered)).sum();
    let count = &ledger.count;
    let offered = count.queued + count.overflowed;
    let ended = count.answered + count.abandoned + count.overflowed;
    if offered != ended + live || live != ledger.in_progress() {
        let known = ledger.in_progress();
        return Err(format!("I12: {live} in progress, {known} known: {count:?}"));
    }
    Ok(())
}

/// Everything, once a simulated second: I1, I2, I5, I7, I12.
pub(super) fn everything(settlement: &Settlement, ledger: &Ledger) -> Result<(), Broken> {
    distributor(settlement, ledger)?;
    ledger.check_time(settlement.town.turn().now)?;
    let centre = &settlement.town.centre;
    if centre.calls_live() != ledger.calls() {
        let (live, known) = (centre.calls_live(), ledger.calls());
        return Err(format!("I1: {live} calls are live, {known} are known"));
    }
    let handed = ledger.count.handed;
    let taken = ledger.count.queued + ledger.count.overflowed;
    if handed != taken {
        return Err(format!("I12: {handed} handed to a queue, {taken} taken"));
    }
    for seat in centre.distributor().seats() {
        let known = ledger.states.get(&seat.seat).copied();
        if seat.state != known.unwrap_or(SeatState::SignedOut) {
            return Err(format!(
                "log: {:?} is {:?}, not {known:?}",
                seat.seat, seat.state
            ));
        }
    }
    let orphan = settlement.town.media.legs().find(|leg| !centre.owns(*leg));
    match orphan {
        Some(leg) => Err(format!("I7: nobody owns {leg}, which holds a port")),
        None => Ok(()),
    }
}

/// The end, long after everybody has gone: I3, I6, I7.
pub(super) fn nothing_left(settlement: &Settlement, ledger: &Ledger) -> Result<(), Broken> {
    everything(settlement, ledger)?;
    let centre = &settlement.town.centre;
    let agent = centre.user_agent();
    let left = [
        ("calls", ledger.calls()),
        (
            "records",
            usize::from(ledger.count.arrived != ledger.count.closed),
        ),
        ("busy switchboard", usize::from(!centre.is_idle())),
        ("ports", settlement.town.media.legs().count()),
        ("SIP legs", agent.leg_count()),
        ("transactions", agent.transaction_count()),
    ];
    if let Some((what, number)) = left.iter().find(|(_, number)| *number > 0) {
        return Err(format!("end: {number} {what} left"));
    }
    for station in &settlement.town.stations {
        let legs = station.bank.user_agent().leg_count();
        if legs > 0 || !station.bank.is_idle() || station.media.legs().count() > 0 {
            let at = station.address;
            return Err(format!("end: {legs} legs left at {at}"));
        }
    }
    Ok(())
}

fn may_serve(settlement: &Settlement, seat: SeatId, need: &Need) -> bool {
    let catalog = &settlement.catalog;
    let entry = catalog.seat_entry(seat);
    entry.is_some_and(|entry| catalog.capability(entry).fits(need))
}
