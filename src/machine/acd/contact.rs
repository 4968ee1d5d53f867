//! One contact from arrival to the end of its talk.

use crate::machine::acd::place::ContactPlace;
use crate::machine::acd::step::Class;
use crate::machine::acd::tour::TourNo;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SeatId;
use crate::vocabulary::time::Now;

/// Where a contact stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// In its lane, or at the seats it asks for.
    Waiting,
    /// A seat is booked for it or rings for it.
    Booked(SeatId),
    /// It talks to a seat.
    Talking(SeatId),
}

/// One contact.
#[derive(Debug)]
pub struct Contact {
    /// The queue it is in.
    pub queue: QueueId,
    /// Whom it asks for, one after the other.
    pub tour: TourNo,
    /// Which of these steps it is in.
    pub step: u8,
    /// When that step ends; `None`: never.
    pub step_until: Option<Now>,
    /// Its class.
    pub class: Class,
    /// Its place in its queue.
    pub place: ContactPlace,
    /// Where it stands.
    pub stage: Stage,
    /// The seat that served this customer or order last.
    pub last: Option<SeatId>,
    /// The seat that was last booked for it in vain.
    pub failed_at: Option<SeatId>,
    /// The best position it was told.
    pub told: Option<u32>,
    /// When it is looked at next while it waits.
    pub look_at: Now,
    /// Whether it was said that nobody could serve it.
    pub nobody_said: bool,
}

impl Contact {
    /// From arrival to `now`, in ms.
    #[must_use]
    pub fn waited_ms(&self, now: Now) -> u64 {
        let waited = now.since(self.place.arrived);
        u64::try_from(waited.as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether `position` may be said: never a worse one than before.
    pub fn hear(&mut self, position: u32) -> bool {
        let no_worse = self.told.is_none_or(|told| position <= told);
        if no_worse {
            self.told = Some(position);
        }
        no_worse
    }
}
