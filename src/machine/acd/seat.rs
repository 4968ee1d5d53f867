//! One seat: where it stands, who must move next, and by when.
//!
//! A seat has one machine, whatever the number of queues it serves, so that there is one wrap-up
//! and one pause, not one per queue.
//!
//! ```text
//! signed out ── in ─→ away ── ready ─→ ready ── reserve ─→ reserved ── granted ─→ offered
//!     ↑                ↑ ↑               ↑                    │                     │  │
//!     │                │ └─── refused ───│────────────────────┘                     │  │
//!     │                ├─── in vain: by wish, away after the second ────────────────┘  │ answered
//!     └─ out (a talk   └─── by wish ── wrap-up ←─────── over ─────── talking ←─────────┘
//!        ends first)
//! ```

use crate::machine::acd::fact::SeatState;
use crate::machine::acd::group::GroupNo;
use crate::machine::acd::place::Busyness;
use crate::machine::acd::place::SeatPlace;
use crate::machine::acd::surface::Epoch;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Now;

/// Unanswered offers in a row after which a seat is taken to be away.
pub const UNANSWERED_MAX: u8 = 2;

/// What the person at the seat wishes once it is free.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// The next call.
    Ready,
    /// No calls.
    Away,
}

/// Who must move next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The registrar: the seat's telephone has to register.
    Registrar,
    /// The person at the seat.
    Person,
    /// The distributor itself.
    Distributor,
    /// Who grants bookings of the seat.
    Keeper,
    /// The seat's telephone, which rings.
    Telephone,
    /// The bridge, whose legs end the talk: by BYE, by session timer or by silence.
    Bridge,
}

/// One reservation of a seat for a contact.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Booking {
    /// The contact.
    pub contact: CallId,
    /// Names the booking.
    pub epoch: Epoch,
    /// Where the seat stood when it was booked: it stands there again if it did not fail.
    pub place: SeatPlace,
}

/// Where a seat stands, with what belongs to standing there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// Not reachable. An after-call work that was cut short goes on when the seat is back.
    SignedOut {
        /// When that work would have ended.
        wrap_up_until: Option<Now>,
    },
    /// Reachable, wants no calls.
    Away,
    /// Waits for a call.
    Ready(SeatPlace),
    /// Booked; its keeper has until then to grant it.
    Reserved(Booking, Now),
    /// Ringing until then.
    Offered(Booking, Now),
    /// Talking. `signed_in` tells where it goes afterwards.
    Talking {
        /// With whom.
        booking: Booking,
        /// Whether the seat can still be reached by another call.
        signed_in: bool,
    },
    /// After-call work until then.
    WrapUp(Now),
}

impl Phase {
    /// Its name.
    #[must_use]
    pub const fn state(self) -> SeatState {
        match self {
            Self::SignedOut { .. } => SeatState::SignedOut,
            Self::Away => SeatState::Away,
            Self::Ready(_) => SeatState::Ready,
            Self::Reserved(..) => SeatState::Reserved,
            Self::Offered(..) => SeatState::Offered,
            Self::Talking { .. } => SeatState::Talking,
            Self::WrapUp(_) => SeatState::WrapUp,
        }
    }

    /// Who ends it.
    #[must_use]
    pub const fn owner(self) -> Owner {
        match self {
            Self::SignedOut { .. } => Owner::Registrar,
            Self::Away | Self::WrapUp(_) => Owner::Person,
            Self::Ready(_) => Owner::Distributor,
            Self::Reserved(..) => Owner::Keeper,
            Self::Offered(..) => Owner::Telephone,
            Self::Talking { .. } => Owner::Bridge,
        }
    }

    /// When the distributor ends it if its owner has not. A talk is ended by its legs, which have
    /// deadlines of their own.
    #[must_use]
    pub const fn deadline(self) -> Option<Now> {
        match self {
            Self::Reserved(_, until) | Self::Offered(_, until) | Self::WrapUp(until) => Some(until),
            Self::SignedOut { .. } | Self::Away | Self::Ready(_) | Self::Talking { .. } => None,
        }
    }

    /// The contact it is booked for or talks to.
    #[must_use]
    pub const fn booking(self) -> Option<Booking> {
        match self {
            Self::Reserved(booking, _)
            | Self::Offered(booking, _)
            | Self::Talking { booking, .. } => Some(booking),
            Self::SignedOut { .. } | Self::Away | Self::Ready(_) | Self::WrapUp(_) => None,
        }
    }

    /// Whether a contact may be promised that this seat is there.
    #[must_use]
    pub const fn signed_in(self) -> bool {
        !matches!(
            self,
            Self::SignedOut { .. }
                | Self::Talking {
                    signed_in: false,
                    ..
                }
        )
    }

    /// Whether its person is at work on a contact.
    #[must_use]
    pub const fn works(self) -> bool {
        matches!(self, Self::Talking { .. } | Self::WrapUp(_))
    }

    /// The booking that still waits for an answer of this epoch.
    fn unanswered(self, epoch: Epoch) -> Option<Booking> {
        let talking = matches!(self, Self::Talking { .. });
        let booking = self.booking().filter(|booking| booking.epoch == epoch);
        booking.filter(|_| !talking)
    }

    /// After-call work that has still to be done.
    const fn wrap_up_until(self) -> Option<Now> {
        match self {
            Self::SignedOut { wrap_up_until } => wrap_up_until,
            Self::WrapUp(until) => Some(until),
            Self::Away
            | Self::Ready(_)
            | Self::Reserved(..)
            | Self::Offered(..)
            | Self::Talking { .. } => None,
        }
    }
}

/// One seat.
#[derive(Debug)]
pub struct Seat {
    /// The seats that can do the same.
    pub group: GroupNo,
    /// Since when it is in this state.
    pub since: Now,
    /// How busy it was lately.
    pub busy: Busyness,
    /// Since when it talks or works after a call, if it does.
    pub works_since: Now,
    phase: Phase,
    wish: Wish,
    epoch: Epoch,
    unanswered: u8,
}

impl Seat {
    /// A seat that has not signed in.
    #[must_use]
    pub const fn new(group: GroupNo, now: Now) -> Self {
        let wrap_up_until = None;
        Self {
            group,
            since: now,
            busy: Busyness::NONE,
            works_since: now,
            phase: Phase::SignedOut { wrap_up_until },
            wish: Wish::Away,
            epoch: Epoch(0),
            unanswered: 0,
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// What its person wished last.
    #[must_use]
    pub const fn wish(&self) -> Wish {
        self.wish
    }

    /// It can be reached. Signing in again changes nothing.
    pub fn sign_in(&mut self, now: Now) {
        if let Phase::SignedOut { wrap_up_until } = self.phase {
            let left = wrap_up_until.filter(|until| *until > now);
            self.phase = left.map_or(Phase::Away, Phase::WrapUp);
        }
        if let Phase::Talking { signed_in, .. } = &mut self.phase {
            *signed_in = true;
        }
    }

    /// It cannot be reached. Returns the booking that falls with it; a talk goes on.
    pub const fn sign_out(&mut self) -> Option<Booking> {
        if let Phase::Talking { signed_in, .. } = &mut self.phase {
            *signed_in = false;
            return None;
        }
        let (lost, wrap_up_until) = (self.phase.booking(), self.phase.wrap_up_until());
        self.phase = Phase::SignedOut { wrap_up_until };
        self.wish = Wish::Away;
        lost
    }

    /// The person's wish: at once if the seat is free, afterwards if it is busy. False if it is
    /// signed out, where wishes are not kept.
    pub const fn hear(&mut self, wish: Wish, place: SeatPlace) -> bool {
        match (self.phase, wish) {
            (Phase::SignedOut { .. }, _) => return false,
            (Phase::Away, Wish::Ready) => {
                self.unanswered = 0;
                self.phase = Phase::Ready(place);
            }
            (Phase::Ready(_), Wish::Away) => self.phase = Phase::Away,
            _ => {}
        }
        self.wish = wish;
        true
    }

    /// Books it for a contact until its keeper answers; `None` if it is not ready.
    pub const fn reserve(&mut self, contact: CallId, until: Now) -> Option<Epoch> {
        let Phase::Ready(place) = self.phase else {
            return None;
        };
        self.epoch = Epoch(self.epoch.0 + 1);
        let booking = Booking {
            contact,
            epoch: self.epoch,
            place,
        };
        self.phase = Phase::Reserved(booking, until);
        Some(self.epoch)
    }

    /// Its keeper grants the booking: it rings until `until`.
    pub fn grant(&mut self, epoch: Epoch, until: Now) -> Option<Booking> {
        let booking = self.reserved(epoch)?;
        self.phase = Phase::Offered(booking, until);
        Some(booking)
    }

    /// Its keeper does not grant the booking: it is away.
    pub fn refuse(&mut self, epoch: Epoch) -> Option<Booking> {
        let booking = self.reserved(epoch)?;
        self.wish = Wish::Away;
        self.phase = Phase::Away;
        Some(booking)
    }

    /// It is held until then instead. False if it does not ring for this.
    pub fn hold(&mut self, epoch: Epoch, until: Now) -> bool {
        let Phase::Offered(booking, _) = self.phase else {
            return false;
        };
        let right = booking.epoch == epoch;
        if right {
            self.phase = Phase::Offered(booking, until);
        }
        right
    }

    /// It answered.
    pub fn answer(&mut self, epoch: Epoch) -> Option<Booking> {
        let Phase::Offered(booking, _) = self.phase else {
            return None;
        };
        if booking.epoch != epoch {
            return None;
        }
        self.unanswered = 0;
        let signed_in = true;
        self.phase = Phase::Talking { booking, signed_in };
        Some(booking)
    }

    /// It declined, failed or did not answer: behind all others at `place`, and away after
    /// [`UNANSWERED_MAX`] of these in a row.
    pub fn fail(&mut self, epoch: Epoch, place: SeatPlace) -> Option<Booking> {
        let booking = self.phase.unanswered(epoch)?;
        self.unanswered = self.unanswered.saturating_add(1);
        if self.unanswered >= UNANSWERED_MAX {
            self.wish = Wish::Away;
        }
        self.rest(place);
        Some(booking)
    }

    /// The contact left before the answer: the seat has its old place again.
    pub fn release(&mut self, epoch: Epoch) -> Option<Booking> {
        let booking = self.phase.unanswered(epoch)?;
        self.rest(booking.place);
        Some(booking)
    }

    /// The talk is over. After-call work lasts until `wrap_up_until`, if there is any.
    pub fn end_talk(
        &mut self,
        epoch: Epoch,
        wrap_up_until: Option<Now>,
        place: SeatPlace,
    ) -> Option<Booking> {
        let Phase::Talking { booking, signed_in } = self.phase else {
            return None;
        };
        if booking.epoch != epoch {
            return None;
        }
        match (signed_in, wrap_up_until) {
            (false, _) => {
                self.wish = Wish::Away;
                self.phase = Phase::SignedOut { wrap_up_until };
            }
            (true, Some(until)) => self.phase = Phase::WrapUp(until),
            (true, None) => self.rest(place),
        }
        Some(booking)
    }

    /// The after-call work is done, by word or by time. False if there was none.
    pub const fn end_wrap_up(&mut self, place: SeatPlace) -> bool {
        if self.phase.wrap_up_until().is_none() {
            return false;
        }
        if let Phase::SignedOut { wrap_up_until } = &mut self.phase {
            *wrap_up_until = None;
        } else {
            self.rest(place);
        }
        true
    }

    /// The after-call work lasts until then instead. False if there is none, or its time is over.
    pub fn extend_wrap_up(&mut self, until: Now, now: Now) -> bool {
        let works = matches!(self.phase, Phase::WrapUp(end) if end > now);
        if works {
            self.phase = Phase::WrapUp(until);
        }
        works
    }

    fn reserved(&self, epoch: Epoch) -> Option<Booking> {
        match self.phase {
            Phase::Reserved(booking, _) if booking.epoch == epoch => Some(booking),
            Phase::SignedOut { .. }
            | Phase::Away
            | Phase::Ready(_)
            | Phase::Reserved(..)
            | Phase::Offered(..)
            | Phase::Talking { .. }
            | Phase::WrapUp(_) => None,
        }
    }

    /// Free again: where the last wish says.
    const fn rest(&mut self, place: SeatPlace) {
        self.phase = match self.wish {
            Wish::Ready => Phase::Ready(place),
            Wish::Away => Phase::Away,
        };
    }
}
