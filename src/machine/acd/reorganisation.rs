//! Queues, seats and skills change under waiting contacts.

use std::collections::BTreeSet;

use crate::machine::acd::arrival::Move;
use crate::machine::acd::board::Board;
use crate::machine::acd::contact::Stage;
use crate::machine::acd::fact::AcdFact;
use crate::machine::acd::need::Need;
use crate::machine::acd::step::Step;
use crate::machine::acd::step::Target;
use crate::machine::acd::surface::Output;
use crate::machine::acd::surface::QueueSetup;
use crate::machine::acd::surface::SeatSetup;
use crate::vocabulary::id::CallId;
use crate::vocabulary::id::QueueId;
use crate::vocabulary::id::SkillId;
use crate::vocabulary::time::Now;
use crate::vocabulary::time::Turn;

/// What changes, all at once.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Order {
    /// Queues that are new or set up otherwise.
    pub queues: Vec<QueueSetup>,
    /// Seats that are new or can do otherwise.
    pub seats: Vec<SeatSetup>,
    /// Who must wait elsewhere, if anybody.
    pub removal: Option<Removal>,
}

/// Queues and skills that go, and where who needs them waits instead.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removal {
    /// Queues that go.
    pub queues: BTreeSet<QueueId>,
    /// Skills that go.
    pub skills: BTreeSet<SkillId>,
    /// Where their contacts wait from here on, at the place their priority and arrival give them.
    pub to: QueueId,
}

impl Order {
    /// Changes the board. Contacts move before seats change, so that nobody is offered a contact
    /// of a queue that is gone.
    pub fn apply(&self, board: &mut Board, turn: Turn) {
        for queue in &self.queues {
            board.set_queue(queue.clone());
        }
        if let Some(removal) = &self.removal {
            removal.apply(board, turn.now);
        }
        for seat in &self.seats {
            board.set_seat(seat, turn);
        }
    }
}

impl Removal {
    /// Every contact is looked at: a removal is rare, and asked for by a person.
    fn apply(&self, board: &mut Board, now: Now) {
        let contacts = board.contacts.iter();
        let moved = contacts.filter(|(_, contact)| {
            let tour = board.tours.tour(contact.tour);
            let loses = |skill: &SkillId| tour.names(*skill, &board.matching);
            let talks = matches!(contact.stage, Stage::Talking(_));
            let gone = self.queues.contains(&contact.queue);
            !talks && (gone || self.skills.iter().any(loses))
        });
        let moved: Vec<CallId> = moved.map(|(id, _)| *id).collect();
        for contact in moved {
            self.move_contact(board, contact, now);
        }
    }

    fn move_contact(&self, board: &mut Board, id: CallId, now: Now) {
        let Some(contact) = board.contacts.get(&id) else {
            return;
        };
        let key = &board.tours.tour(contact.tour).key;
        let left = |need: &Need| {
            let kept = |skill: &SkillId| (!self.skills.contains(skill)).then_some(*skill);
            need.named(&kept, &|group| Some(*group))
        };
        let step = |step: &Step| match &step.target {
            Target::Need(need) => Step {
                target: Target::Need(left(need)),
                ..step.clone()
            },
            Target::Seats { .. } => step.clone(),
        };
        let steps = key.steps.as_ref();
        let to = Move {
            queue: self.to,
            class: contact.class,
            own: left(&key.own),
            steps: steps.map(|steps| steps.iter().map(step).collect()),
        };
        let waits = contact.stage == Stage::Waiting;
        if !board.move_to(id, to, now) && waits {
            self.turn_away(board, id);
        }
    }

    /// There are too many lanes: as if the queue were full.
    fn turn_away(&self, board: &mut Board, contact: CallId) {
        let queue = self.to;
        board.forget(contact);
        board
            .outputs
            .push_back(Output::QueueFull { contact, queue });
        board.note(AcdFact::Overflowed { contact, queue });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::machine::acd::engine::Engine;
    use crate::machine::acd::need::Clause;
    use crate::machine::acd::need::SkillTerm;
    use crate::machine::acd::surface::Arrival;
    use crate::machine::acd::surface::Epoch;
    use crate::machine::acd::surface::Input;
    use crate::vocabulary::id::SeatId;

    fn turn(ms: u64) -> Turn {
        Turn {
            now: Now::at_ms(ms),
            ..Turn::default()
        }
    }

    fn queue(id: u32) -> QueueSetup {
        QueueSetup {
            ring: Duration::from_secs(10),
            waiting_max: 10,
            ..QueueSetup::plain(QueueId(id))
        }
    }

    fn seat(queue: u32) -> SeatSetup {
        SeatSetup {
            seat: SeatId(0),
            skills: vec![(SkillId(1), 5)],
            queues: vec![QueueId(queue)],
            ..SeatSetup::default()
        }
    }

    fn arrive(engine: &mut Engine, ms: u64, queue: u32, skill: Option<u32>) {
        let term = |skill| Clause::Skill(SkillTerm::at_least(SkillId(skill), 3));
        let arrival = Arrival {
            need: Need(skill.map(term).into_iter().collect()),
            ..Arrival::plain(CallId::from_bits(ms), QueueId(queue))
        };
        engine.handle(turn(ms), Input::Arrived(arrival));
    }

    fn outputs(engine: &mut Engine) -> Vec<Output> {
        std::iter::from_fn(|| engine.poll()).collect()
    }

    /// Queue 0 and skill 7 go, queue 1 takes their contacts.
    fn order() -> Order {
        Order {
            removal: Some(Removal {
                queues: BTreeSet::from([QueueId(0)]),
                skills: BTreeSet::from([SkillId(7)]),
                to: QueueId(1),
            }),
            seats: vec![seat(1)],
            ..Order::default()
        }
    }

    #[test]
    fn moved_contacts_keep_their_turn_and_lose_needs_that_nobody_meets() {
        let mut engine = Engine::new([seat(0)], [queue(0), queue(1)]);
        arrive(&mut engine, 1, 0, Some(7));
        arrive(&mut engine, 2, 1, None);
        arrive(&mut engine, 3, 1, Some(7));
        assert_eq!(
            (engine.in_queue(QueueId(0)), engine.needing(SkillId(7))),
            (1, 2)
        );
        engine.reorganise(turn(10), &order());
        let order: Vec<_> = engine
            .waiting(QueueId(1))
            .map(|one| one.contact.bits())
            .collect();
        assert_eq!(order, [1, 2, 3]);
        assert_eq!(
            (engine.in_queue(QueueId(0)), engine.needing(SkillId(7))),
            (0, 0)
        );
        outputs(&mut engine);
        engine.handle(turn(11), Input::SeatSignedIn(SeatId(0)));
        engine.handle(turn(12), Input::SeatReady(SeatId(0)));
        let first = CallId::from_bits(1);
        let reserved = |output: &Output| matches!(output, Output::Reserve { contact, .. } if *contact == first);
        assert!(outputs(&mut engine).iter().any(reserved));
    }

    #[test]
    fn a_contact_that_is_rung_for_moves_and_comes_back_to_the_new_queue() {
        let mut engine = Engine::new([seat(0)], [queue(0), queue(1)]);
        engine.handle(turn(0), Input::SeatSignedIn(SeatId(0)));
        engine.handle(turn(0), Input::SeatReady(SeatId(0)));
        arrive(&mut engine, 1, 0, None);
        let (seat, epoch) = (SeatId(0), Epoch(1));
        engine.handle(turn(1), Input::Reserved { seat, epoch });
        engine.reorganise(turn(2), &order());
        assert_eq!(
            (engine.in_queue(QueueId(0)), engine.in_queue(QueueId(1))),
            (0, 1)
        );
        engine.handle(turn(3), Input::Declined { seat, epoch });
        let waits = engine.queue_lengths().map(|one| one.waiting + one.offered);
        assert_eq!(waits.collect::<Vec<_>>(), [0, 1]);
        engine.handle(turn(4), Input::Left(CallId::from_bits(1)));
        let waits = engine.queue_lengths().map(|one| one.waiting + one.offered);
        assert_eq!(waits.collect::<Vec<_>>(), [0, 0]);
    }
}
