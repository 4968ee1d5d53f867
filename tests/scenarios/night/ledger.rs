//! The books of a night, kept from its facts alone: every fact is held against those before it.

use std::collections::BTreeMap;
use std::time::Duration;

use ringwise::call::fact::Fact;
use ringwise::call::fact::Recorded;
use ringwise::call::record::Outcome;
use ringwise::call::record::Party;
use ringwise::call::record::Record;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::need::Need;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;

/// A broken promise: which, and how.
pub(super) type Broken = String;

/// A record must be closed this soon after its last leg.
const CLOSED_WITHIN: Duration = Duration::from_secs(60);
/// And a call that was hung up lets its legs go within this.
const ENDED_WITHIN: Duration = Duration::from_secs(45);

/// Where a contact is (I1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Where {
    Ivr,
    Waiting,
    Rung(SeatId),
    Talking(SeatId),
    Gone,
}

/// Contacts that are served in order: same queue, same need, same priority.
type Lane = (QueueId, Need, i32);

struct Guest {
    place: Where,
    /// Lane and number of its arrival there.
    lane: Option<(Lane, u64)>,
    /// The fact since which it waits, or waits again.
    waits_since: u64,
    hung_up: Option<Now>,
    leg_closed: Option<Now>,
    bridged: bool,
}

/// How many of each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Count {
    pub(super) arrived: u64,
    pub(super) closed: u64,
    pub(super) handed: u64,
    pub(super) queued: u64,
    pub(super) overflowed: u64,
    pub(super) answered: u64,
    pub(super) abandoned: u64,
    pub(super) bridged: u64,
    pub(super) offered: u64,
    pub(super) turned_away: BTreeMap<String, u64>,
    pub(super) outcomes: BTreeMap<Outcome, u64>,
    pub(super) ends: BTreeMap<String, u64>,
}

/// The books.
#[derive(Default)]
pub(super) struct Ledger {
    guests: BTreeMap<CallId, Guest>,
    /// Who waits, by lane and number.
    lanes: BTreeMap<Lane, BTreeMap<u64, CallId>>,
    seats: BTreeMap<SeatId, Option<CallId>>,
    pub(super) states: BTreeMap<SeatId, SeatState>,
    /// The facts by which seats were booked last.
    booked: BTreeMap<SeatId, u64>,
    number: u64,
    seq: u64,
    pub(super) count: Count,
}

impl Ledger {
    /// Calls that have arrived and not been closed.
    pub(super) fn calls(&self) -> usize {
        self.guests.len()
    }

    /// Contacts that wait or are rung for.
    pub(super) fn in_progress(&self) -> u64 {
        let places = self.guests.values().map(|guest| guest.place);
        let waits = |place: &Where| matches!(place, Where::Waiting | Where::Rung(_));
        places.filter(waits).count() as u64
    }

    /// Who waits, with what it needs.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&Lane, &CallId)> {
        self.lanes
            .iter()
            .flat_map(|(lane, row)| row.values().map(move |call| (lane, call)))
    }

    /// Takes the next fact.
    pub(super) fn take(&mut self, next: &Recorded) -> Result<(), Broken> {
        if next.seq != self.seq + 1 {
            return Err(format!("log: fact {} after {}", next.seq, self.seq));
        }
        self.seq = next.seq;
        match &next.fact {
            Fact::Acd(fact) => self.take_acd(fact),
            Fact::Closed(record) => self.close(record, next.now),
            Fact::Arrived(_) => self.arrive(next.call),
            Fact::Alarm { text } if !text.contains("no signed-in seat") => {
                Err(format!("alarm: {text}"))
            }
            Fact::TurnedAway { reason, .. } => {
                *self.count.turned_away.entry(reason.clone()).or_default() += 1;
                Ok(())
            }
            _ => self.take_call(next),
        }
    }

    /// What must have happened by now (I3).
    pub(super) fn check_time(&self, now: Now) -> Result<(), Broken> {
        for (call, guest) in &self.guests {
            let late = guest.hung_up.is_some_and(|at| now.since(at) > ENDED_WITHIN);
            if late {
                return Err(format!("I3: {call} was hung up and is not closed"));
            }
        }
        Ok(())
    }

    fn arrive(&mut self, call: Option<CallId>) -> Result<(), Broken> {
        let call = call.ok_or("I1: a call without a name")?;
        self.count.arrived += 1;
        let guest = Guest {
            place: Where::Ivr,
            lane: None,
            waits_since: 0,
            hung_up: None,
            leg_closed: None,
            bridged: false,
        };
        match self.guests.insert(call, guest) {
            None => Ok(()),
            Some(_) => Err(format!("I1: {call} arrived twice")),
        }
    }

    fn take_call(&mut self, next: &Recorded) -> Result<(), Broken> {
        let Some(call) = next.call else {
            return Ok(());
        };
        let Some(guest) = self.guests.get_mut(&call) else {
            return match next.fact {
                // A question may be answered after its call.
                Fact::AnswerUnawaited { .. } => Ok(()),
                _ => Err(format!("I1: {call} is none, yet: {:?}", next.fact)),
            };
        };
        match &next.fact {
            Fact::HungUp { by, cause } => {
                guest.hung_up = guest.hung_up.or(Some(next.now));
                if *by == Party::Caller && matches!(guest.place, Where::Ivr) {
                    guest.place = Where::Gone;
                }
                let end = format!("{by:?} {cause}");
                *self.count.ends.entry(end).or_default() += 1;
            }
            Fact::LegClosed { .. } => guest.leg_closed = Some(next.now),
            Fact::Handed { .. } => self.count.handed += 1,
            Fact::Bridged { seat } => {
                self.count.bridged += 1;
                guest.bridged = true;
                // The distributor is told in the same breath, before or after.
                if !matches!(guest.place, Where::Rung(its) | Where::Talking(its) if its == *seat) {
                    return Err(format!("I2: {call} bridged to {seat:?}, {:?}", guest.place));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, contact: CallId, seat: SeatId) -> Result<(), Broken> {
        self.count.answered += 1;
        let guest = self.guest(contact)?;
        if guest.place != Where::Rung(seat) {
            return Err(format!("I2: {contact} answered, was {:?}", guest.place));
        }
        guest.place = Where::Talking(seat);
        Ok(())
    }

    fn take_acd(&mut self, fact: &AcdFact) -> Result<(), Broken> {
        match fact {
            AcdFact::Queued {
                contact,
                queue,
                need,
                priority,
                ..
            } => {
                let lane = (*queue, need.clone(), *priority);
                self.queue(*contact, lane)
            }
            AcdFact::Offered { contact, seat, .. } => self.offer(*contact, *seat),
            AcdFact::OfferEnded { contact, seat, .. } => {
                if self.is_unoffered(*contact, *seat) {
                    return Ok(());
                }
                let place = self.leave(*contact, *seat)?;
                if place != Where::Rung(*seat) {
                    return Err(format!("I2: no offer of {contact} to {seat:?}: {place:?}"));
                }
                let seq = self.seq;
                let guest = self.guest(*contact)?;
                guest.place = Where::Waiting;
                guest.waits_since = seq;
                if let Some((lane, number)) = guest.lane.clone() {
                    self.lanes.entry(lane).or_default().insert(number, *contact);
                }
                Ok(())
            }
            AcdFact::Answered { contact, seat, .. } => self.answer(*contact, *seat),
            AcdFact::Abandoned { contact, .. } => {
                self.count.abandoned += 1;
                let guest = self.guest(*contact)?;
                let was = std::mem::replace(&mut guest.place, Where::Gone);
                let lane = guest.lane.take();
                if let (Where::Waiting, Some((lane, number))) = (was, lane) {
                    self.lanes.entry(lane).or_default().remove(&number);
                }
                Ok(())
            }
            AcdFact::Served { contact, seat } => {
                let place = self.leave(*contact, *seat)?;
                if place != Where::Talking(*seat) {
                    return Err(format!("I2: {contact} served, was {place:?}"));
                }
                self.guest(*contact)?.place = Where::Gone;
                Ok(())
            }
            AcdFact::StepEntered { .. }
            | AcdFact::BesideOffered { .. }
            | AcdFact::BesideEnded { .. } => Ok(()),
            AcdFact::Moved { contact, .. }
            | AcdFact::Reprioritised { contact, .. }
            | AcdFact::Parked { contact, .. }
            | AcdFact::TakenOut { contact, .. } => Err(format!(
                "{contact} waits otherwise, and no supervisor is there"
            )),
            AcdFact::Overflowed { .. } => {
                self.count.overflowed += 1;
                Ok(())
            }
            AcdFact::SeatChanged { seat, state } => {
                self.states.insert(*seat, *state);
                if *state == SeatState::Reserved {
                    self.booked.insert(*seat, self.seq);
                }
                Ok(())
            }
        }
    }

    fn queue(&mut self, contact: CallId, lane: Lane) -> Result<(), Broken> {
        self.count.queued += 1;
        self.number += 1;
        let (number, seq) = (self.number, self.seq);
        let guest = self.guest(contact)?;
        if guest.place != Where::Ivr {
            return Err(format!("I1: {contact} queued, is {:?}", guest.place));
        }
        guest.place = Where::Waiting;
        guest.waits_since = seq;
        guest.lane = Some((lane.clone(), number));
        self.lanes.entry(lane).or_default().insert(number, contact);
        Ok(())
    }

    fn offer(&mut self, contact: CallId, seat: SeatId) -> Result<(), Broken> {
        self.count.offered += 1;
        let other = self.seats.entry(seat).or_default();
        if let Some(other) = other.replace(contact) {
            return Err(format!("I2: {seat:?} has {other} and {contact}"));
        }
        let guest = self.guest(contact)?;
        if guest.place != Where::Waiting || guest.hung_up.is_some() {
            return Err(format!("I11: {contact} offered, is {:?}", guest.place));
        }
        guest.place = Where::Rung(seat);
        let Some((lane, number)) = guest.lane.clone() else {
            return Err(format!("I1: {contact} offered, never queued"));
        };
        let row = self.lanes.entry(lane).or_default();
        row.remove(&number);
        let Some((_, first)) = row.first_key_value().filter(|(came, _)| **came < number) else {
            return Ok(());
        };
        // Who came back to the queue after this one had the seat was not there to be chosen.
        let (first, booked) = (*first, self.booked.get(&seat).copied());
        if booked.is_some_and(|booked| booked < self.guests[&first].waits_since) {
            return Ok(());
        }
        Err(format!("I4: {contact} offered, {first} came before"))
    }

    /// A reservation may end before it becomes an offer: its seat signs out, its keeper refuses.
    fn is_unoffered(&self, contact: CallId, seat: SeatId) -> bool {
        let guest = self.guests.get(&contact);
        let waits = guest.is_some_and(|guest| guest.place == Where::Waiting);
        waits && self.seats.get(&seat).is_none_or(Option::is_none)
    }

    /// The contact is no longer at this seat.
    fn leave(&mut self, contact: CallId, seat: SeatId) -> Result<Where, Broken> {
        let had = self.seats.entry(seat).or_default().take();
        if had != Some(contact) {
            return Err(format!("I2: {seat:?} had {had:?}, not {contact}"));
        }
        Ok(self.guest(contact)?.place)
    }

    fn guest(&mut self, call: CallId) -> Result<&mut Guest, Broken> {
        let guest = self.guests.get_mut(&call);
        guest.ok_or_else(|| format!("I1: {call} is none"))
    }

    fn close(&mut self, record: &Record, now: Now) -> Result<(), Broken> {
        let call = record.call;
        let guest = self.guests.remove(&call);
        let guest = guest.ok_or_else(|| format!("I3: a record of {call}, which is none"))?;
        self.count.closed += 1;
        *self.count.outcomes.entry(record.outcome).or_default() += 1;
        let sum: u64 = record.segments.iter().map(|one| one.duration_ms).sum();
        if sum != record.duration_ms {
            return Err(format!("I3: {call} sums to {sum}: {record:?}"));
        }
        if !matches!(guest.place, Where::Ivr | Where::Gone) {
            return Err(format!("I3: {call} closed, is {:?}", guest.place));
        }
        if guest.bridged != (record.outcome == Outcome::Served) {
            return Err(format!("I3: {call} ends {:?}", record.outcome));
        }
        match guest.leg_closed {
            Some(at) if now.since(at) <= CLOSED_WITHIN => Ok(()),
            // There was no port for it.
            None if record.outcome == Outcome::Refused => Ok(()),
            at => Err(format!("I3: {call} closed at {now:?}, last leg {at:?}")),
        }
    }
}
