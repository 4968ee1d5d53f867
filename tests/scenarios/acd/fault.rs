//! Wrong distributors, each of which must be caught. A fault corrupts what goes into a right
//! engine or what comes out of it, so that no wrong code has to live in the product.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::fact::WithdrawReason;
use ringwise::machine::acd::need::Need;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::machine::acd::view::QueueView;
use ringwise::machine::acd::view::SeatView;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

/// What is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// Later contacts go first.
    WrongOrder,
    /// A declined contact goes to the end of its queue, or is turned away there.
    PlaceLost,
    /// A seat is not matched again after its wrap-up.
    RematchMissing,
    /// Of two queues that a seat serves one is forgotten.
    QueueForgotten,
    /// What a contact needs beyond its queue is not looked at.
    NeedIgnored,
    /// A contact that left while a seat was booked for it is still offered.
    OfferAfterLeft,
    /// Two seats ring for one contact.
    DoubleOffer,
    /// A seat that no longer rings is not told so.
    WithdrawMissing,
    /// A seat is free right after its talk.
    WrapUpSkipped,
    /// All wrap-ups end with the last one.
    WrapUpShared,
    /// A wish for a pause in a talk is lost.
    WishLost,
    /// A wish for a pause ends the offer.
    WishCancels,
    /// A word about an earlier booking is believed.
    OldEpochBelieved,
    /// A seat that declines is away after the first time.
    TooStrict,
    /// One more contact than the limit is taken.
    LimitIgnored,
    /// A contact hears that it fell back.
    PositionWorsens,
    /// An abandoned contact is in no count.
    FactLost,
}

/// Each fault, and the promise of which the watch alone, without the model, sees the breach;
/// empty where only the model knows better.
pub(super) const FAULTS: [(Fault, &str); 17] = [
    (Fault::WrongOrder, "I4"),
    (Fault::PlaceLost, "I1"),
    (Fault::RematchMissing, "I5"),
    (Fault::QueueForgotten, "I5"),
    (Fault::NeedIgnored, "skill"),
    (Fault::OfferAfterLeft, "I11"),
    (Fault::DoubleOffer, "I2"),
    (Fault::WithdrawMissing, "I2"),
    (Fault::WrapUpSkipped, "I9"),
    (Fault::WrapUpShared, "I9"),
    (Fault::WishLost, "I9"),
    (Fault::WishCancels, "cause"),
    (Fault::OldEpochBelieved, "I2"),
    (Fault::TooStrict, ""),
    (Fault::LimitIgnored, "limit"),
    (Fault::PositionWorsens, "position"),
    (Fault::FactLost, "I12"),
];

/// An engine, perhaps with a fault.
pub(super) struct Subject {
    pub(super) engine: Engine,
    fault: Option<Fault>,
    told: u32,
    /// A contact is being brought back the wrong way.
    returns: bool,
    positions: u32,
    arrivals: BTreeMap<CallId, Arrival>,
    hidden: BTreeSet<SeatId>,
}

impl Subject {
    pub(super) fn new(
        seats: Vec<SeatSetup>,
        queues: Vec<QueueSetup>,
        fault: Option<Fault>,
    ) -> Self {
        let mut subject = Self {
            engine: Engine::new([], []),
            fault,
            told: 0,
            returns: false,
            positions: 0,
            arrivals: BTreeMap::new(),
            hidden: BTreeSet::new(),
        };
        for queue in queues {
            subject.set_queue(queue);
        }
        for seat in seats {
            subject.set_seat(Turn::default(), seat);
        }
        subject
    }

    pub(super) fn poll_timeout(&self) -> Option<Now> {
        self.engine.poll_timeout()
    }

    pub(super) fn set_queue(&mut self, mut setup: QueueSetup) {
        if self.fault == Some(Fault::LimitIgnored) {
            setup.waiting_max += 1;
        }
        self.engine.set_queue(setup);
    }

    pub(super) fn set_seat(&mut self, turn: Turn, mut setup: SeatSetup) -> Vec<Output> {
        if self.fault == Some(Fault::QueueForgotten) {
            setup.queues.truncate(1);
        }
        self.engine.set_seat(turn, &setup);
        self.drain()
    }

    /// Tells the engine something and takes all that it says.
    pub(super) fn tell(&mut self, turn: Turn, input: Input) -> Vec<Output> {
        let mut said = Vec::new();
        let inputs = self.corrupt(input);
        self.returns = inputs.len() == 4;
        for input in inputs {
            self.engine.handle(turn, input);
            said.extend(self.drain());
        }
        said
    }

    /// Wakes the engine and takes all that it says.
    pub(super) fn wake(&mut self, turn: Turn) -> Vec<Output> {
        let works = self.in_state(SeatState::WrapUp);
        self.engine.handle_timeout(turn);
        let mut said = self.drain();
        if self.fault == Some(Fault::RematchMissing) {
            self.hide_bookings(&works, &mut said);
        }
        if self.fault == Some(Fault::WrapUpShared) && works.len() > 1 {
            said.extend(self.end_wrap_ups(turn, &works));
        }
        said
    }

    /// Every seat as it seems to stand.
    pub(super) fn seats(&self) -> impl Iterator<Item = SeatView> + '_ {
        self.engine.seats().map(|mut view| {
            if self.hidden.contains(&view.seat) {
                view.state = SeatState::Ready;
                view.booking = None;
            }
            view
        })
    }

    /// Every queue as it seems to stand.
    pub(super) fn queues(&self) -> impl Iterator<Item = QueueView> + '_ {
        self.engine.queue_lengths()
    }

    fn in_state(&self, state: SeatState) -> Vec<SeatId> {
        let seats = self.engine.seats().filter(|one| one.state == state);
        seats.map(|one| one.seat).collect()
    }

    /// A seat that went from its wrap-up to a contact seems to be ready still.
    fn hide_bookings(&mut self, worked: &[SeatId], said: &mut Vec<Output>) {
        said.retain(|output| {
            let Output::Reserve { seat, .. } = output else {
                return true;
            };
            if worked.contains(seat) {
                self.hidden.insert(*seat);
            }
            !worked.contains(seat)
        });
    }

    fn end_wrap_ups(&mut self, turn: Turn, seats: &[SeatId]) -> Vec<Output> {
        let over = seats.iter().any(|seat| {
            let view = self.engine.seat(*seat);
            view.is_some_and(|view| view.state != SeatState::WrapUp)
        });
        let mut said = Vec::new();
        for seat in seats.iter().filter(|_| over) {
            self.engine.handle(turn, Input::WrapUpDone(*seat));
            said.extend(self.drain());
        }
        said
    }

    /// What the engine is told instead.
    fn corrupt(&mut self, input: Input) -> Vec<Input> {
        let Some(fault) = self.fault else {
            return vec![input];
        };
        self.told += 1;
        if let Input::Arrived(arrival) = &input {
            self.arrivals.insert(arrival.contact, arrival.clone());
        }
        match (fault, input) {
            (Fault::WrongOrder, Input::Arrived(arrival)) => {
                let priority = i32::try_from(self.told).unwrap();
                vec![Input::Arrived(Arrival {
                    priority,
                    ..arrival
                })]
            }
            (Fault::NeedIgnored, Input::Arrived(arrival)) => {
                let need = Need::default();
                vec![Input::Arrived(Arrival { need, ..arrival })]
            }
            (Fault::OfferAfterLeft, Input::Left(contact)) if self.is_booked(contact) => vec![],
            (Fault::WrapUpSkipped, Input::TalkEnded { seat, epoch }) => {
                vec![Input::TalkEnded { seat, epoch }, Input::WrapUpDone(seat)]
            }
            (Fault::WishLost, Input::SeatAway(seat)) if self.is(seat, SeatState::Talking) => vec![],
            (Fault::WishCancels, Input::SeatAway(seat)) if self.is(seat, SeatState::Offered) => {
                vec![Input::SeatSignedOut(seat), Input::SeatSignedIn(seat)]
            }
            (Fault::OldEpochBelieved, Input::Answered { seat, epoch }) => {
                let epoch = self.epoch(seat).unwrap_or(epoch);
                vec![Input::Answered { seat, epoch }]
            }
            (Fault::TooStrict, Input::Declined { seat, epoch })
                if self.epoch(seat) == Some(epoch) =>
            {
                vec![Input::SeatAway(seat), Input::Declined { seat, epoch }]
            }
            (Fault::PlaceLost, Input::Declined { seat, epoch }) => self.to_the_end(seat, epoch),
            // What arrives anew is what arrived, so nobody may have moved.
            (Fault::PlaceLost, Input::Reroute { .. } | Input::Reprioritise { .. }) => vec![],
            (_, input) => vec![input],
        }
    }

    /// Withdraws the contact and lets it arrive anew.
    fn to_the_end(&self, seat: SeatId, epoch: Epoch) -> Vec<Input> {
        let view = self.engine.seat(seat);
        let booking = view.and_then(|view| view.booking);
        let booking =
            booking.filter(|booking| booking.1 == epoch && !self.is(seat, SeatState::Talking));
        let arrival = booking.and_then(|(contact, _)| self.arrivals.get(&contact));
        let Some(arrival) = arrival.cloned() else {
            return vec![Input::Declined { seat, epoch }];
        };
        vec![
            Input::SeatAway(seat),
            Input::Left(arrival.contact),
            Input::Arrived(arrival),
            Input::SeatReady(seat),
        ]
    }

    fn drain(&mut self) -> Vec<Output> {
        let mut said = Vec::new();
        while let Some(output) = self.engine.poll() {
            said.extend(self.garble(output));
        }
        said
    }

    /// What the engine seems to say.
    fn garble(&mut self, output: Output) -> Vec<Output> {
        match (self.fault, output) {
            (
                Some(Fault::DoubleOffer),
                Output::Offer {
                    seat,
                    contact,
                    epoch,
                },
            ) => {
                let other = SeatId((seat.0 + 1) % 5);
                let offer = |seat| Output::Offer {
                    seat,
                    contact,
                    epoch,
                };
                vec![offer(seat), offer(other)]
            }
            (
                Some(Fault::WithdrawMissing),
                Output::Withdraw {
                    reason: WithdrawReason::RingLimit,
                    ..
                },
            ) => vec![],
            (Some(Fault::PositionWorsens), Output::Announce { contact, position }) => {
                self.positions += 1;
                let position = position + self.positions;
                vec![Output::Announce { contact, position }]
            }
            (
                Some(Fault::PlaceLost),
                Output::Withdraw {
                    reason: WithdrawReason::ContactLeft,
                    ..
                },
            ) if self.returns => vec![],
            (Some(Fault::PlaceLost), Output::Note(AcdFact::Abandoned { .. })) if self.returns => {
                vec![]
            }
            (Some(Fault::FactLost), Output::Note(AcdFact::Abandoned { .. })) => vec![],
            (_, output) => vec![output],
        }
    }

    fn is(&self, seat: SeatId, state: SeatState) -> bool {
        let view = self.engine.seat(seat);
        view.is_some_and(|view| view.state == state)
    }

    fn is_booked(&self, contact: CallId) -> bool {
        self.engine.seats().any(|view| {
            let books = view.booking.is_some_and(|booking| booking.0 == contact);
            books && view.state != SeatState::Talking
        })
    }

    fn epoch(&self, seat: SeatId) -> Option<Epoch> {
        let view = self.engine.seat(seat)?;
        view.booking.map(|booking| booking.1)
    }
}

/// A turn `after` the start of the engine.
pub(super) fn turn(after: Duration) -> Turn {
    Turn {
        now: Now::at(after),
        ..Turn::default()
    }
}
