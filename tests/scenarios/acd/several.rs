//! Random histories of queues that ring several seats at once: one caller never has two seats, and
//! nobody waits for whom a seat rings that somebody else does not need.

use std::collections::BTreeMap;
use std::time::Duration;

use ringwise::machine::acd::engine::Engine;
use ringwise::machine::acd::fact::AcdFact;
use ringwise::machine::acd::fact::SeatState;
use ringwise::machine::acd::surface::Arrival;
use ringwise::machine::acd::surface::Epoch;
use ringwise::machine::acd::surface::Input;
use ringwise::machine::acd::surface::Output;
use ringwise::machine::acd::surface::QueueSetup;
use ringwise::machine::acd::surface::SeatSetup;
use ringwise::vocabulary::chance::Chance;
use ringwise::vocabulary::id::CallId;
use ringwise::vocabulary::id::QueueId;
use ringwise::vocabulary::id::SeatId;
use ringwise::vocabulary::time::Now;
use ringwise::vocabulary::time::Turn;

const SEATS: u32 = 6;
const QUEUES: u32 = 3;
const CONTACTS: u64 = 8;
const HISTORIES: u64 = 400;
const EVENTS: u32 = 250;

/// Every queue is served by four of the seats.
fn serves(seat: SeatId, queue: QueueId) -> bool {
    !(seat.0 + queue.0).is_multiple_of(3)
}

struct History {
    engine: Engine,
    chance: Chance,
    now: Now,
    /// Offers that the folds of the log know: by contact the booked seat and those beside.
    rung: BTreeMap<CallId, (Option<SeatId>, Vec<SeatId>)>,
    waiting: BTreeMap<CallId, QueueId>,
    beside: u32,
}

impl History {
    fn new(seed: u64) -> Self {
        let seats = (0..SEATS).map(SeatId).map(|seat| SeatSetup {
            seat,
            queues: (0..QUEUES)
                .map(QueueId)
                .filter(|queue| serves(seat, *queue))
                .collect(),
            ..SeatSetup::default()
        });
        let queues = (0..QUEUES).map(|queue| QueueSetup {
            ring: Duration::from_secs(5),
            wrap_up: Duration::from_secs(u64::from(queue)),
            ring_at_once: queue + 1,
            ..QueueSetup::plain(QueueId(queue))
        });
        Self {
            engine: Engine::new(seats, queues),
            chance: Chance::from_seed(seed),
            now: Now::START,
            rung: BTreeMap::new(),
            waiting: BTreeMap::new(),
            beside: 0,
        }
    }

    fn turn(&self) -> Turn {
        Turn {
            now: self.now,
            ..Turn::default()
        }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.chance.below(limit)
    }

    /// One of the seats in this state, with its epoch.
    fn one_in(&mut self, state: SeatState) -> Option<(SeatId, Epoch)> {
        let seats = self.engine.seats().filter(|seat| seat.state == state);
        let open: Vec<_> = seats
            .filter_map(|seat| Some((seat.seat, seat.booking?.1)))
            .collect();
        let at = self.below(u64::try_from(open.len().max(1)).unwrap());
        open.get(usize::try_from(at).unwrap()).copied()
    }

    fn event(&mut self) -> Option<Input> {
        let seat = SeatId(u32::try_from(self.below(SEATS.into())).unwrap());
        let contact = CallId::from_bits(self.below(CONTACTS) + 1);
        let queue = QueueId(u32::try_from(self.below(QUEUES.into())).unwrap());
        Some(match self.below(30) {
            0..4 => Input::SeatSignedIn(seat),
            4..8 => Input::SeatReady(seat),
            8 => Input::SeatAway(seat),
            9 => Input::SeatSignedOut(seat),
            10..15 => Input::Arrived(Arrival::plain(contact, queue)),
            15 => Input::Left(contact),
            16 => Input::Parked(contact),
            17 => Input::Reroute { contact, queue },
            18..20 => {
                let (seat, epoch) = self.one_in(SeatState::Reserved)?;
                Input::ReserveRefused { seat, epoch }
            }
            20..23 => {
                let (seat, epoch) = self.one_in(SeatState::Offered)?;
                Input::Answered { seat, epoch }
            }
            23..25 => {
                let (seat, epoch) = self.one_in(SeatState::Offered)?;
                Input::Declined { seat, epoch }
            }
            25 => {
                let (seat, epoch) = self.one_in(SeatState::Offered)?;
                let lasts = Duration::from_secs(8);
                Input::Held { seat, epoch, lasts }
            }
            26..28 => {
                let (seat, epoch) = self.one_in(SeatState::Talking)?;
                Input::TalkEnded { seat, epoch }
            }
            _ => return None,
        })
    }

    fn step(&mut self) {
        match self.event() {
            Some(input) => self.engine.handle(self.turn(), input),
            None => {
                self.now = self.now + Duration::from_millis(self.chance.below(4_000));
                let mut turns = 0;
                while self.engine.poll_timeout().is_some_and(|at| at <= self.now) {
                    self.engine.handle_timeout(self.turn());
                    turns += 1;
                    assert!(turns < 100, "a timer that never ends");
                }
            }
        }
        self.hear();
        self.check();
    }

    /// Takes what the engine says; most reservations are granted in the same turn.
    fn hear(&mut self) {
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Reserve { seat, epoch, .. } if self.chance.happens(0.9) => {
                    let input = Input::Reserved { seat, epoch };
                    self.engine.handle(self.turn(), input);
                }
                Output::Note(fact) => self.fold(&fact),
                _ => {}
            }
        }
    }

    /// The log alone tells who rings for whom.
    fn fold(&mut self, fact: &AcdFact) {
        match fact {
            AcdFact::Queued { contact, queue, .. } | AcdFact::Moved { contact, queue, .. } => {
                self.waiting.insert(*contact, *queue);
            }
            AcdFact::Offered { contact, seat, .. } => {
                let rung = self.rung.entry(*contact).or_default();
                rung.1.retain(|one| one != seat);
                assert_eq!(rung.0.replace(*seat), None, "{contact} is booked twice");
            }
            AcdFact::OfferEnded { contact, seat, .. } => {
                let rung = self.rung.entry(*contact).or_default();
                rung.0.take_if(|one| one == seat);
                // It rang beside one that was booked and left no word.
                rung.1.retain(|one| one != seat);
            }
            AcdFact::BesideOffered { contact, seat } => {
                self.beside += 1;
                self.rung.entry(*contact).or_default().1.push(*seat);
            }
            AcdFact::BesideEnded { contact, seat, .. } => {
                let rung = self.rung.entry(*contact).or_default();
                if rung.0.take_if(|one| one == seat).is_some() {
                    // One that rang beside has answered, and is booked in its place.
                    assert_eq!(rung.1.len(), 1, "{contact} is rung for by none or several");
                    rung.0 = rung.1.pop();
                }
                rung.1.retain(|one| one != seat);
            }
            AcdFact::Answered { contact, seat, .. } => {
                let rung = self.rung.remove(contact).unwrap_or_default();
                // Who was booked and not yet granted has left no word.
                let rings: Vec<_> = rung.0.into_iter().chain(rung.1).collect();
                assert_eq!(rings, [*seat], "others ring for {contact}");
                self.waiting.remove(contact);
            }
            AcdFact::Abandoned { contact, .. }
            | AcdFact::TakenOut { contact, .. }
            | AcdFact::Parked { contact, .. } => {
                let rung = self.rung.remove(contact).unwrap_or_default();
                assert_eq!(rung, (None, Vec::new()), "somebody rings for nobody");
                self.waiting.remove(contact);
            }
            AcdFact::Served { .. }
            | AcdFact::StepEntered { .. }
            | AcdFact::Reprioritised { .. }
            | AcdFact::Overflowed { .. }
            | AcdFact::SeatChanged { .. } => {}
        }
    }

    fn check(&self) {
        let mut by_contact: BTreeMap<CallId, Vec<(SeatId, SeatState)>> = BTreeMap::new();
        for seat in self.engine.seats() {
            if let Some((contact, _)) = seat.booking {
                let all = by_contact.entry(contact).or_default();
                all.push((seat.seat, seat.state));
            }
        }
        for (contact, seats) in &by_contact {
            let talks = seats.iter().any(|(_, state)| *state == SeatState::Talking);
            assert!(
                !talks || seats.len() == 1,
                "{contact} talks and rings: {seats:?}"
            );
            assert!(seats.len() <= 3, "{contact}: {seats:?}");
        }
        // Who waits has nobody who is ready, and nobody who rings beside for another.
        for queue in (0..QUEUES).map(QueueId) {
            for waiting in self.engine.waiting(queue) {
                let free = self.engine.seats().find(|seat| {
                    let spare = seat.booking.is_some_and(|(contact, _)| {
                        let beside = self.rung.get(&contact).map(|(_, beside)| beside);
                        by_contact[&contact].len() > 1
                            && beside.is_some_and(|beside| beside.contains(&seat.seat))
                    });
                    serves(seat.seat, queue) && (seat.state == SeatState::Ready || spare)
                });
                assert!(free.is_none(), "{} waits beside {free:?}", waiting.contact);
            }
        }
    }

    /// Everybody leaves: nothing rings any more.
    fn close(&mut self) {
        for contact in 1..=CONTACTS {
            self.engine
                .handle(self.turn(), Input::Left(CallId::from_bits(contact)));
            self.hear();
        }
        let rings = self.engine.seats().any(|seat| seat.booking.is_some());
        assert!(!rings, "a seat is left ringing");
        assert!(self.waiting.is_empty() && self.rung.values().all(|one| one.0.is_none()));
    }
}

#[test]
fn of_several_that_ring_one_has_the_caller_and_none_is_kept_from_another() {
    let mut beside = 0;
    for seed in 0..HISTORIES {
        let mut history = History::new(seed);
        for _ in 0..EVENTS {
            history.step();
        }
        history.close();
        beside += history.beside;
    }
    assert!(beside > 500, "only {beside} rang beside another");
}
