//! The part of an explanation that tells of seats that ring or are held, and of supervisors.

use crate::call::explain::Teller;
use crate::call::explain_beside;
use crate::call::explain_order;
use crate::call::explain_order::Before;
use crate::call::explain_outside;
use crate::call::explain_words;
use crate::call::promise::CallbackFact;
use crate::machine::acd::fact::OfferEnd;
use crate::machine::acd::fact::SeatState;
use crate::machine::acd::step::Class;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Wall;

impl Teller {
    /// A seat rings for it, or is held while its customer is called.
    pub(super) fn offered(&mut self, at: Wall, seat: SeatId, waited_ms: u64) {
        let idle = self.seats.idle_ms(at, seat);
        let others = self.waits.as_ref().map_or(0, |waits| {
            let others = self.seats.ready().filter(|other| *other != seat);
            others.filter(|other| self.fits(at, *other, waits)).count()
        });
        self.rings.told.remove(&seat);
        self.rings.held = self.rings.off_line.then_some(seat);
        let named = (&*self.seat(seat), self.rings.off_line);
        let text = explain_words::offered(self.language, named, waited_ms, (others, idle));
        self.say(at, "offered", text);
    }

    /// What a promise to call back changes for the seats.
    pub(super) fn take_callback(&mut self, at: Wall, fact: &CallbackFact) {
        match fact {
            CallbackFact::Parted { .. } | CallbackFact::Kept { .. } => self.rings.off_line = true,
            CallbackFact::Reached => {
                self.rings.off_line = false;
                if let Some(seat) = self.rings.held.take() {
                    let text = explain_beside::rings_now(self.language, &self.seat(seat));
                    self.say(at, "offered", text);
                }
            }
            CallbackFact::Ended(_) => self.waits = None,
            CallbackFact::Promised(_)
            | CallbackFact::Refused(_)
            | CallbackFact::Dialled { .. }
            | CallbackFact::Answered
            | CallbackFact::Missed { .. } => {}
        }
    }

    /// A seat's phone failed an offer, or its person did.
    pub(super) fn seat_failed(&mut self, at: Wall, seat: SeatId, status: u16) {
        let told = self.rings.told.contains(&seat);
        let text = explain_beside::seat_failed(self.language, &self.seat(seat), status, told);
        self.say(at, "seat_failed", text);
    }

    /// The seat ended the talk, or was lost in it.
    pub(super) fn seat_left(&mut self, at: Wall, seat: SeatId, cause: &str) {
        let text = explain_outside::parted(self.language, &self.seat(seat), cause);
        self.say(at, "seat_left", text);
    }

    /// A ring came to nothing.
    pub(super) fn offer_ended(&mut self, at: Wall, seat: SeatId, end: OfferEnd) {
        let told = self.rings.told.remove(&seat);
        self.rings.held.take_if(|held| *held == seat);
        let text = explain_beside::offer_ended(self.language, &self.seat(seat), end, told);
        self.say(at, "offer_ended", text);
        self.rings.ended = Some((at, seat));
        self.seat_changed(at, seat);
    }

    /// A seat that has just rung in vain is away.
    pub(super) fn seat_changed(&mut self, at: Wall, seat: SeatId) {
        let away = self.seats.state(seat) == SeatState::Away;
        if away
            && self
                .rings
                .ended
                .take_if(|ended| *ended == (at, seat))
                .is_some()
        {
            let text = explain_beside::away(self.language, &self.seat(seat));
            self.say(at, "seat_away", text);
        }
    }

    /// A supervisor changes how it waits.
    pub(super) fn intervened(&mut self, at: Wall, what: &str, by: &str) {
        let waits = self.waits.as_ref();
        let waited = waits.map_or(0, |waits| at.ms_since(waits.since));
        let waited_ms = u64::try_from(waited).unwrap_or(0);
        let text = explain_words::intervened(self.language, (what, by), waited_ms);
        self.say(at, "intervened", text);
    }

    /// A seat that could have helped was rung for another call.
    pub(super) fn passed_over(
        &mut self,
        at: Wall,
        (other, seat, waited_ms): (CallId, SeatId, u64),
    ) {
        self.rings.passed.remove(&other);
        let Some(waits) = &self.waits else {
            return;
        };
        if !self.fits(at, seat, waits) {
            return;
        }
        let own_ms = u64::try_from(at.ms_since(waits.since)).unwrap_or(0);
        let level = |(queue, class): (QueueId, Class), waited_ms| {
            let heeded = self.names.heeds_class(queue);
            if heeded {
                explain_order::aged(class, waited_ms)
            } else {
                0
            }
        };
        let ours = level((waits.queue, waits.class), own_ms);
        let its = self.classes.get(&other);
        let its = its.map(|(queue, class)| (queue.unwrap_or(waits.queue), *class));
        let why = match its.map(|its| level(its, waited_ms)) {
            Some(its) if its > ours => Before::Priority { its, ours },
            _ if waited_ms > own_ms => Before::Longer {
                its_ms: waited_ms,
                ours_ms: own_ms,
            },
            _ => Before::Other { its_ms: waited_ms },
        };
        let text = explain_order::passed_over(self.language, (&self.seat(seat), false), why);
        self.rings
            .passed
            .insert(other, (self.lines.len(), seat, why));
        self.say(at, "passed_over", text);
    }

    /// A seat that was taken for another call before this one is held for it: its customer is called
    /// back.
    pub(super) fn take_other_callback(&mut self, other: CallId, fact: &CallbackFact) {
        if !matches!(fact, CallbackFact::Dialled { .. }) {
            return;
        }
        if let Some((no, seat, why)) = self.rings.passed.remove(&other) {
            let seat = self.seat(seat);
            let text = explain_order::passed_over(self.language, (&seat, true), why);
            if let Some(line) = self.lines.get_mut(no) {
                line.text = text;
            }
        }
    }
}
